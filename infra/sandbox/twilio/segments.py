"""Of how many short messages a text is made up: 3GPP TS 23.038 and 23.040."""

from typing import Literal, NamedTuple

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")  # each is an escape and a letter
_ALONE = {"GSM-7": 160, "UCS-2": 70}
_IN_A_ROW = {"GSM-7": 153, "UCS-2": 67}  # what the header of a concatenated message leaves


class Segments(NamedTuple):
    """How a text travels."""

    encoding: Encoding
    number: int


def segments(text: str) -> Segments:
    """Count the segments of a text."""
    encoding: Encoding = "GSM-7" if set(text) <= _BASIC | _EXTENSION else "UCS-2"
    widths = [_width(letter, encoding) for letter in text]
    if sum(widths) <= _ALONE[encoding]:
        return Segments(encoding, 1)
    count, used = 1, 0
    for width in widths:
        if used + width > _IN_A_ROW[encoding]:  # no letter is cut in two
            count, used = count + 1, 0
        used += width
    return Segments(encoding, count)


def _width(letter: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if letter in _EXTENSION else 1
    return len(letter.encode("utf-16-be")) // 2
