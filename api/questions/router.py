"""`/v1/questions`, what the party does with its own: asks, reads, and takes back."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional, limits, openapi
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.dependencies import AllServices, CurrentParty, Locale, Read, Uow
from api.idempotency import ActsOnce, Once
from api.paging import SyncQuery
from api.questions import service
from api.questions.own_list import OwnQuestions
from api.questions.pace import QUESTIONS
from api.questions.schemas import NewQuestion, QuestionDetail, QuestionPage
from storage.access_log.kinds import ObjectKind
from storage.unit_of_work import UnitOfWork, transact

router = APIRouter(prefix="/v1/questions", tags=["citizen"], dependencies=[Depends(require_supported_app)])
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or it is not the caller's"}}


class Asking:
    """Asks for whoever is signed in, or the party that one acts for."""

    def __init__(
        self, request: Request, citizen: CurrentParty, services: AllServices, locale: Locale
    ) -> None:
        self._request, self._citizen = request, citizen
        self._services, self._locale = services, locale

    async def ask(self, once: Once, given: NewQuestion) -> QuestionDetail:
        """Keep a question, once. Raises Problem."""
        citizen, services = self._citizen, self._services
        await limits.charge(self._request, services, QUESTIONS, str(citizen.signed_in_as))

        async def work(uow: UnitOfWork) -> QuestionDetail:
            asking = partial(service.ask, uow, services, citizen, given, self._locale)
            return await once.answer(uow, citizen, QuestionDetail, asking)

        return await transact(services.unit_of_work, work)


@router.post(
    "",
    status_code=201,
    summary="Ask an agency",
    responses={
        422: {"description": "Something does not fit, or no agency is named: `errors` says what"},
        429: {"description": "Asked too often: `Retry-After` and `RateLimit` say until when"},
    },
    openapi_extra=openapi.examples_of(
        public={
            "text": "Tôi làm lại giấy khai sinh cho con ở nơi tạm trú được không?",
            "public": True,
            "procedure_code": "1.001193",
            "agency_code": "H26.1",
        },
        private={
            "text": "Hồ sơ nộp ngày nghỉ được tính từ khi nào?",
            "public": False,
            "agency_code": "H26.1",
        },
    ),
)
async def ask(given: NewQuestion, once: ActsOnce, asking: Annotated[Asking, Depends()]) -> QuestionDetail:
    """Ask, privately or for all to read.

    The agency asked is `agency_code`, else the one that the long form of `procedure_code` names, else the
    front desk, if there is one. What is public is read by others once it has an answer, a moderator has let
    it be read, and whatever is personal was taken out.
    """
    return await asking.ask(once, given)


async def get_page(
    accesses: Accesses,
    citizen: CurrentParty,
    query: Annotated[SyncQuery, Query()],
    reading: Read,
    locale: Locale,
) -> QuestionPage:
    """Return the page of one's questions that is asked for."""
    page = await OwnQuestions(reading, citizen.party_id, locale).shown(query)
    accesses.saw(ObjectKind.QUESTIONS)
    return page


@router.get("/mine", summary="What I asked", response_model=QuestionPage, responses=conditional.NOT_MODIFIED)
async def list_own(
    request: Request, page: Annotated[QuestionPage, Depends(get_page)], locale: Locale
) -> Response:
    """List what the party asked, the newest first; or, with `since`, what changed: an answer came, or an end.

    To keep a copy: read the list to its last page and keep `sync_token`. From then on ask with `since`,
    follow `next_cursor` to its end, put each question in the place of the one with the same `id`, and keep
    the new `sync_token`. Nothing is ever missed; a question may come twice. Where `reset` is true, begin
    anew. Answers are read with each question; that one has gone stale is no change of its question.
    """
    return conditional.answer(request, page, locale)


async def get_detail(
    question_id: UUID, accesses: Accesses, citizen: CurrentParty, reading: Read, locale: Locale
) -> QuestionDetail:
    """Return the question that is asked for."""
    found = await service.one(reading, citizen, question_id, locale)
    accesses.saw(ObjectKind.QUESTION, question_id)
    return found


@router.get(
    "/mine/{question_id}",
    summary="One of my questions, with its answers",
    response_model=QuestionDetail,
    responses={**MISSING, **conditional.NOT_MODIFIED},
)
async def show_own(
    request: Request, found: Annotated[QuestionDetail, Depends(get_detail)], locale: Locale
) -> Response:
    """Show a question with all that was answered, and whether what that rests on is another by now."""
    return conditional.answer(request, found, locale)


@router.post(
    "/mine/{question_id}/withdraw",
    summary="Take one of my questions back",
    responses={**MISSING, 409: {"description": "The agency has declined it"}},
)
async def withdraw(
    question_id: UUID, accesses: Accesses, citizen: CurrentParty, uow: Uow, locale: Locale
) -> QuestionDetail:
    """Take a question back: nobody answers it any more, and what was published of it is gone at once.

    A second time changes nothing.
    """
    found = await service.withdraw(uow, citizen, question_id, locale)
    accesses.saw(ObjectKind.QUESTION, question_id)
    return found
