"""Agencies in their order, by what is published of them alone."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.open_data.briefs import Brief, By, Missing, brief_of, briefs
from api.open_data.ranking import ROWS, above, find, part_of, ranked
from storage.scores.points import Counts
from storage.scores.publishing import AgencyName, lines
from tests.storage.scores.drawing import counts, trees

ORDERS = st.sampled_from(By)


@st.composite
def months(draw):
    """A month of a small country."""
    tree = draw(trees())
    names = [
        AgencyName(id=one, code=f"T{one.int:02}", name="", parent_id=parent)
        for one, parent in tree.parents.items()
    ]
    return lines(names, {one: draw(counts()) for one in tree.parents})


@given(months(), ORDERS)
def test_everybody_stands_below_one(found, by):
    """Each agency is in one list, that of whoever is right above it; the way back up leads to the top."""
    listed = [row.agency.code for top in found for row in ranked(found, top, by)]
    assert sorted(listed) == sorted(line.agency.code for line in found if line.agency)
    for line in found[1:]:
        way = above(found, line)
        codes = [one.code for one in way]
        assert codes == [] if line.parent is None else codes[-1] == line.parent
        assert not way or find(found, codes[0]).parent is None


@given(months(), ORDERS)
def test_the_best_come_first(found, by):
    """Ranks rise as numbers fall, are shared by equals, and are missing where a number is."""
    for top in found:
        rows = ranked(found, top, by)
        shown = [row for row in rows if row.rank is not None]
        assert rows[: len(shown)] == shown
        for row in rows:
            value = row.brief.value(by)
            better = [one for one in shown if one.brief.value(by) > value] if row.rank else []
            assert (row.rank is None) == isinstance(value, Missing)
            assert row.rank is None or row.rank == len(better) + 1


@given(months(), ORDERS, st.randoms(use_true_random=False))
def test_hidden_numbers_order_nothing(found, by, random):
    """However lines come, and whatever lies behind those that are hidden, the list is the same."""
    shuffled = [found[0], *random.sample(found[1:], len(found) - 1)]
    assert ranked(shuffled, found[0], by) == ranked(found, found[0], by)
    hidden = [row for row in ranked(found, found[0], by) if row.brief.value(by) is Missing.HIDDEN]
    assert [row.agency.code for row in hidden] == sorted(row.agency.code for row in hidden)


@given(months())
def test_a_brief_says_what_its_line_says(found):
    """To the digit; what is hidden and what is nothing are told apart."""
    kept = briefs(found)
    assert len(kept) == len(found)
    for line in found:
        brief = kept[line.agency and line.agency.code]
        assert brief == brief_of(line)
        assert brief.dossiers == (Missing.HIDDEN if line.dossiers is None else line.dossiers)
        assert brief.points == line.points or isinstance(brief.points, Missing)
        for standing, percent in zip(line.standings.values(), brief.percents, strict=True):
            expected = Missing.NOTHING if standing and standing.percent is None else Missing.HIDDEN
            assert percent == (standing.percent if standing and standing.percent is not None else expected)


def test_points_are_compared_with_what_could_be_reached():
    """65 of 72 is 90.28%, as 38 of 38 is all; and no points are hidden or nothing."""
    name = AgencyName(id=UUID(int=1), code="H26", name="", parent_id=None)
    good = Counts(
        ended=20, judged=20, on_time=18, channelled=20, online=9, granted=10, digitised=10, disliked=1
    )
    (_, whole), (_, without), (_, few), (_, none) = (
        lines([name], {name.id: one})
        for one in (
            good,
            Counts(ended=20, judged=20, on_time=20),
            Counts(ended=3),
            Counts(ended=20),
        )
    )
    assert [brief_of(one).part for one in (whole, without, few, none)] == [
        Decimal("90.28"),
        Decimal("100.00"),
        Missing.HIDDEN,
        Missing.NOTHING,
    ]


@pytest.mark.parametrize(
    ("count", "number", "expected"),
    [
        (0, 1, (1, 1, 1, 0)),
        (ROWS, 1, (1, 1, 1, ROWS)),
        (ROWS + 1, 2, (2, 2, ROWS + 1, ROWS + 1)),
        (ROWS + 1, 99, (2, 2, ROWS + 1, ROWS + 1)),
    ],
)
def test_a_long_list_comes_in_parts(count, number, expected):
    """Fifty at a time; whoever asks for what is behind the last part gets that."""
    nobody = Brief(dossiers=0, points=Missing.NOTHING, out_of=0, part=Missing.NOTHING, percents=())
    row = ranked(
        lines([AgencyName(id=UUID(int=1), code="H26", name="", parent_id=None)], {}), TOP, By.POINTS
    )[0]
    part = part_of([replace(row, brief=nobody)] * count, number)
    assert (part.number, part.parts, part.first, part.last) == expected
    assert part.whole == count


TOP = lines([], {})[0]
