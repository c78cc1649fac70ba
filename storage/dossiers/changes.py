"""How far a list of changes is looked through at once.

Few of all that changed may be what a list is of: looked through until a page is full, a small agency's would
read the dossiers of the whole country.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.unit_of_work import Reading

MOST_PASSED = 20_000
"""Dossiers, of whomever, that one page of a list looks through."""
_END = """
SELECT updated_at, id FROM dossier
WHERE (updated_at, id) > (%(at)s, %(id)s) AND updated_at < %(until)s
ORDER BY updated_at, id OFFSET %(passed)s LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where a list by change stands: after this dossier."""

    at: datetime
    id: UUID


async def end_of(reading: Reading, after: Place, until: datetime) -> Place | None:
    """Return where a page that begins after a place is to end at the latest; none where that is the end."""
    given: Mapping[str, object] = {
        "at": after.at,
        "id": after.id,
        "until": until,
        "passed": MOST_PASSED - 1,
    }
    row: Any = await (await (await reading.driver()).execute(_END, given)).fetchone()
    return None if row is None else Place(at=row[0], id=row[1])
