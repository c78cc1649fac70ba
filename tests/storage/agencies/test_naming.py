"""Which agency a code means on a day."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.agencies import repository
from storage.agencies.naming import Alias, Bearing
from storage.agencies.repository import AgencyRecord, AgencyRef, Bearers, Term
from storage.ids import new_id

LAST = date(2025, 6, 30)
FIRST = date(2025, 7, 1)
MERGED = date(2026, 3, 1)

days = st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 12, 31))


@st.composite
def bearings(draw: st.DrawFn) -> Bearing:
    """Terms and days of any kind, open at either end or none."""
    first, last = sorted((draw(days), draw(days)))
    return Bearing(
        own=draw(st.booleans()),
        valid_from=draw(st.sampled_from([None, first])),
        valid_to=draw(st.sampled_from([None, last])),
    )


def bearers(*some: Bearing) -> Bearers:
    """Agencies that bear one code."""
    return Bearers(
        today=FIRST,
        all=tuple((one, AgencyRef(id=new_id(), code=f"X{place}", path=())) for place, one in enumerate(some)),
    )


@given(st.lists(bearings(), min_size=1, max_size=4), days)
def test_a_code_means_one_agency_on_each_day(some, day):
    """Whatever the order in which they are found, and never one out of its days while another is within."""
    found = bearers(*some)
    meant = found.on(day)
    assert all(Bearers(today=FIRST, all=order).on(day) == meant for order in permutations(found.all))
    (bearing,) = (one for one, agency in found.all if agency == meant)
    if any(one.own and one.holds(day) for one in some):
        assert bearing.own
        assert bearing.holds(day)
    elif any(one.holds(day) and (one.valid_from or one.valid_to) for one in some):
        assert not bearing.own
        assert bearing.holds(day)


@given(bearings(), bearings(), st.lists(days, min_size=1, max_size=20))
def test_two_meet_where_a_day_is_both_ones(one, other, some):
    """And only there."""
    assert one.meets(other) is other.meets(one)
    if any(one.holds(day) and other.holds(day) for day in some):
        assert one.meets(other)
    edges = [one.valid_from, one.valid_to, other.valid_from, other.valid_to, FIRST]
    if one.meets(other):
        assert any(one.holds(day) and other.holds(day) for day in edges if day)


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2020, 1, 1), "H26.5"), (LAST, "H26.5"), (FIRST, "H26.55"), (date(2030, 1, 1), "H26.55")],
)
async def test_a_code_that_was_given_on(unit_of_work, day, code):
    """It means the old agency to its last day, and the new one from its first."""
    async with unit_of_work() as uow:
        new = AgencyRecord(code="H26.55", name="Mới", aliases=(Alias(code="H26.5", valid_from=FIRST),))
        await repository.put(uow, [AgencyRecord(code="H26.5", name="Cũ"), new])
        await repository.set_terms(uow, [Term(code="H26.5", valid_to=LAST)])
        found = (await repository.bearers(uow, ["H26.5"]))["H26.5"]
    assert found.on(day).code == code
    assert found.owner.code == "H26.5"


async def test_one_that_ended_keeps_its_code_until_it_is_given_on(unit_of_work):
    """Between its end and that day its dossiers go on under its code."""
    async with unit_of_work() as uow:
        new = AgencyRecord(code="H26.55", name="Mới", aliases=(Alias(code="H26.5", valid_from=MERGED),))
        await repository.put(uow, [AgencyRecord(code="H26.5", name="Cũ"), new])
        await repository.set_terms(uow, [Term(code="H26.5", valid_to=LAST)])
        found = (await repository.bearers(uow, ["H26.5"]))["H26.5"]
    assert found.on(MERGED - timedelta(days=1)).code == "H26.5"
    assert found.on(MERGED).code == "H26.55"


async def test_days_that_are_given_again_replace_those_that_were(unit_of_work):
    """And codes that are not given again stay."""
    async with unit_of_work() as uow:
        for aliases in ((Alias(code="G1"), Alias(code="G2")), (Alias(code="G1", valid_to=LAST),)):
            await repository.put(uow, [AgencyRecord(code="H26", name="Tỉnh", aliases=aliases)])
        found = await repository.bearers(uow, ["G1", "G2"])
    assert {code: [bearing for bearing, _ in some.all] for code, some in found.items()} == {
        "G1": [Bearing(own=False, valid_to=LAST)],
        "G2": [Bearing(own=False)],
    }
