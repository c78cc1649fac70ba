"""Addresses of parties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.contacts.addresses import (
    ContactKind,
    InvalidAddress,
    mask_email,
    mask_phone,
    normalise_email,
    normalise_phone,
)

mobiles = st.builds("9{}{:07d}".format, st.sampled_from("0134678"), st.integers(0, 9_999_999))
words = st.from_regex(r"[a-zA-Z0-9]{1,12}", fullmatch=True)


@given(mobiles)
def test_one_phone_has_one_spelling(mobile):
    """Every way to write a Vietnamese mobile leads to one number in E.164."""
    spellings = [
        f"0{mobile}",
        f"84{mobile}",
        f"+84{mobile}",
        f"0084{mobile}",
        f"+84 0{mobile}",
        f" (0{mobile[:2]}) {mobile[2:5]}.{mobile[5:]}\u200b",
        "".join(chr(ord("０") + int(digit)) for digit in f"0{mobile}"),
    ]
    assert {normalise_phone(spelling) for spelling in spellings} == {f"+84{mobile}"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("024 3825 5555", "+842438255555"),
        ("+1 202 555 0123", "+12025550123"),
        ("1900 1234", "+8419001234"),
        ("+1 200 555 0123", "+12005550123"),
    ],
)
def test_landlines_hotlines_and_foreign_numbers_pass(text, number):
    """Not every number is a Vietnamese mobile."""
    assert normalise_phone(text) == number


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "syntax"),
        ("0912 ABC 678", "syntax"),
        ("0912345678 ext 9", "syntax"),
        ("0912345678/0987654321", "syntax"),
        ("()", "syntax"),
        ("+999123456", "country"),
        ("0912345678901", "length"),
        ("113", "length"),
        ("0" * 9 + "9" * 30, "length"),
        ("0912 345", "range"),
        ("0112345678", "range"),
        ("0120 123 4567", "range"),
    ],
)
def test_impossible_phones_are_refused(text, reason):
    """Each refusal carries the code that the API words, and never the number."""
    with pytest.raises(InvalidAddress) as caught:
        normalise_phone(text)
    assert (caught.value.kind, caught.value.reason) == (ContactKind.PHONE, reason)
    assert not text or text not in str(caught.value)


@given(words, words)
def test_one_mailbox_has_one_spelling(mailbox, domain):
    """Case and surrounding space make no other mailbox."""
    email = f"{mailbox}@{domain}.example.vn".lower()
    assert {normalise_email(text) for text in (email, email.upper(), f" {email}\n")} == {email}


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Lan.Nguyen+hs@Example.VN", "lan.nguyen+hs@example.vn"),
        ("a@example.com", "a@example.com"),
        ("a@tên.vn", "a@xn--tn-eja.vn"),
    ],
)
def test_emails_as_documented(text, email):
    """Domains of the documentation pass, and Vietnamese ones are kept in ASCII."""
    assert normalise_email(text) == email


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@localhost",
        "a@mail.test",
        "a b@example.vn",
        '"a b"@example.vn',
        "nguyễn@example.vn",
        "a@[10.0.0.1]",
    ],
)
def test_unusable_emails_are_refused(text):
    """What could not be sent to everywhere is refused, without its text in the error."""
    with pytest.raises(InvalidAddress) as caught:
        normalise_email(text)
    assert (caught.value.kind, caught.value.reason) == (ContactKind.EMAIL, "syntax")
    assert caught.value.__cause__ is None


@given(
    st.sampled_from([normalise_email, normalise_phone]),
    st.text() | st.from_regex(r"[+0-9 ().-]{1,16}", fullmatch=True),
)
def test_normalising_settles_or_refuses(normalise, text):
    """What was normalised normalises to itself, and nothing but `InvalidAddress` is ever raised."""
    try:
        address = normalise(text)
    except InvalidAddress:
        return
    assert normalise(address) == address


def test_masks_as_documented():
    """A mask shows enough for its owner to know the address again."""
    assert mask_email("nguyen.lan@example.vn") == "n***@example.vn"
    assert mask_phone("+84912345678") == "+84******678"


@given(mobiles)
def test_a_masked_phone_hides_six_digits(mobile):
    """Three digits of a mobile are shown, and its country."""
    assert mask_phone(f"+84{mobile}") == f"+84******{mobile[-3:]}"
