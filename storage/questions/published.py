"""One published answer as it is now: what was taken down is gone at once, whatever processes remember."""

from uuid import UUID

from psycopg.rows import dict_row

from storage.errors import NotFoundError
from storage.questions.entries import ENTRIES, Entry
from storage.unit_of_work import Reading

_ONE = f"{ENTRIES} AND p.id = %s"


async def one(reading: Reading, published_id: UUID) -> Entry:
    """Return a published answer. Raises NotFoundError where there is none, or none any more."""
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(_ONE, (published_id,), binary=True)).fetchone()
    if row is None:
        raise NotFoundError("published answer")
    return Entry(**{**row, "agencies": tuple(row["agencies"])})
