"""What stands published of complaints, as those list it who may take it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from storage.complaints.kinds import ComplaintKind, Topic
from storage.officers.authority import reached
from storage.officers.desk import Desk
from storage.unit_of_work import Reading

_STANDING = f"""
SELECT live.id, live.complaint_id, c.code, a.name AS agency_name, live.kind, live.topic, live.text,
  live.published_at
FROM published_complaint live
JOIN complaint c ON c.id = live.complaint_id
JOIN agency a ON a.id = live.agency_id
WHERE live.agency_id = ANY({reached()}) AND live.taken_down_at IS NULL
  AND (live.published_at, live.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY live.published_at DESC, live.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A complaint that everybody may read; see `models.PublishedComplaint`."""

    id: UUID
    complaint_id: UUID
    code: str
    agency_name: str
    kind: ComplaintKind
    topic: Topic
    text: str
    published_at: datetime


async def standing(
    reading: Reading, desk: Desk, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Standing]:
    """Return up to `limit` of those that a desk may take down, the last published first.

    `after` is when the last one of the page before was published, and its id.
    """
    at, last_id = after or (None, None)
    given: dict[str, Any] = {**desk.given, "at": at, "id": last_id, "limit": limit}
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(_STANDING, given, binary=True)).fetchall()
    return [
        Standing(**row | {"kind": ComplaintKind(row["kind"]), "topic": Topic(row["topic"])}) for row in rows
    ]
