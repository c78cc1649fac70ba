"""Agencies that bear the names of today are known by what their places were called before."""

import pytest

from storage.units.former_names import FormerNames
from storage.units.record import Commune, FormerCommune, Province, Share, Units

TUYEN_QUANG, HUE = "Ủy ban nhân dân tỉnh Tuyên Quang", "UBND Thành phố Huế"


def commune(code: str, name: str, province_code: str) -> Commune:
    return Commune(code=code, name=f"Xã {name}", short_name=name, kind="Xã", province_code=province_code)


def former(name: str, district: str, province: str, new_code: str) -> FormerCommune:
    return FormerCommune(
        province_code="02",
        province=province,
        district_code="030",
        district=district,
        code="00913",
        name=name,
        new_code=new_code,
        share=Share.PART,
    )


NAMES = FormerNames(
    Units(
        provinces=(
            Province(code="08", name="Tỉnh Tuyên Quang", short_name="Tuyên Quang"),
            Province(code="46", name="Thành phố Huế", short_name="Huế"),
        ),
        communes=(
            commune("00691", "Vị Xuyên", "08"),
            commune("00700", "Bình An", "08"),
            commune("19700", "Bình An", "46"),
        ),
        former=(
            former("Xã Đạo Đức", "Huyện Vị Xuyên", "Tỉnh Hà Giang", "00691"),
            former("Xã Bình An", "Huyện Lâm Bình", "Tỉnh Tuyên Quang", "00700"),
            former("Xã Lộc Hòa", "Huyện Phú Lộc", "Tỉnh Thừa Thiên Huế", "19700"),
            former("Xã Ma", "Huyện Ma", "Tỉnh Ma", "99999"),
        ),
    )
)


@pytest.mark.parametrize(
    ("agencies", "names"),
    [
        ([TUYEN_QUANG, "UBND xã Vị Xuyên"], ("Xã Đạo Đức", "Huyện Vị Xuyên", "Tỉnh Hà Giang")),
        ([TUYEN_QUANG, "UBND XÃ BÌNH AN"], ("Xã Bình An", "Huyện Lâm Bình", "Tỉnh Tuyên Quang")),
        ([HUE, "UBND xã Bình An"], ("Xã Lộc Hòa", "Huyện Phú Lộc", "Tỉnh Thừa Thiên Huế")),
        ([TUYEN_QUANG, "Sở Tư pháp"], ("Tỉnh Hà Giang", "Tỉnh Tuyên Quang")),
        ([HUE], ("Tỉnh Thừa Thiên Huế",)),
        (["UBND xã Bình An"], ()),
        (["Bộ Tư pháp"], ()),
        ([""], ()),
    ],
    ids=["commune", "capitals", "one of a name", "of province", "province", "which", "none", "nameless"],
)
def test_former_names(agencies, names):
    """Those of the commune, or else of the province; none where it is not certain which is meant."""
    assert NAMES.of(agencies) == names
