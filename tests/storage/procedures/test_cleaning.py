"""What a published catalogue does not mean as it is written: each rule, and how often it was needed."""

import pytest

from storage.procedures.formats import cleaning, national
from storage.procedures.formats.cleaning import Applied, Rule
from storage.procedures.record import ApplicantKind, Fee, LegalBasis, Level, Procedure, TimeLimit, Unit

BARE = {"code": "1.001193", "name": "Đăng ký khai sinh"}


def method(**fields: object) -> dict[str, object]:
    """Return a record with one method."""
    return {**BARE, "methods": [{"channel_code": "DIRECT", **fields}]}


@pytest.mark.parametrize(
    ("amount", "note", "meant", "rule"),
    [
        (0, None, None, Rule.FEE_NOT_PUBLISHED),
        (0, "Theo nghị quyết", Fee(note="Theo nghị quyết"), Rule.FEE_NOT_PUBLISHED),
        (0, "Không quy định", Fee(note="Không quy định"), Rule.FEE_NOT_PUBLISHED),
        (0, "Miễn phí", Fee(amount=0, note="Miễn phí"), Rule.FEE_FREE_BY_NOTE),
        (None, "không có.", Fee(amount=0, note="không có."), Rule.FEE_FREE_BY_NOTE),
        (20, "20.000 đồng/tờ khai", Fee(note="20.000 đồng/tờ khai"), Rule.FEE_IN_OTHER_UNIT),
        (999, None, Fee(note="999 (không rõ đơn vị)"), Rule.FEE_IN_OTHER_UNIT),
        (1000, None, Fee(amount=1000), None),
        (None, "Theo nghị quyết", Fee(note="Theo nghị quyết"), None),
        (None, None, None, None),
    ],
)
def test_fees(amount: int | None, note: str | None, meant: Fee | None, rule: Rule | None):
    """A bare 0 is not published, never free; a small amount is in another unit, which the note tells."""
    applied = Applied()
    assert cleaning.fee(amount, note, applied) == meant
    assert +applied == ({rule: 1} if rule else {})


@pytest.mark.parametrize(
    ("unit", "limit", "times"),
    [
        ("OTHER", TimeLimit(text="1 (khác)"), 1),
        ("WORKING_DAY", TimeLimit(quantity=1, unit=Unit.WORKING_DAY, text="1 (khác)"), 0),
        (None, TimeLimit(text="1 (khác)"), 0),
    ],
)
def test_a_unit_that_the_portal_leaves_open(unit: str | None, limit: TimeLimit, times: int):
    """What stands for days, for working days and for nothing is read as a text."""
    applied = Applied()
    read = national.read(method(time_qty=1, time_unit=unit, time_text="1 (khác)"), applied)
    assert read.methods[0].limit == limit
    assert applied[Rule.TIME_UNIT_UNKNOWN] == times


def test_rows_of_no_papers_are_notes():
    """Of none of it none is wanted: it is a heading between papers."""
    applied = Applied()
    papers = [
        {"name": "Giấy tờ phải nộp:", "originals": 0, "copies": 0},
        {"name": "Tờ khai", "originals": 1, "copies": 0},
        {"name": "Bản sao", "originals": 0, "copies": 2},
        {"name": None, "case": "Trường hợp ủy quyền", "originals": 0, "copies": 0},
        {"name": None, "case": None, "originals": 0, "copies": 0},
    ]
    read = national.read({**BARE, "documents": papers}, applied)
    assert [(paper.name, paper.is_note) for paper in read.papers] == [
        ("Giấy tờ phải nộp:", True),
        ("Tờ khai", False),
        ("Bản sao", False),
        ("Trường hợp ủy quyền", True),
    ]
    assert applied[Rule.PAPER_IS_NOTE] == 2


@pytest.mark.parametrize(
    ("level", "agency", "levels", "times"),
    [
        ("Cấp Xã", "Ủy ban nhân dân cấp xã", (Level.COMMUNE,), 0),
        ("Cấp Xã", "Ủy ban nhân dân cấp xã; Sở Giáo dục và Đào tạo", (Level.PROVINCE, Level.COMMUNE), 1),
        (
            "Cấp Bộ/Trung ương",
            "Công an cấp Xã, Công an tỉnh",
            (Level.MINISTRY, Level.PROVINCE, Level.COMMUNE),
            1,
        ),
        ("Cấp huyện", None, (Level.COMMUNE,), 0),
        ("Cơ quan khác", "Cơ sở đăng kiểm tàu cá", (Level.OTHER,), 0),
        ("Cấp bộ, Cấp tỉnh", "Uỷ ban nhân dân tỉnh", (Level.MINISTRY, Level.PROVINCE), 0),
        (None, "UBND phường", (Level.COMMUNE,), 1),
        (None, None, (), 0),
    ],
)
def test_levels_that_were_collapsed_to_one(
    level: str | None, agency: str | None, levels: tuple[Level, ...], times: int
):
    """Who carries it out tells on which other levels that is."""
    applied = Applied()
    assert national.read({**BARE, "level": level, "agency": agency}, applied).levels == levels
    assert applied[Rule.LEVEL_OF_AGENCY] == times


@pytest.mark.parametrize("code", ["1.0133611", "1.014955-Xoa", "2.009182739"])
def test_misprinted_codes_stay_as_they_are_published(code: str):
    """The catalogue answers for a code only as it prints it."""
    applied = Applied()
    assert national.read({**BARE, "code": code}, applied).code == code.upper()
    assert applied[Rule.CODE_AS_PUBLISHED] == 1


def test_what_shows_in_the_whole_alone():
    """Names that several procedures bear, and procedures of which nothing but the catalogue's fields is known."""
    applied = Applied()
    names = ["A", "A", "A", "B", "B", "C"]
    bare = [Procedure(code=f"1.00000{number}", name=name) for number, name in enumerate(names)]
    told = national.read({**BARE, "steps": "Nộp hồ sơ"}, applied)
    assert list(cleaning.noted([*bare, told], applied)) == [*bare, told]
    assert applied[Rule.NAME_OF_SEVERAL] == 3
    assert applied[Rule.CATALOGUE_FIELDS_ONLY] == 6


def test_applicants_are_told_apart_by_the_longer_name():
    """A foreign enterprise is no enterprise, a list within brackets is no list, the unknown is `other`."""
    given = "Doanh nghiệp có vốn đầu tư nước ngoài; Tổ chức (không bao gồm doanh nghiệp, HTX), Tàu biển"
    assert cleaning.applicants(given) == (
        ApplicantKind.FOREIGN_ENTERPRISE,
        ApplicantKind.ORGANISATION,
        ApplicantKind.OTHER,
    )


def test_legal_documents_stand_there_once():
    """Name and number are parted, and what is listed twice is one."""
    given = ["Luật  Cư trú (68/2020/QH14)", "Luật Cư trú (68/2020/QH14)", "", "Nghị định (mới)"]
    assert list(cleaning.legal_basis(given)) == [
        LegalBasis(name="Luật Cư trú", number="68/2020/QH14"),
        LegalBasis(name="Nghị định (mới)"),
    ]


def test_text_is_composed_and_trimmed():
    """Letters with their marks apart are one letter each, however they came."""
    assert cleaning.text(" ho\u0323 \n") == "họ"
    assert cleaning.line("a\n \tb") == "a b"
    assert cleaning.text(" \n") is None
