"""Codes of dossiers and complaints, passports, licence plates, and places on the globe. Pure."""

import re
from collections.abc import Iterator

from storage.questions.scrubbing.kinds import RemovedKind, Span
from storage.questions.scrubbing.reading import Reading

_DASH = r"\s?-\s?"
# As `storage.dossiers.codes` has it, with the spaces that people leave in it, and forms of some sources.
_DOSSIER = re.compile(
    rf"(?<![\w.])[0-9a-z]{{1,3}}(?:\s?\.\s?[0-9a-z]{{1,6}}){{0,10}}{_DASH}(?:[0-9]{{8}}"
    rf"|[0-9]{{6}}){_DASH}[0-9]{{4,7}}(?![0-9])"
    r"|(?<![\w/])[0-9]{3,6}/[0-9]{4}/[0-9]{3,6}(?![\w/])"
)
# As `storage.complaints.codes` has it: it leads to what somebody filed, and so to them. Without its dash it
# has a digit, as nineteen of twenty codes have.
_COMPLAINT = re.compile(r"(?<![\w.-])pa(?:\s?-\s?|\s?(?=[a-z]{0,7}\d))[0-9a-z]{8}(?![\w-])")
_NAMED_DOSSIER = re.compile(
    r"(?<!\w)(?:(?:ma|so)\s+(?:so\s+)?(?:ho so|bien nhan|tiep nhan|tra cuu|phieu hen|giay hen"
    r"|don hang|van don)"
    r"|(?:ho so|bien nhan|phieu hen|giay hen)\s+(?:so|ma))(?:\s+(?:cua toi|cua em|la|so))*\s?[:#=]?\s?"
    r"(?P<code>[0-9a-z][\w./-]{3,60})"
)
_PASSPORT = re.compile(r"(?<![\w./-])[a-z]{1,2}\s?[0-9]{7,8}(?![\w/-])")
_NAMED_PASSPORT = re.compile(
    r"(?<!\w)(?:ho chieu|passport"
    r"|visa)[^\d\n.!?;\ue000]{0,30}?(?<!\w)(?P<code>[a-z]{0,3}\s?[0-9]{5,9}[a-z]?)(?!\w)"
)
_SERIES = r"(?:1[1-9]|[2-9][0-9])\s?-?\s?(?:[a-hk-nps-vxyz][0-9a-hk-nps-vxyz]?|ld|da|kt|mk|td|ng|nn|qt|cv|rm)"
_PLATE = re.compile(rf"(?<![\w/.-]){_SERIES}(?:\s?[-. ]\s?|)[0-9]{{3}}\s?\.?\s?[0-9]{{2}}(?![\w/-])")
_OLD_PLATE = re.compile(rf"(?<![\w/.-]){_SERIES}\s?-\s?[0-9]{{4}}(?![\w/-])")
_NAMED_PLATE = re.compile(
    rf"(?<!\w)(?:bien(?: so| kiem soat| xe)?(?: xe)?|bks|bsx|xe(?: may| o to| oto| hoi)?)(?: so| la"
    rf"| mang bien| cua toi)?\s?:?\s?"
    rf"(?P<code>{_SERIES}[-. ]{{0,3}}[0-9]{{2,3}}\.?[0-9]{{2}})(?!\w)"
)
_SPOT = re.compile(r"(?<![\w.])(?:[89]|1\d|2[0-3])\.\d{4,15}\s?[,;]?\s?10\d\.\d{4,15}(?!\w)")
_FEW_DIGITS = 3


def find_codes(reading: Reading) -> Iterator[Span]:
    """Yield codes of files, passports and plates. Those of procedures, forms and laws look otherwise."""
    plain = reading.figures
    yield from _whole(_DOSSIER, plain, RemovedKind.DOSSIER)
    yield from _whole(_COMPLAINT, plain, RemovedKind.DOSSIER)
    for named in _NAMED_DOSSIER.finditer(plain):
        code = named["code"].rstrip("./-")
        if sum(letter.isdigit() for letter in code) > _FEW_DIGITS and not _of_a_procedure(code):
            yield Span(named.start("code"), named.start("code") + len(code), RemovedKind.DOSSIER)
    yield from _whole(_PASSPORT, plain, RemovedKind.PASSPORT)
    yield from _coded(_NAMED_PASSPORT, plain, RemovedKind.PASSPORT)
    for pattern in (_PLATE, _OLD_PLATE):
        yield from _whole(pattern, plain, RemovedKind.PLATE)
    yield from _coded(_NAMED_PLATE, plain, RemovedKind.PLATE)
    yield from _whole(_SPOT, plain, RemovedKind.ADDRESS)


def _whole(pattern: re.Pattern[str], plain: str, kind: RemovedKind) -> Iterator[Span]:
    for found in pattern.finditer(plain):
        yield Span(found.start(), found.end(), kind)


def _coded(pattern: re.Pattern[str], plain: str, kind: RemovedKind) -> Iterator[Span]:
    for found in pattern.finditer(plain):
        yield Span(found.start("code"), found.end("code"), kind)


def _of_a_procedure(code: str) -> bool:
    return re.fullmatch(r"\d\.\d{6}(?:[.\w]*)", code) is not None
