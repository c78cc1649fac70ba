"""What a list is narrowed to, and how what can not be is told."""

import pytest

from api.problems import FieldError, Problem
from api.procedures.choices import MOST_TOLD, choices
from api.procedures.schemas import Place, ProcedureQuery
from storage.catalogue.edition import Edition, Stamp
from storage.procedures.record import Procedure
from storage.search.catalogue import Catalogue
from storage.search.facts import Sieve
from storage.search.lexicon import lexicon
from storage.units.gazetteer import Gazetteer
from storage.units.record import Commune, FormerCommune, Province, Share, Units

FIELDS = ("Hộ tịch", "Căn cước", "Đất đai")
MANY = (*FIELDS, *(f"Lĩnh vực {letter}" for letter in "ABCDEFGHIJKL"))
NUMBER = MOST_TOLD + 1


def _former(code: str, district: str, new: str, share: Share, name: str = "Xã Cũ") -> FormerCommune:
    return FormerCommune(
        province_code="02",
        province="Tỉnh Xưa",
        district_code=f"0{code[-2:]}",
        district=district,
        code=code,
        name=name,
        new_code=new,
        share=share,
    )


def _commune(code: str, name: str, province: str = "08") -> Commune:
    return Commune(code=code, name=name, short_name=name[3:], kind="Xã", province_code=province)


UNITS = Units(
    provinces=(
        Province(code="08", name="Tỉnh Tuyên Quang", short_name="Tuyên Quang"),
        Province(code="24", name="Tỉnh Bắc Ninh", short_name="Bắc Ninh"),
    ),
    communes=(
        _commune("00001", "Xã Một"),
        _commune("00002", "Xã Hai"),
        _commune("00003", "Xã Ba", "24"),
        *(_commune(f"001{number:02}", "Xã Trùng", "24") for number in range(NUMBER)),
    ),
    former=(
        _former("00901", "Huyện Đông", "00001", Share.PART_DEFAULT),
        _former("00901", "Huyện Đông", "00002", Share.PART),
        _former("00902", "Huyện Tây", "00003", Share.WHOLE),
        _former("00903", "Huyện Nam", "00001", Share.PART, "Xã Chia"),
        _former("00903", "Huyện Nam", "00002", Share.PART, "Xã Chia"),
    ),
)


def edition(fields: tuple[str, ...] = FIELDS) -> Edition:
    """Make a catalogue with a procedure of each field."""
    given = [
        Procedure(code=f"1.{number:06d}", name="Thủ tục", field=field) for number, field in enumerate(fields)
    ]
    return Edition(
        stamp=Stamp(), catalogue=Catalogue(given, lexicon(), version=1), gazetteer=Gazetteer(UNITS)
    )


def chosen(fields: tuple[str, ...] = FIELDS, **asked: object) -> tuple[Sieve, Place | None]:
    """Return what a query narrows to."""
    return choices(ProcedureQuery.model_validate(asked), edition(fields))


def told(fields: tuple[str, ...] = FIELDS, **asked: object) -> FieldError:
    """Return what is wrong with a query."""
    with pytest.raises(Problem) as refusal:
        chosen(fields, **asked)
    (error,) = refusal.value.errors
    return error


def test_nothing_is_narrowed():
    """Where nothing is asked."""
    assert chosen() == (Sieve(), None)


def test_limits():
    """Free of charge is more than any amount that is given beside."""
    sieve, _ = chosen(max_days=3, max_fee=50_000, free=True)
    assert (sieve.days, sieve.fee) == (3, 0)
    assert chosen(max_fee=50_000)[0].fee == 50_000


def test_few_values_are_all_told():
    """In their order, and be one of them near."""
    for value in ("Ho tic", "xyz"):
        assert told(field=[value]).params == {"value": value, "allowed": "Căn cước; Hộ tịch; Đất đai"}


def test_of_many_values_the_near_ones_are_told():
    """However they are misspelt or left without marks; where none is near, some, so that one sees what they are."""
    assert told(MANY, field=["ho tic"]).params["allowed"].startswith("Hộ tịch")
    assert "Lĩnh vực A" not in told(MANY, field=["ho tic"]).params["allowed"]
    some = told(MANY, field=["0000"]).params["allowed"].split("; ")
    assert some == sorted(MANY)[:MOST_TOLD]


def test_every_fault_is_told():
    """Not the first alone, each at its place."""
    with pytest.raises(Problem) as refusal:
        chosen(field=["Hộ tịch", "x"], agency=["y"], province="z", commune="w")
    assert [error.pointer for error in refusal.value.errors] == [
        "/query/field/1",
        "/query/agency/0",
        "/query/province",
        "/query/commune",
    ]


def test_a_divided_commune_is_its_main_part():
    """But not where another commune bore the name as well: which one is meant is not known then."""
    _, place = chosen(commune="Xã Cũ, Huyện Đông")
    assert place
    assert place.commune
    assert place.commune.code == "00001"
    fault = told(commune="Xã Cũ")
    assert (fault.code, fault.params["count"]) == ("ambiguous-unit", 3)
    assert fault.params["allowed"] == (
        "00003 Xã Ba, Tỉnh Bắc Ninh (Xã Cũ, Huyện Tây, Tỉnh Xưa); "
        "00001 Xã Một, Tỉnh Tuyên Quang (Xã Cũ, Huyện Đông, Tỉnh Xưa); "
        "00002 Xã Hai, Tỉnh Tuyên Quang (Xã Cũ, Huyện Đông, Tỉnh Xưa)"
    )


def test_a_commune_divided_without_a_main_part_is_not_clear():
    """Its parts are told."""
    assert (told(commune="Xã Chia").code, told(commune="Xã Chia").params["count"]) == ("ambiguous-unit", 2)


def test_of_many_units_of_a_name_some_are_told():
    """And how many there are."""
    fault = told(commune="Trùng")
    assert fault.params["count"] == NUMBER
    assert len(fault.params["allowed"].split("; ")) == MOST_TOLD


def test_near_communes_of_the_province_are_told():
    """Of that one alone; without a province, that it is wanted."""
    fault = told(commune="Xã Trúngg", province="24")
    assert (fault.code, fault.params["allowed"].split("; ")[0]) == ("unknown-value", "Xã Trùng")
    assert "Xã Một" not in fault.params["allowed"]
    assert told(commune="Xã Trúngg").code == "unknown-unit"
