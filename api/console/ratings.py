"""What people said of each agency in a month, at /console/ratings: of many together, and of no one."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from api.console import roles
from api.console.frame import Visiting, page
from api.console.paths import HOME
from api.console.ratings_texts import TEXTS
from api.dependencies import Read
from api.ratings import officer_service
from api.ratings.schemas import Month
from api.ratings.wording import LEVELS
from storage.officers.desk import READERS
from storage.ratings.counting import FEWEST
from storage.ratings.kinds import Satisfaction
from storage.ratings.overview import Overview
from storage.ratings.rises import percent

router = APIRouter(prefix=f"{HOME}/ratings", include_in_schema=False)
LIST = f"{HOME}/ratings"


class ListQuery(BaseModel):
    """Which month is looked at, the last one unless it is named."""

    month: Month | None = None
    cursor: str | None = None


@router.get("")
async def list_page(
    request: Request, visitor: Visiting, reading: Read, query: Annotated[ListQuery, Query()]
) -> Response:
    """Show the agencies of a month."""
    roles.require(visitor, READERS)
    months = await officer_service.months(reading, visitor.officer)
    month = query.month or next(iter(months), None)
    found = None
    if month is not None:
        found = await officer_service.listed(reading, visitor.officer, month, cursor=query.cursor)
    return page(
        request,
        visitor,
        "ratings.html",
        texts=TEXTS,
        month=month and month_name(month, visitor.locale),
        chosen=month and f"{month:%Y-%m}",
        months=[(f"{one:%Y-%m}", month_name(one, visitor.locale).capitalize()) for one in months],
        levels=level_names(visitor.locale),
        agencies=[(one, address(one), told(one, visitor.locale)) for one in found.items] if found else (),
        next=found and month and found.next_cursor and _following(month, found.next_cursor),
        percent=percent,
        fewest=FEWEST,
        list=LIST,
    )


def month_name(month: date, locale: str) -> str:
    """Return the name of a month."""
    return f"{month:%B %Y}" if locale == "en" else f"tháng {month.month}/{month.year}"


def level_names(locale: str) -> Mapping[Satisfaction, str]:
    """Return what the levels are called."""
    return {level: getattr(words, locale) for level, words in LEVELS.items()}


def address(found: Overview) -> str:
    """Return where an agency's month is shown."""
    return f"{LIST}/{found.code}/{found.group.month:%Y-%m}"


def told(found: Overview, locale: str) -> str | None:
    """Word that many more are dissatisfied than before, where that is so."""
    if not found.alarming or found.before is None or found.levels is None:
        return None
    before, now = (percent(levels, Satisfaction.DISSATISFIED) for levels in (found.before, found.levels))
    return TEXTS[locale]["alarming"].format(before=before, now=now)


def _following(month: date, cursor: str) -> str:
    return f"{LIST}?{urlencode({'month': f'{month:%Y-%m}', 'cursor': cursor})}"
