"""Reports for tests."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from storage.ids import new_id
from storage.reports.content import AgencyMonth, MonthReport, Reached, Usage, digest_of, key_of
from storage.reports.kinds import EVERYBODY
from storage.reports.sending import Filing
from storage.scores.points import Criterion

MONTH = date(2026, 9, 1)
NOW = datetime(2026, 10, 3, 2, tzinfo=UTC)


def reached(code: str | None = None, dossiers: int | None = 40, **changed: Any) -> AgencyMonth:
    """Return what an agency has reached; the country where there is no code."""
    met = Reached(counted=40, percent=Decimal("87.50"), points=Decimal("19.44"))
    given: dict[str, Any] = {
        "code": code,
        "name": f"Xã {code}" if code else None,
        "parent": None,
        "dossiers": dossiers,
        "criteria": {
            Criterion.ON_TIME: met,
            Criterion.ONLINE: Reached(counted=0, percent=None, points=None),
            Criterion.DIGITISED: None,
            Criterion.SATISFACTION: met,
        },
        "points": Decimal("38.88"),
        "out_of": 38,
    }
    return AgencyMonth(**given | changed)


def report(month: date = MONTH, scope: str = EVERYBODY, **used: int | None) -> MonthReport:
    """Return a report."""
    usage: dict[str, int | None] = {
        "dossiers": 40,
        "online": 31,
        "conversations": 9,
        "ratings": None,
        "complaints": 0,
    }
    agencies = (reached(), reached("H26", parent=None), reached("H26.1", None, parent="H26"))
    return MonthReport(month=month, scope=scope, agencies=agencies, usage=Usage(**usage | used))


def digest(said: MonthReport) -> bytes:
    """Return the digest of a report."""
    return digest_of(said.model_dump(mode="json"))


def filing(said: MonthReport | None = None, **changed: Any) -> Filing:
    """Return a report that is to be sent now."""
    said = said or report()
    number = changed.get("number", 1)
    given: dict[str, Any] = {
        "id": new_id(),
        "report": said,
        "key": key_of(digest(said), number),
        "number": number,
        "corrects": None,
        "attempt": 1,
        "unsure": False,
    }
    return Filing(**given | changed)
