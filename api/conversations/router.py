"""`/v1/dossiers/{code}/messages`."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api import acting, conditional, downloads, limits, openapi, step_up
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.bodies import read_part
from api.conversations import files, pace, service
from api.conversations.schemas import (
    EXAMPLE_WITH_FILE,
    MessagePage,
    MessageShown,
    MessagesMarked,
    NewFileMessage,
    NewMessage,
    ReadUpTo,
)
from api.conversations.thread import Thread
from api.dependencies import AllServices, CurrentParty, Locale, Read, Uow
from api.idempotency import HEADER as IDEMPOTENCY_KEY
from api.idempotency import ActsOnce, Once, content_of_parts, once_of
from api.paging import SyncQuery
from auth.step_up import Purpose
from storage.access_log.kinds import ObjectKind
from storage.conversations import attachments, receipts
from storage.conversations.writing import NewAttachment
from storage.parties import repository as parties
from storage.representations.kinds import Power
from storage.unit_of_work import UnitOfWork, transact

router = APIRouter(
    prefix="/v1/dossiers",
    tags=["citizen"],
    dependencies=[Depends(require_supported_app), Depends(step_up.require_for(Purpose.LOOK_UP))],
)
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or it is not the caller's"}}
SLOWER: dict[int | str, dict[str, Any]] = {
    429: {"description": "Written too often: `Retry-After` and `RateLimit` say until when"}
}


async def get_page(
    code: str,
    accesses: Accesses,
    citizen: CurrentParty,
    query: Annotated[SyncQuery, Query()],
    reading: Read,
) -> MessagePage:
    """Return the page of the conversation that is asked for."""
    dossier_id = await service.own_dossier(reading, citizen, code)
    page = await Thread(reading, citizen.party_id, dossier_id).shown(query)
    accesses.saw(ObjectKind.MESSAGES, dossier_id)
    return page


@router.get(
    "/{code}/messages",
    summary="What was written about one of my dossiers",
    response_model=MessagePage,
    responses={**MISSING, **conditional.NOT_MODIFIED},
)
async def list_messages(
    request: Request, page: Annotated[MessagePage, Depends(get_page)], locale: Locale
) -> Response:
    """List what the party and the agency wrote, the newest first; or, with `since`, what changed.

    To keep a copy: read the list to its last page and keep `sync_token`. From then on ask with `since`,
    follow `next_cursor` to its end, put each message in the place of the one with the same `id`, and keep
    the new `sync_token`. Nothing is ever missed; a message may come twice. Where `reset` is true, begin anew.
    """
    return conditional.answer(request, page, locale)


class Pen:
    """Writes about one of the caller's dossiers."""

    def __init__(self, request: Request, code: str, citizen: CurrentParty, services: AllServices) -> None:
        self._request, self._code = request, code
        self._citizen, self._services = citizen, services

    async def write(self, once: Once, given: NewMessage) -> MessageShown:
        """Keep a message, once. Raises NotFoundError and Problem."""
        citizen = self._citizen
        await self._may_hand_over(given)
        async with self._services.reading() as reading:
            await service.own_dossier(reading, citizen, self._code)
        await limits.charge(self._request, self._services, pace.MESSAGES, str(citizen.signed_in_as))
        return await self._keep(once, given)

    async def write_with_file(self) -> MessageShown:
        """Keep a message with a file, once; the body is read by then. Raises NotFoundError and Problem."""
        citizen, services = self._citizen, self._services
        async with services.reading() as reading:
            await service.own_dossier(reading, citizen, self._code)
            key = await parties.open_key(reading, citizen.party_id)
        whose = str(citizen.signed_in_as)
        await limits.charge(self._request, services, pace.FILES, whose)
        async with files.taken(self._request, services, whose) as upload:
            said, file = upload.fields[files.MESSAGE], upload.file
            given = read_part(NewFileMessage, said, files.MESSAGE)
            await self._may_hand_over(given)
            once = once_of(self._request, content_of_parts(self._request, said, file.sha256))
            write = partial(self._keep, once, given)
            return await files.keep(services, key, file, given.file_name, whose=whose, write=write)

    async def _keep(self, once: Once, given: NewMessage, *files: NewAttachment) -> MessageShown:
        async def work(uow: UnitOfWork) -> MessageShown:
            writing = partial(service.write, uow, self._citizen, self._code, given, files=files)
            return await once.answer(uow, self._citizen, MessageShown, writing)

        return await transact(self._services.unit_of_work, work)

    async def _may_hand_over(self, given: NewMessage) -> None:
        """Refuse who may not let others see documents of the store. Raises Problem."""
        if not given.document_ids:
            return
        await acting.admit(self._services.reading, self._citizen, Power.SHARE_DOCUMENTS)
        for purpose in (Purpose.STORE, Purpose.SHARING):
            step_up.demand(self._citizen, self._services.settings.auth.demand(purpose))


@router.post(
    "/{code}/messages",
    status_code=201,
    summary="Write to the agency, or answer what it asks for",
    responses=MISSING | SLOWER,
    openapi_extra=openapi.examples_of(
        text={"text": "Hồ sơ của tôi còn thiếu gì không?"},
        answer={
            "text": "Tôi gửi bổ sung giấy khai sinh.",
            "reply_to": "019aa7c6-3f1c-7b1e-9d3a-5c2f8e4b6a10",
            "items": [1],
            "document_ids": ["019aa7c6-52d0-7e4c-8f6b-1a2b3c4d5e6f"],
        },
    ),
)
async def write_message(given: NewMessage, once: ActsOnce, pen: Annotated[Pen, Depends()]) -> MessageShown:
    """Write about one of the caller's dossiers, with documents of its store.

    An answer names the request and which of its items it answers. When each item has an answer, the agency's
    time runs on; the status stays until the agency says otherwise. Where the dossier awaits a supplement of
    which no message says what it is, `supplies` says that this is it. Whoever hands over documents needs what
    it takes to share them.
    """
    return await pen.write(once, given)


@router.post(
    "/{code}/messages/files",
    status_code=201,
    summary="Write to the agency, with a file",
    responses={
        **MISSING,
        **SLOWER,
        413: {"description": "The file is too large"},
        422: {"description": "Message or file can not be used; `errors` says why"},
        503: {"description": "Too many files are being examined; Retry-After says when again"},
    },
    openapi_extra=openapi.upload_of(
        NewFileMessage, metadata=files.MESSAGE, file=files.FILE, example=EXAMPLE_WITH_FILE
    ),
)
async def write_with_file(
    pen: Annotated[Pen, Depends()], _: Annotated[str | None, IDEMPOTENCY_KEY] = None
) -> MessageShown:
    """Send `message` (JSON) and `file` (PDF, JPEG or PNG) as multipart/form-data, and otherwise as without.

    What the file is, is told by its bytes alone. It is kept as it came, encrypted under the party's key, and
    read by the agency and the party.
    """
    return await pen.write_with_file()


class Attachments:
    """Sends what came with messages about the caller's dossiers."""

    def __init__(
        self, request: Request, citizen: CurrentParty, accesses: Accesses, services: AllServices
    ) -> None:
        self._request, self._citizen = request, citizen
        self._accesses, self._services = accesses, services

    async def send(self, code: str, message_id: UUID, attachment_id: UUID) -> Response:
        """Send one, or the part of it that is asked for. Raises NotFoundError, Problem and others."""
        # A transaction that is over before the first byte is read: downloads are long, connections few.
        async with self._services.reading() as reading:
            dossier_id = await service.own_dossier(reading, self._citizen, code)
            found = await attachments.open_one(reading, dossier_id, message_id, attachment_id)
        answer = await downloads.send(self._request, self._services, found.file)
        kind = ObjectKind.DOCUMENT if found.document_id else ObjectKind.MESSAGES
        self._accesses.saw(kind, found.document_id or dossier_id)
        return answer


@router.get(
    "/{code}/messages/{message_id}/attachments/{attachment_id}",
    summary="What came with a message",
    response_class=Response,
    responses=downloads.DESCRIBED,
)
async def read_attachment(
    code: str, message_id: UUID, attachment_id: UUID, sender: Annotated[Attachments, Depends()]
) -> Response:
    """Send a file as it came, or the original of a document of the store. One `Range` is served."""
    return await sender.send(code, message_id, attachment_id)


@router.post("/{code}/messages/read", summary="Mark what the agency wrote as read", responses=MISSING)
async def mark_read(code: str, given: ReadUpTo, citizen: CurrentParty, uow: Uow) -> MessagesMarked:
    """Mark all messages of the agency as read, up to one; one that is not there marks nothing.

    The agency learns of it where the party consents to that, see `/v1/me/consents`, and not otherwise.
    """
    dossier_id = await service.own_dossier(uow, citizen, code)
    marked = await receipts.read_by_party(uow, dossier_id, citizen.party_id, up_to=given.up_to)
    return MessagesMarked(marked=marked)
