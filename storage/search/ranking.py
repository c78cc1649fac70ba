"""The order of what was found: how well a name fits what was asked, beside the words in common."""

from dataclasses import dataclass

from storage.search.index import Index, Named
from storage.search.names import marks_in
from storage.search.question import Question

TERMS, OF_QUESTION, OF_NAME, PRIOR, UNASKED = 10.0, 6.0, 8.0, 2.0, 1.5
_FULL = 1.2
_SAID_AND_THERE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A procedure that was found: its place in the index, and how well it fits."""

    place: int
    score: float


def rank(index: Index, question: Question) -> list[Hit]:
    """Return what fits, the best first.

    A name fits the better, the more of the question is in it, the less it says beside, and the fewer special
    cases it is for that nobody asked about.
    """
    told = {word: weight * index.tells(word) for word, weight in question.folded.items()}
    total = sum(told.values())
    if not total:
        return [Hit(place=place, score=score) for place, score in index.candidates(question)]
    asked = marks_in(question.flat)
    hits = []
    for place, score in index.candidates(question):
        named = index.named[place]
        common = named.words & told.keys()
        of_question = sum(told[word] for word in common) / total
        of_name = sum(index.tells(word) * min(1.0, _FULL * question.folded[word]) for word in common)
        fits = (
            TERMS * score / total
            + OF_QUESTION * of_question
            + OF_NAME * of_name / (sum(map(index.tells, named.words)) or 1.0)
        )
        fits += PRIOR * named.prior - UNASKED * _unasked(named, asked)
        hits.append(Hit(place=place, score=fits))
    return sorted(hits, key=lambda hit: (-hit.score, hit.place))


def _unasked(named: Named, asked: frozenset[int]) -> float:
    return len(named.marks - asked) - _SAID_AND_THERE * len(named.marks & asked)
