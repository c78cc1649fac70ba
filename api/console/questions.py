"""The list of questions at /console/questions: those that wait, those with stale answers, all of them."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.console import roles
from api.console.excerpts import excerpt
from api.console.frame import Visiting, page
from api.console.moments import clock
from api.console.paths import HOME
from api.console.pile_query import PileQuery
from api.console.questions_texts import TEXTS
from api.dependencies import AllServices, Uow
from api.questions import officer_service
from storage.officers.desk import READERS
from storage.questions.queue import Pile

router = APIRouter(prefix=f"{HOME}/questions", include_in_schema=False)
LIST = f"{HOME}/questions"


class ListQuery(PileQuery):
    """Which questions are looked at."""

    tab: Pile = Pile.WAITING


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
        list=LIST,
        piles=[(pile, query.address(LIST, tab=pile.value)) for pile in Pile],
        counts={Pile.WAITING: counts.waiting, Pile.STALE: counts.stale},
        agencies=[(one.code, one.name) for one in await officer_service.agencies(uow, officer)],
        questions=[(one, excerpt(one.text)) for one in found.items],
        clock=lambda at: clock(at, now=now, calendar=services.calendar, locale=visitor.locale),
        next=found.next_cursor and query.address(LIST, cursor=found.next_cursor),
    )
