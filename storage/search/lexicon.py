"""What people say for what the catalogue says: a table in the product, one line for one meaning. Pure.

The table is four files of `lexicon/`: `said.txt` (phrases and what is meant by them), `short.txt` (words of
dialects, abbreviations), `asides.txt` (what says nothing of the matter) and `cases.txt` (what tells the names
of one matter apart). Each says of its own form.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import chain

from storage.search.cases import Cases, read_cases
from storage.search.folding import fold
from storage.search.phrases import Phrase, Phrases, read_phrases
from storage.search.scattered import Scattered

_SHOWN = 2
"""Phrases of a line that are proposed to who is typing: the usual ones stand first."""
_CAPITALS = re.compile(r"\b[A-ZĐ]{3,}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What is meant by a phrase: phrases of the catalogue, `surely` or only perhaps."""

    phrases: tuple[Phrase, ...]
    surely: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The table, ready for use.

    Attributes:
        meant: how many ways there are of saying it, by what is meant.
        sayings: the usual ones of those that surely mean something, of two words or more, as they are said.
        words: all that are known, without marks.
    """

    said: Phrases[Meaning]
    scattered: Scattered[Meaning]
    asides: Phrases[None]
    cases: Cases
    short: dict[str, Phrase]
    meant: Mapping[Phrase, int] = field(repr=False)
    sayings: tuple[Phrase, ...] = field(repr=False)
    words: frozenset[str] = field(repr=False)


@cache
def lexicon() -> Lexicon:
    """Return the table that the product ships, read once."""
    short = dict(read_short(_text("short.txt")))
    lines = list(read_said(_text("said.txt")))
    # As questions are read, and, for who writes no marks, as it is. Of two lines that come to say the same
    # the first holds.
    said: dict[Phrase, Meaning] = {}
    for phrases, meaning in lines:
        meant = tuple(written_out(phrase, short) for phrase in meaning.phrases)
        full = Meaning(phrases=meant, surely=meaning.surely)
        for phrase in phrases:
            said.setdefault(written_out(phrase, short), full)
            said.setdefault(phrase, full)
    asides = list(read_asides(_text("asides.txt")))
    known = {*chain.from_iterable(said), *chain.from_iterable(asides), *chain.from_iterable(short.values())}
    known.update(word for meaning in said.values() for phrase in meaning.phrases for word in phrase)
    return Lexicon(
        # Without its marks `mỏ`, a mine, is `mở`, to open, and much else.
        said=Phrases(said.items(), shortest_folded=2),
        scattered=Scattered(said.items()),
        asides=Phrases([(phrase, None) for phrase in asides]),
        cases=Cases(read_cases(_lines(_text("cases.txt")))),
        short=short,
        meant=Counter(phrase for meaning in said.values() for phrase in meaning.phrases),
        sayings=tuple(
            phrase
            for phrases, meaning in lines
            if meaning.surely
            for phrase in phrases[:_SHOWN]
            if len(phrase) > 1
        ),
        words=frozenset(fold(word) for word in known | set(short)),
    )


def written_out(phrase: Iterable[str], short: Mapping[str, Phrase]) -> Phrase:
    """Return words with those in the place of short forms that they stand for."""
    return tuple(chain.from_iterable(short.get(word, (word,)) for word in phrase))


def spelled_out(text: str, short: Mapping[str, Phrase]) -> str:
    """Return a text of the catalogue with its short forms, which stand in capitals, as they are read."""
    return _CAPITALS.sub(lambda found: " ".join(short.get(found[0].lower(), (found[0],))), text)


def read_said(text: str) -> Iterator[tuple[tuple[Phrase, ...], Meaning]]:
    """Yield each line's phrases with what they mean. Raises ValueError for a line of another form."""
    for line in _lines(text):
        surely = "|" in line
        said, parting, meant = line.partition("|" if surely else "~")
        if not parting:
            raise ValueError(f"no meaning is given: {line}")
        yield read_phrases(said), Meaning(phrases=read_phrases(meant), surely=surely)


def read_short(text: str) -> Iterator[tuple[str, Phrase]]:
    """Yield each short form with its words. Raises ValueError for a line of another form."""
    for line in _lines(text):
        short, _, full = line.partition("=")
        ((word,),) = read_phrases(short)
        ((*phrase,),) = read_phrases(full)
        yield word, tuple(phrase)


def read_asides(text: str) -> Iterator[Phrase]:
    """Yield the phrases that say nothing of the matter."""
    for line in _lines(text):
        yield from read_phrases(line)


def _text(name: str) -> str:
    return (files("storage.search") / "lexicon" / name).read_text("utf-8")


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield line
