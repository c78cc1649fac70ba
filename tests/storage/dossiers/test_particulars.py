"""Whose a dossier is, how it came and what it is about."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from storage.dossiers.particulars import Saying, taken_in

START = datetime(2026, 11, 1, tzinfo=UTC)
AGENCIES = [UUID(int=number) for number in range(1, 4)]
CODE_NAMES = AGENCIES[0]


@st.composite
def sayings(draw: st.DrawFn) -> Saying:
    """Few values, so that times tie; what names nobody is of the agency in the dossier's code."""
    names = draw(st.booleans())
    return Saying(
        at=START + timedelta(hours=draw(st.integers(0, 3))),
        agency_id=draw(st.sampled_from(AGENCIES)) if names else CODE_NAMES,
        names=names,
        channel=draw(st.sampled_from([None, 1, 2])),
        summary=draw(st.sampled_from([None, "Khai sinh", "Kết hôn"])),
    )


@given(st.data(), st.lists(sayings(), min_size=1, max_size=7))
def test_neither_order_nor_repetition_nor_splitting_changes_what_is_known(data, told):
    """However the same sayings arrive, they come to the same."""
    whole = taken_in(None, told)
    arriving = data.draw(st.permutations([*told, *data.draw(st.lists(st.sampled_from(told)))]))
    known = None
    while arriving:
        count = data.draw(st.integers(1, len(arriving)))
        known, arriving = taken_in(known, arriving[:count]), arriving[count:]
    assert known == whole


@given(st.lists(sayings(), min_size=1, max_size=7))
def test_it_is_whose_it_was_named_last_and_was_whose_it_was_first(told):
    """By the time of the facts; where nobody is named, whose code it bears."""
    known = taken_in(None, told)
    named = [one for one in told if one.names]
    latest = max((one.at for one in named), default=None)
    assert known.agency_id in {one.agency_id for one in named if one.at == latest} or (
        not named and known.agency_id == CODE_NAMES
    )
    earliest = min(one.at for one in told)
    assert known.first[0] == earliest
    assert known.first[1] in {one.agency_id for one in told if one.at == earliest}
