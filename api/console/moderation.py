"""What waits to be published, at /console/moderation: read, edited, published or not."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict

from api.console import moderation_marks, roles
from api.console.attempts import Work, attempt
from api.console.excerpts import excerpt
from api.console.forms import FormError
from api.console.frame import Posting, Visiting, Visitor, page, see_other
from api.console.moderation_texts import TEXTS
from api.console.paths import HOME
from api.dependencies import AllServices, Uow
from api.questions import moderator_service
from api.questions.drafts import without_personal
from api.questions.moderator_service import Draft
from api.services import Services
from storage.errors import NotFoundError
from storage.officers.desk import MODERATORS
from storage.questions.kinds import Publication
from storage.unit_of_work import UnitOfWork

router = APIRouter(prefix=f"{HOME}/moderation", include_in_schema=False)
LIST = f"{HOME}/moderation"


class PublishForm(BaseModel):
    """What is to be published, and what was seen of the question."""

    model_config = ConfigDict(frozen=True)

    question: str = ""
    answer: str = ""
    seen_answer: UUID
    seen: Publication = Publication.PENDING


class RefuseForm(BaseModel):
    """The answer that is not to be published."""

    model_config = ConfigDict(frozen=True)

    seen_answer: UUID


@router.get("")
async def list_page(request: Request, visitor: Visiting, uow: Uow, cursor: str | None = None) -> Response:
    """Show what waits, the longest first."""
    roles.require(visitor, MODERATORS)
    found = await moderator_service.pending(uow, visitor.officer, cursor=cursor)
    return page(
        request,
        visitor,
        "moderation.html",
        texts=TEXTS,
        questions=[(one, excerpt(scrubbed.text)) for one, scrubbed in found.items],
        next=found.next_cursor and f"{LIST}?{urlencode({'cursor': found.next_cursor})}",
    )


@router.get("/{question_id}")
async def one_page(request: Request, visitor: Visiting, services: AllServices, question_id: UUID) -> Response:
    """Show a question and its answer as scrubbing leaves them, to be edited."""
    return await _show(request, visitor, services, question_id)


@router.post("/{question_id}/publish")
async def publish(
    request: Request,
    visitor: Posting,
    services: AllServices,
    question_id: UUID,
    form: Annotated[PublishForm, Form()],
) -> Response:
    """Let everybody read it."""
    draft = Draft(question=form.question, answer=form.answer, seen_answer=form.seen_answer, seen=form.seen)

    async def work(uow: UnitOfWork) -> None:
        await moderator_service.publish(uow, visitor.officer, question_id, draft)

    refused = await _refused(request, visitor, services, question_id, work=work, form=form)
    return refused or see_other(LIST, done="published")


@router.post("/{question_id}/refuse")
async def refuse(
    request: Request,
    visitor: Posting,
    services: AllServices,
    question_id: UUID,
    form: Annotated[RefuseForm, Form()],
) -> Response:
    """Let nobody read it."""

    async def work(uow: UnitOfWork) -> None:
        await moderator_service.refuse(uow, visitor.officer, question_id, seen_answer=form.seen_answer)

    refused = await _refused(request, visitor, services, question_id, work=work, form=None)
    return refused or see_other(LIST, done="refused")


async def _refused(
    request: Request,
    visitor: Visitor,
    services: Services,
    question_id: UUID,
    *,
    work: Work,
    form: PublishForm | None,
) -> Response | None:
    """Do it, or show the page once more; what waits no more has none, and what was typed is given back."""

    def gone() -> Response:
        return _gone(request, visitor, form)

    async def again(errors: Sequence[FormError], status: int) -> Response:
        try:
            return await _show(
                request, visitor, services, question_id, form=form, errors=errors, status=status
            )
        except NotFoundError:
            return _gone(request, visitor, form, said=[one.text for one in errors], status=status)

    return await attempt(services, work, locale=visitor.locale, element="question", again=again, gone=gone)


async def _show(
    request: Request,
    visitor: Visitor,
    services: Services,
    question_id: UUID,
    *,
    form: PublishForm | None = None,
    errors: Sequence[FormError] = (),
    status: int = 200,
) -> Response:
    async with services.unit_of_work() as uow:
        found = await moderator_service.look(uow, visitor.officer, question_id)
        await uow.commit()
    text = TEXTS[visitor.locale]
    # Typed once more with something personal in it, it comes back without: to be looked at, and sent.
    edited = (
        (without_personal(form.question, found.clean), without_personal(form.answer, found.clean))
        if form
        else found.proposed
    )
    return page(
        request,
        visitor,
        "moderation_one.html",
        texts=TEXTS,
        status=status,
        errors=errors,
        question=found.kept,
        seen_answer=found.answer_id,
        asked=list(moderation_marks.pieces(found.question)),
        answered=list(moderation_marks.pieces(found.answer)),
        in_question=moderation_marks.told(found.question, text),
        in_answer=moderation_marks.told(found.answer, text),
        edited=edited,
        list=LIST,
    )


def _gone(
    request: Request,
    visitor: Visitor,
    form: PublishForm | None,
    *,
    said: Sequence[str] = (),
    status: int = 404,
) -> Response:
    kept = [one for one in (form.question, form.answer) if one] if form else []
    return page(
        request,
        visitor,
        "moderation_gone.html",
        texts=TEXTS,
        status=status,
        said=said,
        kept=kept,
        list=LIST,
    )
