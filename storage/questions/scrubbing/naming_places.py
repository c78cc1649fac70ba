"""What the parts of an address are called, one after another. Pure."""

import re
from collections.abc import Iterator

from storage.questions.scrubbing.reading import Reading
from storage.questions.scrubbing.wordlists import (
    SHARE_OF_MARKED,
    Token,
    phrase_list,
    phrases,
    tokens,
    word_list,
)
from storage.search.folding import fold, words

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LONGEST = 4
_LED = 3
"""Words of a name that a surname leads."""
_MOST_PARTS = 12
_SEPARATOR = re.compile(r"\s*(?P<sign>[,(;]|-)?\s*")
_KEYWORD = re.compile(
    r"(?P<part>ngo|ngach|hem|kiet|duong|pho|dai lo|quoc lo|ql|tinh lo|tl|to dan pho|tdp|to|khu pho"
    r"|kp|thon|ap|xom|khom|buon|ban|lang"
    r"|khu dan cu|kdc|khu do thi|kdt|khu|lo|day|tang|lau|block|toa nha|toa|chung cu|cu xa|tap the"
    r"|doi|so nha|phum|soc"
    r"|phuong|xa|thi tran|quan|huyen|thi xa)\s+(?:so\s+)?(?=\w)|(?:p|q|x|h|tt|tx|d|kp"
    r"|t)\s?\.\s?(?=\w)|(?:p|q|kp)\s?(?=\d)"
)
_NUMBER = re.compile(
    r"[a-z]{0,3}-?\d{1,4}[a-z]?(?:\s?[/.]\s?\d{1,4}[a-z]?){0,4}(?:\s?(?:bis|ter))?(?:-\d{1,3}[a-z]?)?(?![\w%])"
)
_LANES = frozenset({"ngo", "ngach", "hem", "kiet", "so nha"})
# Two words up to a comma, though one of them alone be any word: `phuong ben nghe,`.
_CLOSED = re.compile(r"[^\W\d_]+ [^\W\d_]+(?=\s*(?:[,;.\n]|$))")


_SPELLED = frozenset(phrases("spelled"))
_UNMARKED = frozenset(fold(word) for (word,) in _SPELLED)


class Gazer:
    """Reads names and numbers of places at a position of a text."""

    def __init__(self, reading: Reading) -> None:
        self.plain = reading.figures
        self._seen = reading.seen
        self._tokens = tokens(reading)
        marked = sum(token.marked for token in self._tokens)
        self._marked = marked > len(self._tokens) * SHARE_OF_MARKED
        self._at = {token.start: place for place, token in enumerate(self._tokens)}

    def spelled(self, found: re.Match[str]) -> bool:
        """Whether the first word has the marks that it must have, or none: `tổ` is not `to`, nor `tờ`."""
        word = _WORD.search(self._seen, found.start(), max(found.end(), found.start() + 1))
        if word is None:
            return False
        written = words(word[0])[0]
        return written == fold(written) or fold(written) not in _UNMARKED or (written,) in _SPELLED

    def surname_at(self, start: int) -> bool:
        """Whether a surname stands there: streets are called after people."""
        token = self._token(start)
        return token is not None and token in word_list("surnames_sure", "surnames")

    def kept(self, start: int) -> bool:
        """Whether a province, or what only looks like a name, is called so from there."""
        place = self._at.get(start)
        return place is not None and phrase_list("kept", "provinces").at(self._tokens, place) is not None

    def name(self, start: int, *, lower: bool, led: bool = False) -> int | None:
        """Return where a name of up to four capitalised words ends, or else, if it may, of small letters.

        Small letters are a name of two words, of three after a surname, or until a word that is none. `led`
        asks of a capitalised name that it has two words, as names of streets have.
        """
        capital = self._capitals(start)
        if capital and not (led and capital[1] == 1):
            return capital[0]
        return self._small(start) if lower else None

    def number_or_name(self, start: int, *, lower: bool) -> int | None:
        """Return where a number or a name ends."""
        number = _NUMBER.match(self.plain, start)
        return number.end() if number else self.name(start, lower=lower)

    def with_name(self, end: int) -> int:
        """Return where a street ends that is named after a house number without being called one."""
        gap = _SEPARATOR.match(self.plain, end)
        after = gap.end() if gap else end
        if self._keyword(after):
            return end
        named = self.name(after, lower=False)
        if named is None and self.surname_at(after):
            named = self._small(after)
        return named or end

    def part(self, start: int, *, lower: bool) -> int | None:
        """Return where a part ends that begins with what it is: `ngõ 5`, `phường Bến Nghé`."""
        keyword = self._keyword(start)
        if keyword is None:
            return None
        end = self.number_or_name(keyword.end(), lower=lower)
        if end and keyword["part"] in _LANES:
            return self.with_name(end)
        if end is None and lower and (closed := _CLOSED.match(self.plain, keyword.end())):
            return closed.end()
        return end

    def tail(self, end: int) -> int:
        """Return where an address ends of which a part was read: before the province."""
        for _ in range(_MOST_PARTS):
            gap = _SEPARATOR.match(self.plain, end)
            if gap is None or "\n\n" in gap[0]:
                return end
            following = self.part(gap.end(), lower=True)
            if following is None and gap["sign"] and gap["sign"] != ";":
                following = self._bare(gap.end())
            if following is None:
                return end
            end = following
        return end

    def _bare(self, start: int) -> int | None:
        """Return where a name ends that stands after a comma, unless it is a province or an ordinary word."""
        token = self._token(start)
        place = self._at.get(start)
        if token is None or place is None:
            return None
        # `, Thủ Thiêm` is of the address, and `, Tôi Nguyễn Văn An` is not.
        if self._ordinary(token) and self.surname_at(self._after(place)) and not self.kept(start):
            return None
        if phrase_list("provinces").at(self._tokens, place):
            return None
        capital = self._capitals(start)
        return capital[0] if capital and not token.shouted else None

    def _capitals(self, start: int) -> tuple[int, int] | None:
        """Return where capitalised words end, and how many they are."""
        first = self._token(start)
        if first is None or not first.capital or self._ordinary_run(first, start):
            return None
        end, count = first.end, 1
        for token in self._following(start):
            joined = self._seen[end : token.start] == " " and token.capital and token.shouted == first.shouted
            if count == _LONGEST or not joined or self._keyword(token.start):
                break
            if first.shouted and self._ordinary(token):
                break
            end, count = token.end, count + 1
        return end, count

    def _ordinary_run(self, first: Token, start: int) -> bool:
        """Whether a capitalised word is a word at the head of a heading, and no name: `Bản Sao`."""
        if not self._ordinary(first) or self.kept(start):
            return False
        second = next(self._following(start), None)
        if second is None or not second.capital or first.shouted:
            return True
        if self._ordinary(second) and not self.surname_at(start):
            # Without marks `Ben Nghe` is two words as well; closed by a sign, it is a name all the same.
            return self._marked or _CLOSED.match(self.plain, start) is None
        return False

    def _ordinary(self, token: Token) -> bool:
        """Whether a word is none of a name; where others have marks, `Nam` is not `năm`."""
        listed = word_list("ordinary")
        return listed.holds(token) if self._marked else token in listed

    def _small(self, start: int) -> int | None:
        first = self._token(start)
        if first is None or self._ordinary(first):
            return None
        most = _LED if first in word_list("surnames_sure", "surnames") else _LED - 1
        end, count = first.end, 1
        for token in self._following(start):
            if count == most or self._seen[end : token.start] != " ":
                break
            # `nguyen trai` is a street, though `trai` alone is any word.
            if self._ordinary(token) and not (most == _LED and count == 1):
                break
            if self._keyword(token.start):
                break
            end, count = token.end, count + 1
        return end

    def _after(self, place: int) -> int:
        following = self._tokens[place + 1 : place + 2]
        return following[0].start if following else -1

    def _keyword(self, start: int) -> re.Match[str] | None:
        found = _KEYWORD.match(self.plain, start)
        return found if found and self.spelled(found) else None

    def _token(self, start: int) -> Token | None:
        place = self._at.get(start)
        return self._tokens[place] if place is not None else None

    def _following(self, start: int) -> Iterator[Token]:
        place = self._at[start]
        return iter(self._tokens[place + 1 : place + 1 + _LONGEST])
