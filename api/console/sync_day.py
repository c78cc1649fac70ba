"""A day in numbers, at /console/sync/day: what came in, how late, and what does not fit together."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator

from api.agency_sync import officer_service
from api.agency_sync.officer_service import SETTLERS
from api.console import roles
from api.console.frame import Visiting, page
from api.console.sync import LIST
from api.console.sync_texts import TEXTS
from api.dependencies import Read
from storage.reconciliation.figures import bounds

router = APIRouter(prefix=LIST, include_in_schema=False)
PATH = f"{LIST}/day"
_STEPS = ((86_400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))
_TWICE = 2
"""Of a longer unit at least so many: 90 minutes say more than one hour."""


class DayQuery(BaseModel):
    """Which day, the last one that was reported unless it is chosen."""

    day: Annotated[date | None, BeforeValidator(lambda given: given or None)] = None
    cursor: str | None = None


@router.get("/day")
async def day_page(
    request: Request, visitor: Visiting, reading: Read, query: Annotated[DayQuery, Query()]
) -> Response:
    """Show the agencies of a day."""
    roles.require(visitor, SETTLERS)
    found = await officer_service.day(reading, visitor.officer, query.day, cursor=query.cursor)
    shown = found.day.day if found.day else query.day
    return page(
        request,
        visitor,
        "sync_day.html",
        texts=TEXTS,
        path=PATH,
        list=LIST,
        chosen=shown.isoformat() if shown else "",
        report=found.day,
        begins=bounds(shown)[0] if shown else None,
        agencies=found.items,
        lasted=lambda seconds: lasted(seconds, visitor.locale),
        next=found.next_cursor
        and f"{PATH}?{urlencode({'day': shown.isoformat() if shown else '', 'cursor': found.next_cursor})}",
    )


def lasted(seconds: int, locale: str) -> str:
    """Word how long something took, in the longest unit of which it was at least two."""
    length, unit = next((one for one in _STEPS if seconds >= _TWICE * one[0]), _STEPS[-1])
    return TEXTS[locale][unit].format(count=round(seconds / length))
