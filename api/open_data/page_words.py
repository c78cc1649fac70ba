"""Numbers and months as people write them in Vietnamese and English."""

from datetime import date
from decimal import Decimal

_VIETNAMESE = str.maketrans(",.", ".,")


def number(value: int | Decimal, locale: str) -> str:
    """Return a number in groups of three digits, with as many after the point as it has."""
    text = f"{value:,}"
    return text if locale == "en" else text.translate(_VIETNAMESE)


def month_name(month: date, locale: str) -> str:
    """Return a month, given by a day of it, within a sentence."""
    return f"{month:%B %Y}" if locale == "en" else f"tháng {month.month}/{month.year}"


def beginning(text: str) -> str:
    """Return a text as it stands at the beginning of a sentence."""
    return text[:1].upper() + text[1:]
