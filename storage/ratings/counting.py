"""What was said of an agency's dossiers of a month, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from storage.ratings.keys import Group
from storage.ratings.kinds import Satisfaction
from storage.ratings.mixing import counted
from storage.unit_of_work import Reading

FEWEST = 5
"""Of fewer ratings nothing is told but that they are few: who knows of the others would know the last one."""

# What came since the last mixing is told with all else of its hour: a number that moves with each rating
# would tell when it came.
_COUNTS = f"""
SELECT level, NULL, count(*) FROM rating
WHERE agency_id = %(agency_id)s AND month = %(month)s AND {counted("rating")} GROUP BY level
UNION ALL
SELECT level, reason, count(*) FROM rating, unnest(reasons) AS reason
WHERE agency_id = %(agency_id)s AND month = %(month)s AND {counted("rating")} GROUP BY level, reason
"""
_DISLIKES = f"""
SELECT agency_id, count(*) FROM rating
WHERE month = %s AND level = 'dissatisfied' AND {counted("rating")} GROUP BY agency_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many said what.

    Attributes:
        levels: each level, also where nobody chose it.
        reasons: by level and reason, those that somebody gave.
    """

    levels: Mapping[Satisfaction, int]
    reasons: Mapping[tuple[Satisfaction, str], int]

    @property
    def total(self) -> int:
        """How many said anything."""
        return sum(self.levels.values())


async def counts(reading: Reading, group: Group) -> Counts | None:
    """Return what was said of a group; nothing where fewer than `FEWEST` said anything."""
    given = {"agency_id": group.agency_id, "month": group.month}
    rows: list[Any] = await (await (await reading.driver()).execute(_COUNTS, given)).fetchall()
    levels = dict.fromkeys(Satisfaction, 0) | {
        Satisfaction(level): n for level, reason, n in rows if reason is None
    }
    if sum(levels.values()) < FEWEST:
        return None
    reasons = {(Satisfaction(level), reason): n for level, reason, n in rows if reason is not None}
    return Counts(levels=levels, reasons=reasons)


async def dislikes(reading: Reading, month: date) -> Mapping[UUID, int]:
    """Return how many were dissatisfied with each agency's dossiers of a month; none where nobody was.

    For the score of Decision 766/QD-TTg, which adds them to much else: alone, they are not to be shown.
    """
    rows: list[Any] = await (await (await reading.driver()).execute(_DISLIKES, (month,))).fetchall()
    return dict(rows)
