"""The order of what was found: how well a name fits what was asked, beside the words in common."""

from collections.abc import Iterable
from typing import NamedTuple

from storage.search.index import Index
from storage.search.names import marks_in
from storage.search.question import Question

TERMS, OF_QUESTION, IN_ROW, OF_NAME, PRIOR, CASE, UNASKED = 1.27, 3.1, 8.4, 5.7, 1.7, 1.65, 1.15
"""Weights of how a procedure fits (ADR 0023): of the words in common in all texts, of the share of the
question that is in the name, of that of its neighbours that stand side by side there too, of the share of the
name that was asked for, of the prior, of a case that both speak of, of a special one nobody asked about."""

_FULL = 1.2


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
    in_row = sum(question.said_pairs.values())
    side = {pair: IN_ROW * weight / in_row for pair, weight in question.said_pairs.items()}
    words, rows, asked, of_terms = frozenset(told), frozenset(side), marks_in(question.flat), TERMS / total
    hits = []
    # Two hundred times a question: what does not depend on the candidate was done before.
    for place, score in candidates:
        named = index.named[place]
        of_question = of_name = 0.0
        for word in words & named.words:
            of_question += told[word]
            of_name += own[word]
        for pair in rows & named.pairs:
            of_question += side[pair]
        fits = of_terms * score + of_question + PRIOR * named.prior
        if of_name:
            fits += of_name / named.tells
        if named.marks:
            fits -= UNASKED * (named.marks & ~asked).bit_count()
        if both := named.cases & question.cases:
            fits += CASE * both.bit_count()
        hits.append((-fits, place))
    hits.sort()
    return hits
