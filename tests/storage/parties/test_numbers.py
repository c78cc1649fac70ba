"""Numbers of parties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.parties.kinds import PartyKind
from storage.parties.numbers import InvalidNumber, mask, parse_number, parse_old_card_number

WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
digit_text = st.text("0123456789")
citizen_numbers = st.builds(
    "{:03d}{}{:08d}".format,
    st.integers(1, 96) | st.integers(101, 999),
    st.integers(0, 3),
    st.integers(0, 99_999_999),
)


def check_of(first_nine: str) -> int:
    return 10 - sum(w * int(d) for w, d in zip(WEIGHTS, first_nine, strict=True)) % 11


tax_codes = (
    st.from_regex(r"[0-9]{9}", fullmatch=True)
    .filter(lambda nine: check_of(nine) < 10)
    .map(lambda nine: f"{nine}{check_of(nine)}")
)


@given(
    citizen_numbers, st.lists(st.sampled_from([" ", ".", "-", "–", "\u00a0", "\u200b", "\n"]), max_size=12)
)
def test_separators_make_no_difference(number, separators):
    """A citizen number is the same number however its groups are set apart."""
    spaced = "".join(a + b for a, b in zip(number, [*separators, *[""] * 12], strict=False))
    assert parse_number(PartyKind.PERSON, spaced) == number


@given(citizen_numbers)
def test_full_width_digits_are_narrowed(number):
    """Digits of an East Asian keyboard are digits."""
    wide = "".join(chr(ord("０") + int(digit)) for digit in number)
    assert parse_number(PartyKind.PERSON, wide) == number


@given(tax_codes, st.integers(1, 999))
def test_tax_codes_and_their_branches_pass(code, branch):
    """A tax code passes alone and with the number of a branch, with or without the dash."""
    assert parse_number(PartyKind.ORGANISATION, code) == code
    assert parse_number(PartyKind.ORGANISATION, f"{code}-{branch:03d}") == f"{code}{branch:03d}"
    assert parse_number(PartyKind.ORGANISATION, f"{code}{branch:03d}") == f"{code}{branch:03d}"


@given(tax_codes, st.integers(0, 9), st.integers(1, 9))
def test_a_mistyped_digit_is_found(code, place, shift):
    """Any one wrong digit of a tax code is found by its check digit."""
    wrong = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]
    with pytest.raises(InvalidNumber) as caught:
        parse_number(PartyKind.ORGANISATION, wrong)
    assert caught.value.reason == "check"


@pytest.mark.parametrize("code", ["0100109106", "0100109106-001", "0101243150", "0300588569"])
def test_published_tax_codes_pass(code):
    """Tax codes of well-known enterprises agree with the weights."""
    assert parse_number(PartyKind.ORGANISATION, code) == code.replace("-", "")


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (PartyKind.PERSON, "", "length"),
        (PartyKind.PERSON, "00109900000", "length"),
        (PartyKind.PERSON, "0010990000011", "length"),
        (PartyKind.PERSON, "001099O00001", "digits"),
        (PartyKind.PERSON, "٠٠١٠٩٩٠٠٠٠٠١", "digits"),
        (PartyKind.PERSON, "000099000001", "province"),
        (PartyKind.PERSON, "097099000001", "province"),
        (PartyKind.PERSON, "100099000001", "province"),
        (PartyKind.PERSON, "001499000001", "century"),
        (PartyKind.ORGANISATION, "001099000001", "length"),
        (PartyKind.ORGANISATION, "0100109106/001", "digits"),
        (PartyKind.ORGANISATION, "0000000000", "check"),
    ],
)
def test_refusals_name_their_reason(kind, text, reason):
    """Each refusal carries the code that the API words."""
    with pytest.raises(InvalidNumber) as caught:
        parse_number(kind, text)
    assert caught.value.reason == reason


@given(st.sampled_from(PartyKind), digit_text | st.text())
def test_parsing_settles_or_refuses(kind, text):
    """What was parsed parses to itself, and nothing but `InvalidNumber` is ever raised."""
    try:
        parsed = parse_number(kind, text)
    except InvalidNumber:
        return
    assert parse_number(kind, parsed) == parsed


@pytest.mark.parametrize("text", ["012345678", "012 345 678"])
def test_old_cards_have_nine_digits(text):
    """An old card is read by its own function only."""
    assert parse_old_card_number(text) == "012345678"
    with pytest.raises(InvalidNumber):
        parse_number(PartyKind.PERSON, text)
    with pytest.raises(InvalidNumber):
        parse_old_card_number("001099000001")


@given(st.text("0123456789", max_size=13))
def test_a_mask_shows_four_digits_at_most(number):
    """A mask keeps the length and shows the ends of long numbers only."""
    masked = mask(number)
    assert len(masked) == len(number)
    assert sum(character != "*" for character in masked) == (4 if len(number) >= 9 else 0)


def test_the_mask_of_a_citizen_number():
    """The mask looks as it is documented."""
    assert mask("001099000001") == "001********1"
