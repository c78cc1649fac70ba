"""The first page after signing in: what waits, and which roles somebody holds."""

from collections.abc import Mapping
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from api.console import places
from api.console.frame import Visiting, Visitor, page
from api.console.home_texts import TEXTS
from api.console.paths import HOME
from api.console.places import Place
from api.dependencies import AllServices, Read
from storage.dossiers.working_days import WorkingCalendar
from storage.unit_of_work import Reading

router = APIRouter(include_in_schema=False)


class Tile(NamedTuple):
    """A place, and what waits there."""

    place: Place
    counts: Mapping[str, int]


@router.get(HOME)
async def home(request: Request, visitor: Visiting, reading: Read, services: AllServices) -> Response:
    """Show what waits in every place that the visitor may use."""
    tiles = [
        await _tile(reading, visitor, place, services.calendar) for place in places.open_to(visitor.held)
    ]
    text = TEXTS[visitor.locale]
    alarms = [
        (place.alarm_path, text[place.alarm].format(count=counts[place.alarm]), None)
        for place, counts in tiles
        if place.alarm and place.alarm in counts
    ]
    return page(request, visitor, "home.html", texts=TEXTS, tiles=tiles, alarms=alarms)


async def _tile(reading: Reading, visitor: Visitor, place: Place, calendar: WorkingCalendar) -> Tile:
    counts = {} if place.tally is None else await place.tally(reading, visitor.officer, calendar)
    return Tile(place=place, counts={key: count for key, count in counts.items() if count})
