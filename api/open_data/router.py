"""`/v1/open-data`: open to everybody, the same for all who ask, at addresses that stay."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import StreamingResponse

from api import conditional, limits
from api.dependencies import AllServices, Read
from api.limits import Limit
from api.open_data import tables
from api.open_data.schemas import SCORES, Months, MonthScores
from api.open_data.service import Shelf
from storage.scores.measuring import month_of
from storage.scores.reading import versions

BY_ADDRESS = Limit(name="open-data", burst=100, every=timedelta(seconds=1))
SCHEMA = f"{SCORES}/schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_HEADERS = {"cache-control": f"public, max-age={conditional.FRESH_SECONDS}"}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    **conditional.NOT_MODIFIED,
    404: {"description": "Nothing is counted in that month, or not yet"},
}

router = APIRouter(
    prefix="/v1/open-data", tags=["open-data"], dependencies=[Depends(limits.by_address(BY_ADDRESS))]
)
shelf = Shelf()


def get_month(
    month: Annotated[
        str,
        Path(
            pattern="^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$",
            description="The month in which dossiers ended",
            examples=["2026-10"],
        ),
    ],
) -> date:
    """Return the first day of the month that is asked for."""
    return date.fromisoformat(f"{month}-01")


Month = Annotated[date, Depends(get_month)]


@router.get(
    "/scores",
    summary="The months of which there are scores",
    response_model=Months,
    responses=conditional.NOT_MODIFIED,
)
async def months(request: Request, services: AllServices, reading: Read) -> Response:
    """Name the months in which dossiers ended, the newest first, and where each is found. Addresses stay."""
    current = month_of(datetime.now(UTC))
    found = Months.of(
        list(await versions(reading, current)), current=current, home=services.settings.auth.issuer()
    )
    content = found.model_dump_json().encode()
    return conditional.send(request, content, media_type="application/json", headers=_HEADERS)


@router.get("/scores/schema.json", summary="JSON schema of a month's scores", response_model=dict[str, Any])
async def schema(request: Request) -> Response:
    """Describe what `/v1/open-data/scores/{month}` answers (JSON Schema 2020-12)."""
    described = {"$schema": DIALECT, "$id": SCHEMA, **MonthScores.model_json_schema(mode="serialization")}
    content = json.dumps(described, ensure_ascii=False).encode()
    return conditional.send(request, content, media_type="application/schema+json", headers=_HEADERS)


@router.get(
    "/scores/{month}.csv",
    summary="A month's scores of all agencies, as CSV",
    response_class=Response,
    responses={**_ANSWERS, 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def as_csv(month: Month, request: Request, services: AllServices) -> Response:
    """Send a month as a table (RFC 4180, UTF-8, with a header), the country first, then agencies by code.

    An empty cell under `dossiers` or `…_counted` is hidden; one under `…_percent` beside a 0 is none.
    """
    made = await shelf.take(services.reading, month, current=month_of(datetime.now(UTC)))
    headers = {**_HEADERS, "etag": conditional.tag_of(f"csv {made.tag}".encode())}
    if conditional.holds(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = f'attachment; filename="tindan-scores-{month:%Y-%m}.csv"'
    rows = tables.table(month, made.lines, provisional=made.provisional)
    return StreamingResponse(rows, media_type=tables.MEDIA_TYPE, headers=headers)


@router.get(
    "/scores/{month}",
    summary="A month's scores of all agencies",
    response_model=MonthScores,
    responses=_ANSWERS,
)
async def as_json(month: Month, request: Request, services: AllServices) -> Response:
    """Send what agencies reached by the dossiers that ended in a month (Decision 766/QĐ-TTg).

    Each line is of an agency with all below it. Groups of fewer than five dossiers are hidden, and so is what
    would tell of them. The running month is provisional.
    """
    made = await shelf.take(services.reading, month, current=month_of(datetime.now(UTC)))
    headers = {**_HEADERS, "link": f'<{SCHEMA}>; rel="describedby"', "etag": made.tag}
    if conditional.holds(request, made.tag):
        return Response(status_code=304, headers=headers)
    return Response(made.content, media_type="application/json", headers=headers)
