"""A procedure as the portals' exchange interface answers (`LayThuTuc`). What differs by deployment is data.

The interface has no public specification; the names are those that public integrations of several provinces
read. Case does not matter: deployments answer `MATTHC` and `MaTTHC`.
"""

from collections.abc import Mapping
from typing import Any

from storage.procedures.formats import cleaning, reasons
from storage.procedures.formats.cleaning import Applied
from storage.procedures.formats.reading import At, count
from storage.procedures.formats.reasons import UnusableError
from storage.procedures.record import (
    Channel,
    Fee,
    LegalBasis,
    Method,
    Paper,
    Procedure,
    Result,
    Steps,
    TimeLimit,
    Unit,
)

FIELDS: Mapping[str, tuple[str, ...]] = {
    "code": ("MATTHC", "MATHUTUC"),
    "name": ("TENTTHC", "TENTHUTUC"),
    "fields": ("LINHVUCTHUCHIEN",),
    "field": ("TENLINHVUC",),
    "field_code": ("MALINHVUC",),
    "agencies": ("COQUANTHUCHIEN",),
    "competent_agencies": ("COQUANCOTHAMQUYEN",),
    "coordinating_agencies": ("COQUANPHOIHOP",),
    "agency": ("TENDONVI",),
    "agency_code": ("MADONVI",),
    "promulgating_agency": ("COQUANCONGBO", "COQUANBANHANH"),
    "levels": ("CAPTHUCHIEN",),
    "level": ("TENCAP",),
    "applicants": ("DOITUONGTHUCHIEN",),
    "applicant": ("TENDOITUONG",),
    "online_level": ("MUCDO", "MUCDODVC"),
    "decision": ("SOQUYETDINH",),
    "description": ("MOTA",),
    "steps": ("TRINHTUTHUCHIEN",),
    "case": ("TRUONGHOP",),
    "steps_of_case": ("TRINHTU",),
    "step": ("TENTRINHTU",),
    "methods": ("CACHTHUCTHUCHIEN",),
    "channel": ("KENH",),
    "times": ("THOIGIAN",),
    "quantity": ("THOIGIANGIAIQUYET",),
    "unit": ("DONVITINH",),
    "note": ("MOTA",),
    "fees": ("PHILEPHI",),
    "amount": ("SOTIEN",),
    "currency": ("DONVI",),
    "papers": ("THANHPHANHOSO",),
    "papers_of_case": ("GIAYTO",),
    "paper": ("TENGIAYTO",),
    "paper_code": ("MAGIAYTO",),
    "form_name": ("TENMAUDON",),
    "form_url": ("URL",),
    "originals": ("SOBANCHINH",),
    "copies": ("SOBANSAO",),
    "sets": ("SOBOHOSO", "SOLUONGHOSO"),
    "conditions": ("YEUCAU", "YEUCAUDIEUKIEN"),
    "results": ("KETQUATHUCHIEN",),
    "result": ("TENKETQUA",),
    "result_code": ("MAKETQUA",),
    "legal_basis": ("CANCUPHAPLY",),
    "document": ("TENVANBAN",),
    "document_number": ("SOVANBAN",),
    "receiving_address": ("DIACHITIEPNHAN",),
    "keywords": ("TUKHOA",),
}
"""Our names, and those of the interface, of which the first that a record has is read."""

CHANNELS = {"1": Channel.IN_PERSON, "2": Channel.ONLINE, "3": Channel.POST}
UNITS = {
    "giờ": Unit.HOUR,
    "giờ làm việc": Unit.HOUR,
    "ngày làm việc": Unit.WORKING_DAY,
    "ngày": Unit.DAY,
    "tháng": Unit.MONTH,
    "năm": Unit.YEAR,
}
DONG = frozenset({"đồng", "vnđ", "vnd", "đ", "việt nam đồng"})
MOST = 10_000
_TOP = (
    *("code", "name", "fields", "agencies", "competent_agencies", "coordinating_agencies"),
    *("promulgating_agency", "levels", "applicants", "online_level", "decision", "description", "steps"),
    *("methods", "papers", "sets", "conditions", "results", "legal_basis", "receiving_address", "keywords"),
)
_KNOWN = frozenset(name for field in _TOP for name in FIELDS[field])
_DIGITS = frozenset("0123456789.,")


def is_record(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is of this interface."""
    return any(name.upper() in FIELDS["code"] for name in record)


def read(record: Mapping[str, Any], applied: Applied) -> Procedure:
    """Read one record, and note how it was read.

    Raises:
        storage.procedures.formats.reading.RecordError: a field can not be used; it says which and why.
    """
    at = _Fields(record=_upper(record), applied=applied)
    fields, agencies = list(at.each("fields")), list(at.each("agencies"))
    agency = _joined(agencies, "agency")
    keywords = at.words("keywords") or ""
    levels = ", ".join(filter(None, (level.words("level") for level in at.each("levels"))))
    return Procedure(
        code=at.read(at.of("code"), lambda value: cleaning.code(value, applied)),
        name=at.read(at.of("name"), cleaning.required_line),
        field=_joined(fields, "field"),
        field_code=_joined(fields, "field_code"),
        agency=agency,
        competent_agency=_joined(at.each("competent_agencies"), "agency"),
        coordinating_agency=_joined(at.each("coordinating_agencies"), "agency"),
        promulgating_agency=at.words("promulgating_agency"),
        levels=cleaning.levels(levels, agency, applied),
        applicants=cleaning.applicants(_joined(at.each("applicants"), "applicant")),
        online_level=cleaning.online_level(at.words("online_level")),
        decision=at.words("decision"),
        description=at.text(at.of("description")),
        steps=tuple(steps for steps in map(_steps, at.each("steps")) if steps),
        methods=tuple(method for place in at.each("methods") for method in _methods(place)),
        papers=tuple(paper for place in at.each("papers") for paper in _papers(place)),
        sets=at.read(at.of("sets"), _count) or None,
        conditions=at.text(at.of("conditions")),
        results=tuple(_results(at)),
        legal_basis=tuple(_legal_basis(at)),
        receiving_address=at.text(at.of("receiving_address")),
        keywords=tuple(word.strip() for word in keywords.split(",") if word.strip()),
        extra=at.rest(_KNOWN),
    )


class _Fields(At):
    """A record whose fields go by our names."""

    __slots__ = ()

    def of(self, field: str) -> str:
        """Return the name by which the record has a field."""
        names = FIELDS[field]
        return next((name for name in names if name in self.record), names[0])

    def words(self, field: str) -> str | None:
        """Return a field in one line; numbers as they are written."""
        return self.read(self.of(field), lambda value: cleaning.line(_written(value)))

    def each(self, field: str) -> Any:
        """Yield the objects of a list."""
        return self.items(self.of(field))


def _upper(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name.upper(): _upper(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_upper(inner) for inner in value]
    return value


def _written(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _joined(places: Any, field: str) -> str | None:
    """Return what several objects name, each once."""
    return ", ".join(dict.fromkeys(filter(None, (place.words(field) for place in places)))) or None


def _steps(place: _Fields) -> Steps | None:
    texts = [step.text(step.of("step")) for step in place.each("steps_of_case")]
    text = "\n".join(filter(None, texts))
    return Steps(text=text, case=place.words("case")) if text else None


def _methods(place: _Fields) -> list[Method]:
    """Return one method for each time limit, as they differ by case."""
    channel = place.read(place.of("channel"), _channel)
    limited = [
        Method(
            channel=channel,
            limit=_limit(time),
            fees=tuple(fee for fee in map(_fee, time.each("fees")) if fee),
        )
        for time in place.each("times")
    ]
    return limited or [Method(channel=channel)]


def _channel(value: Any) -> Channel:
    try:
        return CHANNELS[str(value)]
    except KeyError as error:
        raise UnusableError(reasons.NONE_OF.of(allowed=", ".join(CHANNELS))) from error


def _limit(time: _Fields) -> TimeLimit | None:
    quantity, note = time.read(time.of("quantity"), _quantity), time.words("note")
    named = time.words("unit")
    unit = UNITS.get((named or "").lower())
    time.applied[cleaning.Rule.TIME_UNIT_UNKNOWN] += unit is None and named is not None
    if quantity is None and note is None:
        return None
    text = note or f"{quantity:g} {named or ''}".strip()
    return TimeLimit(quantity=quantity if unit else None, unit=unit, text=text)


def _quantity(value: Any) -> float | None:
    written = cleaning.line(_written(value))
    if written is None:
        return None
    try:
        quantity = float(written.replace(",", "."))
    except ValueError as error:
        raise UnusableError(reasons.NO_NUMBER) from error
    if not 0 <= quantity < MOST:
        raise UnusableError(reasons.NO_DAYS)
    return quantity


def _fee(place: _Fields) -> Fee | None:
    """Return a fee; an amount in words or in another currency is told in the note."""
    written, currency, note = (place.words(field) for field in ("amount", "currency", "note"))
    dong = currency is None or currency.lower() in DONG
    if written and not (dong and _DIGITS.issuperset(written)):
        told = " ".join(filter(None, (written, None if dong else currency)))
        note = f"{told}. {note}" if note else told
        written = None
    # Of an amount nothing but thousands is parted: there are no parts of a đồng.
    digits = (written or "").removesuffix(".0").replace(".", "").replace(",", "")
    return place.read(
        place.of("amount"), lambda _: cleaning.fee(int(digits) if digits else None, note, place.applied)
    )


def _papers(place: _Fields) -> list[Paper]:
    case = place.words("case")
    return [paper for paper in (_paper(entry, case) for entry in place.each("papers_of_case")) if paper]


def _paper(place: _Fields, case: str | None) -> Paper | None:
    name = place.words("paper") or place.words("form_name")
    originals, copies = (place.read(place.of(field), _count) for field in ("originals", "copies"))
    if name is None:
        return None
    return Paper(
        name=name,
        case=case,
        originals=originals,
        copies=copies,
        is_note=cleaning.is_note(originals, copies, place.applied),
        code=place.words("paper_code"),
        form_name=place.words("form_name"),
        form_url=place.words("form_url"),
    )


def _count(value: Any) -> int:
    written = cleaning.line(_written(value))
    return count(int(written) if written and written.isdecimal() else written, MOST)


def _results(at: _Fields) -> list[Result]:
    found = [(place.words("result"), place.words("result_code")) for place in at.each("results")]
    return [Result(name=name, code=code) for name, code in found if name]


def _legal_basis(at: _Fields) -> list[LegalBasis]:
    found = [(place.words("document"), place.words("document_number")) for place in at.each("legal_basis")]
    named = [(name or number, number) for name, number in found]
    return [LegalBasis(name=name, number=number) for name, number in named if name]
