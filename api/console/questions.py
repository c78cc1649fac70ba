"""The list of questions at /console/questions: those that wait, those with stale answers, all of them."""

from datetime import UTC, datetime
from textwrap import shorten
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, StringConstraints

from api.console import roles
from api.console.frame import Visiting, page
from api.console.moments import clock
from api.console.paths import HOME
from api.console.questions_texts import TEXTS
from api.dependencies import AllServices, Uow
from api.questions import officer_service
from api.text import Clean
from storage.agencies.codes import MAX_LENGTH
from storage.officers.desk import READERS
from storage.questions.queue import Pile

router = APIRouter(prefix=f"{HOME}/questions", include_in_schema=False)
LIST = f"{HOME}/questions"
EXCERPT = 160
"""Characters of a question that a list shows."""


class ListQuery(BaseModel):
    """Which questions are looked at."""

    tab: Pile = Pile.WAITING
    agency: Annotated[str, StringConstraints(max_length=MAX_LENGTH), Clean] = ""
    cursor: str | None = None

    def address(self, **change: str) -> str:
        """Return where other ones are listed."""
        given = {"tab": self.tab.value, "agency": self.agency, **change}
        return f"{LIST}?{urlencode({name: value for name, value in given.items() if value})}"


@router.get("")
async def list_page(
    request: Request,
    visitor: Visiting,
    services: AllServices,
    uow: Uow,
    query: Annotated[ListQuery, Query()],
) -> Response:
    """Show a page of one pile."""
    roles.require(visitor, READERS)
    officer = visitor.officer
    found = await officer_service.listed(
        uow, officer, query.tab, agency=query.agency or None, cursor=query.cursor
    )
    counts = await officer_service.counts(uow, officer)
    now = datetime.now(UTC)
    return page(
        request,
        visitor,
        "questions.html",
        texts=TEXTS,
        query=query,
        piles=[(pile, query.address(tab=pile.value)) for pile in Pile],
        counts={Pile.WAITING: counts.waiting, Pile.STALE: counts.stale},
        agencies=[(one.code, one.name) for one in await officer_service.agencies(uow, officer)],
        questions=[(one, excerpt(one.text)) for one in found.items],
        clock=lambda at: clock(at, now=now, calendar=services.calendar, locale=visitor.locale),
        next=found.next_cursor and query.address(cursor=found.next_cursor),
    )


def excerpt(text: str) -> str:
    """Return the beginning of a text on one line, to its last whole word, or of a word that is longer."""
    begun = shorten(text, EXCERPT, placeholder="…")
    return begun if begun != "…" else f"{text.lstrip()[: EXCERPT - 1]}…"
