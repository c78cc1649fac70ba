"""The pages at `/cham-diem`: what agencies reached, for everybody to see, at addresses that stay."""

import re
from datetime import UTC, date, datetime

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import conditional, limits
from api.dependencies import AllServices
from api.open_data import page_view
from api.open_data.page_asked import As, Asked, address, link
from api.open_data.ranking import find
from api.open_data.router import BY_ADDRESS, shelf
from api.open_data.schemas import PAGE
from api.open_data.service import Made
from api.open_data.trends import Trends
from api.problems import Problem
from api.services import Services
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.agencies.repository import resolve
from storage.scores.measuring import month_of
from storage.scores.reading import versions

trends = Trends(shelf)
router = APIRouter(include_in_schema=False, dependencies=[Depends(limits.by_address(BY_ADDRESS))])
_UNKEPT = {"cache-control": "no-cache"}
_MONTH = re.compile("(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")


@router.get(PAGE)
async def months_page(request: Request, services: AllServices, asked: As) -> Response:
    """Return the page that leads to the months, to the newest that is over before all."""
    current = month_of(datetime.now(UTC))
    months = await _months(services, current)
    return _send(
        request, page_view.months(months, _frame(services, asked, address()), current=current), asked
    )


@router.get(f"{PAGE}/{{month}}")
async def month_page(month: str, request: Request, services: AllServices, asked: As) -> Response:
    """Return the page of the whole country in a month."""
    return await _page(month, None, request, services, asked)


@router.get(f"{PAGE}/{{month}}/{{code}}")
async def agency_page(month: str, code: str, request: Request, services: AllServices, asked: As) -> Response:
    """Return the page of an agency in a month, or lead to it from another of the agency's codes."""
    return await _page(month, code, request, services, asked)


async def _page(month: str, code: str | None, request: Request, services: Services, asked: Asked) -> Response:
    current = month_of(datetime.now(UTC))
    day = date.fromisoformat(f"{month}-01") if _MONTH.fullmatch(month) else None
    made = await _made(services, day, current) if day else None
    if day is None or made is None:
        return _missing(page_view.missing(_frame(services, asked, request.url.path)), asked)
    frame = _frame(services, asked, address(day, code))
    line = find(made.lines, code)
    if line is None:
        assert code is not None  # noqa: S101 - each month has a line of the country's
        own = await _own_code(services, code)
        if own not in {None, code} and find(made.lines, own):
            return RedirectResponse(link(address(day, own), asked), 307)
        return _missing(page_view.missing(frame, month=day, code=code), asked)
    seen = page_view.Seen(
        month=day,
        made=made,
        line=line,
        months=await _months(services, current),
        trend=await trends.take(services.reading, current=current),
    )
    return _send(request, page_view.month(seen, frame), asked, whole=seen.trend is not None)


async def _made(services: Services, month: date, current: date) -> Made | None:
    try:
        return await shelf.take(services.reading, month, current=current)
    except Problem:
        return None


async def _months(services: Services, current: date) -> list[date]:
    async with services.reading() as reading:
        return list(await versions(reading, current))


async def _own_code(services: Services, code: str) -> str | None:
    try:
        normal = normalise_agency_code(code)
    except InvalidCode:
        return None
    async with services.reading() as reading:
        found = (await resolve(reading, [normal])).get(normal)
    return found.code if found else None


def _frame(services: Services, asked: Asked, path: str) -> page_view.Frame:
    return page_view.Frame(asked=asked, path=path, home=services.settings.auth.issuer())


def _headers(asked: Asked) -> dict[str, str]:
    return {
        **conditional.public(asked.locale),
        "content-security-policy": page_view.pages.policy(style=page_view.STYLE),
    }


def _send(request: Request, page: str, asked: Asked, *, whole: bool = True) -> Response:
    headers = _headers(asked) if whole else {**_headers(asked), **_UNKEPT}
    return conditional.send(request, page.encode(), media_type="text/html", headers=headers)


def _missing(page: str, asked: Asked) -> Response:
    return HTMLResponse(page, 404, {**_headers(asked), **_UNKEPT})
