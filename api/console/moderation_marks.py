"""A scrubbed text in pieces, so that a page can mark what was taken out, and say what it was."""

from collections import Counter
from collections.abc import Iterator, Mapping

from storage.questions.scrubbing import Scrubbed

Piece = tuple[str, bool]
"""Some of a text, and whether it stands in the place of what was taken out."""


def pieces(scrubbed: Scrubbed) -> Iterator[Piece]:
    """Yield a text, cut where something was taken out."""
    end = 0
    for removed in scrubbed.removed:
        if removed.start > end:
            yield scrubbed.text[end : removed.start], False
        yield scrubbed.text[removed.start : removed.end], True
        end = removed.end
    if end < len(scrubbed.text):
        yield scrubbed.text[end:], False


def told(scrubbed: Scrubbed, text: Mapping[str, str]) -> str:
    """Say what was taken out, and how often: `họ tên (2), số điện thoại (1)`; nothing where nothing was."""
    counts = Counter(removed.kind for removed in scrubbed.removed)
    return ", ".join(f"{text[f'removed_{kind.value}']} ({count})" for kind, count in counts.items())
