"""The text of a text message: in which letters it is written, and of how many messages it is made up.

A text message carries 140 octets (3GPP TS 23.040). By 3GPP TS 23.038, formerly GSM 03.38, they hold 160
characters of the GSM 7 bit default alphabet, or, as soon as one character is not of that alphabet, 70 of
UCS-2. What is longer is sent in parts, which lose six octets each to a header: 153 or 67 remain. Of the 134
letters that Vietnamese adds to the Latin ones, the alphabet has seven, so that a text with its marks costs
about twice what it costs without. Which of the two a notice is worth is said by its category.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum


class Alphabet(StrEnum):
    """How a notice is written in a text message."""

    EXACT = "exact"
    """As it is, with all marks."""
    PLAIN = "plain"
    """Without marks, as far as it can be said in the GSM 7 bit alphabet."""


class Encoding(StrEnum):
    """How a text travels: its most costly character decides for all of them."""

    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM 7 bit default alphabet (3GPP TS 23.038, 6.2.1), without the escape to its extension."""

_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Its extension table (6.2.1.1): an escape and a code, so two septets each."""

_LIMITS = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}
"""What one message holds by itself, and as a part of several: septets, or UTF-16 code units."""

_BEYOND_BASIC_PLANE = 0x10000  # from here on UTF-16 takes a surrogate pair

_VIETNAMESE = {
    "a": "àáảãạăằắẳẵặâầấẩẫậ",
    "e": "èéẻẽẹêềếểễệ",
    "i": "ìíỉĩị",
    "o": "òóỏõọôồốổỗộơờớởỡợ",
    "u": "ùúủũụưừứửữự",
    "y": "ỳýỷỹỵ",
    "d": "đ",
}
"""Every letter that Vietnamese adds, by the one it is written with where there are no marks."""

_CAPITALS = {plain.upper(): letters.upper() for plain, letters in _VIETNAMESE.items()}

_LOOKALIKES = {
    # Of the đồng; and eth and the African d, whose capitals look like Đ: old documents are full of them.
    "d": "₫ðɖ",
    "D": "ÐƉ",
    '"': "“”„‟«»″",
    "'": "‘’‚‛′´`",
    "-": "‐‑‒–—―−•·",
    "...": "…",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\u0085\u2028\u2029",
    "": "\u00ad\u200b\u2060\ufeff",  # may break here, or may not: says nothing in a text message
}
"""Typography, by what typewriters had for it."""

_PLAIN = {
    ord(letter): plain
    for table in (_VIETNAMESE, _CAPITALS, _LOOKALIKES)
    for plain, letters in table.items()
    for letter in letters
}

_LINK = re.compile(r"""(https?://[^\s<>"“”«»‘’…\u00ad\u200b\u2060\ufeff]+)""", re.IGNORECASE)
_MARKS = re.compile(r"(?<=[A-Za-z])[\u0300-\u036f]+")
_JOINERS = re.compile(r"[\u200c\u200d\ufe0e\ufe0f]")


def fit(text: str, alphabet: Alphabet) -> str:
    """Write a text in an alphabet.

    It is brought to NFC first, as a letter with two loose marks costs three characters. In PLAIN, letters of
    Vietnamese and other Latin ones lose their marks, and typography becomes what a typewriter had for it. A
    character for which there is nothing plain stays as it is, though it makes the whole text UCS-2: nothing
    is left out, and nothing turns into a question mark. Links stay as they are.
    """
    exact = unicodedata.normalize("NFC", text)
    if alphabet is Alphabet.EXACT:
        return exact
    # With one group, every other piece is a link.
    pieces = _LINK.split(exact)
    pieces[::2] = map(_plain, pieces[::2])
    plain = "".join(pieces)
    # Joiners hold an emoji together. They go only where nothing is left for them to join.
    bare = _JOINERS.sub("", plain)
    return bare if encoding_of(bare) is Encoding.GSM_7 else plain


def encoding_of(text: str) -> Encoding:
    """Say how a text travels."""
    return Encoding.GSM_7 if set(text) <= _GSM_BASIC | _GSM_EXTENSION else Encoding.UCS_2


def count_segments(text: str) -> int:
    """Return how many text messages a text is made up of, which is what is paid for.

    A character that takes two places is never cut in two: where but one is left in a part, it begins the
    next. An empty text is none.
    """
    encoding = encoding_of(text)
    width = _septets if encoding is Encoding.GSM_7 else _code_units
    return _parts(map(width, text), *_LIMITS[encoding])


def _septets(character: str) -> int:
    return 2 if character in _GSM_EXTENSION else 1


def _code_units(character: str) -> int:
    return 2 if ord(character) >= _BEYOND_BASIC_PLANE else 1


def _parts(widths: Iterable[int], alone: int, as_part: int) -> int:
    total = parts = left = 0
    for width in widths:
        total += width
        if width > left:
            parts, left = parts + 1, as_part
        left -= width
    return parts if total > alone else min(parts, 1)


def _plain(text: str) -> str:
    return _MARKS.sub("", "".join(map(_unmarked, text.translate(_PLAIN))))


def _unmarked(character: str) -> str:
    """Return a Latin letter without what was added to it, and what is none as it is."""
    if character in _GSM_BASIC:
        return character
    parts = unicodedata.normalize("NFKD", character)
    base = "".join(part for part in parts if not unicodedata.combining(part))
    # Marks of other scripts are no ornament, and signs may come apart into some that mean something else.
    return base if base.isascii() and base.isalpha() else character
