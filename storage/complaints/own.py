"""Complaints as the party reads them that filed them. Whose they are stands in each query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage import moments
from storage.cipher import PartyKey
from storage.complaints.kinds import ComplaintKind, ComplaintState, ComplaintStep, DeclineGround, Topic
from storage.complaints.sealed import COMPLAINT, ENTRY
from storage.errors import NotFoundError
from storage.moments import Moment, moment_of
from storage.parties import repository as parties
from storage.questions.kinds import Publication
from storage.unit_of_work import Reading

_ROWS: LiteralString = """
SELECT c.id, c.code, c.author_ref, a.code AS agency_code, a.name AS agency_name, d.code AS dossier_code,
  c.kind, c.topic, c.text_sealed, c.state, c.publication, shown.id AS published_id, c.received_at,
  CASE WHEN c.state IN ('received', 'accepted') THEN c.process_by END AS process_by, c.closed_at,
  c.decline_reason, c.changed_xid::text::bigint AS xid
FROM complaint c
JOIN agency a ON a.id = c.agency_id
LEFT JOIN dossier d ON d.id = c.dossier_id
LEFT JOIN published_complaint shown ON shown.complaint_id = c.id AND shown.taken_down_at IS NULL
WHERE c.party_id = %(party_id)s
"""
_NEWEST = f"""
{_ROWS} AND (c.received_at, c.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY c.received_at DESC, c.id DESC LIMIT %(limit)s
"""
# Rows loaded from a dump carry numbers of another server; those ahead of ours are no changes here.
_CHANGED = f"""
{_ROWS} AND (c.changed_xid, c.id) > (%(xid)s::text::xid8, %(id)s)
  AND c.changed_xid < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY c.changed_xid, c.id LIMIT %(limit)s
"""
_ONE = f"{_ROWS} AND c.id = %(id)s"
_MOMENT = moment_of("complaint", whose="party_id = %(party_id)s")
_ENTRIES = """
SELECT e.kind, source.name AS from_agency, target.name AS to_agency, e.text_sealed, e.at,
  coalesce(e.at > e.due_at, false) AS late
FROM complaint_entry e
JOIN agency source ON source.id = e.from_agency_id
LEFT JOIN agency target ON target.id = e.to_agency_id
WHERE e.complaint_id = %(id)s ORDER BY e.at, e.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnComplaint:
    """A complaint, opened; see `models.Complaint`.

    Attributes:
        published_id: what of it everybody may read now, if they may.
        process_by: by when it is to be answered; none while the party is asked for more, or all is over.
        xid: the transaction that changed it last.
    """

    id: UUID
    code: str
    author_ref: str
    agency_code: str
    agency_name: str
    dossier_code: str | None
    kind: ComplaintKind
    topic: Topic
    text: str
    state: ComplaintState
    publication: Publication
    published_id: UUID | None
    received_at: datetime
    process_by: datetime | None
    closed_at: datetime | None
    decline_reason: DeclineGround | None
    xid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEntry:
    """Something that happened, opened; see `models.ComplaintEntry`. `late` is after it was due."""

    kind: ComplaintStep
    from_agency: str
    to_agency: str | None
    text: str | None
    at: datetime
    late: bool


async def moment(reading: Reading, party_id: UUID) -> Moment:
    """Return where a party's complaints stand."""
    return await moments.read(reading, _MOMENT, {"party_id": party_id})


async def newest(
    reading: Reading, party_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[OwnComplaint]:
    """Return up to `limit` complaints of a party, the newest first.

    `before` is time and id of the last one of the page before.
    """
    at, last_id = before or (None, None)
    return await _rows(reading, _NEWEST, {"party_id": party_id, "at": at, "id": last_id, "limit": limit})


async def changed(
    reading: Reading, party_id: UUID, *, after: tuple[int, UUID], limit: int
) -> Sequence[OwnComplaint]:
    """Return up to `limit` complaints of a party in the order of their last change.

    `after` is the change and id of the last one of the page before; `(floor, BEFORE_ALL_IDS)` to begin.
    """
    xid, last_id = after
    return await _rows(reading, _CHANGED, {"party_id": party_id, "xid": xid, "id": last_id, "limit": limit})


async def one(
    reading: Reading, party_id: UUID, complaint_id: UUID
) -> tuple[OwnComplaint, tuple[OwnEntry, ...]]:
    """Return a complaint of a party with all that happened to it, the last one last.

    Raises NotFoundError where there is none, or it is another's.
    """
    given = {"party_id": party_id, "id": complaint_id}
    found = await _rows(reading, _ONE, given)
    if not found:
        raise NotFoundError("complaint")
    key = await parties.open_key(reading, party_id)
    return found[0], tuple(_entry(key, row) for row in await _dicts(reading, _ENTRIES, given))


async def _rows(reading: Reading, query: LiteralString, given: Mapping[str, Any]) -> Sequence[OwnComplaint]:
    key = await parties.open_key(reading, given["party_id"])
    return [_complaint(key, row) for row in await _dicts(reading, query, given)]


async def _dicts(reading: Reading, query: LiteralString, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(query, given, binary=True)).fetchall()


def _complaint(key: PartyKey, row: dict[str, Any]) -> OwnComplaint:
    reason = row["decline_reason"]
    words = {
        "text": key.decrypt(row.pop("text_sealed"), COMPLAINT),
        "kind": ComplaintKind(row["kind"]),
        "topic": Topic(row["topic"]),
        "state": ComplaintState(row["state"]),
        "publication": Publication(row["publication"]),
        "decline_reason": reason and DeclineGround(reason),
    }
    return OwnComplaint(**row | words)


def _entry(key: PartyKey, row: dict[str, Any]) -> OwnEntry:
    text = row.pop("text_sealed")
    words = {"kind": ComplaintStep(row["kind"]), "text": None if text is None else key.decrypt(text, ENTRY)}
    return OwnEntry(**row | words)
