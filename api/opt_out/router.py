"""`/opt-out/{token}`."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api.dependencies import AllServices, Locale, Read, Uow
from api.opt_out import service
from api.opt_out.pages import page

router = APIRouter(prefix="/opt-out", tags=["opt-out"], default_response_class=HTMLResponse)
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"description": "The same page, saying that the link is not valid"}
}


@router.get("/{token}", summary="Ask whether to give up an address", responses=UNKNOWN)
async def ask(token: str, services: AllServices, reading: Read, locale: Locale) -> Response:
    """Show the page that asks. Nothing changes: mail scanners open every link."""
    state = await service.look_up(reading, token)
    return page(state, locale, sign_in=services.settings.notify.app_link_base)


@router.post("/{token}", summary="Give up an address", responses=UNKNOWN)
async def give_up(token: str, services: AllServices, uow: Uow, locale: Locale) -> Response:
    """Give up the address at once, for the page's button and for the one click of a mail program.

    RFC 8058 has the latter post a form with `List-Unsubscribe=One-Click`; the token says all there is to
    say, so that the body is not read.
    """
    state = await service.give_up(uow, token)
    return page(state, locale, sign_in=services.settings.notify.app_link_base)
