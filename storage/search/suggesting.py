"""What a question that is being typed may become. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage.search.folding import fold, words

FEWEST_LETTERS = 2


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
        self._entries = sorted(
            ((f" {folded}", entry) for folded, entry in best.items()), key=lambda pair: -pair[1].weight
        )

    def complete(self, typed: str, count: int) -> list[str]:
        """Return up to `count` texts that hold what was typed, those that begin with it first."""
        folded = _folded(typed)
        if len(folded) < FEWEST_LETTERS:
            return []
        start = f" {folded}"
        found = [(not text.startswith(start), entry) for text, entry in self._entries if start in text]
        # Sorting keeps the order of weights among equals.
        found.sort(key=lambda pair: (pair[0], len(pair[1].text) - 20 * pair[1].weight))
        return [entry.text for _, entry in found[:count]]


def _folded(text: str) -> str:
    return " ".join(fold(word) for word in words(text))
