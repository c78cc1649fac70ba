"""Months as they are kept: which there are, and what is counted in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from storage.complaints.counting import complained
from storage.ratings.counting import dislikes
from storage.scores.points import Counts
from storage.scores.publishing import AgencyName
from storage.unit_of_work import Reading

_VERSION = "SELECT version FROM score_month WHERE month = %s"
_VERSIONS = "SELECT month, version FROM score_month WHERE month <= %s ORDER BY month"
# By the index alone. An agency has a few thousand dossiers a month, the country some millions: so sums are
# taken when they are asked for, and a web process asks once for each version of a month.
_SUMS = """
SELECT agency_id, count(*), count(on_time), count(*) FILTER (WHERE on_time), count(online),
  count(*) FILTER (WHERE online), count(digitised), count(*) FILTER (WHERE digitised)
FROM dossier_measure WHERE month = %s GROUP BY agency_id
"""
_AGENCIES = """
SELECT a.id, a.code, a.name, a.parent_id FROM agency a
WHERE a.id IN (SELECT unnest(one.lineage) FROM agency one WHERE one.id = ANY(%s))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What is counted in a month: of each agency by itself, and who stands above whom."""

    agencies: Sequence[AgencyName]
    own: Mapping[UUID, Counts]


async def version(reading: Reading, month: date) -> int | None:
    """Return which state of a month is kept; none where nothing was ever measured in it."""
    row: Any = await (await (await reading.driver()).execute(_VERSION, (month,))).fetchone()
    return None if row is None else int(row[0])


async def versions(reading: Reading, until: date) -> Mapping[date, int]:
    """Return the months up to one, the first first, in which anything was measured, and the state of each."""
    rows: list[Any] = await (await (await reading.driver()).execute(_VERSIONS, (until,))).fetchall()
    return dict(rows)


async def counted_in(reading: Reading, month: date) -> Month:
    """Return what is counted in a month, which is given by its first day."""
    driver = await reading.driver()
    sums: list[Any] = await (await driver.execute(_SUMS, (month,))).fetchall()
    complaints, disliked = await complained(reading, month), await dislikes(reading, month)
    own = {
        agency_id: _counts(numbers, complaints.get(agency_id, 0), disliked.get(agency_id, 0))
        for agency_id, *numbers in sums
    }
    found: list[Any] = await (await driver.execute(_AGENCIES, (list(own),))).fetchall()
    agencies = [
        AgencyName(id=agency_id, code=code, name=name, parent_id=parent_id)
        for agency_id, code, name, parent_id in found
    ]
    known = {one.id for one in agencies}
    return Month(agencies=agencies, own={one: counts for one, counts in own.items() if one in known})


def _counts(numbers: Sequence[int], complaints: int, disliked: int) -> Counts:
    ended, judged, on_time, channelled, online, granted, digitised = numbers
    return Counts(
        ended=ended,
        judged=judged,
        on_time=on_time,
        channelled=channelled,
        online=online,
        granted=granted,
        digitised=digitised,
        # A dossier may have been measured since the sums were taken.
        complained=min(complaints, ended),
        disliked=disliked,
    )
