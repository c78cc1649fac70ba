"""Names of people: led by a surname, or by a word that introduces somebody. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from storage.questions.scrubbing.kinds import RemovedKind, Span
from storage.questions.scrubbing.reading import Reading
from storage.questions.scrubbing.surroundings import UNMISTAKABLE, Introduction, Text, surnames
from storage.questions.scrubbing.wordlists import Token, WordList, word_list

_LONGEST = 6
_NO_WORDS = frozenset({"nguyen", "huynh"})
"""Those of them that are none at all: `tran` may be `trần`, a ceiling, or `trận`."""
_EMPHASIS = "*_~"
"""Stands about words that somebody stresses."""


def find_names(reading: Reading) -> Iterator[Span]:
    """Yield names that a surname leads, in capitals or not, and what follows those who are introduced.

    A name after `đường`, `phường`, `trường` and their like is that of a place or an agency, and stays.
    """
    text = Text.of(reading)
    words = text.words
    place = 0
    while place < len(words):
        end = _name_from(text, place)
        if end == place:
            place += 1
            continue
        stop = words[end - 1].end
        stop += len(reading.plain[stop : stop + 8]) - len(reading.plain[stop : stop + 8].lstrip("0123456789"))
        yield Span(words[place].start, stop, RemovedKind.NAME)
        place = end


def _name_from(text: Text, first: int) -> int:
    """Return where a name ends that begins at a word; there, if none does."""
    word = text.words[first]
    introduction = text.introduced.get(first, Introduction.NONE)
    if not introduction and not (word.capital or word.plain in UNMISTAKABLE or len(word.plain) > _LONGEST):
        return first
    if first in text.guarded or _is_kept(text, first):
        return first
    if _run_together().fullmatch(word.plain):
        return first + 1
    if word.capital and not word.shouted:
        return _titled(text, first, introduction)
    return _listed(text, first, introduction)


def _titled(text: Text, first: int, introduction: Introduction) -> int:
    """Return where capitalised words end that are a name."""
    lead, end = text.words[first], first + 1
    sure = _is_sure(lead) and (lead.marked or lead.plain in UNMISTAKABLE)
    usual = _leads(text, first) and not (
        first > 0 and text.gap(first) == " " and _is_titled_syllable(text, text.words[first - 1])
    )
    while (
        end - first < _LONGEST
        and text.joined(end, first)
        and _continues(text, text.words[end], listed=not introduction and not (sure and end - first == 1))
    ):
        end += 1
    length = end - first
    if introduction:
        single = length > 1 or lead in _syllables() or usual or introduction is Introduction.SURE
        return end if _may_begin(text, lead) and (single or lead.marked) else first
    if sure or usual:
        return end if length > 1 else first
    if length > 1 and lead in _syllables() and text.words[end - 1].plain in UNMISTAKABLE:
        return end
    return first


def _listed(text: Text, first: int, introduction: Introduction) -> int:
    """Return where a name ends that has no capitals, or nothing but: by lists alone."""
    lead = text.words[first]
    if not introduction and not _leads_plainly(text, lead):
        return first
    end = first + 1
    while end - first < _LONGEST - 1 and text.joined(end, first) and _in_lists(text.words[end], lead):
        end += 1
    while end - first > _least_kept(text, first) and text.ordinary(text.words[end - 1]):
        end -= 1
    length = end - first
    if length > 1 and (_leads(text, first) or introduction is Introduction.SURE) and lead in surnames():
        second = text.words[first + 1]
        middle = length > 2 and second in _middles()  # noqa: PLR2004  # surname, middle and given name
        exact = lead.marked and _is_sure(lead) and (lead.shouted or bool(introduction))
        if introduction is Introduction.SURE or exact:
            return end
        if middle and (introduction or lead.shouted or (lead.plain in UNMISTAKABLE)):
            return end
        if lead.plain in UNMISTAKABLE and introduction:
            return end
    return _said(text, first) if introduction is Introduction.SURE else first


def _leads_plainly(text: Text, lead: Token) -> bool:
    """Whether a surname that nothing introduces leads a name in small letters, or in capitals throughout."""
    if lead.plain in UNMISTAKABLE and (lead.marked or lead.plain in _NO_WORDS):
        return True
    return lead.shouted and (surnames().holds(lead) if text.marked else lead in surnames())


def _leads(text: Text, first: int) -> bool:
    """Whether a word is a surname; where others have their marks it must have its own, or a middle name."""
    lead = text.words[first]
    if not text.marked or lead.plain in UNMISTAKABLE or surnames().holds(lead):
        return lead in surnames()
    after = text.words[first + 1 : first + 2]
    return lead in surnames() and any(word in _middles() for word in after)


def _is_titled_syllable(text: Text, word: Token) -> bool:
    return word.capital and not word.shouted and word in _syllables() and not text.ordinary(word)


def _said(text: Text, first: int) -> int:
    """Return where a name ends of which nothing is listed: two to four words, then a word that is none."""
    end = first
    while end < len(text.words) and end - first < _LONGEST - 1:
        if text.ordinary(text.words[end]) or (end > first and not text.joined(end, first)):
            break
        end += 1
    return end if 1 < end - first < _LONGEST - 1 else first


def _continues(text: Text, word: Token, *, listed: bool) -> bool:
    if not word.capital:
        return False
    if len(word.text) == 1 or word in _syllables():
        return True
    return not listed and not word.shouted and not text.ordinary(word)


def _may_begin(text: Text, word: Token) -> bool:
    return word in _syllables() or word in surnames() or not text.ordinary(word)


def _in_lists(word: Token, lead: Token) -> bool:
    if word.shouted != lead.shouted and len(word.text) > 1:
        return False
    return len(word.text) == 1 or word in _syllables()


def _least_kept(text: Text, first: int) -> int:
    """Return how many words are a name though the last is any word: those up to one after middle names."""
    length = 2
    while length < _LONGEST - 2 and first + length <= len(text.words) - 1:
        if text.words[first + length - 1] not in _middles():
            break
        length += 1
    return length


def _is_kept(text: Text, first: int) -> bool:
    """Whether these words are a place, or look like a name only; a longer name may begin like one."""
    length = text.kept.get(first, 0)
    if length != 2:  # noqa: PLR2004  # `Hà Nam` is a province and `Hà Nam Anh` somebody
        return length > 0
    after = first + length
    sure = text.introduced.get(first) is Introduction.SURE
    small = not text.words[first + 1].capital and not sure
    # A heading: nobody is introduced in one.
    heading = text.words[first].shouted and first not in text.introduced
    return (
        small
        or heading
        or not (
            text.joined(after, first)
            and text.gap(after).strip(_EMPHASIS) == " "
            and (text.words[after].capital or sure)
            and (len(text.words[after].text) == 1 or text.words[after] in _syllables())
        )
    )


def _is_sure(word: Token) -> bool:
    return word in word_list("surnames_sure")


def _syllables() -> WordList:
    return word_list("syllables")


def _middles() -> WordList:
    return word_list("middles")


@cache
def _run_together() -> re.Pattern[str]:
    given = "|".join(_syllables().plain())
    surnames = "|".join(word_list("surnames_sure").plain())
    return re.compile(
        rf"(?:{surnames})(?:van|thi|duc|huu|ngoc|dinh|quoc)(?:{given}|[a-z])|(?:nguyen"
        rf"|huynh)(?:{given}){{1,3}}"
    )
