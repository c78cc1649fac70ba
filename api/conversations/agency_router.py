"""`/v1/agency/messages`, and `/v1/agency/dossiers/{code}/messages`."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.conversations import agency_service as service
from api.conversations import pace
from api.conversations.agency_schemas import (
    AgencyMessage,
    AgencyMessagePage,
    AgencyMessageShown,
    AgencyReadUpTo,
)
from api.conversations.schemas import Marked, MessageQuery
from api.dependencies import AllServices, Uow, get_agency
from auth.agencies import Scope
from auth.principals import AgencyCaller
from storage.conversations import receipts
from storage.unit_of_work import transact

router = APIRouter(prefix="/v1/agency", tags=["agency"])
Writing = Annotated[AgencyCaller, Depends(get_agency(Scope.MESSAGES))]
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such dossier, or it is another agency's"}
}


@router.get("/messages", summary="What was written about all our dossiers")
async def list_messages(
    caller: Writing, query: Annotated[MessageQuery, Query()], uow: Uow
) -> AgencyMessagePage:
    """List the messages about all dossiers for which the caller may speak, those of parties and of agencies.

    They come in the order of their last change. Follow `next_cursor` to its end, keep `sync_token`, and ask
    with it as `since` the next time. Nothing is ever missed; a message may come twice. Each reading is noted,
    and told to the party.
    """
    return await service.pull(uow, caller, query)


class Pen:
    """Writes about one dossier of the caller's."""

    def __init__(self, request: Request, code: str, caller: Writing, services: AllServices) -> None:
        self._request, self._code = request, code
        self._caller, self._services = caller, services

    async def write(self, given: AgencyMessage) -> tuple[AgencyMessageShown, bool]:
        """Keep a message, once; return it, and whether it is a repeat. Raises NotFoundError and Problem."""
        async with self._services.reading() as reading:
            await service.spoken_for(reading, self._caller, self._code)
        await pace.spend(self._request, self._services, pace.AGENCY_MESSAGES, self._caller.client_id)
        work = partial(service.write, caller=self._caller, code=self._code, given=given)
        return await transact(self._services.unit_of_work, work)


@router.post(
    "/dossiers/{code}/messages",
    status_code=201,
    summary="Write to the party, or ask for a supplement",
    responses={
        **MISSING,
        200: {"model": AgencyMessageShown, "description": "A repeat"},
        409: {"description": "The source id was used for another message"},
        429: {"description": "The client has written as much as it may; Retry-After says when again"},
    },
)
async def write_message(
    given: AgencyMessage, pen: Annotated[Pen, Depends()], response: Response
) -> AgencyMessageShown:
    """Write about a dossier; the party is told.

    With `request`, the dossier awaits a supplement from now on, as if status 5 had been pushed, and the
    deadline stands still until each item has an answer. Repeating is safe: the same `source_id` with the same
    content gets the same message again.
    """
    shown, repeated = await pen.write(given)
    if repeated:
        response.status_code = 200
    return shown


@router.post("/dossiers/{code}/messages/read", summary="Mark what the party wrote as read", responses=MISSING)
async def mark_read(code: str, given: AgencyReadUpTo, caller: Writing, uow: Uow) -> Marked:
    """Mark all messages of the party as read, up to one; one that is not there marks nothing."""
    dossier_id = await service.spoken_for(uow, caller, code)
    return Marked(marked=await receipts.read_by_agency(uow, dossier_id, up_to=given.up_to))
