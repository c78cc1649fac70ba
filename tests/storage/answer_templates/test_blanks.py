"""Blanks are filled once, and what is none is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.answer_templates.blanks import BLANKS, UNFILLED, fill, unknown

KNOWN = {"dossier_code": "H26.1-261121-0001", "procedure_name": "Khai sinh", "agency_name": "UBND"}


def test_filling():
    """Each blank is replaced, wherever and however often it stands."""
    text = "{agency_name} trả lời về {dossier_code} ({procedure_name}, {dossier_code})."
    assert fill(text, KNOWN) == "UBND trả lời về H26.1-261121-0001 (Khai sinh, H26.1-261121-0001)."


@pytest.mark.parametrize("known", [{}, {"dossier_code": None}, {"dossier_code": ""}])
def test_what_is_not_known_is_to_be_seen(known):
    """Where nothing is known a mark stands, and no brace reaches a citizen."""
    assert fill("Hồ sơ {dossier_code}.", known) == f"Hồ sơ {UNFILLED}."


def test_what_comes_in_is_not_filled_again():
    """A name with a blank in it stays what it is."""
    assert fill("{agency_name}", {**KNOWN, "agency_name": "{dossier_code}"}) == "{dossier_code}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{applicant}", ("{applicant}",)),
        ("{dossier_code }", ("{dossier_code }",)),
        ("{} {dossier_code} {0} {dossier_code!r}", ("{}", "{0}", "{dossier_code!r}")),
        ("{{dossier_code.__class__}}", ("{dossier_code.__class__}",)),
        ("{ một ngoặc } thôi {", ("{ một ngoặc }",)),
        ("mở { và đóng }} không", ("{ và đóng }",)),
        ("một } và {", ()),
        (" ".join(f"{{{name}}}" for name in BLANKS), ()),
    ],
)
def test_unknown_blanks_are_named(text, found):
    """As they were written, so that whoever wrote them finds them."""
    assert unknown(text) == found


@given(st.text(alphabet="{}abc_ dossier_code"), st.text())
def test_any_text_can_be_filled(text, value):
    """Nothing that somebody writes is executed, or stops the filling; without braces it stays as it is."""
    filled = fill(text, dict.fromkeys(BLANKS, value))
    assert "{" in text or filled == text
