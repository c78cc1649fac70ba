"""How a survey's page looks in each of its states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.pages import Pages
from api.surveys.addresses import PAGE
from api.surveys.page_fields import Field, fields
from api.surveys.page_texts import TEXTS, TOLD
from api.surveys.page_visit import Link, Stop, Stopped, Visit
from storage.dossiers.working_days import VIETNAM
from storage.surveys.reading import SurveyView

pages = Pages(Path(__file__).parent / "pages", forms=True)
_STYLE = "survey.css"
_STATUSES = {
    Stop.UNKNOWN: HTTPStatus.NOT_FOUND,
    Stop.FORGED: HTTPStatus.NOT_FOUND,
    Stop.INVITED_ONLY: HTTPStatus.NOT_FOUND,
    Stop.EXPIRED: HTTPStatus.GONE,
}
_PREPARED_IN = 300
"""Seconds after which a survey that is made ready elsewhere may be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form with what was said before.

    Attributes:
        answers: as `page_fields.answers_of` returns them.
        wrong: by the names of questions, under "" what is wrong with all together.
        note: a word of `page_texts` for what the reader should know first, and what it names.
        status: of HTTP.
    """

    answers: Mapping[str, Any] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    named: Mapping[str, object] = field(default_factory=dict)
    status: int = HTTPStatus.OK


EMPTY = Filled()


class Showing:
    """Makes pages for one request."""

    def __init__(self, link: Link, locale: str) -> None:
        self.link, self.locale = link, locale
        self._text = TEXTS[locale]

    def form(self, visit: Visit, sheet: str, filled: Filled = EMPTY) -> Response:
        """Show the form in force."""
        survey, note = visit.survey, filled.note
        shown = fields(survey.form, filled.answers, filled.wrong)
        return self._page(
            "form.html",
            filled.status,
            survey=survey,
            sheet=sheet,
            fields=shown,
            errors=_errors(shown, filled.wrong),
            invited=visit.invitation is not None,
            until=_local(survey.closes_at),
            note=note and (self._text[f"{note}_title"], self._text[note].format(**filled.named)),
        )

    def stopped(self, stopped: Stopped, *, status: int | None = None) -> Response:
        """Say why there is nothing to answer."""
        usual = _STATUSES.get(stopped.stop, HTTPStatus.OK)
        return self.told(
            stopped.stop.value, status=usual if status is None else status, survey=stopped.survey
        )

    def told(self, what: str, *, status: int = HTTPStatus.OK, survey: SurveyView | None = None) -> Response:
        """Show a word of `page_texts.TOLD`."""
        title, detail = TOLD[self.locale][what]
        return self.worded(title, detail, status=status, survey=survey)

    def worded(self, title: str, detail: str, *, status: int, survey: SurveyView | None = None) -> Response:
        """Show a title and a sentence."""
        return self._page("told.html", status, survey=survey, title=title, detail=detail)

    def elsewhere(self, address: str | None) -> Response:
        """Lead to where the survey is answered, once it is."""
        if address is None:
            away = self.told("away", status=HTTPStatus.SERVICE_UNAVAILABLE)
            away.headers["retry-after"] = str(_PREPARED_IN)
            return away
        return self._to(address)

    def thanks(self) -> Response:
        """Lead to the thanks."""
        return self._to(f"{PAGE}/{self.link.code}/cam-on?lang={self.locale}")

    def opening(self) -> Response:
        """Lead to the page by its own link, as if it were opened anew."""
        return self._to(f"{PAGE}/{self.link.code}{self._query(self.locale)}")

    def _to(self, address: str) -> Response:
        return RedirectResponse(address, int(HTTPStatus.SEE_OTHER), headers={"cache-control": "no-store"})

    def _query(self, locale: str) -> str:
        return f"?{self.link.signed}{'&' if self.link.signed else ''}lang={locale}"

    def _page(self, template: str, status: int, **values: object) -> Response:
        other = "vi" if self.locale == "en" else "en"
        content = pages.render(
            template,
            locale=self.locale,
            text=self._text,
            other=other,
            other_text=TEXTS[other],
            here=self._query(self.locale),
            switch=self._query(other),
            style=pages.source(_STYLE),
            **values,
        )
        headers = {
            "cache-control": "no-store",
            "content-language": self.locale,
            "content-security-policy": pages.policy(style=_STYLE),
            "vary": "accept-language",
            "x-robots-tag": "noindex",
        }
        return HTMLResponse(content, status_code=int(status), headers=headers)


def _errors(shown: Sequence[Field], wrong: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the ids of elements and what is wrong there; what is wrong with all leads to the first."""
    general = [(shown[0].id, wrong[""])] if "" in wrong else []
    return general + [(one.id, one.error) for one in shown if one.error]


def _local(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(VIETNAM).strftime("%H:%M, %d/%m/%Y")
