"""Codes of agencies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.agencies.codes import MAX_LENGTH, InvalidCode, normalise_agency_code, variants

tops = st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True)
old_codes = st.from_regex(r"(000|00[12])\.(00|01)\.(00|01)\.H2[56]", fullmatch=True)
codes = st.from_regex(r"[0-9A-Z]{1,4}(\.[0-9A-Z]{1,4}){0,5}", fullmatch=True)


@given(tops, st.from_regex(r"[0-9]{3}", fullmatch=True), *[st.from_regex(r"[0-9]{2}", fullmatch=True)] * 2)
def test_both_forms_of_a_code_are_one(top, fourth, third, second):
    """The old form and the new one, with or without zeros at its end, normalise alike."""
    old = f"{fourth}.{third}.{second}.{top}"
    new = f"{top}.{second}.{third}.{fourth}"
    assert normalise_agency_code(old) == normalise_agency_code(new)
    assert normalise_agency_code(old) in variants(new)
    assert old in variants(new)


@given(codes)
def test_every_variant_means_the_same_agency(code):
    """A variant normalises to the code that it is a variant of, and normalising settles."""
    try:
        normal, *others = variants(code)
    except InvalidCode:
        return
    assert normalise_agency_code(normal) == normal
    assert all(normalise_agency_code(other) == normal for other in others)
    assert all(len(other) <= MAX_LENGTH for other in others)


@given(old_codes, old_codes)
def test_different_units_keep_different_codes(code, other):
    """Two codes of the old form normalise alike only if they are the same code."""
    assert (normalise_agency_code(code) == normalise_agency_code(other)) is (code == other)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("000.00.00.H26", "H26"),
        (" h26 ", "H26"),
        ("H26.00.00.000", "H26"),
        ("H55.242", "H55.242"),
        ("000.03.20.H38", "H38.20.03"),
        ("000.00.051.H04", "H04.051"),
        ("001.00.20.H38", "H38.20.00.001"),
        ("000.00.UB.003", "003.UB"),
        ("BQLKCX", "BQLKCX"),
        ("G12.98.D1", "G12.98.D1"),
    ],
)
def test_codes_met_in_practice(text, code):
    """Codes that the portal publishes are read as they are meant."""
    assert normalise_agency_code(text) == code


def test_variants_as_documented():
    """The old form is offered where there was one."""
    assert variants("H26") == ("H26", "000.00.00.H26")
    assert variants("000.03.20.H38") == ("H38.20.03", "000.03.20.H38")
    assert variants("H26.1.2.3.4") == ("H26.1.2.3.4",)
    longest = f"H26.{'1' * 31}"
    assert variants(longest) == (longest,)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "length"),
        ("H" * 36, "length"),
        ("000.00.00.000", "form"),
        ("H26.", "form"),
        ("H56.24(C)", "form"),
        ("000.00.A01.003", "form"),
        ("BTC_TCS", "form"),
        ("H２６", "form"),
    ],
)
def test_refusals_name_their_reason(text, reason):
    """What is no code is refused with the code that the API words."""
    with pytest.raises(InvalidCode) as caught:
        normalise_agency_code(text)
    assert caught.value.reason == reason
