"""A month as it is published: sums, what is hidden, and what is read from the database."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from storage.agencies.repository import AgencyRecord, put, resolve
from storage.dossiers.working_days import WorkingCalendar
from storage.ids import new_id
from storage.ratings.models import Rating
from storage.scores.grouping import LEAST
from storage.scores.points import MOST, Counts, Criterion, counted
from storage.scores.publishing import AgencyName, lines
from storage.scores.reading import counted_in, version
from storage.scores.recomputing import recompute
from storage.unit_of_work import Reading, UnitOfWork
from tests.storage.scores.drawing import counts, trees
from tests.storage.scores.telling import draw, tell
from tests.storage.vault.keeping import make_party

CITY, WARD, OTHER = (UUID(int=number) for number in (1, 2, 3))
NAMES = (
    AgencyName(id=CITY, code="H26", name="Thành phố Hà Nội", parent_id=None),
    AgencyName(id=WARD, code="H26.1", name="Phường Hoàn Kiếm", parent_id=CITY),
    AgencyName(id=OTHER, code="H26.2", name="Phường Hàng Bạc", parent_id=CITY),
)
GOOD = Counts(ended=20, judged=20, on_time=18, channelled=20, online=9, granted=10, digitised=10, disliked=1)


def named(tree):
    return [
        AgencyName(id=one, code=f"T{one.int:02}", name="", parent_id=parent)
        for one, parent in tree.parents.items()
    ]


def test_a_month_by_hand():
    """A ward's points, its city's and the country's, each rounded by itself and once."""
    other = Counts(ended=10, judged=10, on_time=10)
    country, city, ward, _ = lines(NAMES, {WARD: GOOD, OTHER: other})
    assert ward.agency == NAMES[1]
    assert (ward.parent, ward.dossiers, ward.out_of) == ("H26", 20, 72)
    shown = {one: (found.percent, found.points) for one, found in ward.standings.items()}
    assert shown == {
        Criterion.ON_TIME: (Decimal("90.00"), Decimal("20.00")),
        Criterion.ONLINE: (Decimal("45.00"), Decimal("6.00")),
        Criterion.DIGITISED: (Decimal("100.00"), Decimal("22.00")),
        Criterion.SATISFACTION: (Decimal("85.00"), Decimal("17.00")),
    }
    assert ward.points == Decimal("65.00")
    # 28 of 30 on time; 2 late and 1 disliked of 30.
    assert city.standings[Criterion.ON_TIME].percent == Decimal("93.33")
    assert city.standings[Criterion.SATISFACTION].percent == Decimal("90.00")
    assert (country.agency, country.standings) == (None, city.standings)


def test_nothing_counts():
    """Where no dossier is judged by a criterion there is no share, and it is taken from neither side."""
    country, *_ = lines(NAMES[:1], {CITY: Counts(ended=9, granted=9, digitised=9)})
    assert country.standings[Criterion.ON_TIME].percent is None
    assert (country.points, country.out_of) == (Decimal("22.00"), 22)
    country, *_ = lines(NAMES[:1], {CITY: Counts(ended=9)})
    assert (country.points, country.out_of) == (None, 0)


def test_a_criterion_of_few():
    """Of many dossiers with a few results no share of results is told, nor of the neighbour that gives it away."""
    few = Counts(ended=50, judged=50, on_time=50, granted=2, digitised=0)
    many = Counts(ended=50, judged=50, on_time=50, granted=40, digitised=40)
    _, city, ward, other = lines(NAMES, {WARD: few, OTHER: many})
    assert [one.standings[Criterion.DIGITISED] is None for one in (city, ward, other)] == [False, True, True]
    assert (ward.dossiers, ward.points, ward.out_of) == (50, Decimal("38.00"), 38)


@given(trees(), st.data())
def test_what_is_hidden_tells_nothing(tree, data):
    """A hidden line has nothing but its name, and no group of fewer than five is counted anywhere."""
    own = {one: data.draw(counts()) for one in tree.parents}
    for line in lines(named(tree), own):
        assert line.dossiers is None or line.dossiers == 0 or line.dossiers >= LEAST
        if line.dossiers is None:
            assert set(line.standings.values()) == {None}
            assert (line.points, line.out_of) == (None, 0)
        for standing in line.standings.values():
            assert standing is None or standing.counted == 0 or standing.counted >= LEAST
            assert standing is None or (standing.percent is None) == (standing.counted == 0)


@given(trees(), st.data())
def test_no_difference_tells_of_few(tree, data):
    """By no criterion do the parts shown below a shown sum leave one to four dossiers of it."""
    own = {one: data.draw(counts()) for one in tree.parents}
    found = {line.agency and line.agency.id: line for line in lines(named(tree), own)}
    for one, line in found.items():
        below = [found[child] for child in tree.below(one)]
        for criterion in Criterion:
            if (whole := line.standings[criterion]) is not None:
                shown = [part.standings[criterion] for part in below]
                left = whole.counted - sum(part.counted for part in shown if part)
                assert not 0 < left < LEAST


@given(counts())
def test_points_are_a_sum(given_counts):
    """All points together are those of each criterion, but for the rounding of each, and never more than can be."""
    country, *_ = lines(NAMES[:1], {CITY: given_counts})
    parts = [one.points for one in country.standings.values() if one and one.points is not None]
    assert abs((country.points or 0) - sum(parts)) <= Decimal("0.02")
    assert (country.points or 0) <= country.out_of <= sum(MOST.values())
    assert all(
        found is None or found.counted == counted(given_counts, one)
        for one, found in country.standings.items()
    )


async def test_a_month_is_read(
    unit_of_work: Callable[[], UnitOfWork], reading: Callable[[], Reading]
) -> None:
    """Sums are those of the measures; dislikes are added; those above are named; a change renews the version."""
    async with unit_of_work() as uow:
        key = await make_party(uow)
        await put(
            uow,
            [
                AgencyRecord(code="H26", name="Thành phố Hà Nội"),
                AgencyRecord(code="H26.1", name="Phường", parent="H26"),
                AgencyRecord(code="H27", name="Tỉnh khác"),
            ],
        )
        ward = (await resolve(uow, ["H26.1"]))["H26.1"].id
        random = Random(1)
        dossiers = [draw(random, ward, (2, 9)) for _ in range(30)]
        await tell(uow, key.party_id, dossiers, lambda: 9)
        spoken = {
            "month": date(2026, 9, 1),
            "reasons": [],
            "editable_until": date(2026, 9, 30),
            "fresh": False,
        }
        for level, spent in (("dissatisfied", b"1"), ("satisfied", b"2")):
            uow.session.add(Rating(spent=spent, agency_id=ward, level=level, **spoken))
        await uow.commit()
    async with reading() as read:
        assert await version(read, date(2026, 9, 1)) is None
    _ = [one async for one in recompute(unit_of_work, WorkingCalendar())]
    ended = [one for one in dossiers if one.facts[-1].occurred_at >= datetime(2026, 8, 31, 17, tzinfo=UTC)]
    ended = [one for one in ended if one.facts[-1].occurred_at < datetime(2026, 9, 30, 17, tzinfo=UTC)]
    async with reading() as read:
        first = await version(read, date(2026, 9, 1))
        month = await counted_in(read, date(2026, 9, 1))
        assert await version(read, date(2031, 9, 1)) is None
    assert {one.code for one in month.agencies} == {"H26", "H26.1"}
    assert set(month.own) == {ward}
    found = month.own[ward]
    assert (found.ended, found.granted, found.digitised) == (len(ended), len(ended), 0)
    assert found.channelled == sum(one.channel is not None for one in ended)
    assert (found.online, found.disliked) == (0, 1)
    async with unit_of_work() as uow:
        await tell(uow, key.party_id, [draw(random, new_id(), (2, 9)) for _ in range(30)], lambda: 9)
        await uow.commit()
    _ = [one async for one in recompute(unit_of_work, WorkingCalendar())]
    async with reading() as read:
        renewed = await version(read, date(2026, 9, 1))
        # Dossiers of an agency that is not known are nobody's.
        assert set((await counted_in(read, date(2026, 9, 1))).own) == {ward}
    assert first is not None
    assert renewed is not None
    assert renewed > first
