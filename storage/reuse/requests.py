"""Requests as both sides read them: who may is part of every query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage.agencies.authority import speakers
from storage.cipher import PartyKey
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.reuse.kinds import MOST_VISITS, Answer, ReuseState, SubmissionChannel, state_of
from storage.unit_of_work import Reading
from storage.vault.kinds import FileRole

NUMBER, REASON = "reuse_request.number", "reuse_request.reason"

_FIELDS: LiteralString = """
  r.id, r.source_id, r.party_id, r.agency_id, a.code AS agency_code, a.name AS agency_name, r.procedure_code,
  p.name AS procedure_name, r.dossier_id, d.code AS dossier_code, r.channel, r.type_codes, r.number_sealed,
  r.reason_sealed, r.asked_at, r.expires_at, r.answer, r.answered_at,
  r.representation_id IS NOT NULL AS by_representative, r.visits, r.visit_ends_at,
  ARRAY(SELECT g.document_id FROM reuse_document g WHERE g.request_id = r.id ORDER BY g.place) AS document_ids
"""
_ROWS = f"""
SELECT {_FIELDS}
FROM reuse_request r
JOIN party_key k ON k.party_id = r.party_id
JOIN agency a ON a.id = r.agency_id
LEFT JOIN procedure p ON p.code = r.procedure_code
LEFT JOIN dossier d ON d.id = r.dossier_id
"""
# Which dossier it is needed for is not the owner's to know where that is somebody else's.
_OWN_ROWS = f"{_ROWS.rstrip()} AND d.party_id = r.party_id"
_FOR_AGENCY = f"{_ROWS} WHERE r.id = %(id)s AND %(caller_id)s = ANY({speakers('r.agency_id')})"
_OWN = f"{_OWN_ROWS} WHERE r.id = %(id)s AND r.party_id = %(party_id)s"
_LIVE: LiteralString = """(
  coalesce(r.answer, 'granted') = 'granted' AND r.expires_at > %(now)s
  AND (r.visits < %(most)s OR r.visit_ends_at > %(now)s)
)"""
_PAGE = f"""
{_OWN_ROWS}
WHERE r.party_id = %(party_id)s AND (%(live)s::bool IS NULL OR {_LIVE} = %(live)s)
  AND (r.asked_at, r.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(after_id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY r.asked_at DESC, r.id DESC LIMIT %(limit)s
"""
_READINGS = """
SELECT g.request_id, g.document_id, g.role, g.at FROM reuse_reading g
WHERE g.request_id = ANY(%s) ORDER BY g.at, g.document_id, g.role
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """A file that the agency opened, told once for each hour in which it did."""

    document_id: UUID
    role: FileRole
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, opened; see `models.ReuseRequest`.

    Attributes:
        agency_name: with the code and the procedure's name as they are now.
        document_ids: what was granted, in the owner's order; some may be gone by now.
        readings: none where they were not asked for.
    """

    id: UUID
    source_id: str
    party_id: UUID
    agency_id: UUID
    agency_code: str
    agency_name: str
    procedure_code: str
    procedure_name: str | None
    dossier_id: UUID | None
    dossier_code: str | None
    channel: SubmissionChannel | None
    type_codes: tuple[str, ...]
    number: str | None
    reason: str
    asked_at: datetime
    expires_at: datetime
    answer: Answer | None
    answered_at: datetime | None
    by_representative: bool
    visits: int
    visit_ends_at: datetime | None
    document_ids: tuple[UUID, ...]
    readings: tuple[FileReading, ...] = ()

    def state(self, now: datetime) -> ReuseState:
        """Return how it stands."""
        return state_of(
            self.answer,
            expires_at=self.expires_at,
            visits=self.visits,
            visit_ends_at=self.visit_ends_at,
            now=now,
        )


async def for_agency(reading: Reading, caller_id: UUID, request_id: UUID) -> Request:
    """Return a request of an agency for which the caller may speak. Raises NotFoundError."""
    return await _one(reading, _FOR_AGENCY, {"id": request_id, "caller_id": caller_id})


async def own(reading: Reading, party_id: UUID, request_id: UUID) -> Request:
    """Return a request to a party, with what was opened. Raises NotFoundError, also where it is another's."""
    return await _one(reading, _OWN, {"id": request_id, "party_id": party_id}, with_readings=True)


async def page(
    reading: Reading,
    party_id: UUID,
    *,
    live: bool | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
    now: datetime,
) -> Sequence[Request]:
    """Return up to `limit` requests to a party, the newest first.

    Args:
        reading: the transaction.
        party_id: who is asked.
        live: those that wait for an answer or are granted, or those that are over; none for all.
        after: `asked_at` and `id` of the last one of the page before.
        limit: how many at most.
        now: the time.

    Raises NotFoundError when the party is no more.
    """
    key = await parties.open_key(reading, party_id)
    at, after_id = after or (None, None)
    given = {
        "party_id": party_id,
        "live": live,
        "at": at,
        "after_id": after_id,
        "limit": limit,
        "now": now,
        "most": MOST_VISITS,
    }
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(_PAGE, given)).fetchall()
    readings = await _readings(reading, [row["id"] for row in rows])
    return [_opened(key, row, readings.get(row["id"], ())) for row in rows]


async def _one(
    reading: Reading, query: LiteralString, given: Mapping[str, Any], *, with_readings: bool = False
) -> Request:
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(query, given)).fetchone()
    if row is None:
        raise NotFoundError("result-request")
    key = await parties.open_key(reading, row["party_id"])
    readings = await _readings(reading, [row["id"]]) if with_readings else {}
    return _opened(key, row, readings.get(row["id"], ()))


async def _readings(reading: Reading, ids: Sequence[UUID]) -> Mapping[UUID, tuple[FileReading, ...]]:
    rows: list[Any] = await (await (await reading.driver()).execute(_READINGS, (list(ids),))).fetchall()
    found: dict[UUID, tuple[FileReading, ...]] = {}
    for request_id, document_id, role, at in rows:
        one = FileReading(document_id=document_id, role=FileRole(role), at=at)
        found[request_id] = (*found.get(request_id, ()), one)
    return found


def _opened(key: PartyKey, row: dict[str, Any], readings: tuple[FileReading, ...]) -> Request:
    told = dict(row)
    number, reason = told.pop("number_sealed"), told.pop("reason_sealed")
    return Request(
        **told
        | {
            "channel": None if row["channel"] is None else SubmissionChannel(row["channel"]),
            "type_codes": tuple(row["type_codes"]),
            "number": key.decrypt_optional(number, NUMBER),
            "reason": key.decrypt(reason, REASON),
            "answer": row["answer"] and Answer(row["answer"]),
            "document_ids": tuple(row["document_ids"]),
            "readings": readings,
        }
    )
