"""What of the likeliest really fits a question. Pure."""

from collections.abc import Mapping, Sequence
from itertools import chain

from storage.search.index import CANDIDATES, Index
from storage.search.question import Question
from storage.search.ranking import scored

FITTING = 0.45
"""What fits less than this share of the best is left out: it has a word in common, and no more."""

LAST = 10
"""Where one of the least likely tenth of what was looked at fits, others may that were not looked at."""


def fitting(
    index: Index, question: Question, groups: Sequence[Sequence[tuple[int, float]]]
) -> tuple[Mapping[int, float], bool]:
    """Return the places that fit, with how badly, the best first, and whether these are all.

    Args:
        index: the places are of it.
        question: what was asked.
        groups: the likeliest places with their scores, the likeliest first, `CANDIDATES` at most in each:
            a group that is full may have left others out.
    """
    hits = _without_far_worse(scored(index, question, dict(chain.from_iterable(groups)).items()))
    last = chain.from_iterable(group[-CANDIDATES // LAST :] for group in groups if len(group) == CANDIDATES)
    return hits, not any(place in hits for place, _ in last)


def _without_far_worse(hits: Sequence[tuple[float, int]]) -> Mapping[int, float]:
    """Return places by how badly they fit, the best first, without those that fit much worse than it."""
    best = hits[0][0] if hits else 0.0
    most = max(FITTING * best, best)
    return {place: worse for worse, place in hits if worse <= most}
