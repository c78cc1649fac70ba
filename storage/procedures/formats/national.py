"""The national catalogue as it is published in JSON: one procedure an object, in English field names."""

from collections.abc import Mapping
from typing import Any

from storage.procedures.formats import cleaning, reasons
from storage.procedures.formats.cleaning import Applied
from storage.procedures.formats.reading import At, count
from storage.procedures.formats.reasons import UnusableError
from storage.procedures.record import Channel, Fee, Method, Paper, Procedure, Result, Steps, TimeLimit

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
        *("code", "name", "level", "decision_no", "applicants", "steps", "methods", "documents"),
        *("result", "legal_basis", "keywords", "online_level"),
        # Said in `methods` as well.
        *("fees", "processing_time"),
        *_LINES,
        *_TEXTS,
    }
)


def read(record: Mapping[str, Any], applied: Applied) -> Procedure:
    """Read one record, and note how it was read.

    Raises:
        storage.procedures.formats.reading.RecordError: a field can not be used; it says which and why.
    """
    at = At(record=record, applied=applied)
    steps, result, keywords = at.text("steps"), at.text("result"), at.text("keywords")
    scope = at.line("scope")
    return Procedure(
        code=at.read("code", lambda value: cleaning.code(value, applied)),
        name=at.read("name", cleaning.required_line),
        **{name: at.line(name) for name in _LINES},
        **{name: at.text(name) for name in _TEXTS},
        levels=cleaning.levels(at.line("level"), at.line("agency"), applied),
        scope=_SCOPES.get(scope or ""),
        decision=at.line("decision_no"),
        applicants=cleaning.applicants(at.line("applicants")),
        online_level=at.read("online_level", _online_level),
        steps=(Steps(text=steps),) if steps else (),
        methods=tuple(_method(place) for place in at.items("methods")),
        papers=tuple(paper for paper in map(_paper, at.items("documents")) if paper),
        results=(Result(name=result),) if result else (),
        legal_basis=tuple(cleaning.legal_basis(at.read("legal_basis", _texts))),
        keywords=tuple(word.strip() for word in (keywords or "").split(",") if word.strip()),
        extra=at.rest(_KNOWN | {"scope"} if scope in _SCOPES else _KNOWN),
    )


def _online_level(value: Any) -> Any:
    given = cleaning.line(value)
    found = cleaning.online_level(given)
    if given and found is None:
        raise UnusableError(reasons.NONE_OF.of(allowed=", ".join(cleaning.ONLINE_LEVELS)))
    return found


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise UnusableError(reasons.NO_TEXTS)
    return value


def _method(place: At) -> Method:
    return Method(
        channel=place.read("channel_code", _channel),
        limit=_limit(place),
        fees=tuple(fee for fee in map(_fee, place.items("fees")) if fee),
        note=place.text("note"),
    )


def _channel(value: Any) -> Channel:
    try:
        return cleaning.CHANNELS[value]
    except (KeyError, TypeError) as error:
        raise UnusableError(reasons.NONE_OF.of(allowed=", ".join(cleaning.CHANNELS))) from error


def _limit(place: At) -> TimeLimit | None:
    quantity, text = place.read("time_qty", _quantity), place.line("time_text")
    unit = cleaning.unit(place.line("time_unit"), place.applied)
    if quantity is None and text is None:
        return None
    return TimeLimit(quantity=quantity if unit else None, unit=unit, text=text)


def _quantity(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST:
        raise UnusableError(reasons.NO_DAYS)
    return float(value)


def _fee(place: At) -> Fee | None:
    note = place.text("note")
    return place.read("amount", lambda amount: cleaning.fee(amount, note, place.applied))


def _paper(place: At) -> Paper | None:
    case = place.line("case")
    name = place.line("name") or case
    originals, copies = (place.read(name, _count) for name in ("originals", "copies"))
    if name is None:
        return None
    is_note = cleaning.is_note(originals, copies, place.applied)
    return Paper(name=name, case=case, originals=originals, copies=copies, is_note=is_note)


def _count(value: Any) -> int:
    return count(value, MOST)
