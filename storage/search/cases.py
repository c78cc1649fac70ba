"""The case that a name is for, and that a question is about: act, place, who asks, for whom. Pure.

Names of one matter differ by little more: `cấp`, `cấp lại`, `đổi`, `thu hồi` of the same card. People name
the case by what befell them, so that a question has words of its own for each: what is lost is issued anew.
"""

from collections.abc import Iterable, Iterator, Sequence

from storage.search.phrases import Phrase, Phrases, read_phrases

Case = tuple[tuple[Phrase, ...], tuple[Phrase, ...]]


class Cases:
    """Tells cases, a bit for each.

    Args:
        cases: the phrases of names, and the further ones of questions, of each.
    """

    def __init__(self, cases: Iterable[Case]) -> None:
        of_names: dict[Phrase, int] = {}
        further: dict[Phrase, int] = {}
        for number, (named, asked) in enumerate(cases):
            for phrases, bits in ((named, of_names), (asked, further)):
                for phrase in phrases:
                    bits[phrase] = bits.get(phrase, 0) | 1 << number
        self._of_names = Phrases(of_names.items())
        self._of_questions = Phrases(
            (phrase, of_names.get(phrase, 0) | further.get(phrase, 0)) for phrase in {**of_names, **further}
        )

    def of_name(self, text: Sequence[str]) -> int:
        """Return the cases that a name, or words meant like one, are for."""
        return _bits(text, self._of_names)

    def of_question(self, text: Sequence[str]) -> int:
        """Return the cases that a question is about."""
        return _bits(text, self._of_questions)


def read_cases(lines: Iterable[str]) -> Iterator[Case]:
    """Yield each line's phrases of names and of questions. Raises ValueError for a phrase without words."""
    for line in lines:
        named, _, asked = line.partition("|")
        yield read_phrases(named), read_phrases(asked) if asked else ()


def _bits(text: Sequence[str], phrases: Phrases[int]) -> int:
    bits = place = 0
    while place < len(text):
        length, found = phrases.at(text, place) or (1, 0)
        bits |= found
        place += length
    return bits
