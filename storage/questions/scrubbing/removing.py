"""Taking out what is personal, and putting words in its place. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from storage.questions.scrubbing.accounts import find_accounts
from storage.questions.scrubbing.births import find_births
from storage.questions.scrubbing.codes import find_codes
from storage.questions.scrubbing.kinds import STAND_INS, Removed, Scrubbed, Span
from storage.questions.scrubbing.known import Known
from storage.questions.scrubbing.links import find_links
from storage.questions.scrubbing.names import find_names
from storage.questions.scrubbing.numbers import find_numbers
from storage.questions.scrubbing.places import find_places
from storage.questions.scrubbing.reading import Reading

Finder = Callable[[Reading], Iterable[Span]]

# In this order: an address at a mail host is no name, and the number of an account no telephone.
_FINDERS: Sequence[Finder] = (
    find_links,
    find_codes,
    find_births,
    find_accounts,
    find_numbers,
    find_places,
    find_names,
)
_STAND_IN = re.compile("|".join(map(re.escape, STAND_INS.values())))


def scrub(text: str, known: Sequence[str] = (), public: Sequence[str] = ()) -> Scrubbed:
    """Return a text with words in brackets for what is personal in it, and all else as it was.

    What was taken out is found again by nobody; what is left is scrubbed no further by a second time. The
    time it takes grows with the length of the text, not faster.

    Args:
        text: Vietnamese, with marks or without, in any Unicode form, with markup or not.
        known: what is known to be of who wrote it (name, number, address, …): it goes in any spelling.
        public: what everybody knows (an agency's telephone): it stays, unless it is of who wrote it.
    """
    finders = (Known(known).find, _spared(public), *_FINDERS)
    taken = [Span(found.start(), found.end(), None) for found in _STAND_IN.finditer(text)]
    # With its tags first, as they may hold a link; then as it is read, where a tag parts no words. Again,
    # until nothing is found, so that a second scrubbing finds nothing either.
    ways = (False, True) if "<" in text else (False,)
    while found := list(chain.from_iterable(_sweep(text, taken, finders, bare=bare) for bare in ways)):
        taken = _merged([*taken, *found])
    return _written(text, taken)


def _spared(public: Sequence[str]) -> Finder:
    sought = Known(public)
    return lambda reading: (span._replace(kind=None) for span in sought.find(reading))


def _sweep(text: str, taken: Iterable[Span], finders: Iterable[Finder], *, bare: bool) -> Iterator[Span]:
    reading = Reading(text, taken, bare=bare)
    for find in finders:
        yield from reading.take(find(reading))


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, none within or across another: the one that begins first holds both."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if merged and span.start < merged[-1].end:
            last = merged.pop()
            merged.append(Span(last.start, max(last.end, span.end), last.kind or span.kind))
        else:
            merged.append(span)
    return merged


def _written(text: str, taken: Iterable[Span]) -> Scrubbed:
    parts: list[str] = []
    removed: list[Removed] = []
    length = done = 0
    for span in taken:
        if span.kind is None:
            continue
        stand_in = STAND_INS[span.kind]
        kept = text[done : span.start]
        start = length + len(kept)
        length = start + len(stand_in)
        parts += [kept, stand_in]
        removed.append(Removed(kind=span.kind, start=start, end=length))
        done = span.end
    return Scrubbed(text="".join([*parts, text[done:]]), removed=tuple(removed))
