"""The order of the Vietnamese alphabet, by which people look for names in a list. Pure."""

import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\u0300\u0309\u0303\u0301\u0323"
"""Level, falling, asking, tumbling, sharp, heavy: the order of the dictionaries."""

_RANK = {letter: chr(0x100 + place) for place, letter in enumerate(_LETTERS)}
_TONE = {mark: str(place) for place, mark in enumerate(_TONES, start=1)}


def collation_key(text: str) -> tuple[str, str]:
    """Return what texts are sorted by: their letters first, and where those are the same, their tones."""
    letters, tones = [], []
    for letter in unicodedata.normalize("NFC", text).lower():
        plain, tone = _parted(letter)
        letters.append(_RANK.get(plain, plain))
        tones.append(tone)
    return "".join(letters), "".join(tones)


def _parted(letter: str) -> tuple[str, str]:
    parts = unicodedata.normalize("NFD", letter)
    tone = next((_TONE[part] for part in parts if part in _TONE), "0")
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONE)), tone
