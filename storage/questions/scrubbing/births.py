"""Dates of birth: a date that is said to be one. Any other date stays. Pure."""

import re
from collections.abc import Iterator

from storage.questions.scrubbing.kinds import RemovedKind, Span
from storage.questions.scrubbing.reading import Reading
from storage.questions.scrubbing.spoken import DIGIT

_YEAR = r"(?:1[89]|20)\d{2}"
_SAID = (
    rf"(?:(?:mot|hai)\s+(?:nghin|ngan|chin|khong)(?:\s+(?:tram|{DIGIT}|muoi|linh|le|khong)){{1,6}}"
    rf"|{DIGIT}\s+(?:muoi\s+)?{DIGIT}|{DIGIT}\s+muoi)"
)
_SAID_DAY = rf"(?:(?:{DIGIT}\s+)?muoi(?:\s+{DIGIT})?|{DIGIT}(?:\s+{DIGIT})?)"
_PART = r"\s?[/.\-\s]\s?"
_DATE = (
    rf"(?:\d{{1,2}}{_PART}\d{{1,2}}{_PART}(?:{_YEAR}|\d{{2}})(?!\d)"
    rf"|{_YEAR}{_PART}\d{{1,2}}{_PART}\d{{1,2}}(?!\d)"
    r"|[0-3]\d[01]\d(?:19|20)\d{2}(?!\d)|(?:19|20)\d{2}[01]\d[0-3]\d(?!\d)"
    rf"|(?:(?:ngay|mung|mong|hom)\s+){{0,2}}(?:\d{{1,2}}|{_SAID_DAY})\s+(?:thang\s+)(?:\d{{1,2}}"
    rf"|{_SAID_DAY}|gieng|chap)"
    rf"(?:(?:\s*,)?\s*(?:nam\s+)?(?:{_YEAR}|\d{{2}}(?!\d)|(?<=nam\s){_SAID}))?"
    rf"|(?:thang\s+)?\d{{1,2}}\s?[/\-]\s?{_YEAR}(?!\d)"
    rf"|thang\s+\d{{1,2}}(?:\s?,?\s?nam\s+(?:{_YEAR}|\d{{2}}))?"
    rf"|(?:nam\s+)?(?:{_YEAR}|{_SAID})(?![\d/])|(?:nam\s+|')\d{{2}}(?![\d/])"
    r"|\d{1,2}\s?/\s?\d{1,2}(?!\d|/))"
)
_TWO_DIGITS = r"\d{2}(?![\d/.])"
_ABOUT = (
    r"(?:\s*[:,(=\-]\s*|\s+(?:cua|toi|em|chau|con|be|minh|anh|chi|ong|ba|bo|me|vo|chong|la|vao|hoi"
    r"|luc|ngay|duong lich|am lich|trong|tren|giay|khai sinh|khai|ghi|cccd|cmnd|bi|sai|nham|dung"
    r"|that|thanh|phai|lai|ten|thi|lai)\b)"
)
_BIRTH = re.compile(
    r"(?<!\w)(?:"
    r"(?:ngay\s*,?\s*(?:thang\s*,?\s*)?(?:nam\s+)?sinh|nam sinh|dob|d\.o\.b\.?|date of birth"
    r"|birthday|born(?: on| in)?|sinh nhat|ntns)"
    rf"{_ABOUT}{{0,10}}\s*(?P<date>{_DATE})"
    rf"|(?P<sinh>sinh)(?:\s+(?:ra|vao|hoi|luc|nham|dung|thang|con|be|chau|la"
    rf"|dau))*(?:\s+(?:luc\s+)?\d{{1,2}}\s?(?:h|gio)\s?\d{{0,2}})?\s*[:,]?\s*(?P<born>(?:ngay\s+"
    rf"|nam\s+)?(?:{_DATE}|(?<=nam\s){_TWO_DIGITS}))"
    rf"|(?:sn|ns|s\.n)\s*[:.]?\s*(?P<short>{_DATE}|{_TWO_DIGITS})"
    r")"
)
# After one date of birth the other one: `sửa 1/1/1990 thành 2/1/1990`.
_NEXT = re.compile(
    rf"\s*(?:,|;|->|→|=>|\(|sua|doi|thanh|thay vi|thay|sang|nham|dung|phai|hay|hoac|va|chu khong"
    rf"|khong phai|la|ngay|that|ra|bi|ghi|cai chinh|nhung|thuc te|giay khai sinh|tren|cccd"
    rf"|\s){{1,8}}(?P<date>(?:\d{{1,2}}{_PART}\d{{1,2}}{_PART}{_YEAR}|{_YEAR}))(?![\d/])"
)
# `khai sinh năm 2024` is when a birth was registered, and a `học sinh` was not born by that.
_NOT_BORN = re.compile(
    r"(?:khai|chung|hoc|ve|phat|thi|ho|tai|san|sat|hi|hy|an|dan|moi|muu|tuyen|cuu|tap|nghiep|song"
    r"|giam|y|hoa|ky|ki|thu|phuc|tien|quang|ngan|luong)\s+$"
)


def find_births(reading: Reading) -> Iterator[Span]:
    """Yield dates that follow `sinh ngày`, `năm sinh`, `DOB` and their like, in figures or in words."""
    plain = reading.plain
    for found in _BIRTH.finditer(plain):
        if found["sinh"] and _NOT_BORN.search(plain, max(0, found.start() - 12), found.start()):
            continue
        group = next(name for name in ("date", "born", "short") if found[name])
        yield Span(found.start(group), found.end(group), RemovedKind.BIRTH)
        following = _NEXT.match(plain, found.end())
        while following:
            yield Span(following.start("date"), following.end("date"), RemovedKind.BIRTH)
            following = _NEXT.match(plain, following.end())
