"""Numbers by which the state knows a party: citizen numbers, old ID cards, tax codes."""

import re
import unicodedata
from typing import Literal

from storage.parties.kinds import PartyKind

Reason = Literal["digits", "length", "province", "century", "check"]

# What people and spreadsheets put between the groups of a number, and what copying leaves in it unseen.
_SEPARATORS = re.compile("[\\s.\\-\u2010-\u2015\u00ad\u200b-\u200f\u2060\ufeff]")

_LAST_PROVINCE = 96
_FIRST_COUNTRY = 101
_LAST_LIVING_CENTURY = 3
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


class InvalidNumber(ValueError):  # noqa: N818  # named for what was found, as callers read it
    """The text is no number of the kind asked for; the text itself is not repeated here.

    ``reason`` is stable, to be worded by the caller: ``digits`` (something other than digits), ``length``,
    ``province`` (no such place of birth registration), ``century`` (of birth, still to come), ``check`` (the
    check digit is wrong).
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def parse_number(kind: PartyKind, text: str) -> str:
    """Return the number of a party as bare digits.

    Spaces, dots, dashes and invisible characters are dropped and full-width digits are narrowed (NFKC);
    digits of other scripts are refused, since no Vietnamese keyboard makes them. A leading zero that a
    spreadsheet ate is not guessed back.

    Args:
        kind: ``PERSON`` for a citizen number of 12 digits, ``ORGANISATION`` for a tax code of 10, or of 13
            for a branch (usually written 10-3).
        text: the number as typed, scanned or received.

    Raises:
        InvalidNumber: with the reason.
    """
    digits = _digits(text)
    if kind is PartyKind.PERSON:
        _check_citizen_number(digits)
    else:
        _check_tax_code(digits)
    return digits


def parse_old_card_number(text: str) -> str:
    """Return the number of an old ID card (9 digits), which may still stand in dossiers and on QR codes.

    Old cards of 12 digits carry the citizen number itself: use `parse_number`.

    Raises:
        InvalidNumber: with reason ``digits`` or ``length``.
    """
    digits = _digits(text)
    _check_length(digits, 9)
    return digits


def mask(number: str) -> str:
    """Return a number fit for display: the first three characters and the last, as in ``001********1``."""
    if len(number) < 9:  # noqa: PLR2004  # shorter than any number here: showing four would show too much
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 4)}{number[-1]}"


def _digits(text: str) -> str:
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if digits and not (digits.isascii() and digits.isdigit()):
        raise InvalidNumber("digits")
    return digits


def _check_length(digits: str, *allowed: int) -> None:
    if len(digits) not in allowed:
        raise InvalidNumber("length")


def _check_citizen_number(digits: str) -> None:
    """Check the structure of Decree 137/2015/ND-CP, article 13, and Circular 59/2021/TT-BCA, article 4.

    The first three digits are a province (001 to 096), or a country for a birth registered abroad (from 101).
    The fourth is sex and century: 0 and 1 for 1900 to 1999, 2 and 3 for 2000 to 2099. No digit is a check.
    """
    _check_length(digits, 12)
    place = int(digits[:3])
    if not (1 <= place <= _LAST_PROVINCE or place >= _FIRST_COUNTRY):
        raise InvalidNumber("province")
    if int(digits[3]) > _LAST_LIVING_CENTURY:
        raise InvalidNumber("century")


def _check_tax_code(digits: str) -> None:
    """Check the tenth digit: 10 less the weighted sum of the first nine modulo 11."""
    _check_length(digits, 10, 13)
    total = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, digits, strict=False))
    # A remainder of 0 asks for a check "digit" of 10: such codes are never issued.
    if int(digits[9]) != 10 - total % 11:
        raise InvalidNumber("check")
