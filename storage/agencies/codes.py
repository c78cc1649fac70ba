"""Codes of agencies, in the old form and the new one."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Reason = Literal["form", "length"]

MAX_LENGTH = 35
"""The longest agency code, after Decision 20/2020/QD-TTg."""

_CODE = re.compile(r"[0-9A-Z]+(\.[0-9A-Z]+)*")
_TOP_LEVEL = re.compile(r"[A-Z][0-9]{2}")
_NO_UNIT = re.compile(r"0+")
_OLD_BLANKS = ("000", "00", "00")


class InvalidCode(ValueError):  # noqa: N818  # named for what was found, as callers read it
    """The text is no such code. ``reason`` is stable, to be worded by the caller: ``form`` or ``length``."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def tidy_code(text: str, max_length: int) -> str:
    """Return a code of any kind in NFC and capitals, without space around it.

    Raises:
        InvalidCode: with reason ``length`` if it is empty or longer than ``max_length``.
    """
    code = unicodedata.normalize("NFC", text.strip().upper())
    if not 0 < len(code) <= max_length:
        raise InvalidCode("length")
    return code


def normalise_agency_code(text: str) -> str:
    """Return an agency code in the new form (Decision 20/2020/QD-TTg), the top level first.

    The old form (QCVN 102:2016/BTTTT) put the top level last and always had four groups, zeros where a unit
    is of a higher level: ``000.03.20.H38`` is ``H38.20.03``, and ``000.00.00.H26`` is ``H26``. A code is read
    as old if it begins with zeros, or ends in a top level (a letter and two digits) without beginning in one.
    Zeros between two units stay: without them, units of different levels would share a code.

    Raises:
        InvalidCode: with reason ``length`` (at most 35 characters) or ``form`` (groups of 0-9 and A-Z joined
            by dots, not all of them zeros, whose order can be told).
    """
    return _in_new_form(tidy_code(text, MAX_LENGTH))


def variants(text: str) -> tuple[str, ...]:
    """Return all forms in which an agency's code may be met: the new one, then the old one if there is one.

    Raises:
        InvalidCode: as `normalise_agency_code`.
    """
    code = normalise_agency_code(text)
    groups = code.split(".")
    blanks = _OLD_BLANKS[: max(0, 4 - len(groups))]
    old_groups = [*blanks, *reversed(groups)]
    old = ".".join(old_groups)
    if len(old_groups) == 1 + len(_OLD_BLANKS) and len(old) <= MAX_LENGTH and _is_old(old_groups):
        return (code, old)
    return (code,)


@lru_cache(maxsize=10_000)
def _in_new_form(code: str) -> str:
    """Bring a tidy code into the new form. Each of very many events bears one of a few."""
    if not _CODE.fullmatch(code):
        raise InvalidCode("form")
    groups = _without_blanks(code.split("."))
    if groups and _is_old(groups):
        groups = _without_blanks(groups[::-1])
    if not groups or _is_old(groups):
        raise InvalidCode("form")
    return ".".join(groups)


def _without_blanks(groups: list[str]) -> list[str]:
    """Drop the groups of zeros at the end."""
    last = max((place for place, group in enumerate(groups) if not _NO_UNIT.fullmatch(group)), default=-1)
    return groups[: last + 1]


def _is_old(groups: list[str]) -> bool:
    if _NO_UNIT.fullmatch(groups[0]):
        return True
    return bool(_TOP_LEVEL.fullmatch(groups[-1])) and not _TOP_LEVEL.fullmatch(groups[0])
