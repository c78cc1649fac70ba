"""`/v1/dossiers/{code}/messages`."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api import acting, conditional, step_up
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.conversations import pace, service
from api.conversations.schemas import Marked, MessagePage, MessageQuery, MessageShown, NewMessage, ReadUpTo
from api.conversations.thread import Thread
from api.dependencies import AllServices, CurrentParty, Locale, Read, Uow
from api.idempotency import ActsOnce, Once
from auth.step_up import Purpose
from storage.access_log.kinds import ObjectKind
from storage.conversations import receipts
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
    query: Annotated[MessageQuery, Query()],
    reading: Read,
) -> MessagePage:
    """Return the page of the conversation that is asked for."""
    dossier_id = await service.own_dossier(reading, citizen, code)
    page = await Thread(reading, citizen.party_id, dossier_id, query).page()
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
        await pace.spend(self._request, self._services, pace.MESSAGES, str(citizen.signed_in_as))

        async def work(uow: UnitOfWork) -> MessageShown:
            writing = partial(service.write, uow, citizen, self._code, given)
            return await once.answer(uow, citizen, MessageShown, writing)

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
)
async def write_message(given: NewMessage, once: ActsOnce, pen: Annotated[Pen, Depends()]) -> MessageShown:
    """Write about one of the caller's dossiers, with documents of its store.

    An answer names the request and which of its items it answers. When each item has an answer, the agency's
    time runs on; the status stays until the agency says otherwise. Whoever hands over documents needs what it
    takes to share them.
    """
    return await pen.write(once, given)


@router.post("/{code}/messages/read", summary="Mark what the agency wrote as read", responses=MISSING)
async def mark_read(code: str, given: ReadUpTo, citizen: CurrentParty, uow: Uow) -> Marked:
    """Mark all messages of the agency as read, up to one; one that is not there marks nothing.

    The agency learns of it where `tell` is true, and not otherwise.
    """
    dossier_id = await service.own_dossier(uow, citizen, code)
    return Marked(marked=await receipts.read_by_party(uow, dossier_id, up_to=given.up_to, tell=given.tell))
