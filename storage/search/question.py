"""What somebody asks for, word by word with its weight. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from storage.search.folding import fold, words
from storage.search.lexicon import Lexicon
from storage.search.phrases import Phrase
from storage.search.spelling import Spelling

LONGEST = 64
"""Words of a question that are read; who writes more has said what is wanted by then."""

MEANT, PERHAPS_MEANT = 0.9, 0.45
MEANT_SCATTERED = 0.3
SAID_OTHERWISE = 0.5
ASIDE = 0.1


@dataclass(slots=True, kw_only=True)
class Question:
    """A question as it is looked up.

    Attributes:
        exact: weight of each word as it was written.
        folded: weight of each word without its marks.
        pairs: weight of neighbouring words, without their marks, joined by `_`.
        said_pairs: weight of those of the neighbouring words that were said themselves.
        cases: the cases that it is about (`storage.search.cases`), a bit for each.
        flat: all that was said or meant, without marks, between spaces: phrases are looked for in it.
        mended: words that were taken for others, in the order of the text.
    """

    exact: dict[str, float] = field(default_factory=dict)
    folded: dict[str, float] = field(default_factory=dict)
    pairs: dict[str, float] = field(default_factory=dict)
    said_pairs: dict[str, float] = field(default_factory=dict)
    cases: int = 0
    flat: str = " "
    mended: list[tuple[str, str]] = field(default_factory=list)

    @property
    def matters(self) -> bool:
        """Whether anything in it is more than an aside."""
        return any(weight > ASIDE for weight in self.folded.values())

    def add(self, phrase: Sequence[str], weights: Sequence[float]) -> None:
        """Add words that stand side by side; of two weights of a word the greater counts."""
        folded = [fold(word) for word in phrase]
        for word, plain, weight in zip(phrase, folded, weights, strict=True):
            _raise(self.exact, word, weight)
            _raise(self.folded, plain, weight)
        for place in range(len(folded) - 1):
            pair = f"{folded[place]}_{folded[place + 1]}"
            _raise(self.pairs, pair, min(weights[place], weights[place + 1]))
        self.flat += " ".join(folded) + " "


def understand(text: str, lexicon: Lexicon, spelling: Spelling) -> Question:
    """Read a question: short forms are written out, slips mended, phrases understood, asides lowered."""
    question = Question()
    said = list(islice(_said(text, lexicon, spelling, question.mended), LONGEST))
    weights = [1.0] * len(said)
    meant: list[tuple[Phrase, float]] = []
    place = 0
    while place < len(said):
        if found := lexicon.said.at(said, place):
            length, meaning = found
            weight = MEANT if meaning.surely else PERHAPS_MEANT
            meant += [(phrase, weight) for phrase in meaning.phrases]
            lowered = SAID_OTHERWISE
        elif aside := lexicon.asides.at(said, place):
            length, lowered = aside[0], ASIDE
        else:
            length, lowered = 1, 1.0
        weights[place : place + length] = [lowered] * length
        place += length
    for between, meaning in lexicon.scattered.within(said):
        if between:
            meant += [(phrase, MEANT_SCATTERED) for phrase in meaning.phrases]
    question.add(said, weights)
    question.said_pairs = dict(question.pairs)
    question.cases = lexicon.cases.of_question(said)
    for phrase, weight in meant:
        question.add(phrase, [weight] * len(phrase))
        question.cases |= lexicon.cases.of_name(phrase)
    return question


def _said(text: str, lexicon: Lexicon, spelling: Spelling, mended: list[tuple[str, str]]) -> Iterator[str]:
    for word in words(text):
        full = lexicon.short.get(word)
        if full is not None:
            yield from full
        elif better := spelling.mend(fold(word)):
            mended.append((word, better))
            yield better
        else:
            yield word


def _raise(weights: dict[str, float], key: str, weight: float) -> None:
    weights[key] = max(weights.get(key, 0.0), weight)
