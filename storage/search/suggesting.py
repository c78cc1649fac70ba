"""What a question that is being typed may become. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from storage.search.folding import fold, words

FEWEST_LETTERS = 2
LONGEST = 200
"""Letters that are read of what was typed: no name of a procedure begins to differ later."""
LETTERS_OF_WEIGHT = 20
"""By how many letters a text may be longer than another whose weight is less by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A text that may be meant. The higher its weight, the likelier."""

    text: str
    weight: float


class Suggestions:
    """Texts by any of their words and the beginning of the next."""

    def __init__(self, texts: Iterable[Completion]) -> None:
        best: dict[str, Completion] = {}
        for entry in texts:
            folded = _folded(entry.text)
            if folded and (folded not in best or best[folded].weight < entry.weight):
                best[folded] = entry
        likely = sorted(best.items(), key=lambda pair: len(pair[0]) - LETTERS_OF_WEIGHT * pair[1].weight)
        self._entries = [(f" {folded}", entry.text) for folded, entry in likely]
        self._all = "\n".join(known for known, _ in self._entries)

    def complete(self, typed: str, count: int) -> list[str]:
        """Return up to `count` texts that hold what was typed, those that begin with it first."""
        folded = _folded(typed[:LONGEST])
        start = f" {folded}"
        if len(folded) < FEWEST_LETTERS or start not in self._all:
            return []
        found = list(islice((text for known, text in self._entries if known.startswith(start)), count))
        within = (text for known, text in self._entries if known.find(start, 1) > 0)
        seen = set(found)
        found += islice((text for text in within if text not in seen), count - len(found))
        return found


def _folded(text: str) -> str:
    return " ".join(fold(word) for word in words(text))
