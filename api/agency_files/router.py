"""`POST /v1/agency/dossier-events/csv`, and the template for it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import TypeAdapter

from api import limits
from api.agency_files.schemas import EXAMPLE, TABLE_EXAMPLE, TableAnswer
from api.dependencies import AllServices, EventSender, Locale
from api.edge import add_headers
from api.limits import Limit
from api.problems import Problem
from api.recording import csv_file_keeping as keeping
from api.recording.csv_file_columns import template
from api.recording.csv_file_table import MOST_BYTES, too_large
from api.recording.senders import OnePaces, OneSender

CHECKS = Limit(name="event-tables-tried", burst=20, every=timedelta(seconds=30))
"""Of one client: what is only tried takes nothing of what it may tell, and is as much work."""
router = APIRouter(prefix="/v1/agency/dossier-events", tags=["agency"])
ANSWER = TypeAdapter(TableAnswer)
CSV = "text/csv"
MEDIA_TYPE = f"{CSV}; charset=utf-8; header=present"
_BODY = {"required": True, "content": {CSV: {"schema": {"type": "string"}, "example": TABLE_EXAMPLE}}}


@router.post(
    "/csv",
    summary="Tell what happened to dossiers by a table",
    responses={
        200: {
            "model": TableAnswer,
            "description": "What became of each row",
            "content": {"application/json": {"example": EXAMPLE}},
        },
        413: {"description": "Over 5 MB, or over 10,000 rows"},
        415: {"description": "The body is no text/csv"},
        422: {"description": "It can not be read, or its headings do not fit: nothing was kept"},
        429: {"description": "The client has sent, or tried, as much as it may; Retry-After says when again"},
    },
    openapi_extra={"requestBody": _BODY},
)
async def push_table(
    request: Request,
    services: AllServices,
    paces: OnePaces,
    sender: OneSender,
    check: Annotated[bool, Query(description="Try it, and keep nothing")] = False,  # noqa: FBT002 - a query parameter
) -> Response:
    """Keep each row of a table (RFC 4180) as an event, so that a bad one sinks no other.

    UTF-8, separated by `;`, `,` or tabs, headings in Vietnamese or English as in the template. Times are
    written as 21/11/2026 08:30 or after ISO 8601, and are of Vietnam unless they name an offset; a day alone
    is its first moment, and in `Ngày hẹn trả` its last. A status is a number from 1 to 10 or its name. Rows
    without `Mã sự kiện` get an id made from what they say: a file sent twice is kept once.

    A large table is kept in several transactions: who gets no answer sends the same file again.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != CSV:
        raise Problem("csv-needed", 415)
    table = await keeping.opened(await _body(request))
    client_id = sender.caller.client_id
    if check:
        await limits.charge(request, services, CHECKS, client_id)
        report = await keeping.tried(services, sender, table)
    else:
        add_headers(request.scope, (await paces.spend(client_id, len(table.rows))).headers())
        report = await keeping.kept(services, sender, table)
    answer = TableAnswer.of(report, sender.locale, kept=not check)
    return Response(ANSWER.dump_json(answer, exclude_none=True), media_type="application/json")


@router.get(
    "/csv-template",
    summary="An empty table with all headings",
    response_class=Response,
    responses={
        200: {"content": {CSV: {"schema": {"type": "string"}, "example": template("vi").decode("utf-8-sig")}}}
    },
)
async def csv_template(_caller: EventSender, locale: Locale) -> Response:
    """Return a table to be filled in with a spreadsheet; headings are English where that is preferred."""
    headers = {"content-disposition": 'attachment; filename="tindan-dossier-events.csv"'}
    return Response(template(locale), media_type=MEDIA_TYPE, headers={**headers, "vary": "accept-language"})


async def _body(request: Request) -> bytes:
    """Read a body as it comes, and no further than it may go. Raises Problem."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise too_large()
    return bytes(body)
