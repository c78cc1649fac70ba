"""One complaint at /console/complaint-moderation/{id}: read, edited, published or not, and taken down."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, ConfigDict

from api.complaints import moderator_service
from api.complaints.moderator_service import Draft
from api.console import moderation_marks
from api.console.attempts import Work, attempt
from api.console.complaint_moderation import LIST, told
from api.console.complaint_moderation_texts import TEXTS
from api.console.forms import FormError
from api.console.frame import Posting, Visiting, Visitor, page, see_other
from api.dependencies import AllServices
from api.questions.drafts import without_personal
from api.services import Services
from auth.principals import Officer
from storage.errors import NotFoundError
from storage.questions.kinds import Publication
from storage.unit_of_work import UnitOfWork

router = APIRouter(prefix=f"{LIST}/{{complaint_id}}", include_in_schema=False)


class PublishForm(BaseModel):
    """What is to be published, and how its publication stood when it was looked at."""

    model_config = ConfigDict(frozen=True)

    text: str = ""
    answer: str = ""
    seen: Publication = Publication.PENDING

    @property
    def written(self) -> list[str]:
        """What somebody wrote, to be given back to them."""
        return [one for one in (self.text, self.answer) if one]


NOTHING = PublishForm()


class Decision:
    """One complaint before one moderator, who sent a form."""

    def __init__(self, request: Request, visitor: Posting, services: AllServices, complaint_id: UUID) -> None:
        self._request, self._visitor, self._services = request, visitor, services
        self.id = complaint_id

    @property
    def officer(self) -> Officer:
        """Who sent the form."""
        return self._visitor.officer

    @property
    def link(self) -> str:
        """What opens the complaint in its sender's app."""
        return self._services.settings.notify.complaint_link(self.id)

    async def do(self, work: Work, *, done: str, form: PublishForm = NOTHING) -> Response:
        """Do it, and go on to the list; or show the page again, with what was typed and what is wrong."""

        def gone(errors: Sequence[FormError] = (), status: int = 404) -> Response:
            return page(
                self._request,
                self._visitor,
                "moderation_gone.html",
                texts=TEXTS,
                status=status,
                said=[one.text for one in errors],
                kept=form.written,
                list=LIST,
            )

        async def again(errors: Sequence[FormError], status: int) -> Response:
            try:
                return await show(
                    self._request, self._visitor, self._services, self.id, form, errors=errors, status=status
                )
            except NotFoundError:
                return gone(errors, status)

        refused = await attempt(
            self._services, work, locale=self._visitor.locale, element="text", again=again, gone=gone
        )
        return refused or see_other(LIST, done=done)


async def show(
    request: Request,
    visitor: Visitor,
    services: Services,
    complaint_id: UUID,
    form: PublishForm,
    *,
    errors: Sequence[FormError] = (),
    status: int = 200,
) -> Response:
    """Read a complaint, note that, and show it. Raises NotFoundError."""
    async with services.unit_of_work() as uow:
        found = await moderator_service.look(uow, visitor.officer, complaint_id)
        await uow.commit()
    text, edited = TEXTS[visitor.locale], found.proposed
    if form.written:
        # Typed once more with something personal in it, it comes back without: to be looked at, and sent.
        edited = (without_personal(form.text, found.clean), without_personal(form.answer, found.clean))
    return page(
        request,
        visitor,
        "complaint_moderation_one.html",
        texts=TEXTS,
        status=status,
        errors=errors,
        complaint=found.kept.row,
        clock=told(services, visitor, found.kept.row),
        written=list(moderation_marks.pieces(found.text)),
        answered=list(moderation_marks.pieces(found.answer)),
        in_text=moderation_marks.told(found.text, text),
        in_answer=moderation_marks.told(found.answer, text),
        edited=edited,
        list=LIST,
    )


Deciding = Annotated[Decision, Depends()]


@router.get("")
async def one_page(
    request: Request, visitor: Visiting, services: AllServices, complaint_id: UUID
) -> Response:
    """Show a complaint and its answer as scrubbing leaves them, to be edited."""
    return await show(request, visitor, services, complaint_id, NOTHING)


@router.post("/publish")
async def publish(deciding: Deciding, form: Annotated[PublishForm, Form()]) -> Response:
    """Let everybody read it."""
    draft = Draft(text=form.text, answer=form.answer, seen=form.seen)

    async def work(uow: UnitOfWork) -> None:
        await moderator_service.publish(uow, deciding.officer, deciding.id, draft, link=deciding.link)

    return await deciding.do(work, done="published", form=form)


@router.post("/refuse")
async def refuse(deciding: Deciding) -> Response:
    """Let nobody read it."""

    async def work(uow: UnitOfWork) -> None:
        await moderator_service.refuse(uow, deciding.officer, deciding.id)

    return await deciding.do(work, done="refused")


@router.post("/take-down")
async def take_down(deciding: Deciding) -> Response:
    """Let nobody read it any more."""

    async def work(uow: UnitOfWork) -> None:
        await moderator_service.take_down(uow, deciding.officer, deciding.id)

    return await deciding.do(work, done="down")
