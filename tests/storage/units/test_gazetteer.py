"""Units are found by code and by name, and those of before by what they went to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.procedures.record import Procedure
from storage.units.gazetteer import MOST_WORDS, Gazetteer
from storage.units.provincial import province_of, with_province
from storage.units.record import Commune, FormerCommune, Province, Share, Units


def commune(code: str, name: str, province: str) -> Commune:
    """Make a commune."""
    kind, short = name.split(" ", 1)
    return Commune(code=code, name=name, short_name=short, kind=kind, province_code=province)


def former(province: str, district: str, commune: tuple[str, str], to: str, share: Share) -> FormerCommune:
    """Make a row of the map."""
    code, name = commune
    codes = {"Tỉnh Hà Giang": "02", "Thành phố Hà Nội": "01", "Quận Ba Đình": "001", "Quận 1": "760"}
    return FormerCommune(
        province_code=codes[province],
        province=province,
        district_code=codes.get(district, "100"),
        district=district,
        code=code,
        name=name,
        new_code=to,
        share=share,
    )


HANOI, HCM = "Thành phố Hà Nội", "79"
UNITS = Units(
    provinces=(
        Province(code="01", name=HANOI, short_name="Hà Nội"),
        Province(code="08", name="Tỉnh Tuyên Quang", short_name="Tuyên Quang"),
        Province(code=HCM, name="Thành phố Hồ Chí Minh", short_name="Hồ Chí Minh"),
    ),
    communes=(
        commune("00004", "Phường Ba Đình", "01"),
        commune("00008", "Phường Ngọc Hà", "01"),
        commune("00691", "Phường Hà Giang 1", "08"),
        commune("16171", "Xã Ba Đình", "08"),
        commune("21499", "Xã Ba Dinh", HCM),
        commune("26740", "Phường Sài Gòn", HCM),
    ),
    former=(
        former(HANOI, "Quận Ba Đình", ("00004", "Phường Trúc Bạch"), "00004", Share.WHOLE),
        former(HANOI, "Quận Ba Đình", ("00008", "Phường Đội Cấn"), "00004", Share.PART),
        former(HANOI, "Quận Ba Đình", ("00008", "Phường Đội Cấn"), "00008", Share.PART_DEFAULT),
        former("Tỉnh Hà Giang", "Thành phố Hà Giang", ("00001", "Phường Đội Cấn"), "00691", Share.WHOLE),
    ),
)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """These units."""
    return Gazetteer(UNITS)


def told(gazetteer: Gazetteer, text: str) -> list[tuple[str, str | None]]:
    """Return codes, and how much of a former unit went there."""
    return [(match.unit.code, match.share and match.share.value) for match in gazetteer.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thành phố Hà Nội", [("01", None)]),
        ("ha noi", [("01", None)]),
        ("  HÀ  NỘI ", [("01", None)]),
        ("Hà Nội", [("01", None)]),
        ("TP. Hà Nội", [("01", None)]),
        ("tphcm", [(HCM, None)]),
        ("Sài Gòn", [(HCM, None), ("26740", None)]),
        ("Ba Đình", [("00004", None), ("16171", None), ("00008", "part")]),
        ("ba dinh", [("00004", None), ("16171", None), ("21499", None), ("00008", "part")]),
        ("P. Ba Đình", [("00004", None)]),
        ("xã ba đình", [("16171", None)]),
        ("Ba Đình, Hà Nội", [("00004", None), ("00008", "part")]),
        ("ba dinh, tuyen quang", [("16171", None)]),
        ("Hà Giang", [("08", "whole"), ("00691", "whole")]),
        ("tỉnh Hà Giang", [("08", "whole")]),
        ("Quận Ba Đình", [("00004", "part"), ("00008", "part")]),
        ("Phường Đội Cấn", [("00691", "whole"), ("00008", "part_default"), ("00004", "part")]),
        ("Đội Cấn, Ba Đình, Hà Nội", [("00008", "part_default"), ("00004", "part")]),
        ("đội cấn, hà giang", [("00691", "whole")]),
        ("hanoi", [("01", None)]),
        ("HaNoi", [("01", None)]),
        ("hà tây", [("01", None)]),
        ("Ba Đình Hà Nội", [("00004", None), ("00008", "part")]),
        ("p ba dinh  ha noi", [("00004", None)]),
        ("doi can ha giang", [("00691", "whole")]),
        ("Ba Đình Sài Gòn", []),
        ("thị trấn Ngọc Hà", [("00008", None)]),
        ("thị trấn Ngọc Hà, Sài Gòn", []),
        ("01", [("01", None)]),
        ("02", [("08", "whole")]),
        ("001", [("00004", "part"), ("00008", "part")]),
        ("00004", [("00004", None)]),
        ("00008", [("00008", None), ("00004", "part")]),
        ("Đội Cấn, Sài Gòn", []),
        ("không có", []),
        ("99999", []),
        ("", []),
        (" , ,", []),
        ("😀", []),
    ],
)
def test_find(gazetteer: Gazetteer, text: str, found: list[tuple[str, str | None]]):
    """Marks, kinds in full or short, what it is in, old names and codes; what is ambiguous gives all."""
    assert told(gazetteer, text) == found


def test_a_former_unit_is_named(gazetteer: Gazetteer):
    """Whoever asks by an old name is told which unit that was."""
    first, *_ = gazetteer.find("đội cấn, hà giang")
    assert first.former
    assert (first.former.tier, first.former.code, first.former.name) == ("commune", "00001", "Phường Đội Cấn")
    assert first.former.path == ("Thành phố Hà Giang", "Tỉnh Hà Giang")


def test_numbers_are_no_names():
    """Ward 1 is found by its kind and number, never by a bare 1."""
    ward = former(HANOI, "Quận 1", ("00010", "Phường 1"), "00004", Share.WHOLE)
    numbered = Gazetteer(UNITS.model_copy(update={"former": (ward,)}))
    assert told(numbered, "q1") == told(numbered, "Q.1") == told(numbered, "quan 1") == [("00004", "whole")]
    assert told(numbered, "p1, q1") == [("00004", "whole")]
    assert told(numbered, "1") == []


def test_communes_of_a_province(gazetteer: Gazetteer):
    """They are listed by code."""
    assert [unit.code for unit in gazetteer.communes_of("01")] == ["00004", "00008"]
    assert gazetteer.communes_of("99") == []


def test_a_comma_is_looked_for_in_short_texts_alone(gazetteer: Gazetteer):
    """No place has so many words, and each place for a comma costs."""
    for words, found in ((MOST_WORDS, ["01"]), (MOST_WORDS + 1, [])):
        name = " ".join(["Xã", *["Suối"] * (words - 3)])
        other = former(HANOI, "Quận Ba Đình", ("00099", name), "00004", Share.WHOLE)
        longer = Gazetteer(UNITS.model_copy(update={"former": (other,)}))
        assert [match.unit.province_code for match in longer.find(f"{name} Hà Nội")] == found


@given(st.text(max_size=100))
def test_anything_may_be_asked(text: str):
    """Whatever is asked, each unit is there once."""
    codes = [match.unit.code for match in Gazetteer(UNITS).find(text)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("agency", "code"),
    [
        ("UBND tỉnh Tuyên Quang", "08"),
        ("UBND tỉnh Hà Giang", "08"),
        ("Uỷ ban nhân dân Thành phố Hà Nội", "01"),
        ("UBND TP. Hồ Chí Minh", HCM),
        ("UBND Thành phố Tuyên Quang", "08"),
        ("UBND tỉnh Không Có", None),
        ("Bộ Tư pháp", None),
        ("Sở Tư pháp tỉnh Tuyên Quang", None),
        ("UBND xã Ba Đình", None),
        ("", None),
    ],
)
def test_the_province_of_a_committee(gazetteer: Gazetteer, agency: str, code: str | None):
    """Committees of provinces name one, old or new; nobody else does."""
    assert province_of(agency, gazetteer) == code


def test_procedures_of_provinces(gazetteer: Gazetteer):
    """What a province promulgates is its own; what says so already stays."""
    own = Procedure(code="1.000001", name="A", promulgating_agency="UBND tỉnh Hà Giang")
    said = Procedure(code="1.000002", name="B", promulgating_agency="Bộ Tư pháp", province="79")
    assert [with_province(one, gazetteer).province for one in (own, said)] == ["08", "79"]
