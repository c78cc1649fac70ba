"""`/v1/complaints`, what the party does with its own: files, reads, adds to it, takes it back."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional, limits, openapi
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.complaints import service
from api.complaints.own_list import OwnComplaints
from api.complaints.pace import COMPLAINTS
from api.complaints.schemas import ComplaintDetail, ComplaintPage, Consent, NewComplaint, NewSupplement
from api.dependencies import AllServices, CurrentParty, Locale, Read, Uow
from api.idempotency import ActsOnce, Once
from api.paging import SyncQuery
from storage.access_log.kinds import ObjectKind
from storage.unit_of_work import UnitOfWork, transact

router = APIRouter(prefix="/v1/complaints", tags=["citizen"], dependencies=[Depends(require_supported_app)])
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or it is not the caller's"}}


class Writing:
    """Writes, once, for whoever is signed in, or the party that one acts for."""

    def __init__(
        self, request: Request, citizen: CurrentParty, services: AllServices, locale: Locale
    ) -> None:
        self._request, self._citizen = request, citizen
        self._services, self._locale = services, locale

    async def file(self, once: Once, given: NewComplaint) -> ComplaintDetail:
        """Keep a complaint. Raises Problem."""
        await limits.charge(self._request, self._services, COMPLAINTS, str(self._citizen.signed_in_as))

        def keep(uow: UnitOfWork) -> Awaitable[ComplaintDetail]:
            return service.file(uow, self._services, self._citizen, given, self._locale)

        return await self._write(once, keep)

    async def supply(self, once: Once, complaint_id: UUID, given: NewSupplement) -> ComplaintDetail:
        """Keep what was asked for; as often as that is, so there is no other limit. Raises Problem."""

        async def keep(uow: UnitOfWork) -> ComplaintDetail:
            calendar = self._services.calendar
            await service.supply(uow, self._citizen, complaint_id, given.text, calendar=calendar)
            return await service.one(uow, self._citizen, complaint_id, self._locale)

        return await self._write(once, keep)

    async def consent(self, complaint_id: UUID, given: Consent) -> ComplaintDetail:
        """Keep who may read it. Raises Problem."""
        citizen, calendar = self._citizen, self._services.calendar

        async def work(uow: UnitOfWork) -> ComplaintDetail:
            await service.consent(uow, citizen, complaint_id, public=given.public, calendar=calendar)
            return await service.one(uow, citizen, complaint_id, self._locale)

        return await transact(self._services.unit_of_work, work)

    async def _write(
        self, once: Once, keep: Callable[[UnitOfWork], Awaitable[ComplaintDetail]]
    ) -> ComplaintDetail:
        async def work(uow: UnitOfWork) -> ComplaintDetail:
            return await once.answer(uow, self._citizen, ComplaintDetail, partial(keep, uow))

        return await transact(self._services.unit_of_work, work)


@router.post(
    "",
    status_code=201,
    summary="Complain of something, or suggest it be otherwise",
    responses={
        404: {"description": "There is no such dossier, or it is not the caller's"},
        422: {"description": "Something does not fit, or no agency is named: `errors` says what"},
        429: {"description": "Written too often: `Retry-After` and `RateLimit` say until when"},
    },
    openapi_extra=openapi.examples_of(
        complaint={
            "kind": "complaint",
            "topic": "delay",
            "text": "Hồ sơ đã quá hẹn mười ngày mà chưa có kết quả.",
            "public": False,
            "dossier_code": "000.00.00.H26-261121-0001",
        },
        suggestion={
            "kind": "suggestion",
            "topic": "rules",
            "text": "Đề nghị bỏ yêu cầu nộp bản sao có chứng thực.",
            "public": True,
            "agency_code": "H26.1",
        },
    ),
)
async def file(
    given: NewComplaint, once: ActsOnce, writing: Annotated[Writing, Depends()]
) -> ComplaintDetail:
    """File a complaint ("phản ánh") or a suggestion ("kiến nghị"), as of Decree 20/2008/ND-CP.

    It goes to `agency_code`, else to the agency of the dossier. `process_by` says by when it is to be
    answered: the end of the fifteenth working day. Each step is told by a notice. What is public is read by
    others once it is answered, a moderator has let it be read, and whatever is personal was taken out.
    """
    return await writing.file(once, given)


async def get_page(
    accesses: Accesses,
    citizen: CurrentParty,
    query: Annotated[SyncQuery, Query()],
    reading: Read,
    locale: Locale,
) -> ComplaintPage:
    """Return the page of one's complaints that is asked for."""
    page = await OwnComplaints(reading, citizen.party_id, locale).shown(query)
    accesses.saw(ObjectKind.COMPLAINTS)
    return page


@router.get(
    "",
    summary="What I complained of and suggested",
    response_model=ComplaintPage,
    responses=conditional.NOT_MODIFIED,
)
async def list_own(
    request: Request, page: Annotated[ComplaintPage, Depends(get_page)], locale: Locale
) -> Response:
    """List what the party filed, the newest first; or, with `since`, what changed.

    To keep a copy: read the list to its last page and keep `sync_token`. From then on ask with `since`,
    follow `next_cursor` to its end, put each complaint in the place of the one with the same `id`, and keep
    the new `sync_token`. Nothing is ever missed; one may come twice. Where `reset` is true, begin anew.
    """
    return conditional.answer(request, page, locale)


async def get_detail(
    complaint_id: UUID, accesses: Accesses, citizen: CurrentParty, reading: Read, locale: Locale
) -> ComplaintDetail:
    """Return the complaint that is asked for."""
    found = await service.one(reading, citizen, complaint_id, locale)
    accesses.saw(ObjectKind.COMPLAINT, complaint_id)
    return found


@router.get(
    "/{complaint_id}",
    summary="One of my complaints, with all that happened to it",
    response_model=ComplaintDetail,
    responses={**MISSING, **conditional.NOT_MODIFIED},
)
async def show_own(
    request: Request, found: Annotated[ComplaintDetail, Depends(get_detail)], locale: Locale
) -> Response:
    """Show a complaint with each step that was taken, and which of them came too late."""
    return conditional.answer(request, found, locale)


@router.post(
    "/{complaint_id}/supplements",
    status_code=201,
    summary="Add what I was asked for",
    responses={**MISSING, 409: {"description": "Nobody asks for more"}},
)
async def supply(
    complaint_id: UUID,
    given: NewSupplement,
    once: ActsOnce,
    writing: Annotated[Writing, Depends()],
    accesses: Accesses,
) -> ComplaintDetail:
    """Add to a complaint that is `more_asked`; the agency goes on, its time moved on by the wait."""
    found = await writing.supply(once, complaint_id, given)
    accesses.saw(ObjectKind.COMPLAINT, complaint_id)
    return found


@router.post(
    "/{complaint_id}/withdrawal",
    summary="Take one of my complaints back",
    responses={**MISSING, 409: {"description": "It was answered or declined"}},
)
async def withdraw(
    complaint_id: UUID, accesses: Accesses, citizen: CurrentParty, uow: Uow, locale: Locale
) -> ComplaintDetail:
    """Take a complaint back before it is answered: nobody processes it any more.

    A second time changes nothing.
    """
    await service.withdraw(uow, citizen, complaint_id)
    accesses.saw(ObjectKind.COMPLAINT, complaint_id)
    return await service.one(uow, citizen, complaint_id, locale)


@router.put(
    "/{complaint_id}/publication",
    summary="Say whether others may read one of my complaints",
    responses={
        **MISSING,
        409: {"description": "It ended without an answer, or a moderator has decided that nobody reads it"},
    },
)
async def set_publication(
    complaint_id: UUID,
    given: Consent,
    writing: Annotated[Writing, Depends()],
    accesses: Accesses,
) -> ComplaintDetail:
    """Give or take back the consent to publish; what is published and may not be read is gone at once."""
    found = await writing.consent(complaint_id, given)
    accesses.saw(ObjectKind.COMPLAINT, complaint_id)
    return found
