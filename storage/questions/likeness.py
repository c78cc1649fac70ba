"""How alike two questions are, whichever words they are put in. Pure.

Each is a direction (a vector of length 1) in as many dimensions as there are words and neighbouring words:
they are as alike as their directions, from 0, nothing in common, to 1, the same (cosine similarity).
"""

import math
import sys
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from storage.search.question import Question

PAIR = 0.5
"""How much neighbouring words count beside each word of its own."""

Direction = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Packed:
    """A direction that takes little memory."""

    words: tuple[str, ...]
    weights: "array[float]"


def direction(question: Question, tells: Callable[[str], float]) -> Direction:
    """Return the direction of a question that was understood, from how much each of its words tells."""
    told = {word: weight * tells(word) for word, weight in question.folded.items()}
    for pair, weight in question.pairs.items():
        told[pair] = PAIR * weight * min(map(tells, pair.split("_")))
    length = math.hypot(*told.values())
    return {word: weight / length for word, weight in told.items()} if length else {}


def packed(given: Direction) -> Packed:
    """Pack a direction that is kept with thousands of others, most of whose words are the same."""
    return Packed(tuple(map(sys.intern, given)), array("f", given.values()))


def likeness(asked: Direction, kept: Packed) -> float:
    """Return how alike two directions are."""
    return sum(asked.get(word, 0.0) * weight for word, weight in zip(kept.words, kept.weights, strict=True))
