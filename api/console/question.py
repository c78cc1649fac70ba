"""One question at /console/questions/{id}: read, answered, confirmed, declined and sent on."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from api.console.attempts import Work, attempt
from api.console.forms import FormError
from api.console.frame import Posting, Visiting, Visitor, page, see_other
from api.console.question_forms import AnswerForm, ConfirmForm, DeclineForm, ForwardForm
from api.console.question_showing import Typed, show
from api.console.questions import LIST
from api.console.questions_texts import TEXTS
from api.dependencies import AllServices
from api.questions import officer_service
from api.services import Services
from storage.unit_of_work import UnitOfWork

router = APIRouter(prefix=LIST, include_in_schema=False)


@router.get("/{question_id}")
async def question_page(
    request: Request,
    visitor: Visiting,
    services: AllServices,
    question_id: UUID,
    template: str = "",
) -> Response:
    """Show a question with its answers, and what may be done."""
    return await show(request, visitor, services, question_id, Typed(template=template))


@router.post("/{question_id}/answer")
async def answer(
    request: Request,
    visitor: Posting,
    services: AllServices,
    question_id: UUID,
    form: Annotated[AnswerForm, Form()],
) -> Response:
    """Answer, or look at a procedure first; what was typed stays in the form either way."""
    typed = Typed(text=form.text, procedure_code=form.procedure_code)
    if form.look:
        return await show(request, visitor, services, question_id, typed)

    async def work(uow: UnitOfWork) -> None:
        link = services.settings.notify.question_link(question_id)
        await officer_service.answer(uow, visitor.officer, question_id, form.draft(), link=link)

    refused = await _refused(request, visitor, services, question_id, work=work, typed=typed)
    return refused or see_other(f"{LIST}/{question_id}", done="answered")


@router.post("/{question_id}/confirm")
async def confirm(
    request: Request,
    visitor: Posting,
    services: AllServices,
    question_id: UUID,
    form: Annotated[ConfirmForm, Form()],
) -> Response:
    """Say that the last answer is still right."""

    async def work(uow: UnitOfWork) -> None:
        await officer_service.confirm(
            uow,
            visitor.officer,
            question_id,
            form_id=form.form_id,
            seen=form.seen_answer,
            version=form.version,
        )

    refused = await _refused(request, visitor, services, question_id, work=work, typed=Typed())
    return refused or see_other(f"{LIST}/{question_id}", done="confirmed")


@router.post("/{question_id}/decline")
async def decline(
    request: Request,
    visitor: Posting,
    services: AllServices,
    question_id: UUID,
    form: Annotated[DeclineForm, Form()],
) -> Response:
    """Decline to answer."""

    async def work(uow: UnitOfWork) -> None:
        link = services.settings.notify.question_link(question_id)
        await officer_service.decline(uow, visitor.officer, question_id, form.reason, link=link)

    refused = await _refused(
        request, visitor, services, question_id, work=work, typed=Typed(reason=form.reason)
    )
    return refused or see_other(f"{LIST}/{question_id}", done="declined")


@router.post("/{question_id}/forward")
async def forward(
    request: Request,
    visitor: Posting,
    services: AllServices,
    question_id: UUID,
    form: Annotated[ForwardForm, Form()],
) -> Response:
    """Send it on to another agency; it may be nothing of the visitor's afterwards."""

    async def work(uow: UnitOfWork) -> None:
        await officer_service.forward(
            uow, visitor.officer, question_id, form.agency_code, form_id=form.form_id
        )

    typed = Typed(agency_code=form.agency_code)
    refused = await _refused(request, visitor, services, question_id, work=work, typed=typed)
    return refused or see_other(LIST, done="forwarded")


async def _refused(
    request: Request, visitor: Visitor, services: Services, question_id: UUID, *, work: Work, typed: Typed
) -> Response | None:
    """Do what a form asks for, or return its page once more, with what was typed and why it was not done."""

    def gone() -> Response:
        # It may have been sent on a moment ago: what somebody wrote is given back to them.
        return page(request, visitor, "question_gone.html", texts=TEXTS, status=404, kept=typed.text)

    async def again(errors: Sequence[FormError], status: int) -> Response:
        return await show(request, visitor, services, question_id, typed, errors=errors, status=status)

    return await attempt(services, work, locale=visitor.locale, element="text", again=again, gone=gone)
