"""`/v1/sessions`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from api.acting import require_self
from api.app_version import require_supported_app
from api.dependencies import AllServices, Described, Read, Uow, identify
from api.paging import PageQuery
from api.problems import unauthenticated
from api.sessions import service
from api.sessions.schemas import Ended, Naming, SessionPage
from auth.principals import AgencyCaller, Citizen, Officer

router = APIRouter(prefix="/v1/sessions", tags=["citizen"], dependencies=[Depends(require_supported_app)])


async def get_holder(request: Request, services: AllServices, _: Described) -> Citizen | Officer:
    """Return whose sessions these are, citizen or officer: whoever signed in, never who is acted for."""
    who = await identify(request, services)
    if isinstance(who, AgencyCaller):
        raise unauthenticated("invalid_token")
    if isinstance(who, Citizen):
        require_self(who)
    return who


Holder = Annotated[Citizen | Officer, Depends(get_holder)]


@router.get("", summary="Where I am signed in")
async def list_sessions(query: Annotated[PageQuery, Query()], who: Holder, reading: Read) -> SessionPage:
    """List the caller's signed-in devices, the latest sign-in first."""
    return await service.list_sessions(reading, who, query)


@router.patch("/current", status_code=204, summary="Name this device")
async def name_current(given: Naming, who: Holder, uow: Uow) -> None:
    """Say what this device is called, so that its owner knows it again in the list."""
    await service.name_current(uow, who, given.device_name)


@router.delete("/{session_id}", status_code=204, summary="Sign a device out")
async def end_session(session_id: UUID, who: Holder, uow: Uow) -> None:
    """End one of the caller's sessions, this one or another: its tokens stop within seconds."""
    await service.end_session(uow, who, session_id)


@router.delete("", summary="Sign all devices out")
async def end_all(
    who: Holder,
    uow: Uow,
    keep_current: Annotated[bool, Query(description="Leave this device signed in")] = False,  # noqa: FBT002 - a query
) -> Ended:
    """End all of the caller's sessions, or all but this one, as when a phone was lost."""
    return Ended(ended=await service.end_all(uow, who, keep_current=keep_current))
