"""Digits that are written as words: `không chín một hai`. Pure."""

import re
from collections.abc import Iterator

from storage.questions.scrubbing.kinds import Span

DIGIT = "(?:khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)"
"""A digit as a word, without its marks."""

_TENS = "(?:muoi|tram|linh|le|hang)"
_TOKEN = re.compile(rf"{DIGIT}|{_TENS}|\d+")
_RUN = re.compile(
    rf"(?<!\w)(?:{DIGIT}|{_TENS}|\d{{1,4}})(?:[\s,.\-_]{{1,3}}(?:{DIGIT}|{_TENS}|\d{{1,4}}))+(?!\w)"
)
_LEAST = 6
"""Digits said one after another that no sentence has by chance."""
_OF_PHONES = range(8, 13)


def said_numbers(plain: str) -> Iterator[Span]:
    """Yield where a number is said digit by digit, in words only or in some: no kind is told."""
    for run in _RUN.finditer(plain):
        tokens = _TOKEN.findall(run[0])
        said = [token for token in tokens if not token.isdigit() and not re.fullmatch(_TENS, token)]
        digits = len(said) + sum(len(token) for token in tokens if token.isdigit())
        dialled = bool(said) and tokens[0] in {"khong", "0"} and digits in _OF_PHONES
        if len(said) >= _LEAST or dialled:
            yield Span(run.start(), run.end(), None)
