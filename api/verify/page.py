"""The page at `/V/{code}`, where the QR code of a document leads: checks its seal in the browser."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import conditional, limits
from api.dependencies import AllServices, Locale
from api.problems import Problem
from api.services import Services
from api.verify import service, status_page
from api.verify.templates import page, page_headers, worker

router = APIRouter(include_in_schema=False)
PAGE = "/V"
WORKER_POLICY = (
    "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The worker's own: what it asks for is not under the policy of the page."""


async def get_shown(locale: Locale, lang: Annotated[Literal["vi", "en"] | None, Query()] = None) -> str:
    """Return the language to show; `lang` goes before Accept-Language, for the link between the languages."""
    return lang or locale


@router.head(f"{PAGE}/sw.js")
@router.get(f"{PAGE}/sw.js")
async def service_worker(request: Request, services: AllServices) -> Response:
    """Return what lets the page work without a network; from where it lies it serves all codes."""
    headers = {"cache-control": "no-cache", "content-security-policy": WORKER_POLICY}
    content = worker(services.settings.seals.host())
    return conditional.send(request, content, media_type="text/javascript", headers=headers)


@router.head(f"{PAGE}/{{code}}")
@router.get(f"{PAGE}/{{code}}")
async def verification_page(
    code: str,
    request: Request,
    services: AllServices,
    shown: Annotated[str, Depends(get_shown)],
    status: str | None = None,
) -> Response:
    """Return the page, which is the same for all codes: how one stands is asked by its script.

    With `status`, return instead a page without script that tells how the code stands.
    """
    host = services.settings.seals.host()
    if status is not None:
        return await _without_script(code, request, services, shown)
    return conditional.send(request, page(shown, host), media_type="text/html", headers=page_headers(shown))


@router.head("/v/{code}")
@router.get("/v/{code}")
async def in_small_letters(code: str) -> Response:
    """Lead to the page; browsers take the fragment along (RFC 9110, 10.2.2)."""
    return RedirectResponse(f"{PAGE}/{quote(code.upper(), safe='')}", 308)


async def _without_script(code: str, request: Request, services: Services, locale: str) -> Response:
    limits.admit(request, await limits.of_address(service.BY_ADDRESS, request, services))
    headers = status_page.headers(locale)
    try:
        async with services.reading() as reading:
            found = await service.verify(reading, code, now=datetime.now(UTC))
    except Problem as problem:
        return HTMLResponse(
            status_page.missing(locale, services.settings.seals.host()), problem.status, headers
        )
    return HTMLResponse(status_page.found(found, locale, services.settings.seals.host()), headers=headers)
