"""How much the channel was used in a month: what can be counted exactly, and by indexes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from storage.ratings.mixing import counted
from storage.unit_of_work import Reading

# Ratings that came since the last mixing are counted after the next one, as everywhere
# (`storage.ratings.counting`). A complaint counts for the agency that has it now.
_COUNTS = f"""
SELECT
  (SELECT count(*) FROM dossier_measure m WHERE m.month = %(month)s AND m.agency_id = ANY(%(agencies)s)
    AND EXISTS (SELECT FROM message w WHERE w.dossier_id = m.dossier_id)),
  (SELECT count(*) FROM rating r WHERE r.month = %(month)s AND r.agency_id = ANY(%(agencies)s)
    AND {counted("r")}),
  (SELECT count(*) FROM complaint c WHERE c.agency_id = ANY(%(agencies)s)
    AND c.received_at >= %(month)s::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
    AND c.received_at < (%(month)s::timestamp + interval '1 month') AT TIME ZONE 'Asia/Ho_Chi_Minh')
"""
_BELOW = """
SELECT id FROM agency WHERE coalesce((SELECT id FROM agency WHERE code = %s) = ANY(lineage), %s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Counts of a month: see `storage.reports.content.Usage`. They are not to be told as they are."""

    conversations: int
    ratings: int
    complaints: int


async def below(reading: Reading, code: str | None) -> list[UUID]:
    """Return an agency, by its own code, and all below it; all agencies where there is none."""
    found = await (await reading.driver()).execute(_BELOW, (code, code is None))
    rows: list[Any] = await found.fetchall()
    return [one for (one,) in rows]


async def used(reading: Reading, month: date, agencies: Collection[UUID]) -> Counted:
    """Return how much the channel was used in a month, which is given by its first day."""
    given = {"month": month, "agencies": list(agencies)}
    row: Any = await (await (await reading.driver()).execute(_COUNTS, given)).fetchone()
    conversations, ratings, complaints = row
    return Counted(conversations=conversations, ratings=ratings, complaints=complaints)
