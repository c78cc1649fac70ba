"""A month's report, from what is kept."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from storage.reports.content import AgencyMonth, MonthReport, Usage, digest_of, told, within
from storage.reports.kinds import EVERYBODY
from storage.reports.usage import Counted, below, used
from storage.scores.grouping import Tree, roll_up
from storage.scores.points import Counts, Criterion
from storage.scores.publishing import Line, lines
from storage.scores.reading import Month, counted_in, version
from storage.unit_of_work import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A report, as JSON and with its digest, and the version of the month's scores that it was drawn from."""

    report: MonthReport
    version: int
    content: Mapping[str, Any]
    digest: bytes

    @classmethod
    def of(cls, report: MonthReport, version: int) -> Self:
        """Write a report out."""
        content = report.model_dump(mode="json")
        return cls(report=report, version=version, content=content, digest=digest_of(content))


async def gather(reading: Reading, month: date, scope: str) -> Gathered | None:
    """Return what is to be told of a month; none where nothing is counted in it for anybody of the scope.

    Args:
        reading: a transaction.
        month: its first day.
        scope: the own code of an agency, or `EVERYBODY`.
    """
    state = await version(reading, month)
    if state is None:
        return None
    counted = await counted_in(reading, month)
    agencies = await below(reading, None if scope == EVERYBODY else scope)
    usage = await used(reading, month, agencies)
    # Some ten thousand agencies take a good part of a second, in which notices go out.
    return await asyncio.to_thread(_gathered, month, scope, state, counted, usage)


def _gathered(month: date, scope: str, state: int, counted: Month, usage: Counted) -> Gathered | None:
    found = within(lines(counted.agencies, counted.own), counted.agencies, scope)
    if not found:
        return None
    first = found[0]
    report = MonthReport(
        month=month,
        scope=scope,
        agencies=tuple(AgencyMonth.of(line) for line in found),
        usage=Usage(
            dossiers=first.dossiers,
            online=None if first.standings[Criterion.ONLINE] is None else _whole(counted, first).online,
            # Each is of one of those dossiers: where their number is hidden, so many would tell of it.
            conversations=None if first.dossiers is None else told(usage.conversations),
            ratings=None if first.dossiers is None else told(usage.ratings),
            complaints=told(usage.complaints),
        ),
    )
    return Gathered.of(report, state)


def _whole(counted: Month, line: Line) -> Counts:
    tree = Tree(parents={one.id: one.parent_id for one in counted.agencies})
    return roll_up(tree, counted.own)[line.agency.id if line.agency else None]
