"""What is said of how an agency is reached: one form for one thing, and what can not be so is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from storage.contact_points.record import ContactRecord
from tests.storage.contact_points.examples import HOTLINE, OFFICE, RECORD, record


def hotline(**fields: Any) -> dict[str, Any]:
    return {"hotlines": [HOTLINE | fields]}


def one(**fields: Any) -> dict[str, Any]:
    return {"exceptions": [{"date": "2026-12-05", **fields}]}


def monday(*times: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"days": ["mon"], "from": opens, "to": closes} for opens, closes in times]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1022", "1022"),
        ("113", "113"),
        ("18001096", "18001096"),
        ("1900 636 467", "1900636467"),
        ("1800.1096", "18001096"),
        ("024 3825 3536", "+842438253536"),
        ("(024) 3825-3536", "+842438253536"),
        ("+84 912 345 678", "+84912345678"),
    ],
)
def test_numbers_have_one_form(written: str, number: str):
    """Short numbers stay as they are dialled, others are E.164, however they are spaced."""
    assert record(**hotline(number=written)).hotlines[0].number == number


def test_what_is_kept_reads_back_the_same():
    """A record survives being kept, in NFC and without what is default."""
    given = record(addresses=[{"label": "Trụ sở", "text": " Hà Nội "}])
    kept = given.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert kept["addresses"][0]["text"] == "Hà Nội"
    assert kept["emails"] == ["motcua@example.vn"]
    assert "closed" not in kept["exceptions"][0]
    assert ContactRecord.from_kept(kept) == given


def test_a_number_that_was_kept_stays_readable():
    """A number that is given out no more does not make the whole record unreadable."""
    kept = {"hotlines": [{"label": "Cũ", "number": "+84999999999999"}]}
    assert ContactRecord.from_kept(kept).hotlines[0].number == "+84999999999999"
    with pytest.raises(ValidationError):
        ContactRecord.model_validate(kept)


@pytest.mark.parametrize(
    ("given", "place", "kind"),
    [
        (hotline(number="12"), ("hotlines", 0, "number"), "invalid-phone"),
        (hotline(number="10222222"), ("hotlines", 0, "number"), "invalid-phone"),
        (hotline(number="gọi 1022"), ("hotlines", 0, "number"), "invalid-phone"),
        (hotline(number=1022), ("hotlines", 0, "number"), "string_type"),
        (hotline(label=" "), ("hotlines", 0, "label"), "string_too_short"),
        (hotline(label="a\u0000"), ("hotlines", 0, "label"), "control_character"),
        (hotline(holidays=True), ("hotlines", 0), "hours-needed"),
        (hotline(nubmer="1022"), ("hotlines", 0, "nubmer"), "extra_forbidden"),
        ({"emails": ["a@"]}, ("emails", 0), "invalid-email"),
        ({"websites": ["http://example.vn"]}, ("websites", 0), "not-https"),
        ({"websites": ["javascript:alert(1)"]}, ("websites", 0), "not-https"),
        ({"websites": ["https://example.vn@evil.vn"]}, ("websites", 0), "not-https"),
        ({"websites": ["example.vn"]}, ("websites", 0), "not-https"),
        ({"hours": monday(("11:30", "07:30"))}, ("hours", 0), "hours-backwards"),
        ({"hours": monday(("22:00", "02:00"))}, ("hours", 0), "hours-backwards"),
        ({"hours": monday(("08:00", "08:00"))}, ("hours", 0), "hours-backwards"),
        ({"hours": monday(("8:00", "11:00"))}, ("hours", 0, "from"), "string_pattern_mismatch"),
        ({"hours": monday(("24:00", "24:00"))}, ("hours", 0, "from"), "string_pattern_mismatch"),
        ({"hours": monday(("08:00", "11:60"))}, ("hours", 0, "to"), "string_pattern_mismatch"),
        ({"hours": monday(("08:00", "11:00\n"))}, ("hours", 0, "to"), "string_pattern_mismatch"),
        ({"hours": monday(("13:00", "17:00"), ("07:00", "13:00"))}, ("hours",), "hours-touch"),
        ({"hours": monday(("07:00", "17:00"), ("08:00", "09:00"))}, ("hours",), "hours-touch"),
        ({"hours": [OFFICE[0] | {"days": ["mon", "mon"]}]}, ("hours",), "hours-touch"),
        ({"hours": [OFFICE[0] | {"days": []}]}, ("hours", 0, "days"), "too_short"),
        ({"hours": [OFFICE[0] | {"days": ["thứ hai"]}]}, ("hours", 0, "days", 0), "enum"),
        (one(), ("exceptions", 0), "exception-unclear"),
        (one(closed=True, **{"from": "07:00", "to": "08:00"}), ("exceptions", 0), "exception-unclear"),
        (one(**{"from": "07:00"}), ("exceptions", 0), "exception-unclear"),
        (one(**{"from": "09:00", "to": "08:00"}), ("exceptions", 0), "hours-backwards"),
        (one(date="05/12/2026", closed=True), ("exceptions", 0, "date"), "not-a-day"),
        (one(date=1764892800, closed=True), ("exceptions", 0, "date"), "not-a-day"),
        (one(date="2026-02-30", closed=True), ("exceptions", 0, "date"), "not-a-day"),
        (one(closed=True, note={}), ("exceptions", 0, "note"), "nothing-said"),
        (
            {"exceptions": [{"date": "2026-12-05", "closed": True}] * 2},
            ("exceptions",),
            "exceptions-differ",
        ),
        (
            {"exceptions": [{"date": "2026-12-05", "from": "07:00", "to": "08:00"}] * 2},
            ("exceptions",),
            "hours-touch",
        ),
        ({"hotlines": [HOTLINE] * 51}, ("hotlines",), "too_long"),
        ({"hot_lines": []}, ("hot_lines",), "extra_forbidden"),
        (dict.fromkeys(("hotlines", "emails", "websites", "addresses"), ()), (), "nothing-said"),
    ],
)
def test_what_can_not_be_is_named(given: dict[str, Any], place: tuple[str | int, ...], kind: str):
    """What is wrong is told by its place and by a word of its own."""
    with pytest.raises(ValidationError) as refused:
        ContactRecord.model_validate(RECORD | given)
    first = refused.value.errors()[0]
    assert (first["loc"], first["type"]) == (place, kind)
