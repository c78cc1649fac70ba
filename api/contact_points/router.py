"""`/v1/agencies`: open to everybody, and the same for all who ask."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional
from api.contact_points import service
from api.contact_points.schemas import AgencyDetail, AgencyPage, AgencyQuery, Contact
from api.dependencies import AllServices, Locale, Read
from api.limits import AddressPace, Limit

LOOKED_UP = Limit(name="agencies", burst=300, every=timedelta(milliseconds=100))
"""Generous: a whole quarter may look for its ward through one address of its provider."""
FRESH = timedelta(minutes=5)
"""How long an answer may be shown without asking again, unless something opens or closes before."""

_pace = AddressPace(LOOKED_UP)


async def admit(request: Request, services: AllServices) -> None:
    """Let an address look up agencies. Raises Problem (429) for one that does so too often."""
    await _pace.admit(request, services)


router = APIRouter(prefix="/v1/agencies", tags=["agencies"], dependencies=[Depends(admit)])


@router.get(
    "", summary="Find an agency to ask", response_model=AgencyPage, responses=conditional.NOT_MODIFIED
)
async def find(
    query: Annotated[AgencyQuery, Query()], request: Request, services: AllServices, locale: Locale
) -> Response:
    """Find agencies in force by what people call them, with or without marks, or by any of their codes."""
    page = service.find(await services.agencies.current(services.reading), query)
    return _sent(request, page, locale, FRESH)


@router.get(
    "/{code}",
    summary="An agency, its codes, and what became of it",
    response_model=AgencyDetail,
    responses={**conditional.NOT_MODIFIED, 404: {"description": "No such agency"}},
)
async def read(code: str, request: Request, reading: Read, locale: Locale) -> Response:
    """Show the agency that a code means today, in any of its forms; one that has ended is shown as itself.

    Codes of agencies follow Decision 20/2020/QD-TTg (the top level first); the old form after QCVN
    102:2016/BTTTT, as `000.00.00.H26`, leads to the same agency.
    """
    return _sent(request, await service.detail(reading, code), locale, FRESH)


@router.get(
    "/{code}/contact",
    summary="Hotlines, addresses and opening hours of an agency",
    response_model=Contact,
    responses={
        **conditional.NOT_MODIFIED,
        404: {"description": "No such agency, or nothing is known of how to reach it"},
    },
)
async def contact(
    code: str, request: Request, services: AllServices, reading: Read, locale: Locale
) -> Response:
    """Show how an agency is reached, and whether it is open; `code` may be an old one.

    An agency that has ended leads to its `successor`. One that has said nothing of itself is reached as the
    nearest above it that has: see `inherited_from`. Hours are of Vietnam; on public holidays it is closed
    unless `exceptions` say otherwise.
    """
    found, kept = await service.reached(reading, code)
    now = datetime.now(UTC)
    told = service.told(found, kept, now=now, calendar=services.calendar, locale=locale)
    changes = service.changes_at(told)
    return _sent(request, told, locale, FRESH if changes is None else min(FRESH, changes - now))


def _sent(
    request: Request, body: AgencyDetail | AgencyPage | Contact, locale: str, fresh: timedelta
) -> Response:
    headers = conditional.public(locale) | {"cache-control": f"public, max-age={int(fresh.total_seconds())}"}
    content = body.model_dump_json(by_alias=True).encode()
    return conditional.send(request, content, media_type="application/json", headers=headers)
