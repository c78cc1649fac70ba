"""A report as the measuring system wants it, and what it answers. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from api.connectors.measuring.dialect import EmcDialect
from api.connectors.measuring.port import LONGEST, Answer
from api.connectors.names import Names
from storage.reports.content import AgencyMonth, Reached
from storage.reports.sending import Filing


def body(filing: Filing, unit: str, dialect: EmcDialect) -> dict[str, Any]:
    """Return a report as JSON: null stands for what is hidden, or where nothing counts.

    Args:
        filing: the report, its key and what it corrects.
        unit: who reports, as the system knows it.
        dialect: how the system writes things.
    """
    report = filing.report
    return _named(
        dialect.report,
        {
            "key": filing.key,
            "unit": unit,
            "month": dialect.month(report.month),
            "number": filing.number,
            "corrects": filing.corrects,
            "agencies": [_agency(one, dialect) for one in report.agencies],
            "usage": _named(dialect.usage, report.usage.model_dump()),
        },
    )


def read(told: object, dialect: EmcDialect) -> tuple[Answer, str | None] | None:
    """Return what the system says, and its number of the report, if it gives one; none if it says nothing."""
    if not isinstance(told, Mapping):
        return None
    names = dialect.answer
    code = _text(told.get(names.code))
    if code is None:
        return None
    answer = Answer(code=code, words=_text(told.get(names.words)) or "")
    return answer, _text(told.get(names.receipt))


def _agency(one: AgencyMonth, dialect: EmcDialect) -> dict[str, Any]:
    reached = {str(name): met and _reached(met, dialect) for name, met in one.criteria.items()}
    told = {
        "code": one.code,
        "name": one.name,
        "parent": one.parent,
        "dossiers": one.dossiers,
        "points": _number(one.points),
        "out_of": one.out_of,
    }
    return _named(dialect.agency, told | reached)


def _reached(met: Reached, dialect: EmcDialect) -> dict[str, Any]:
    told = {"counted": met.counted, "percent": _number(met.percent), "points": _number(met.points)}
    return _named(dialect.criterion, told)


def _named(names: Names, told: Mapping[str, Any]) -> dict[str, Any]:
    return {theirs: told[name] for name, theirs in names}


def _number(value: Decimal | None) -> float | None:
    # Two digits after the point at most: so many a JSON number holds exactly, as it is written.
    return None if value is None else float(value)


def _text(value: object) -> str | None:
    """Return a text, or a number that stands for one; none for anything else, and for nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    # What the database can not keep, a system can not have meant.
    text = "".join(one for one in str(value) if one.isprintable()).strip()
    return text[:LONGEST] or None
