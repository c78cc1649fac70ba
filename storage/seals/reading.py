"""Seals as operators look at them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from storage.seals.statuses import SealState
from storage.unit_of_work import Reading

_LATEST = """
SELECT code, id, agency_code, document_id, status_index, issued_at, expires_at,
  file_hash IS NOT NULL AS bound, state, state_at, reason
FROM seal
WHERE (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(before)s::bigint IS NULL OR status_index < %(before)s)
ORDER BY status_index DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealView:
    """A seal in a list; see `storage.seals.models.SealRow`. `bound` tells whether its file is known."""

    code: str
    id: UUID
    agency_code: str
    document_id: UUID | None
    status_index: int
    issued_at: datetime
    expires_at: datetime | None
    bound: bool
    state: str
    state_at: datetime | None
    reason: str | None


async def latest(
    reading: Reading, *, state: SealState | None = None, before: int | None = None, limit: int
) -> list[SealView]:
    """Return the seals with the latest places in the status lists, the latest first.

    Args:
        reading: the transaction.
        state: of these alone.
        before: go on behind the seal with this place.
        limit: no more than this.
    """
    given = {"state": state and state.value, "before": before, "limit": limit}
    async with (await reading.driver()).cursor(row_factory=class_row(SealView)) as cursor:
        await cursor.execute(_LATEST, given)
        return await cursor.fetchall()
