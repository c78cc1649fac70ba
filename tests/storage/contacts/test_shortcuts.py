"""The short ways through usual addresses lead where the libraries lead."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from storage.contacts.addresses import InvalidAddress, normalise_email, normalise_phone

DOMAINS = (
    *("example.vn", "Example.COM", "a-b.example.vn", "xn--bcher-kva.example", "example.vn.", "1.2.3.4"),
    *(
        "a.test",
        "localhost",
        "x.local",
        "example",
        "-a.com",
        "a-.com",
        "a..b",
        ".a.com",
        "foo.123",
        "ex_a.com",
    ),
)


@given(st.from_regex(r"(\+84|84|0|\+840|0084|)[0-9]{7,11}", fullmatch=True))
@example("0912345678")
@example("+84912345678")
@example("01234567890")
def test_phones_are_judged_as_the_library_judges_them(text):
    """A number is accepted when the library finds it valid, and in the spelling that it gives."""
    try:
        parsed = phonenumbers.parse(text, "VN")
        expected = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        if parsed.country_code != 84:
            return
        expected = expected if phonenumbers.is_valid_number(parsed) else None
    except phonenumbers.NumberParseException:
        expected = None
    assert outcome(normalise_phone, text) == expected


@given(st.text("aZ09._+-%", min_size=1, max_size=70), st.sampled_from(DOMAINS))
def test_emails_are_judged_as_the_library_judges_them(mailbox, domain):
    """An address is accepted when the library finds it valid, and in the spelling that it gives."""
    address = f"{mailbox}@{domain}"
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False)
        expected = f"{found.local_part}@{found.ascii_domain}".lower()
    except EmailNotValidError:
        expected = None
    assert outcome(normalise_email, address) == expected


def outcome(normalise, text):
    try:
        return normalise(text)
    except InvalidAddress:
        return None
