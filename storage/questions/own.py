"""Questions as the party reads them that asked. Whose they are stands in each query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage import moments
from storage.cipher import PartyKey
from storage.errors import NotFoundError
from storage.moments import Moment, moment_of
from storage.parties import repository as parties
from storage.questions.entries import is_stale
from storage.questions.kinds import DeclineReason, Publication, QuestionState
from storage.questions.sealed import ANSWER, QUESTION
from storage.unit_of_work import Reading

_ROWS: LiteralString = """
SELECT q.id, q.author_ref, a.code AS agency_code, a.name AS agency_name, q.procedure_code,
  p.name AS procedure_name, q.text_sealed, q.state, q.publication, shown.id AS published_id, q.asked_at,
  q.due_at, q.closed_at, q.decline_reason, q.changed_xid::text::bigint AS xid
FROM question q
JOIN agency a ON a.id = q.agency_id
LEFT JOIN procedure p ON p.code = q.procedure_code
LEFT JOIN published_answer shown ON shown.question_id = q.id AND shown.taken_down_at IS NULL
WHERE q.party_id = %(party_id)s
"""
_NEWEST = f"""
{_ROWS} AND (q.asked_at, q.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY q.asked_at DESC, q.id DESC LIMIT %(limit)s
"""
# Rows loaded from a dump carry numbers of another server; those ahead of ours are no changes here.
_CHANGED = f"""
{_ROWS} AND (q.changed_xid, q.id) > (%(xid)s::text::xid8, %(id)s)
  AND q.changed_xid < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY q.changed_xid, q.id LIMIT %(limit)s
"""
_ONE = f"{_ROWS} AND q.id = %(id)s"
_MOMENT = moment_of("question", whose="party_id = %(party_id)s")
_ANSWERS = f"""
SELECT r.text_sealed, r.written_at, r.procedure_code, p.name AS procedure_name, r.procedure_version,
  {is_stale("r", "p")} AS stale
FROM question_answer r LEFT JOIN procedure p ON p.code = r.procedure_code
WHERE r.question_id = %(id)s ORDER BY r.written_at, r.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnQuestion:
    """A question, opened; see `models.Question`.

    Attributes:
        published_id: what of it everybody may read now, if they may.
        xid: the transaction that changed it last.
    """

    id: UUID
    author_ref: str
    agency_code: str
    agency_name: str
    procedure_code: str | None
    procedure_name: str | None
    text: str
    state: QuestionState
    publication: Publication
    published_id: UUID | None
    asked_at: datetime
    due_at: datetime
    closed_at: datetime | None
    decline_reason: DeclineReason | None
    xid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAnswer:
    """An answer, opened; see `models.QuestionAnswer`. `stale` once what it rests on is another."""

    text: str
    written_at: datetime
    procedure_code: str | None
    procedure_name: str | None
    procedure_version: int | None
    stale: bool


async def moment(reading: Reading, party_id: UUID) -> Moment:
    """Return where a party's questions stand."""
    return await moments.read(reading, _MOMENT, {"party_id": party_id})


async def newest(
    reading: Reading, party_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[OwnQuestion]:
    """Return up to `limit` questions of a party, the newest first.

    `before` is time and id of the last one of the page before.
    """
    at, last_id = before or (None, None)
    return await _rows(reading, _NEWEST, {"party_id": party_id, "at": at, "id": last_id, "limit": limit})


async def changed(
    reading: Reading, party_id: UUID, *, after: tuple[int, UUID], limit: int
) -> Sequence[OwnQuestion]:
    """Return up to `limit` questions of a party in the order of their last change.

    `after` is the change and id of the last one of the page before; `(floor, BEFORE_ALL_IDS)` to begin.
    """
    xid, last_id = after
    return await _rows(reading, _CHANGED, {"party_id": party_id, "xid": xid, "id": last_id, "limit": limit})


async def one(
    reading: Reading, party_id: UUID, question_id: UUID
) -> tuple[OwnQuestion, tuple[OwnAnswer, ...]]:
    """Return a question of a party with all its answers, the last one last.

    Raises NotFoundError where there is none, or it is another's.
    """
    given = {"party_id": party_id, "id": question_id}
    found = await _rows(reading, _ONE, given)
    if not found:
        raise NotFoundError("question")
    key = await parties.open_key(reading, party_id)
    answers = await _dicts(reading, _ANSWERS, given)
    return found[0], tuple(_answer(key, row) for row in answers)


async def _rows(reading: Reading, query: LiteralString, given: Mapping[str, Any]) -> Sequence[OwnQuestion]:
    key = await parties.open_key(reading, given["party_id"])
    return [_question(key, row) for row in await _dicts(reading, query, given)]


async def _dicts(reading: Reading, query: LiteralString, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(query, given, binary=True)).fetchall()


def _question(key: PartyKey, row: dict[str, Any]) -> OwnQuestion:
    reason = row["decline_reason"]
    words = {
        "text": key.decrypt(row.pop("text_sealed"), QUESTION),
        "state": QuestionState(row["state"]),
        "publication": Publication(row["publication"]),
        "decline_reason": None if reason is None else DeclineReason(reason),
    }
    return OwnQuestion(**row | words)


def _answer(key: PartyKey, row: dict[str, Any]) -> OwnAnswer:
    return OwnAnswer(**row | {"text": key.decrypt(row.pop("text_sealed"), ANSWER)})
