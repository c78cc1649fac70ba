"""`/v1/agency/messages`, and `/v1/agency/dossiers/{code}/messages`."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api import downloads, limits, openapi
from api.bodies import read_part
from api.conversations import agency_service as service
from api.conversations import files, pace
from api.conversations.agency_schemas import (
    EXAMPLE_WITH_FILE,
    AgencyFileMessage,
    AgencyMessage,
    AgencyMessagePage,
    AgencyMessageShown,
    AgencyReadUpTo,
)
from api.conversations.schemas import MessagesMarked
from api.dependencies import AllServices, Uow, get_agency
from api.paging import SyncQuery
from auth.agencies import Scope
from auth.principals import AgencyCaller
from storage.conversations import attachments, receipts
from storage.conversations.writing import NewAttachment
from storage.parties import repository as parties
from storage.unit_of_work import transact

router = APIRouter(prefix="/v1/agency", tags=["agency"])
Writing = Annotated[AgencyCaller, Depends(get_agency(Scope.MESSAGES))]
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such dossier, or it is another agency's"}
}


@router.get("/messages", summary="What was written about all our dossiers")
async def list_messages(caller: Writing, query: Annotated[SyncQuery, Query()], uow: Uow) -> AgencyMessagePage:
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
        await limits.charge(self._request, self._services, pace.AGENCY_MESSAGES, self._caller.client_id)
        work = partial(service.write, caller=self._caller, code=self._code, given=given)
        return await transact(self._services.unit_of_work, work)

    async def write_with_file(self) -> tuple[AgencyMessageShown, bool]:
        """Keep a message with a file, once; the same. The body is read by then."""
        caller, services = self._caller, self._services
        async with services.reading() as reading:
            dossier = await service.spoken_for(reading, caller, self._code)
            key = await parties.open_key(reading, dossier.party_id)
        await limits.charge(self._request, services, pace.AGENCY_MESSAGES, caller.client_id)
        whose, repeated = str(caller.agency_id), False
        async with files.taken(self._request, services, whose) as upload:
            given = read_part(AgencyFileMessage, upload.fields[files.MESSAGE], files.MESSAGE)

            async def write(new: NewAttachment) -> AgencyMessageShown:
                nonlocal repeated
                work = partial(service.write, caller=caller, code=self._code, given=given, files=[new])
                shown, repeated = await transact(services.unit_of_work, work)
                return shown

            shown = await files.keep(services, key, upload.file, given.file_name, whose=whose, write=write)
        return shown, repeated


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
    openapi_extra=openapi.examples_of(
        text={"source_id": "H26-TD-2026-000122", "text": "Hồ sơ đã đủ giấy tờ."},
        request={
            "source_id": "H26-TD-2026-000123",
            "text": "Đề nghị bổ sung giấy tờ dưới đây.",
            "request": {"items": [{"name": "Giấy chứng sinh"}]},
        },
    ),
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


@router.post(
    "/dossiers/{code}/messages/files",
    status_code=201,
    summary="Write to the party, with a file",
    responses={
        **MISSING,
        200: {"model": AgencyMessageShown, "description": "A repeat"},
        409: {"description": "The source id was used for another message"},
        413: {"description": "The file is too large"},
        422: {"description": "Message or file can not be used; `errors` says why"},
        503: {"description": "Too many files are being examined; Retry-After says when again"},
    },
    openapi_extra=openapi.upload_of(
        AgencyFileMessage, metadata=files.MESSAGE, file=files.FILE, example=EXAMPLE_WITH_FILE
    ),
)
async def write_with_file(pen: Annotated[Pen, Depends()], response: Response) -> AgencyMessageShown:
    """Send `message` (JSON) and `file` (PDF, JPEG or PNG) as multipart, and otherwise as without."""
    shown, repeated = await pen.write_with_file()
    if repeated:
        response.status_code = 200
    return shown


class Attachments:
    """Sends what came with messages about the caller's dossiers."""

    def __init__(self, request: Request, caller: Writing, services: AllServices) -> None:
        self._request, self._caller, self._services = request, caller, services

    async def send(self, code: str, message_id: UUID, attachment_id: UUID) -> Response:
        """Send one, or the part of it that is asked for. Raises NotFoundError, Problem and others."""
        async with self._services.reading() as reading:
            dossier = await service.spoken_for(reading, self._caller, code)
            found = await attachments.open_one(reading, dossier.id, message_id, attachment_id)
        answer = await downloads.send(self._request, self._services, found.file)
        async with self._services.unit_of_work() as uow:
            await service.note_attachment(uow, self._caller, dossier.id, found)
            await uow.commit()
        return answer


@router.get(
    "/dossiers/{code}/messages/{message_id}/attachments/{attachment_id}",
    summary="What came with a message",
    response_class=Response,
    responses=downloads.DESCRIBED,
)
async def read_attachment(
    code: str, message_id: UUID, attachment_id: UUID, sender: Annotated[Attachments, Depends()]
) -> Response:
    """Send a file as it came, or the original of a document that the party handed over.

    One `Range` is served. Each reading is noted, and told to the party.
    """
    return await sender.send(code, message_id, attachment_id)


@router.post("/dossiers/{code}/messages/read", summary="Mark what the party wrote as read", responses=MISSING)
async def mark_read(code: str, given: AgencyReadUpTo, caller: Writing, uow: Uow) -> MessagesMarked:
    """Mark all messages of the party as read, up to one; one that is not there marks nothing."""
    dossier = await service.spoken_for(uow, caller, code)
    return MessagesMarked(marked=await receipts.read_by_agency(uow, dossier.id, up_to=given.up_to))
