"""How alike two questions are, whichever words they are put in. Pure."""

import math
from collections.abc import Callable, Iterator

from storage.search.question import Question

PAIR = 0.5
"""How much neighbouring words count beside each word of its own."""


def likeness(one: Question, other: Question, tells: Callable[[str], float]) -> float:
    """Return from 0, nothing in common, to 1, the same (cosine of their words by how much each tells)."""
    of_one, of_other = dict(_told(one, tells)), dict(_told(other, tells))
    both = sum(of_one[word] * of_other[word] for word in of_one.keys() & of_other.keys())
    return both / (_length(of_one) * _length(of_other)) if both else 0.0


def _told(question: Question, tells: Callable[[str], float]) -> Iterator[tuple[str, float]]:
    for word, weight in question.folded.items():
        yield word, weight * tells(word)
    for pair, weight in question.pairs.items():
        yield pair, PAIR * weight * min(map(tells, pair.split("_")))


def _length(vector: dict[str, float]) -> float:
    return math.sqrt(sum(told * told for told in vector.values()))
