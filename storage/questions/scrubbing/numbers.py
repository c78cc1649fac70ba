"""Numbers of people and organisations: of their cards, telephones, taxes, and any that is as long. Pure."""

import re
from collections.abc import Iterator
from itertools import chain

from storage.questions.scrubbing.kinds import RemovedKind, Span
from storage.questions.scrubbing.reading import Reading, blanked
from storage.questions.scrubbing.spoken import said_numbers

_SHORTEST = 9
_LONGEST = 13
_BRANCH = 3
_LEAST_ABROAD = 8
_NAMED_LEAST = 6

_MONTH_DAY = r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:1[89]|20)\d{2}"
_UNIT = (
    r"(?:dong\b(?!\s+(?:thoi|y|bao|nghiep|huong))|d\b|vnd|vn\b|usd|trieu|nghin|ngan\b|ty\b|m2\b"
    r"|m3\b|ha\b|km\b|kg\b)"
)
_SUM = r"[1-9]\d{0,2}(?:[., ]\d{3})+(?:,\d+)?"
# What has as many digits, and is of nobody: dates, procedures, hotlines, sums, hours, years.
_NOBODYS = re.compile(
    rf"(?<![\d./-])(?:{_MONTH_DAY}(?:\s?-\s?{_MONTH_DAY})?(?![.\-/\s]?\d)"
    rf"|{_MONTH_DAY}(?=[\s-]{{1,3}}{_MONTH_DAY})"
    r"|[1-9]\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.h\d{2}|(?![\d]))"
    r"|1[89]00[\s.-]?(?:\d{4}|\d{2}[\s.-]\d{2}|\d{6}|\d{3}[\s.-]\d{3}|\d{2}[\s.-]\d{2}[\s.-]\d{2})(?![.-]?\d)"
    rf"|{_SUM}(?:\s?(?:-|den)\s?{_SUM})?\s?{_UNIT}|[1-9]\d{{3,12}}\s?(?:dong\b(?!\s+thoi)|vnd|usd)"
    rf"|(?<=phi )\d{{1,3}}(?:\.\d{{3}})+|(?<=tien )\d{{1,3}}(?:\.\d{{3}})+|(?<=gia )\d{{1,3}}(?:\.\d{{3}})+"
    r"|[012]?\d[.:](?:00|15|30|45)\s?-\s?[012]?\d[.:](?:00|15|30|45)"
    r"|(?:(?:19|20)\d{2}\s?[-,. ]\s?){1,20}(?:19|20)\d{2}(?![-\s.]?\d))"
)
_GAP = r"[^\d\n.!?;\ue000]{0,30}?"
_NAMED = re.compile(
    r"(?<!\w)(?P<name>cccd|cmnd|cmtnd|cmt|cc|can cuoc|dinh danh|chung minh|giay to|bhxh|bhyt"
    r"|bao hiem|so so|mst|ma so thue|ma thue|ma so|"
    r"dien thoai|di dong|sdt|dt|phone|tel|hotline|zalo|viber|whatsapp|lien he|lien lac|goi|so may)"
    rf"(?!\w)(?P<gap>{_GAP}[:. ]?\s?)(?P<number>[a-z]{{0,3}}\+?\(?\d(?:[ .\-_*·()]{{0,3}}\d){{7,18}})(?!\d)"
)
_TAX_NAMES = frozenset({"mst", "ma so thue", "ma thue"})
_PHONE_NAMES = frozenset(
    [
        "dien thoai",
        "di dong",
        "sdt",
        "dt",
        "phone",
        "tel",
        "hotline",
        "zalo",
        "viber",
        "whatsapp",
        "lien he",
        "lien lac",
        "goi",
        "so may",
    ]
)

_TIGHT = r"(?:[ .\-_*·~']|\)[ .-]?|\s?-\s?|\.\s| \()"
_RUN = re.compile(rf"(?:\+\s?)?\(?\+?\d+(?:{_TIGHT}\d+)*")
_GROUP = re.compile(r"\d+")
_WIDE = r"[ \n.\-_()*·]{0,3}"
_PHONE = re.compile(
    rf"(?<!\d)(?:\(?(?:\+\s?)?84\)?{_WIDE}(?:\(?0\)?{_WIDE})?|\(?0{_WIDE})(?:[35789](?:{_WIDE}\d){{8}}"
    rf"|2(?:{_WIDE}\d){{9}})(?!\d|-\d{{3}}(?!\d))"
    r"|(?<!\d)0\d{2,3}[,/] ?\d{3}[,/] ?\d{3,4}(?![\d/])"
)
_CITIZEN = frozenset({9, 12})
_TAX = frozenset({10, 13})


def find_numbers(reading: Reading) -> Iterator[Span]:
    """Yield numbers of nine digits or more, however they are grouped, and telephones also if in words.

    Sums, dates, hours, ranges of years, codes of procedures and hotlines (1800, 1900) are left.
    """
    figures = reading.figures
    named = list(_named(figures))
    yield from named
    nobodys = [Span(found.start(), found.end(), None) for found in _NOBODYS.finditer(figures)]
    left = blanked(blanked(figures, named), nobodys, "x")
    phones = [_unbracketed(found) for found in _PHONE.finditer(left)]
    yield from phones
    left = blanked(left, phones)
    yield from chain.from_iterable(_parted(run) for run in _RUN.finditer(left))
    for said in said_numbers(reading.plain):
        yield Span(said.start, said.end, RemovedKind.PHONE)


def _named(figures: str) -> Iterator[Span]:
    """Yield numbers that are said to be of a card, a tax payer or a telephone, whatever they look like."""
    for found in _NAMED.finditer(figures):
        number = found["number"]
        if re.match(
            rf"{_MONTH_DAY}|[1-9]\.\d{{6}}(?!\d)|{_SUM}\s?(?:dong|vnd)", figures[found.start("number") :][:40]
        ):
            continue
        if found["name"] in _PHONE_NAMES and re.match(r"1[89]00", number):
            continue
        digits = sum(letter.isdigit() for letter in number)
        kind = _kind(number, digits)
        if found["name"] in _TAX_NAMES:
            kind = RemovedKind.TAX_CODE
        elif found["name"] in _PHONE_NAMES:
            kind = RemovedKind.PHONE
        yield Span(found.start("number"), found.end("number"), kind)


def _unbracketed(found: re.Match[str]) -> Span:
    """Return a telephone without a bracket before it that is closed after it."""
    opened = found[0].startswith("(") and ")" not in found[0]
    return Span(found.start() + opened, found.end(), RemovedKind.PHONE)


def _parted(run: re.Match[str]) -> Iterator[Span]:
    """Yield the numbers of a row: a group that is long enough by itself, and the groups between such."""
    loose: list[re.Match[str]] = []
    text, base = run.string, run.start()
    start = end = base
    for group in _GROUP.finditer(text, base, run.end()):
        if len(group[0]) < _SHORTEST:
            # A branch's three digits are parted from the tax code by a dash.
            if end == group.start() - 1 and text[end] == "-" and len(group[0]) == _BRANCH and not loose:
                yield Span(start, group.end(), RemovedKind.TAX_CODE)
            else:
                loose.append(group)
            continue
        start, end = group.span()
        # And the three of the place from the rest of a citizen number.
        if loose and len(group[0]) == _SHORTEST and re.fullmatch(r"0\d\d", loose[-1][0]):
            start = loose.pop().start()
        yield from _joined(loose, text, base)
        loose = []
        yield _span(text, start, end, base)
    yield from _joined(loose, text, base)


def _joined(groups: list[re.Match[str]], text: str, base: int) -> Iterator[Span]:
    """Yield a number that is written in groups, without such before it as belong to something else."""
    while groups:
        digits = sum(len(group[0]) for group in groups)
        abroad = text[base : groups[0].start()].strip("( ") == "+"
        if digits < (_LEAST_ABROAD if abroad else _SHORTEST):
            return
        if digits <= _LONGEST or groups[0][0].startswith("0") or abroad:
            yield _span(text, groups[0].start(), groups[-1].end(), base)
            return
        rest = groups[1:]
        if sum(len(group[0]) for group in rest) < _SHORTEST or not any(g[0].startswith("0") for g in rest):
            yield _span(text, groups[0].start(), groups[-1].end(), base)
            return
        groups = rest


def _span(text: str, start: int, end: int, base: int) -> Span:
    digits = sum(letter.isdigit() for letter in text[start:end])
    while start > base and (text[start - 1] == "+" or (text[start - 1] == "(" and ")" in text[start:end])):
        start -= 1
    return Span(start, end, _kind(text[start:end], digits))


def _kind(number: str, digits: int) -> RemovedKind:
    if number.startswith(("+", "(+")):
        return RemovedKind.PHONE
    if digits in _CITIZEN:
        return RemovedKind.CITIZEN_NUMBER
    if digits in _TAX:
        return RemovedKind.TAX_CODE
    return RemovedKind.NUMBER
