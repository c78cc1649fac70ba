"""The words of a card, in Vietnamese and, below and smaller, in English."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from storage.papers.card import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a line is set.

    Attributes:
        size, leading: of the type and from the line before, in points.
        grey: from 0, black.
        least: to which part of its size a line may be set smaller rather than cut in two.
    """

    bold: bool = False
    size: float = 6.5
    leading: float = 8.6
    grey: float = 0.0
    least: float = 1.0


INVITATION = Look(size=7, least=0.85)
NAME = Look(bold=True, size=8, leading=9.6, least=0.75)
FACT = Look(least=0.95)
ENGLISH = Look(size=5.6, leading=7.2, grey=0.35)

Line = tuple[str, Look]
Measure = Callable[[str, Look], float]
"""How wide a text is set in a look, in points."""


def lines(card: Card, *, signed: bool) -> Iterator[Line]:
    """Yield what the card says.

    Args:
        card: what it is about.
        signed: whether the original carries signatures, which its copy does not.
    """
    yield "Quét mã để kiểm tra tại", INVITATION
    yield card.domain, NAME
    yield f"Mã: {card.code}", NAME
    yield f"Ngày cấp: {_day(card.issued_on)}", FACT
    if card.expires_on:
        yield f"Có giá trị đến: {_day(card.expires_on)}", FACT
    yield f"Trạng thái tại {_day(card.valid_on)}: còn hiệu lực", FACT
    yield "Bản hiển thị của bản gốc đã ký số" if signed else "Bản hiển thị", FACT
    # Dates as in ISO 8601: 03/04 is another day to an American.
    yield f"Scan to verify. Valid as of {card.valid_on.isoformat()}.", ENGLISH
    yield "Display copy of a digitally signed original." if signed else "Display copy.", ENGLISH


def wrapped(given: Iterator[Line], width: float, measure: Measure) -> Iterator[Line]:
    """Yield the lines set smaller, or cut between words or after dots, so that none is wider than `width`."""
    for text, look in given:
        part = width / measure(text, look)
        if part >= look.least:
            yield text, replace(look, size=look.size * min(1, part))
        else:
            yield from (
                (cut, look) for cut in _cut(text, partial(_fits, look=look, width=width, measure=measure))
            )


def _cut(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    line = ""
    for part in re.findall(r"[^ .]*(?:\.(?! )|\.? *)", text):
        if line and not fits((line + part).rstrip()):
            yield line.rstrip()
            line = ""
        line += part
    yield line.rstrip()


def _fits(text: str, look: Look, width: float, measure: Measure) -> bool:
    return measure(text, look) <= width


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
