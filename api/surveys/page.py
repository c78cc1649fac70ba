"""The page at `/khao-sat/{code}`, on which a survey is answered in a browser, without an account."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api import limits
from api.dependencies import AllServices, Locale
from api.limits import Limit
from api.problem_texts import DETAILS, TITLES, word
from api.problems import Problem, locale_of
from api.surveys.addresses import PAGE
from api.surveys.keys import page_links, sheet_keys
from api.surveys.page_answering import Answering
from api.surveys.page_elsewhere import Elsewhere, get_elsewhere
from api.surveys.page_fields import BrokenForm, typed
from api.surveys.page_sheets import draw
from api.surveys.page_showing import Showing
from api.surveys.page_visit import Link, Stopped, find, require_open
from storage.surveys.kinds import Platform

OPENED = Limit(name="survey-pages", burst=120, every=timedelta(seconds=1))
SENT = Limit(name="survey-page-answers", burst=40, every=timedelta(seconds=30))
"""Of one address, behind which a whole office may be."""

_OURS = {"same-origin", "none"}
"""Where browsers say that a form of ours was sent from (Fetch Metadata); old ones say nothing."""

router = APIRouter(include_in_schema=False, prefix=PAGE)
Lang = Annotated[Literal["vi", "en"] | None, Query()]


async def get_showing(code: str, request: Request, locale: Locale, lang: Lang = None) -> Showing:
    """Return what makes pages, in the language of the address, else in the browser's."""
    return Showing(Link.of(code, request.url.query), lang or locale)


Platforms = Annotated[Elsewhere, Depends(get_elsewhere)]


@router.get("/{code}", dependencies=[Depends(limits.by_address(OPENED))])
async def survey_page(
    showing: Annotated[Showing, Depends(get_showing)], services: AllServices, elsewhere: Platforms
) -> Response:
    """Show the form, or where it is answered, or why it is not."""
    now, keys = datetime.now(UTC), services.slip_keys.keys
    try:
        async with services.reading() as reading:
            visit = await find(reading, page_links(keys), showing.link, now=now)
        require_open(visit, now=now)
    except Stopped as stopped:
        return showing.stopped(stopped)
    survey, invitation = visit.survey, visit.invitation
    if survey.platform is not Platform.OWN:
        return showing.elsewhere(elsewhere(survey, invitation, locale=showing.locale))
    return showing.form(visit, draw(sheet_keys(keys), survey, invitation, now=now))


@router.post("/{code}")
async def answer_survey(
    request: Request, showing: Annotated[Showing, Depends(get_showing)], services: AllServices
) -> Response:
    """Keep what was answered and go on to the thanks; or show the form again with what was typed."""
    spent = await limits.of_address(SENT, request, services)
    body = await request.body()
    try:
        answering = Answering(services, showing, typed(body))
    except BrokenForm:
        return showing.told("broken", status=400)
    if not spent.granted:
        return await answering.refused(spent)
    return await answering.keep(own=request.headers.get("sec-fetch-site", "none") in _OURS)


@router.get("/{code}/cam-on")
async def thanks_page(showing: Annotated[Showing, Depends(get_showing)]) -> Response:
    """Thank; the address that a form leads to, so that loading it again sends nothing again."""
    return showing.told("thanks")


def fault(problem: Problem, request: Request) -> Response:
    """Show a problem as a page."""
    locale = locale_of(request.headers.get("accept-language"))
    title, detail = (word(words, problem.kind, locale, problem.params) for words in (TITLES, DETAILS))
    code = request.scope["path"].removeprefix(f"{PAGE}/").partition("/")[0]
    showing = Showing(Link.of(code, request.url.query), locale)
    shown = showing.worded(title, detail, status=problem.status)
    shown.headers.update(problem.headers or {})
    return shown
