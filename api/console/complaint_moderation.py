"""Complaints that wait to be published, and those that are, at /console/complaint-moderation."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.complaints import moderator_service
from api.complaints.officer_service import PAGE, Place
from api.console import roles
from api.console.complaint_moderation_texts import TEXTS
from api.console.excerpts import excerpt
from api.console.frame import Visiting, Visitor, page
from api.console.moments import Clock, clock
from api.console.paths import HOME
from api.dependencies import AllServices, Read, Uow
from api.paging import LONGEST_MARK, cut
from api.services import Services
from storage.complaints.queue import Queued
from storage.complaints.standing import standing
from storage.officers.desk import MODERATORS

LIST = f"{HOME}/complaint-moderation"
router = APIRouter(prefix=LIST, include_in_schema=False)
Cursor = Annotated[str | None, Query(max_length=LONGEST_MARK)]


@router.get("")
async def list_page(
    request: Request, visitor: Visiting, services: AllServices, uow: Uow, cursor: Cursor = None
) -> Response:
    """Show what waits, the first due first."""
    roles.require(visitor, MODERATORS)
    found = await moderator_service.pending(uow, visitor.officer, cursor=cursor)
    return page(
        request,
        visitor,
        "complaint_moderation.html",
        texts=TEXTS,
        complaints=[
            (one, excerpt(scrubbed.text), told(services, visitor, one)) for one, scrubbed in found.items
        ],
        next=found.next_cursor and f"{LIST}?{urlencode({'cursor': found.next_cursor})}",
        list=LIST,
    )


@router.get("/published")
async def published_page(
    request: Request, visitor: Visiting, reading: Read, cursor: Cursor = None
) -> Response:
    """Show what is published, the last first. It is public: that it was read is not noted."""
    roles.require(visitor, MODERATORS)
    place = Place.decode(cursor, parameter="cursor") if cursor else None
    after = (place.at, place.id) if place else None
    found, more = cut(
        await standing(reading, moderator_service.desk_of(visitor.officer), after=after, limit=PAGE + 1), PAGE
    )
    last = Place(at=found[-1].published_at, id=found[-1].id).encode() if more else None
    return page(
        request,
        visitor,
        "complaints_published.html",
        texts=TEXTS,
        complaints=[(one, excerpt(one.text)) for one in found],
        next=last and f"{LIST}/published?{urlencode({'cursor': last})}",
        list=LIST,
    )


def told(services: Services, visitor: Visitor, row: Queued) -> Clock | None:
    """Tell by when a complaint is to be published, if it waits for that."""
    if row.publish_by is None:
        return None
    now = datetime.now(UTC)
    return clock(row.publish_by, now=now, calendar=services.calendar, locale=visitor.locale)
