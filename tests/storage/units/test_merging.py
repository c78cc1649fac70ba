"""Units of a list among those of which it says nothing."""

from hypothesis import given
from hypothesis import strategies as st

from storage.units.merging import changed, merged
from storage.units.record import Commune, Province, Units

PLACES = st.one_of(st.none(), st.floats(-180, 180))
PROVINCES = st.lists(
    st.builds(
        Province,
        code=st.integers(1, 5).map(lambda number: f"{number:02}"),
        name=st.sampled_from(["Tỉnh A", "Tỉnh B"]),
        short_name=st.sampled_from("AB"),
        latitude=PLACES,
        longitude=PLACES,
    ),
    unique_by=lambda one: one.code,
    max_size=5,
)
WARD = Commune(code="00001", name="Phường Một", short_name="Một", kind="Phường", province_code="01")


def by_code(found):
    """Return provinces by their codes."""
    return {one.code: one for one in found}


@given(before=PROVINCES, told=PROVINCES)
def test_the_list_has_the_word_on_its_own_and_on_nothing_else(before, told):
    """In order of code; a place on earth stays where none is told; told again, nothing changes."""
    units = Units(provinces=tuple(before), communes=(WARD,))
    after = merged(units, told, [])
    assert [one.code for one in after.provinces] == sorted({*by_code(before), *by_code(told)})
    assert (after.communes, after.former) == (units.communes, units.former)
    for code, one in by_code(after.provinces).items():
        here, there = by_code(before).get(code), by_code(told).get(code)
        assert one.name == (there or here).name
        told_place = there is not None and (there.latitude, there.longitude) != (None, None)
        source = there if told_place or here is None else here
        assert (one.latitude, one.longitude) == (source.latitude, source.longitude)
        assert (code in changed(units, after)) is (one != here)
    assert merged(after, told, []) == after


def test_communes_are_merged_as_provinces_are():
    """And what changed is named, provinces first."""
    renamed = WARD.model_copy(update={"name": "Phường Mới"})
    new = Commune(code="00002", name="Xã Hai", short_name="Hai", kind="Xã", province_code="01")
    before = Units(communes=(WARD,))
    after = merged(before, [Province(code="01", name="Tỉnh A", short_name="A")], [new, renamed])
    assert after.communes == (renamed, new)
    assert changed(before, after) == ("01", "00001", "00002")
