"""Mending a word that nobody writes, one slip of a finger away from one that is written. Pure."""

from collections.abc import Iterator, Mapping
from string import ascii_lowercase

SHORTEST = 3
"""Letters that a word has at least to be mended: shorter ones are near to too many others."""
LONGEST = 12
"""And at most: no word of the language has more than seven, and what is longer was not slipped in."""

_SAME_START = 3.0
_SAME_LETTERS = 3.0


class Spelling:
    """Knows words by how often they are written, without their marks (Damerau-Levenshtein distance 1)."""

    def __init__(self, frequency: Mapping[str, float]) -> None:
        self._frequency = frequency

    def knows(self, folded: str) -> bool:
        """Whether a word is written anywhere."""
        return folded in self._frequency

    def mend(self, folded: str) -> str | None:
        """Return the word that was likely meant; none where it is known, or nothing is near."""
        if self.knows(folded) or not SHORTEST <= len(folded) <= LONGEST or not folded.isalpha():
            return None
        near = {word for word in _slips(folded) if len(word) > 1 and self.knows(word)}
        return max(near, key=lambda word: (self._likelihood(folded, word), word), default=None)

    def _likelihood(self, given: str, word: str) -> float:
        likely = self._frequency[word]
        if word[0] == given[0]:
            likely *= _SAME_START
        if sorted(word) == sorted(given):
            likely *= _SAME_LETTERS
        return likely


def _slips(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        for letter in ascii_lowercase:
            yield before + letter + after
        if after:
            yield before + after[1:]
            for letter in ascii_lowercase:
                yield before + letter + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
