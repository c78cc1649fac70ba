"""`/v1/officer`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.dependencies import CurrentOfficer, Read
from api.officers import service
from api.officers.schemas import Colleagues, OfficerMe
from api.paging import PageQuery

router = APIRouter(prefix="/v1/officer", tags=["officer"])


@router.get("", summary="Who I am here, and what I may do")
async def read_me(officer: CurrentOfficer, reading: Read) -> OfficerMe:
    """Return the caller and the roles that count at this moment."""
    return await service.me(reading, officer)


@router.get("/agencies/{code}/officers", summary="Who works in an agency that I supervise")
async def list_colleagues(
    code: Annotated[str, Path(examples=["H26.1"])],
    officer: CurrentOfficer,
    reading: Read,
    page: Annotated[PageQuery, Query()],
) -> Colleagues:
    """Return who holds which role in the agency and below it.

    An agency that the caller does not supervise answers as one that does not exist.
    """
    return await service.colleagues(reading, officer, code, page)
