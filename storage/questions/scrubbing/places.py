"""Addresses: from a house, a lane or a hamlet down to commune and district. Pure.

A commune or a province by itself says which agency is meant, and stays; so does the province after one.
"""

import re
from collections.abc import Iterator

from storage.questions.scrubbing.kinds import RemovedKind, Span
from storage.questions.scrubbing.naming_places import Gazer
from storage.questions.scrubbing.reading import Reading

_HOUSE = (
    r"[a-z]{0,2}\d{1,5}[a-z]?(?:\s?bis"
    r"|\s?ter)?(?:\s?/\s?\d{1,5}[a-z]?){0,6}(?:\s?-\s?\d{1,4}[a-z]?)?(?![\w%])"
)
_LIVING = (
    r"(?:dia chi|so nha|nha|o|tai|tru|thuong tru|tam tru|cu tru|ngu|sinh song|noi o|cho o|ho khau|hktt)"
    r"(?:\s+(?:cua|toi|em|minh|chau|con|bac|hien|hien tai|nay|o|tai|la|nha|so|minh|so nha|nha so"
    r"|thuong tru|tam tru)){0,5}\s*[:,\-]?\s+"
)
_LANE = r"(?:ngo|ngach|hem|kiet)"
_HAMLET = r"(?:thon|ap|xom|khom|buon|phum|soc|to dan pho|to dp|tdp|khu pho|kp|khu dan cu|kdc)"
_BUILDING = (
    r"(?:chung cu|toa nha|toa|khu do thi|kdt|ky tuc xa|ktx|(?<!dan )cu xa|khu tap the|tap the"
    r"|nha tap the|block|can ho|can|phong|biet thu|shophouse)"
)
_STREET = r"(?:duong|pho|dai lo|quoc lo|ql|tinh lo|tl|huong lo|d\.)"
_START = re.compile(
    rf"(?<![\w/.])(?:(?P<house>(?:so nha|nha so|sn)\s*[:.]?\s*(?=[a-z]{{0,3}}-?\d))"
    rf"|(?P<numbered>(?:so\s+)?{_HOUSE}\s*,?\s*(?={_LANE}\s|{_STREET}\s|d\.))"
    rf"|(?P<lane>{_LANE}\s+(?:so\s+)?(?=[a-z]?\d))"
    rf"|(?P<hamlet>{_HAMLET}[ ]+(?:so[ ]+(?=\d))?)"
    rf"|(?P<group>to\s+(?:so\s+)?\d{{1,3}}[a-z]?(?![\w/]))"
    rf"|(?P<building>{_BUILDING}\s+(?:so\s+)?)"
    rf"|(?P<village>(?:ban|lang|khu|doi|to)\s+)"
    rf"|(?P<street>{_STREET}\s*)"
    rf"|(?P<number>(?:so\s+)?{_HOUSE}\s*,?\s+))"
)
_LIVING_BEFORE = re.compile(rf"(?<!\w){_LIVING}$")
_ANY_NUMBER = re.compile(
    r"[a-z]{0,3}-?\d{1,5}[a-z]?(?:\s?[/.-]\s?\d{1,5}[a-z]?){0,6}(?:\s?(?:bis|ter))?(?!\w)"
)
_LOOK_BACK = 60
# `nông thôn Mới` is a programme, `huyện Sóc Sơn` a district.
_OF_A_NAME = re.compile(
    r"(?<!\w)(?:nong|huyen|quan|xa|phuong|thi tran|thi xa|thanh pho|tp|tinh|tam|song)\s+$"
)
_UNIT_AFTER = re.compile(r"\s*,?\s*(?:phuong|xa|thi tran|quan|huyen|p|q|x|h|tt|tp)(?:\s*\.\s*|\s+)\w")


def find_places(reading: Reading) -> Iterator[Span]:
    """Yield addresses of houses, lanes, buildings and hamlets, with the commune and district they name."""
    gazer = Gazer(reading)
    place = 0
    while found := _START.search(reading.plain, place):
        end = _end(gazer, found)
        if end is None:
            # From the next word on: what was matched may have more than one beginning within it.
            step = re.compile(r"\w+|\W").match(reading.plain, found.start())
            place = step.end() if step else found.start() + 1
            continue
        end = gazer.tail(end)
        yield Span(found.start(), end, RemovedKind.ADDRESS)
        place = end


def _end(gazer: Gazer, found: re.Match[str]) -> int | None:
    """Return where the first part of an address ends, if one begins here."""
    sort = found.lastgroup or ""
    if not gazer.spelled(found):
        return None
    return _READERS[sort](gazer, found)


def _house(gazer: Gazer, found: re.Match[str]) -> int | None:
    number = _ANY_NUMBER.match(gazer.plain, found.end())
    return gazer.with_name(number.end()) if number else None


def _numbered(gazer: Gazer, found: re.Match[str]) -> int | None:
    # What follows is a lane or a street: it is read as the next part, and must be one.
    sure = found[0].startswith("so") or _lived_in(gazer, found)
    end = gazer.part(found.end(), lower=sure)
    return end if end and not _of_law(gazer, found) else None


def _lane(gazer: Gazer, found: re.Match[str]) -> int | None:
    number = _ANY_NUMBER.match(gazer.plain, found.end())
    return gazer.with_name(number.end()) if number else None


def _hamlet(gazer: Gazer, found: re.Match[str]) -> int | None:
    if gazer.kept(found.start()) or _OF_A_NAME.search(
        gazer.plain, max(0, found.start() - _LOOK_BACK), found.start()
    ):
        return None
    end = gazer.number_or_name(found.end(), lower=False)
    if end:
        return end
    end = gazer.name(found.end(), lower=True)
    return end if end and (_UNIT_AFTER.match(gazer.plain, end)) else None


def _group(gazer: Gazer, found: re.Match[str]) -> int | None:
    follows = gazer.tail(found.end()) > found.end()
    return found.end() if follows or _lived_in(gazer, found) else None


def _building(gazer: Gazer, found: re.Match[str]) -> int | None:
    word = found[0].split()[0]
    coded = re.compile(r"(?:[a-z]{0,3}\d[\w.]{0,6}(?:-\w{1,5})?|[a-z]\b)").match(gazer.plain, found.end())
    if coded and (not word.startswith(("phong", "can")) or any(letter.isdigit() for letter in coded[0])):
        end = coded.end() - (coded[0][-1] == ".")
        return end if word != "phong" or gazer.tail(end) > end or _lived_in(gazer, found) else None
    return None if word in {"phong", "can"} else gazer.name(found.end(), lower=False)


def _village(gazer: Gazer, found: re.Match[str]) -> int | None:
    end = gazer.number_or_name(found.end(), lower=False)
    return end if end and (_UNIT_AFTER.match(gazer.plain, end) and _lived_in(gazer, found)) else None


def _street(gazer: Gazer, found: re.Match[str]) -> int | None:
    return gazer.number_or_name(found.end(), lower=False) if _lived_in(gazer, found) else None


def _number(gazer: Gazer, found: re.Match[str]) -> int | None:
    """Read a house number before a street that is not called one: `12 Lê Lợi`."""
    lived_in = _lived_in(gazer, found) or found[0].startswith("so ")
    end = gazer.name(found.end(), lower=False, led=True)
    if end and not _of_law(gazer, found):
        return end if lived_in or _UNIT_AFTER.match(gazer.plain, end) else None
    if _lived_in(gazer, found):
        end = gazer.name(found.end(), lower=True, led=True)
        return end if end and (_UNIT_AFTER.match(gazer.plain, end) or gazer.surname_at(found.end())) else None
    return None


def _lived_in(gazer: Gazer, found: re.Match[str]) -> bool:
    before = _LIVING_BEFORE.search(gazer.plain, max(0, found.start() - _LOOK_BACK), found.start())
    return before is not None and gazer.spelled(before)


def _of_law(gazer: Gazer, found: re.Match[str]) -> bool:
    before = gazer.plain[max(0, found.start() - _LOOK_BACK) : found.start()]
    return bool(
        re.search(
            r"(?:dieu|khoan|diem|muc|ngay|thang|nam|quyet dinh|nghi dinh|thong tu|van ban|mau|lop)\s+$",
            before,
        )
    )


_READERS = {
    "house": _house,
    "numbered": _numbered,
    "lane": _lane,
    "hamlet": _hamlet,
    "group": _group,
    "building": _building,
    "village": _village,
    "street": _street,
    "number": _number,
}
