"""Numbers of bank accounts and cards: those that are said to be one. Pure."""

import re
from collections.abc import Iterator

from storage.questions.scrubbing.kinds import RemovedKind, Span
from storage.questions.scrubbing.reading import Reading
from storage.questions.scrubbing.spoken import said_numbers

_NAMED = re.compile(
    r"(?<!\w)(?:so\s+tai khoan|tai khoan|stk|s\.t\.k|tk|so tk|account|acc|iban|the (?:ngan hang|atm"
    r"|tin dung|ghi no|visa)|so the|momo|zalopay|vietcombank|vcb|agribank|bidv|techcombank"
    r"|vietinbank|mbbank|sacombank|acb|vpbank|tpbank)"
    r"(?P<gap>[^\d\n!?;\ue000]{0,40}?)(?P<number>[a-z]{0,3}\d(?:[ .\-_*]{0,2}\d){5,24})(?![\w/])"
)
_MONEY = re.compile(r"\s?(?:dong\b|d\b|vnd|vn\b|usd|trieu|nghin|ngan|ty\b|/)")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_DATE = re.compile(r"\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{4}")
_OF_MONEY = re.compile(r"(?:so tien|so du|phi|gia|nop|chuyen|co|tien|rut)\s*[:]?\s*$")
_NEAR = 60


def find_accounts(reading: Reading) -> Iterator[Span]:
    """Yield numbers after `STK`, `tài khoản` and their like that are neither a sum nor a date."""
    for found in _NAMED.finditer(reading.figures):
        number = found["number"]
        grouped = _GROUPED.fullmatch(number)
        of_money = _MONEY.match(reading.plain, found.end()) or _OF_MONEY.search(found["gap"])
        if not (grouped and of_money) and not _DATE.match(number):
            yield Span(found.start("number"), found.end("number"), RemovedKind.ACCOUNT)
    for said in said_numbers(reading.plain):
        before = reading.plain[max(0, said.start - _NEAR) : said.start]
        if re.search(r"(?<!\w)(?:tai khoan|stk|so tk)\W[^.!?\n]*$", before):
            yield Span(said.start, said.end, RemovedKind.ACCOUNT)
