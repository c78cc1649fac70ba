"""One complaint, with all that happened to it, as an officer or a moderator opens it.

Name, number and contacts of whoever filed it are not read here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from storage.cipher import Cipher, PartyKey
from storage.complaints.kinds import ComplaintStep, DeclineGround
from storage.complaints.queue import ROWS, Queued, told
from storage.complaints.sealed import ENTRY
from storage.errors import NotFoundError
from storage.officers.authority import holds
from storage.officers.desk import Desk
from storage.officers.repository import NAME
from storage.questions.kinds import Publication
from storage.unit_of_work import Reading

_ONE = f"""
{ROWS} WHERE c.id = %(id)s AND {holds("c.agency_id")}
  AND coalesce(c.publication = ANY(%(publications)s::text[]), true)
"""
_MORE = """
SELECT c.decline_reason, live.id AS published_id FROM complaint c
LEFT JOIN published_complaint live ON live.complaint_id = c.id AND live.taken_down_at IS NULL
WHERE c.id = %s
"""
_REACHES = f"SELECT EXISTS (SELECT FROM complaint c WHERE c.id = %(id)s AND {holds('c.agency_id')})"
_ENTRIES = """
SELECT e.id, e.kind, e.officer_id, o.name_sealed, source.name AS from_agency, target.name AS to_agency,
  e.text_sealed, e.due_at, e.at
FROM complaint_entry e
JOIN agency source ON source.id = e.from_agency_id
LEFT JOIN agency target ON target.id = e.to_agency_id
LEFT JOIN officer o ON o.id = e.officer_id
WHERE e.complaint_id = %s ORDER BY e.at, e.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedEntry:
    """Something that happened; see `models.ComplaintEntry`.

    Attributes:
        officer_name: who did it at an agency, where their name is known.
        from_agency: the name of the agency that had it, and `to_agency` of the one that got it.
    """

    id: UUID
    kind: ComplaintStep
    officer_id: UUID | None
    officer_name: str | None
    from_agency: str
    to_agency: str | None
    text: str | None
    due_at: datetime | None
    at: datetime

    @property
    def late(self) -> bool:
        """Whether it was done after it was due."""
        return self.due_at is not None and self.at > self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedComplaint:
    """A complaint; see `models.Complaint`.

    Attributes:
        row: the complaint as lists have it.
        published_id: what of it everybody may read now, if they may.
        entries: all that happened, the last one last; there is always one.
    """

    row: Queued
    decline_reason: DeclineGround | None
    published_id: UUID | None
    entries: tuple[OpenedEntry, ...]

    @property
    def last(self) -> OpenedEntry:
        """What happened last: what a form says was seen."""
        return self.entries[-1]

    @property
    def answer(self) -> str | None:
        """What it was answered, once it was."""
        return next((one.text for one in reversed(self.entries) if one.kind is ComplaintStep.ANSWERED), None)


async def opened(
    reading: Reading, desk: Desk, complaint_id: UUID, *, publications: Collection[Publication] | None = None
) -> OpenedComplaint:
    """Return a complaint to an agency that a desk reaches; with `publications`, one of these alone.

    Raises NotFoundError where there is none, or it is not the desk's.
    """
    wanted = None if publications is None else [one.value for one in publications]
    given = {**desk.given, "id": complaint_id, "publications": wanted}
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(_ONE, given, binary=True)).fetchone()
        if row is None:
            raise NotFoundError("complaint")
        more: Any = await (await cursor.execute(_MORE, (complaint_id,))).fetchone()
        entries = await (await cursor.execute(_ENTRIES, (complaint_id,), binary=True)).fetchall()
    key = reading.cipher.open_party_key(row["party_id"], row.pop("wrapped"))
    reason = more["decline_reason"]
    return OpenedComplaint(
        row=Queued(**told(key, row)),
        decline_reason=reason and DeclineGround(reason),
        published_id=more["published_id"],
        entries=tuple(_entry(reading.cipher, key, one) for one in entries),
    )


async def reaches(reading: Reading, desk: Desk, complaint_id: UUID) -> bool:
    """Say whether a complaint is to an agency that a desk reaches."""
    driver = await reading.driver()
    row = await (await driver.execute(_REACHES, {**desk.given, "id": complaint_id})).fetchone()
    return row == (True,)


def _entry(cipher: Cipher, key: PartyKey, row: dict[str, Any]) -> OpenedEntry:
    name, text = row.pop("name_sealed"), row.pop("text_sealed")
    return OpenedEntry(
        **row | {"kind": ComplaintStep(row["kind"])},
        text=None if text is None else key.decrypt(text, ENTRY),
        officer_name=None if name is None else cipher.unseal(name, NAME),
    )
