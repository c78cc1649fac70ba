"""Codes of dossiers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.agencies.codes import InvalidCode
from storage.dossiers.codes import agency_part, normalise_dossier_code

agencies = st.from_regex(r"[0-9A-Z]{1,3}(\.[0-9A-Z]{1,5}){0,3}", fullmatch=True)
dates = st.from_regex(r"[0-9]{6}|[0-9]{8}", fullmatch=True)
serials = st.from_regex(r"[0-9]{4,7}", fullmatch=True)
OTHER = re.compile(r"[0-9]{5}/[0-9]{4}/[0-9]{5}")


@given(agencies, dates, serials, st.sampled_from(["-", "–", " - ", "\u2011", "−"]))
def test_one_dossier_has_one_spelling(agency, date, serial, dash):
    """Case, space and kinds of dash make no other dossier, and the agency can be read off."""
    code = f"{agency}-{date}-{serial}"
    assert normalise_dossier_code(f" {agency.lower()}{dash}{date}{dash}{serial}\t") == code
    assert agency_part(code) == agency


@given(st.text(), st.sampled_from([None, OTHER, re.compile(r".*", re.DOTALL)]))
def test_normalising_settles_or_refuses(text, pattern):
    """What was normalised normalises to itself, and nothing but `InvalidCode` is ever raised."""
    try:
        code = normalise_dossier_code(text, extra_pattern=pattern)
    except InvalidCode:
        return
    assert normalise_dossier_code(code, extra_pattern=pattern) == code


def test_a_source_may_bring_its_own_form():
    """Another form passes only where the source declares it, as a whole, and tells no agency."""
    assert normalise_dossier_code(" 03706/2026/07906", extra_pattern=OTHER) == "03706/2026/07906"
    assert agency_part("03706/2026/07906") is None
    for text, pattern in (("03706/2026/07906", None), ("03706/2026/07906x", OTHER)):
        with pytest.raises(InvalidCode) as caught:
            normalise_dossier_code(text, extra_pattern=pattern)
        assert caught.value.reason == "form"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("  ", "length"),
        ("H26-261121-0001" + "0" * 80, "length"),
        ("H26-2611-0001", "form"),
        ("H26-261121-001", "form"),
        ("H26-2611211-0001", "form"),
        ("H26-٢٦١١٢١-0001", "form"),
        ("HÀ6-261121-0001", "form"),
    ],
)
def test_refusals_name_their_reason(text, reason):
    """What is no code is refused with the code that the API words."""
    with pytest.raises(InvalidCode) as caught:
        normalise_dossier_code(text)
    assert caught.value.reason == reason
