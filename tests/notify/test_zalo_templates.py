"""How a notice fills the gaps of a template."""

import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.channels.zalo.templates import Parameter, UnfitError, fill, shortened
from notify.ports import Outgoing

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
LINK = "https://app.tindan.example/dossiers/1"


def outgoing(**facts):
    return Outgoing(
        delivery_id=UUID(int=1),
        attempt=1,
        target="+84912345678",
        notification_id=UUID(int=2),
        category="status_change",
        locale="vi",
        title="t",
        text="t",
        html=None,
        link=LINK,
        opt_out_link=None,
        urgent=False,
        expires_at=NOW + timedelta(days=1),
        facts=facts,
    )


def gap(name, *, required=True, longest=None):
    return Parameter(name=name, required=required, longest=longest)


def test_a_template_gets_what_it_asks_for_and_nothing_else():
    """Facts by their names, and the link; a gap that may stay open stays so."""
    parameters = (gap("code"), gap("due", required=False), gap("link"))
    assert fill(parameters, outgoing(code="H26-1", agency="Sở A")) == {"code": "H26-1", "link": LINK}


@pytest.mark.parametrize("facts", [{}, {"code": ""}])
def test_a_gap_that_must_be_filled_is_missed_before_sending(facts):
    """The code of the outcome names it."""
    with pytest.raises(UnfitError) as caught:
        fill((gap("code"),), outgoing(**facts))
    assert caught.value.code == "lacks-code"


def test_letters_are_put_together_before_they_are_counted():
    """A text that came apart (NFD) is as long as it looks."""
    apart = unicodedata.normalize("NFD", "Sở Tư pháp")
    assert len(apart) > 10
    assert fill((gap("agency", longest=10),), outgoing(agency=apart)) == {"agency": "Sở Tư pháp"}


def test_prose_is_cut_after_a_word():
    """What describes may lose its end."""
    filled = fill((gap("procedure", longest=20),), outgoing(procedure="Cấp bản sao trích lục hộ tịch"))
    assert filled == {"procedure": "Cấp bản sao trích…"}


@pytest.mark.parametrize("name", ["code", "due", "otp", "occurred", "link"])
def test_what_must_be_whole_is_not_cut(name):
    """Half a link leads nowhere, and half a code is another one's."""
    facts = {} if name == "link" else {name: "x" * 11}
    with pytest.raises(UnfitError) as caught:
        fill((gap(name, longest=10),), outgoing(**facts))
    assert caught.value.code == f"too-long-{name}"


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"name": "a", "require": True, "maxLength": 30}, gap("a", longest=30)),
        ({"name": "a", "require": "false", "maxLength": "30"}, gap("a", required=False, longest=30)),
        ({"name": "a", "require": False, "maxLength": 0}, gap("a", required=False)),
        ({"name": "a"}, gap("a")),
        ({"name": "a", "maxLength": "many"}, gap("a")),
    ],
)
def test_a_schema_is_read_with_patience(given_, expected):
    """Numbers and truths may be texts; what is not said is not bounded, and asked for."""
    assert Parameter.read(given_) == expected


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_a_shortened_text_fits(text, longest):
    """It is never longer than allowed, begins as the text does, and is the text where that fits."""
    short = shortened(text, longest)
    assert len(short) <= longest
    if len(text) <= longest:
        assert short == text
    else:
        assert short.endswith("…")
        assert text.startswith(short[:-1])


@given(st.lists(st.text("ăâđêôơư", min_size=1, max_size=6), min_size=2), st.integers(8, 40))
def test_no_word_is_cut_in_two(words, longest):
    """Where words fit at all, the text ends with a whole one."""
    text = " ".join(words)
    short = shortened(text, longest).removesuffix("…")
    assert text[len(short) : len(short) + 1] in {"", " "}
