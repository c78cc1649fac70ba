"""What moderators have before them: answered complaints that wait to be published, and what is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.complaints.queue import ROWS, Queued, opened_rows
from storage.errors import NotFoundError
from storage.officers.authority import holds, reached
from storage.officers.desk import Desk
from storage.unit_of_work import Reading

_PENDING = f"""
{ROWS} WHERE c.agency_id = ANY({reached()}) AND c.publication = 'pending'
  AND (c.publish_by, c.id) > (coalesce(%(at)s::timestamptz, '-infinity'),
    coalesce(%(id)s::uuid, '00000000-0000-0000-0000-000000000000'))
ORDER BY c.publish_by, c.id LIMIT %(limit)s
"""
_COUNTS = f"""
SELECT count(*) AS waiting, count(*) FILTER (WHERE c.publish_by < now()) AS overdue
FROM complaint c JOIN party_key USING (party_id)
WHERE c.agency_id = ANY({reached()}) AND c.publication = 'pending'
"""
_LIVE = f"""
SELECT live.id, live.complaint_id, live.text, live.answer, live.published_at, live.updated_at
FROM published_complaint live JOIN complaint c ON c.id = live.complaint_id
WHERE live.complaint_id = %(id)s AND live.taken_down_at IS NULL AND {holds("c.agency_id")}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many wait for a moderator, and how many of them for too long."""

    waiting: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What is published of a complaint, as those see it who may take it down."""

    id: UUID
    complaint_id: UUID
    text: str
    answer: str
    published_at: datetime
    updated_at: datetime


async def pending(
    reading: Reading, desk: Desk, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Queued]:
    """Return up to `limit` answered complaints that wait for a moderator, those due first.

    `after` is by when the last one of the page before was due, and its id.
    """
    at, last_id = after or (None, None)
    return await opened_rows(reading, _PENDING, {**desk.given, "at": at, "id": last_id, "limit": limit})


async def counts(reading: Reading, desk: Desk) -> Counts:
    """Return how many wait."""
    async with (await reading.driver()).cursor(row_factory=class_row(Counts)) as cursor:
        (found,) = await (await cursor.execute(_COUNTS, desk.given)).fetchall()
    return found


async def live(reading: Reading, desk: Desk, complaint_id: UUID) -> Live:
    """Return what is published of a complaint to an agency that a desk reaches. Raises NotFoundError."""
    given: dict[str, Any] = {**desk.given, "id": complaint_id}
    async with (await reading.driver()).cursor(row_factory=class_row(Live)) as cursor:
        found = await (await cursor.execute(_LIVE, given)).fetchone()
    if found is None:
        raise NotFoundError("published complaint")
    return found
