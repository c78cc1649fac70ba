"""The order of what was found: how well a name fits what was asked, beside the words in common."""

from collections.abc import Iterable
from typing import NamedTuple

from storage.search.index import Index
from storage.search.names import marks_in
from storage.search.question import Question

TERMS, OF_QUESTION, OF_NAME, PRIOR, UNASKED = 10.0, 6.0, 8.0, 2.0, 1.5
_FULL = 1.2
_SAID_AND_THERE = 0.5


class Hit(NamedTuple):
    """A procedure that was found: its place in the index, and how well it fits."""

    place: int
    score: float


def rank(index: Index, question: Question) -> list[Hit]:
    """Return what fits, the best first."""
    return [Hit(place, -worse) for worse, place in scored(index, question, index.candidates(question))]


def scored(
    index: Index, question: Question, candidates: Iterable[tuple[int, float]]
) -> list[tuple[float, int]]:
    """Return candidates, which come with their scores, as how badly they fit and the place, in order.

    A name fits the better, the more of the question is in it, the less it says beside, and the fewer special
    cases it is for that nobody asked about.
    """
    told = {word: weight * index.tells(word) for word, weight in question.folded.items()}
    total = sum(told.values())
    if not total:
        return sorted((-score, place) for place, score in candidates)
    told = {word: OF_QUESTION * tells / total for word, tells in told.items() if tells}
    own = {word: OF_NAME * index.tells(word) * min(1.0, _FULL * question.folded[word]) for word in told}
    words, asked, of_terms = frozenset(told), marks_in(question.flat), TERMS / total
    hits = []
    # Two hundred times a question: what does not depend on the candidate was done before.
    for place, score in candidates:
        named = index.named[place]
        of_question = of_name = 0.0
        for word in words & named.words:
            of_question += told[word]
            of_name += own[word]
        fits = of_terms * score + of_question + PRIOR * named.prior
        if of_name:
            fits += of_name / named.tells
        if named.marks:
            told_of = (named.marks & asked).bit_count()
            fits -= UNASKED * (named.marks.bit_count() - told_of - _SAID_AND_THERE * told_of)
        hits.append((-fits, place))
    hits.sort()
    return hits
