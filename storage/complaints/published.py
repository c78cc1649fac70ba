"""Complaints and their answers as everybody may read them, as they are now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from storage.complaints.kinds import ComplaintKind, Topic
from storage.errors import NotFoundError
from storage.unit_of_work import Reading

_SHOWN: LiteralString = """
SELECT live.id, a.code AS agency_code, a.name AS agency_name, live.kind, live.topic, live.text, live.answer,
  c.received_at, live.answered_at, live.published_at, live.updated_at
"""
_LIVE: LiteralString = """
live.taken_down_at IS NULL AND (%(kind)s::text IS NULL OR live.kind = %(kind)s)
  AND (live.published_at, live.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY live.published_at DESC, live.id DESC LIMIT %(limit)s
"""
_PAGE = f"""
{_SHOWN} FROM published_complaint live JOIN agency a ON a.id = live.agency_id
JOIN complaint c ON c.id = live.complaint_id
WHERE {_LIVE}
"""
# The last of each: agencies are few, and what all of them have published is not.
_PAGE_OF_AGENCY = f"""
{_SHOWN} FROM (
  SELECT latest.* FROM agency below CROSS JOIN LATERAL (
    SELECT * FROM published_complaint live WHERE live.agency_id = below.id AND {_LIVE}) latest
  WHERE %(agency)s = ANY(below.lineage)
  ORDER BY latest.published_at DESC, latest.id DESC LIMIT %(limit)s) live
JOIN agency a ON a.id = live.agency_id JOIN complaint c ON c.id = live.complaint_id
ORDER BY live.published_at DESC, live.id DESC
"""
_ONE = f"""
{_SHOWN} FROM published_complaint live JOIN agency a ON a.id = live.agency_id
JOIN complaint c ON c.id = live.complaint_id
WHERE live.taken_down_at IS NULL AND live.id = %(id)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A complaint with its answer; see `models.PublishedComplaint`."""

    id: UUID
    agency_code: str
    agency_name: str
    kind: ComplaintKind
    topic: Topic
    text: str
    answer: str
    received_at: datetime
    answered_at: datetime
    published_at: datetime
    updated_at: datetime


async def page(
    reading: Reading,
    *,
    agency_id: UUID | None,
    kind: ComplaintKind | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Shown]:
    """Return up to `limit` of them, the last published first.

    Args:
        reading: where to look.
        agency_id: only what this agency has answered, or one below it.
        kind: only these.
        after: when the last one of the page before was published, and its id.
        limit: how many at most.
    """
    at, last_id = after or (None, None)
    given = {"agency": agency_id, "kind": kind and kind.value, "at": at, "id": last_id, "limit": limit}
    query = _PAGE if agency_id is None else _PAGE_OF_AGENCY
    return [_shown(row) for row in await _dicts(reading, query, given)]


async def one(reading: Reading, published_id: UUID) -> Shown:
    """Return one of them. Raises NotFoundError where there is none, or none any more."""
    found = await _dicts(reading, _ONE, {"id": published_id})
    if not found:
        raise NotFoundError("published complaint")
    return _shown(found[0])


async def _dicts(reading: Reading, query: LiteralString, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(query, given, binary=True)).fetchall()


def _shown(row: dict[str, Any]) -> Shown:
    return Shown(**row | {"kind": ComplaintKind(row["kind"]), "topic": Topic(row["topic"])})
