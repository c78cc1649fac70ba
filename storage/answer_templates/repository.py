"""Words kept for answers: offered in an agency and all below it, written by those in charge of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage.agencies.authority import speakers
from storage.answer_templates.blanks import unknown
from storage.officers.authority import holds, live, reached
from storage.officers.roles import Role
from storage.unit_of_work import Reading, UnitOfWork

USERS = frozenset({Role.OFFICER, Role.SUPERVISOR})
"""Who begins answers with them."""
WRITERS = frozenset({Role.SUPERVISOR})
LONGEST_NAME = 100
LONGEST_TEXT = 4000

_COLUMNS = """
SELECT t.id, t.agency_id, a.code AS agency_code, a.name AS agency_name, t.name, t.text, t.updated_at
FROM answer_template t JOIN agency a ON a.id = t.agency_id
"""
_ORDER = "ORDER BY cardinality(a.lineage) DESC, lower(t.name), t.id"
_OFFERED: LiteralString = f"""
{_COLUMNS} WHERE t.retired_at IS NULL AND {holds("%(agency)s::uuid")}
  AND t.agency_id = ANY({speakers("%(agency)s::uuid")}) {_ORDER}
"""
_SEEN: LiteralString = f"""
{_COLUMNS} WHERE t.retired_at IS NULL AND (t.agency_id = ANY({reached()}) OR t.agency_id IN (
  SELECT unnest({speakers("mine.agency_id")})
  FROM officer_role mine JOIN officer me ON me.id = mine.officer_id
  WHERE mine.officer_id = %(officer)s AND mine.role = ANY(%(roles)s) AND {live("mine")}
    AND me.disabled_at IS NULL)) {_ORDER}
"""
_WRITABLE: LiteralString = (
    f"{_COLUMNS} WHERE t.retired_at IS NULL AND t.agency_id = ANY({reached()}) {_ORDER}"
)
_ONE: LiteralString = f"{_COLUMNS} WHERE t.id = %(id)s AND t.retired_at IS NULL AND {holds('t.agency_id')}"
_ADD: LiteralString = f"""
INSERT INTO answer_template (id, agency_id, name, text, written_by, created_at, updated_at)
SELECT %(id)s, a.id, %(name)s, %(text)s, %(officer)s, %(now)s, %(now)s
FROM agency a WHERE a.code = %(code)s AND {holds("a.id")}
ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING id
"""
_LOCK: LiteralString = f"""
SELECT t.name, t.text, t.updated_at, t.retired_at, t.written_by FROM answer_template t
WHERE t.id = %(id)s AND {holds("t.agency_id")} FOR UPDATE OF t
"""
_CHANGE = """
UPDATE answer_template SET name = %(name)s, text = %(text)s, written_by = %(officer)s, updated_at = %(now)s
WHERE id = %(id)s
"""
_RETIRE = """
UPDATE answer_template SET retired_at = %(now)s, written_by = %(officer)s, updated_at = %(now)s
WHERE id = %(id)s AND retired_at IS NULL
"""


class UnknownBlankError(ValueError):
    """Something stands in braces that is no blank; `found` is all of it."""

    def __init__(self, found: tuple[str, ...]) -> None:
        super().__init__(", ".join(found))
        self.found = found


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What somebody writes.

    Raises:
        UnknownBlankError: the text has a blank that nothing fills.
        ValueError: the name or the text is empty, or too long.
    """

    name: str
    text: str

    def __post_init__(self) -> None:
        """Check it."""
        if not 0 < len(self.name) <= LONGEST_NAME or not 0 < len(self.text) <= LONGEST_TEXT:
            raise ValueError("a name and a text are needed, neither too long")
        if found := unknown(self.text):
            raise UnknownBlankError(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Words to begin an answer with, as those see them who may use them."""

    id: UUID
    agency_id: UUID
    agency_code: str
    agency_name: str
    name: str
    text: str
    updated_at: datetime


class Outcome(StrEnum):
    """What became of a change. `OVERTAKEN`: somebody else has changed it since it was shown."""

    DONE = "done"
    OVERTAKEN = "overtaken"
    MISSING = "missing"


async def offered(reading: Reading, officer_id: UUID, agency_id: UUID) -> Sequence[Template]:
    """Return what an officer may begin an answer of an agency with: its own first, then of those above it.

    None for whoever does not work for the agency.
    """
    return await _found(reading, _OFFERED, _given(officer_id, USERS, agency=agency_id))


async def seen(reading: Reading, officer_id: UUID) -> Sequence[Template]:
    """Return all that an officer may use or look after: in the agencies of their roles, above and below."""
    return await _found(reading, _SEEN, _given(officer_id, USERS))


async def writable(reading: Reading, officer_id: UUID) -> Sequence[Template]:
    """Return all that an officer may change."""
    return await _found(reading, _WRITABLE, _given(officer_id, WRITERS))


async def one(reading: Reading, officer_id: UUID, template_id: UUID) -> Template | None:
    """Return one that an officer may change."""
    found = await _found(reading, _ONE, _given(officer_id, WRITERS, id=template_id))
    return found[0] if found else None


async def add(
    uow: UnitOfWork, officer_id: UUID, wording: Wording, *, template_id: UUID, agency_code: str, now: datetime
) -> bool:
    """Keep new words for an agency that an officer is in charge of; say whether they are.

    Done again with the same id it changes nothing.
    """
    given = _given(officer_id, WRITERS, id=template_id, code=agency_code, now=now, **_words(wording))
    return (await (await uow.driver()).execute(_ADD, given)).rowcount > 0


async def change(
    uow: UnitOfWork, officer_id: UUID, wording: Wording, *, template_id: UUID, shown: datetime, now: datetime
) -> Outcome:
    """Put other words in their place, if they are still as they were `shown` to whoever writes.

    Done again by the same officer it is done.
    """
    kept = await _locked(uow, officer_id, template_id)
    if kept is None or kept["retired_at"] is not None:
        return Outcome.MISSING
    words = _words(wording)
    if {**words, "written_by": officer_id} == {name: kept[name] for name in (*words, "written_by")}:
        return Outcome.DONE
    if kept["updated_at"] != shown:
        return Outcome.OVERTAKEN
    given = {"id": template_id, "officer": officer_id, "now": now, **words}
    await (await uow.driver()).execute(_CHANGE, given)
    return Outcome.DONE


async def retire(uow: UnitOfWork, officer_id: UUID, template_id: UUID, *, now: datetime) -> Outcome:
    """Offer words no more. What was answered with them stays as it is."""
    if await _locked(uow, officer_id, template_id) is None:
        return Outcome.MISSING
    await (await uow.driver()).execute(_RETIRE, {"id": template_id, "officer": officer_id, "now": now})
    return Outcome.DONE


async def _locked(uow: UnitOfWork, officer_id: UUID, template_id: UUID) -> dict[str, Any] | None:
    async with (await uow.driver()).cursor(row_factory=dict_row) as cursor:
        found = await cursor.execute(_LOCK, _given(officer_id, WRITERS, id=template_id))
        return await found.fetchone()


async def _found(reading: Reading, query: LiteralString, given: Mapping[str, object]) -> list[Template]:
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(query, given)).fetchall()
    return [Template(**row) for row in rows]


def _given(officer_id: UUID, roles: Collection[Role], **more: object) -> dict[str, Any]:
    return {"officer": officer_id, "roles": [role.value for role in roles], **more}


def _words(wording: Wording) -> dict[str, str]:
    return {"name": wording.name, "text": wording.text}
