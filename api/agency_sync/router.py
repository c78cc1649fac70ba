"""`GET /v1/agency/sync-report`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.agency_sync import service
from api.agency_sync.schemas import EXAMPLE, DayQuery, SyncReport
from api.dependencies import EventSender, Read

router = APIRouter(prefix="/v1/agency", tags=["agency"])
_EXAMPLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": EXAMPLE}}},
    404: {"description": "No report was made of this day: it is not over, or is longer ago than 400 days"},
}


@router.get("/sync-report", summary="How in step we were on a day, agency by agency", responses=_EXAMPLE)
async def read_report(caller: EventSender, reading: Read, query: Annotated[DayQuery, Query()]) -> SyncReport:
    """Return what came in on a day and how late, what was told to portals, and what does not fit together.

    It covers the caller's agency and all for which it speaks, and is made a quarter of an hour after the day
    is over in Vietnam.
    """
    return await service.report(reading, caller, query)
