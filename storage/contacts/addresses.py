"""Addresses at which a party can be reached: one spelling for each mailbox and each telephone."""

import functools
import re
import unicodedata
from enum import StrEnum
from typing import Any, Literal

import phonenumbers
from email_validator import EmailNotValidError, validate_email

Reason = Literal["syntax", "country", "length", "range"]

_HOME = "VN"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# What no rule of RFC 5321 can object to; all else is for the library to judge.
_USUAL_EMAIL = re.compile(r"(?P<mailbox>[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*)@(?P<domain>[A-Za-z0-9.-]+)")
_LONGEST_EMAIL = 64  # a mailbox has at most 64 characters, and so has no more in a shorter address
_PHONE_TEXT = re.compile(r"[0-9+().\-\s]+")
_PHONE_ERRORS: dict[int, Reason] = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "country",
    phonenumbers.NumberParseException.NOT_A_NUMBER: "syntax",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "length",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "length",
    phonenumbers.NumberParseException.TOO_LONG: "length",
}


class ContactKind(StrEnum):
    """How an address is reached."""

    EMAIL = "email"
    PHONE = "phone"


class InvalidAddress(ValueError):  # noqa: N818  # named for what was found, as callers read it
    """The text is no address of this kind; the text itself is not repeated here.

    ``reason`` is stable, to be worded by the caller: ``syntax``, ``country`` (no such calling code),
    ``length``, ``range`` (no such numbers are given out in Vietnam). Emails know ``syntax`` only.
    """

    def __init__(self, kind: ContactKind, reason: Reason) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason: Reason = reason


def normalise_email(text: str) -> str:
    """Return the address in lower case, its domain in ASCII (RFC 5891), at most 254 characters.

    The part before the @ is lowered too: RFC 5321 lets mailboxes differ by case, none in use do, and one
    mailbox must have one hash. Names that can never receive mail are refused: ``.test``, ``.local``,
    ``localhost`` and their like (RFC 6761). Tests use ``example.vn`` or ``example.com``. Whether the domain
    exists is not asked, so this does no I/O.

    Raises:
        InvalidAddress: with reason ``syntax``.
    """
    plain = _plain(text)
    usual = _USUAL_EMAIL.fullmatch(plain)
    try:
        if usual and len(plain) <= _LONGEST_EMAIL:
            return f"{usual['mailbox']}@{_ascii_domain(usual['domain'])}".lower()
        found = validate_email(plain, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        # Without its cause: the library's message quotes the address.
        raise InvalidAddress(ContactKind.EMAIL, "syntax") from None
    return f"{found.local_part}@{found.ascii_domain}".lower()


@functools.lru_cache(maxsize=10_000)
def _ascii_domain(domain: str) -> str:
    """Check a domain. Most people share a few, and a domain by itself is nobody's."""
    return validate_email(f"x@{domain}", check_deliverability=False, allow_smtputf8=False).ascii_domain


def normalise_phone(text: str) -> str:
    """Return the number in E.164, such as ``+84912345678``.

    ``0912 345 678``, ``84912345678`` and ``+84 912.345.678`` are one number: without a plus, Vietnam is
    meant. A Vietnamese number must lie in a range given out, so the 11-digit mobiles retired in 2018 are
    refused; a foreign one must have a possible length. Letters are refused, and with them extensions.

    Raises:
        InvalidAddress: with the reason.
    """
    plain = _plain(text)
    if usual := _usual_mobile().fullmatch(plain):
        return f"+84{usual['national']}"
    if not _PHONE_TEXT.fullmatch(plain):
        raise InvalidAddress(ContactKind.PHONE, "syntax")
    try:
        number = phonenumbers.parse(plain, _HOME)
    except phonenumbers.NumberParseException as error:
        raise InvalidAddress(ContactKind.PHONE, _PHONE_ERRORS[error.error_type]) from None
    if not phonenumbers.is_possible_number(number):
        raise InvalidAddress(ContactKind.PHONE, "length")
    at_home = number.country_code == phonenumbers.country_code_for_region(_HOME)
    if at_home and not phonenumbers.is_valid_number(number):
        raise InvalidAddress(ContactKind.PHONE, "range")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@functools.cache
def _usual_mobile() -> re.Pattern[str]:
    """Return what most numbers look like: plain digits in the ranges of mobile phones that are given out.

    The ranges are the library's own; applying them at once is twenty times as fast as its general way.
    """
    home: Any = phonenumbers.PhoneMetadata.metadata_for_region(_HOME)
    return re.compile(rf"(?:\+?84|0)(?P<national>{home.mobile.national_number_pattern})", re.ASCII)


def mask_email(email: str) -> str:
    """Return an email fit for display, as in ``n***@example.vn``; the stars do not tell the length."""
    mailbox, _, domain = email.rpartition("@")
    return f"{mailbox[:1]}***@{domain}"


def mask_phone(phone: str) -> str:
    """Return a number in E.164 fit for display: both ends of it, as in ``+84******678``."""
    return f"{phone[:3]}{'*' * (len(phone) - 6)}{phone[-3:]}"


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
