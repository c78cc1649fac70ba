"""The list of complaints and suggestions at /console/complaints: what waits, what is overdue, all of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.complaints import officer_service
from api.console import roles
from api.console.complaints_texts import TEXTS
from api.console.excerpts import excerpt
from api.console.frame import Visiting, Visitor, page
from api.console.moments import Clock, clock
from api.console.paths import HOME
from api.console.pile_query import PileQuery
from api.dependencies import AllServices, Uow
from api.services import Services
from storage.complaints.alarming import LateAgency, late_agencies
from storage.complaints.kinds import Stage
from storage.complaints.queue import Pile, Queued
from storage.officers.desk import READERS

router = APIRouter(prefix=f"{HOME}/complaints", include_in_schema=False)
LIST = f"{HOME}/complaints"
MOST_ALARMS = 10
"""Agencies that are named in an alarm."""


class ListQuery(PileQuery):
    """Which complaints are looked at."""

    tab: Pile = Pile.WAITING


@router.get("")
async def list_page(
    request: Request,
    visitor: Visiting,
    services: AllServices,
    uow: Uow,
    query: Annotated[ListQuery, Query()],
) -> Response:
    """Show a page of one pile, and above it which agencies are late."""
    roles.require(visitor, READERS)
    officer = visitor.officer
    found = await officer_service.listed(
        uow, officer, query.tab, agency=query.agency or None, cursor=query.cursor
    )
    counts = await officer_service.counts(uow, officer, services.calendar)
    late = await late_agencies(uow, officer_service.reader(officer), limit=MOST_ALARMS)
    return page(
        request,
        visitor,
        "complaints.html",
        texts=TEXTS,
        query=query,
        list=LIST,
        piles=[(pile, query.address(LIST, tab=pile.value)) for pile in Pile],
        counts={Pile.WAITING: counts.waiting, Pile.OVERDUE: counts.overdue},
        alarm=TEXTS[visitor.locale]["alarm"].format(count=counts.overdue),
        alarms=_alarms(late),
        agencies=[(one.code, one.name) for one in await officer_service.agencies(uow, officer)],
        complaints=[(one, excerpt(one.text), *_due(services, visitor, one)) for one in found.items],
        next=found.next_cursor and query.address(LIST, cursor=found.next_cursor),
    )


def _due(services: Services, visitor: Visitor, row: Queued) -> tuple[Stage, Clock] | tuple[None, None]:
    """Return what is to be done first, and how its time stands."""
    if not row.clocks:
        return None, None
    stage, at = min(row.clocks.items(), key=itemgetter(1))
    now = datetime.now(UTC)
    return stage, clock(at, now=now, calendar=services.calendar, locale=visitor.locale)


def _alarms(late: Sequence[LateAgency]) -> list[tuple[str, str, str]]:
    """Return a line for each late agency: where to look, what to say, and in which language."""
    overdue = ListQuery(tab=Pile.OVERDUE)
    return [(overdue.address(LIST, agency=one.code), f"{one.name}: {one.overdue}", "vi") for one in late]
