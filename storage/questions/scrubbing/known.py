"""What is known to be of a person is found however it is written. Pure."""

import re
from collections.abc import Iterator, Sequence

from storage.questions.scrubbing.kinds import RemovedKind, Span
from storage.questions.scrubbing.reading import Reading

_SHORTEST = 4
"""Letters and digits of what is found in any spelling: `An` without its capital is any word."""
_LONG = 8
"""And of what is found as a part of a word too: `nguyenvanan90`."""
_PHONE_DIGITS = 9
_WORD = re.compile(r"[^\W_]+")


class Known:
    """Texts that go wherever they stand: in capitals, without marks, run together, as a part of a word."""

    def __init__(self, texts: Sequence[str]) -> None:
        readings = [Reading(text, (), bare=True) for text in texts]
        self._squashed = sorted({form for reading in readings for form in _forms(reading)}, key=len)[::-1]
        self._short = {
            word
            for reading in readings
            if len(_squash(reading.plain)) < _SHORTEST
            for word in _WORD.findall(reading.seen)
        }

    def find(self, reading: Reading) -> Iterator[Span]:
        """Yield where any of them stands."""
        if self._short:
            for word in _WORD.finditer(reading.seen):
                if word[0] in self._short:
                    yield Span(word.start(), word.end(), RemovedKind.NAME)
        if self._squashed:
            yield from self._find_squashed(reading)

    def _find_squashed(self, reading: Reading) -> Iterator[Span]:
        places = [place for place, letter in enumerate(reading.plain) if letter.isalnum()]
        squashed = "".join(reading.plain[place] for place in places)
        for form in self._squashed:
            start = squashed.find(form)
            while start >= 0:
                end = start + len(form)
                found = Span(places[start], places[end - 1] + 1, _kind(form))
                if _stands_alone(reading.plain, found, form) and not _interrupted(reading.plain, found):
                    yield found
                start = squashed.find(form, end)


def _forms(reading: Reading) -> Iterator[str]:
    """Yield the ways in which a text is looked for: as a whole, a name by its last words, a telephone."""
    words = _WORD.findall(reading.plain)
    whole = "".join(words)
    if len(whole) < _SHORTEST:
        return
    yield whole
    if whole.isdigit():
        if len(whole) > _PHONE_DIGITS and whole.startswith(("0", "84")):
            national = whole.removeprefix("84").removeprefix("0")
            yield from (f"0{national}", f"84{national}")
    elif all(word.isalpha() for word in words):
        yield "".join([*words[-1:], *words[:-1]])
        yield from (tail for at in range(1, len(words) - 1) if len(tail := "".join(words[at:])) >= _SHORTEST)


def _squash(plain: str) -> str:
    return "".join(_WORD.findall(plain))


def _kind(form: str) -> RemovedKind:
    if form.isdigit():
        return RemovedKind.NUMBER
    return RemovedKind.NAME if form.isalpha() else RemovedKind.ADDRESS


def _stands_alone(plain: str, found: Span, form: str) -> bool:
    before, after = plain[found.start - 1 : found.start], plain[found.end : found.end + 1]
    if not (before.isalnum() or after.isalnum()):
        return True
    if len(form) < _LONG:
        return False
    within = plain[found.start : found.end].isalnum()
    return within or (form.isdigit() and not (before.isdigit() or after.isdigit()))


def _interrupted(plain: str, found: Span) -> bool:
    """Whether something ends, or was taken out, in the middle of what was found."""
    ends = r"[.!?;,]\s|\n\s*\n|\ue000" if found.kind is RemovedKind.NAME else r"[!?;]\s|\n\s*\n|\ue000"
    return re.search(ends, plain[found.start : found.end]) is not None
