"""`POST /v1/receipts/{provider}`."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response

from api.dependencies import AllServices
from api.problems import Problem
from api.receipts import service
from api.receipts.service import Posted
from notify.ports import ForgedReceiptError, UnreadableReceiptError
from storage.unit_of_work import transact

PREFIX = "/v1/receipts"
BODY_LIMIT = 64 * 1024
"""Bytes. Before the signature is checked anybody may post, and a report has about one thousand."""

log = structlog.get_logger(__name__)
router = APIRouter(prefix=PREFIX, tags=["providers"])
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "Signed, but not what the provider documents"},
    403: {"description": "Not signed by the provider"},
    404: {"description": "No such provider is set up"},
    413: {"description": "Longer than any report"},
}


@router.post("/{provider}", summary="Report on a message", response_class=Response, responses=REFUSALS)
async def report(provider: str, request: Request, services: AllServices) -> Response:
    """Keep a provider's report on a message that it took, in the provider's own form and with its signature.

    Once it is answered the report is durable; what follows from it comes later. A repeat changes nothing.
    """
    reader = services.receipt_readers.get(provider)
    if reader is None:
        raise Problem("not-found", 404)
    # The address that the provider knows: behind a proxy, the request's own is another.
    public = f"{services.settings.notify.require_public_url()}{PREFIX}/{provider}"
    url = f"{public}?{request.url.query}" if request.url.query else public
    posted = Posted(url=url, headers=request.headers, body=await _body(request))
    try:
        reports = service.read(reader, posted, now=datetime.now(UTC))
    except ForgedReceiptError:
        raise _refused(provider, "forged-receipt", 403) from None
    except UnreadableReceiptError:
        raise _refused(provider, "unreadable-receipt", 400) from None
    if reports:
        # Only now: whoever posts slowly, or in another's name, must not hold a connection meanwhile.
        work = partial(service.keep, provider=provider, reports=reports, posted=posted)
        await transact(services.unit_of_work, work)
    return Response()


def _refused(provider: str, kind: str, status: int) -> Problem:
    log.warning("receipt_refused", provider=provider, reason=kind)
    return Problem(kind, status)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            # The rest is on its way: without closing, it would have to be read after all.
            raise Problem("body-too-large", 413, headers={"connection": "close"})
    return bytes(body)
