"""The national catalogue as it is published in JSON: one procedure an object, in English field names."""

from collections.abc import Mapping
from typing import Any

from storage.procedures.codes import split_procedure_code
from storage.procedures.formats import cleaning
from storage.procedures.formats.reading import At, at, items
from storage.procedures.record import Fee, Method, Paper, Procedure, Result, Steps, TimeLimit

MOST = 10_000
"""No procedure takes so many days, or asks for so many papers."""

_SCOPES = {"STANDARD": "standard", "SPECIFIC": "specific", "STANDARD_INTERNAL": "internal"}
_LINES = (
    "field",
    "field_code",
    "agency",
    "competent_agency",
    "coordinating_agency",
    "promulgating_agency",
    "promulgating_agency_code",
    "portal_url",
)
_TEXTS = ("description", "conditions", "receiving_address")
_KNOWN = frozenset(
    {
        *("code", "name", "level", "scope", "decision_no", "applicants", "steps", "methods", "documents"),
        *("result", "legal_basis", "keywords"),
        # Said in `methods` as well.
        *("fees", "processing_time"),
        *_LINES,
        *_TEXTS,
    }
)


def read(record: Mapping[str, Any]) -> Procedure:
    """Read one record.

    Raises:
        storage.procedures.formats.reading.RecordError: a field can not be used; it says which and why.
    """
    steps = at("steps", cleaning.text, record)
    result = at("result", cleaning.text, record)
    keywords = at("keywords", cleaning.text, record)
    return Procedure(
        code=at("code", _code, record),
        name=at("name", _name, record),
        **{name: at(name, cleaning.line, record) for name in _LINES},
        **{name: at(name, cleaning.text, record) for name in _TEXTS},
        levels=cleaning.levels(at("level", cleaning.line, record)),
        scope=_SCOPES.get(at("scope", cleaning.line, record) or ""),
        decision=at("decision_no", cleaning.line, record),
        applicants=cleaning.applicants(at("applicants", cleaning.line, record)),
        steps=(Steps(text=steps),) if steps else (),
        methods=tuple(_method(place) for place in items(record, "methods")),
        papers=tuple(paper for paper in map(_paper, items(record, "documents")) if paper),
        results=(Result(name=result),) if result else (),
        legal_basis=tuple(cleaning.legal_basis(at("legal_basis", _texts, record))),
        keywords=tuple(word.strip() for word in (keywords or "").split(",") if word.strip()),
        extra=cleaning.rest(record, _KNOWN),
    )


def _code(value: Any) -> str:
    code = cleaning.line(value)
    if code is None:
        raise ValueError("it is missing")
    try:
        return split_procedure_code(code).short
    except ValueError as error:
        raise ValueError("it is no code of a procedure") from error


def _name(value: Any) -> str:
    name = cleaning.line(value)
    if name is None:
        raise ValueError("it is missing")
    return name


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ValueError("it is no list of texts")
    return value


def _method(place: At) -> Method:
    return Method(
        channel=place.read("channel_code", _channel),
        limit=_limit(place),
        fees=tuple(fee for fee in (_fee(entry) for entry in place.items("fees")) if fee),
        note=place.read("note", cleaning.text),
    )


def _channel(value: Any) -> Any:
    try:
        return cleaning.CHANNELS[value]
    except (KeyError, TypeError) as error:
        raise ValueError(f"it is none of {', '.join(cleaning.CHANNELS)}") from error


def _limit(place: At) -> TimeLimit | None:
    quantity = place.read("time_qty", _quantity)
    text = place.read("time_text", cleaning.line)
    unit = cleaning.UNITS.get(place.read("time_unit", cleaning.line) or "")
    if quantity is None and text is None:
        return None
    return TimeLimit(quantity=quantity if unit else None, unit=unit, text=text)


def _quantity(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST:
        raise ValueError("it is no number of days")
    return float(value)


def _fee(place: At) -> Fee | None:
    note = place.read("note", cleaning.text)
    return place.read("amount", lambda amount: cleaning.fee(amount, note))


def _paper(place: At) -> Paper | None:
    case = place.read("case", cleaning.line)
    name = place.read("name", cleaning.line) or case
    originals, copies = place.read("originals", _count), place.read("copies", _count)
    if name is None:
        return None
    # Of none of it none is wanted: it is a heading or a remark that stands between papers.
    is_note = not originals and not copies
    return Paper(name=name, case=case, originals=originals, copies=copies, is_note=is_note)


def _count(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MOST:
        raise ValueError("it is no number of papers")
    return value
