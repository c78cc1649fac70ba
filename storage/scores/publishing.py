"""A month as it is published: what each agency, with all below it, has reached. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from storage.scores.grouping import Tree, hidden, roll_up
from storage.scores.points import MOST, Counts, Criterion, counted, percent, points, rounded, share


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyName:
    """An agency, and the one above it."""

    id: UUID
    code: str
    name: str
    parent_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a criterion is met.

    Attributes:
        counted: over how many dossiers it is taken.
        percent: which part of them meets it, 0.00 to 100.00; none where nothing counts.
        points: what that gives, none likewise.
    """

    counted: int
    percent: Decimal | None
    points: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one agency with all below it has reached, or the country.

    Attributes:
        agency: none for the country.
        parent: code of the agency above it that is listed as well.
        dossiers: how many ended; none where that is hidden.
        standings: by each criterion; none where that is hidden.
        points: the sum over what is shown and counts, of at most `out_of`; none where nothing does.
    """

    agency: AgencyName | None
    parent: str | None
    dossiers: int | None
    standings: Mapping[Criterion, Standing | None]
    points: Decimal | None
    out_of: int


def lines(agencies: Sequence[AgencyName], own: Mapping[UUID, Counts]) -> list[Line]:
    """Return the country's line, then those of agencies by code.

    A group of fewer than five dossiers is hidden, also those that one criterion is taken over, and so is
    what would tell of it (`storage.scores.grouping`).

    Args:
        agencies: all for whom something is counted, and those above them.
        own: what is counted for each agency by itself.
    """
    names = {one.id: one for one in agencies}
    tree = Tree(parents={one.id: one.parent_id for one in agencies})
    whole = roll_up(tree, own)
    unseen = hidden(tree, {one: counts.ended for one, counts in whole.items()})
    unseen_by = {
        criterion: hidden(tree, {one: counted(counts, criterion) for one, counts in whole.items()}, unseen)
        for criterion in Criterion
    }
    ordered = [None, *(one.id for one in sorted(agencies, key=lambda one: one.code))]
    return [
        _line(
            names[one] if one else None,
            names,
            whole[one],
            [criterion for criterion in Criterion if one not in unseen_by[criterion]],
            seen=one not in unseen,
        )
        for one in ordered
    ]


def _line(
    agency: AgencyName | None,
    names: Mapping[UUID, AgencyName],
    counts: Counts,
    shown: Sequence[Criterion],
    *,
    seen: bool,
) -> Line:
    above = names.get(agency.parent_id) if agency and agency.parent_id else None
    reached = {one: met for one in shown if (met := share(counts, one)) is not None}
    total = sum((points(one, met) for one, met in reached.items()), Fraction(0))
    return Line(
        agency=agency,
        parent=above.code if above else None,
        dossiers=counts.ended if seen else None,
        standings={
            one: _standing(one, counts, reached.get(one)) if one in shown else None for one in Criterion
        },
        points=rounded(total) if reached else None,
        out_of=sum(MOST[one] for one in reached),
    )


def _standing(criterion: Criterion, counts: Counts, met: Fraction | None) -> Standing:
    return Standing(
        counted=counted(counts, criterion),
        percent=None if met is None else percent(met),
        points=None if met is None else rounded(points(criterion, met)),
    )
