"""Codes of procedures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.agencies.codes import InvalidCode
from storage.procedures.codes import MAX_SHORT_LENGTH, split_procedure_code

shorts = st.from_regex(r"[0-9]\.[0-9]{6,12}(-[0-9A-Z]{1,13})?", fullmatch=True)
tops = st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True)


@given(shorts, tops)
def test_long_and_short_forms_name_one_procedure(short, top):
    """Both forms give the short code; the long one gives the publishing agency too."""
    assert split_procedure_code(short) == (short, None)
    assert split_procedure_code(f"{short}.000.00.00.{top}") == (short, top)
    assert split_procedure_code(f" {short}.{top}\n".lower()) == (short, top)
    assert len(short) <= MAX_SHORT_LENGTH


@given(st.text())
def test_splitting_settles_or_refuses(text):
    """A short code splits into itself, and nothing but `InvalidCode` is ever raised."""
    try:
        short, _ = split_procedure_code(text)
    except InvalidCode:
        return
    assert split_procedure_code(short) == (short, None)


@pytest.mark.parametrize(
    ("text", "short"),
    [("1.0133611", "1.0133611"), ("1.014955-Xoa", "1.014955-XOA"), ("2.009182739", "2.009182739")],
)
def test_misprints_of_the_catalogue_pass(text, short):
    """Codes that are malformed as published can still be looked up."""
    assert split_procedure_code(text) == (short, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("1." + "0" * 70, "length"),
        ("1.00119", "form"),
        ("1001193", "form"),
        ("1.001193.", "form"),
        ("1.001193.000.00.00.000", "form"),
        ("1.٠٠١١٩٣", "form"),
    ],
)
def test_refusals_name_their_reason(text, reason):
    """What is no code is refused with the code that the API words."""
    with pytest.raises(InvalidCode) as caught:
        split_procedure_code(text)
    assert caught.value.reason == reason
