"""An agency's month at /console/ratings/{code}/{month}: what many said of it, and what it answers."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import BaseModel, StringConstraints

from api.console.attempts import attempt
from api.console.forms import FormError
from api.console.frame import Posting, Visiting, Visitor, page, see_other
from api.console.rating_forms import RatingAnswerForm
from api.console.ratings import LIST, address, level_names, month_name, told
from api.console.ratings_texts import TEXTS
from api.dependencies import AllServices, Read, Uow
from api.ratings import officer_service
from api.ratings.officer_service import Opened
from api.ratings.schemas import Month
from api.ratings.wording import REASONS as REASON_NAMES
from api.services import Services
from api.text import Clean
from storage.agencies.codes import MAX_LENGTH
from storage.ratings.answers import Answer
from storage.ratings.counting import FEWEST, Counts
from storage.ratings.kinds import REASONS, Satisfaction
from storage.ratings.rises import percent
from storage.unit_of_work import UnitOfWork

router = APIRouter(prefix=LIST, include_in_schema=False)
Code = Annotated[str, StringConstraints(max_length=MAX_LENGTH), Clean]


class Where(NamedTuple):
    """Which agency's month is meant."""

    code: Code
    month: Month

    @property
    def path(self) -> str:
        """Where it is shown."""
        return f"{LIST}/{self.code}/{self.month:%Y-%m}"


class ShownQuery(BaseModel):
    """What of it is shown: texts from a place on, and an answer that the form begins with, by its id."""

    cursor: str | None = None
    edit: str = ""


async def get_where(code: Code, month: Month) -> Where:
    """Return what a path names."""
    return Where(code, month)


@router.get("/{code}/{month}")
async def rating_page(
    request: Request,
    visitor: Visiting,
    reading: Read,
    where: Annotated[Where, Depends(get_where)],
    query: Annotated[ShownQuery, Query()],
) -> Response:
    """Show what was said, and the form of an answer."""
    found = await officer_service.opened(reading, visitor.officer, *where, cursor=query.cursor)
    edited = next((one for one in found.answers if str(one.id) == query.edit), None)
    return _show(request, visitor, found, _begun(edited))


@router.post("/{code}/{month}/answers")
async def answer(
    request: Request,
    visitor: Posting,
    services: AllServices,
    where: Annotated[Where, Depends(get_where)],
    form: Annotated[RatingAnswerForm, Form()],
) -> Response:
    """Answer; what was typed stays in the form until that is done."""

    async def work(uow: UnitOfWork) -> None:
        await officer_service.answer(uow, visitor.officer, *where, form.draft())

    def gone() -> Response:
        return page(request, visitor, "rating_gone.html", texts=TEXTS, status=404, kept=form.text, list=LIST)

    async def again(errors: Sequence[FormError], status: int) -> Response:
        return await _again(request, visitor, services, where, form, errors=errors, status=status)

    refused = await attempt(services, work, locale=visitor.locale, element="text", again=again, gone=gone)
    return refused or see_other(where.path, done="answered")


@router.post("/{code}/{month}/answers/{answer_id}/take-down")
async def take_down(
    visitor: Posting, uow: Uow, where: Annotated[Where, Depends(get_where)], answer_id: UUID
) -> Response:
    """Let nobody read an answer any more."""
    await officer_service.take_down(uow, visitor.officer, answer_id)
    return see_other(where.path, done="down")


async def _again(
    request: Request,
    visitor: Visitor,
    services: Services,
    where: Where,
    form: RatingAnswerForm,
    *,
    errors: Sequence[FormError],
    status: int,
) -> Response:
    async with services.reading() as reading:
        found = await officer_service.opened(reading, visitor.officer, *where, cursor=None)
        # What was found to be personal comes back without it: to be looked at, and sent.
        text = await officer_service.without_personal(reading, found.overview.group.agency_id, form.text)
    typed = form.model_copy(update={"text": text})
    return _show(request, visitor, found, typed, errors=errors, status=status)


def _begun(edited: Answer | None) -> RatingAnswerForm:
    if edited is None:
        return RatingAnswerForm(form_id=uuid4())
    return RatingAnswerForm(form_id=uuid4(), level=edited.level or "", text=edited.text)


def _show(
    request: Request,
    visitor: Visitor,
    found: Opened,
    form: RatingAnswerForm,
    *,
    errors: Sequence[FormError] = (),
    status: int = 200,
) -> Response:
    text, names, here = TEXTS[visitor.locale], level_names(visitor.locale), address(found.overview)
    return page(
        request,
        visitor,
        "rating.html",
        texts=TEXTS,
        status=status,
        errors=errors,
        found=found,
        month=month_name(found.overview.group.month, visitor.locale),
        alarm=told(found.overview, visitor.locale),
        levels=[
            (level, names[level], _reasons(found.counts, level, visitor.locale)) for level in Satisfaction
        ],
        names=names,
        choices=[("", text["to_all"]), *((level.value, names[level]) for level in found.answerable)],
        form=form,
        form_id=form.form_id,
        seen=" ".join(str(one.id) for one in found.answers),
        next=found.next_cursor and f"{here}?{urlencode({'cursor': found.next_cursor})}",
        percent=percent,
        fewest=FEWEST,
        here_path=here,
        list=LIST,
    )


def _reasons(counts: Counts | None, level: Satisfaction, locale: str) -> list[tuple[str, int]]:
    """Return the reasons that were given with a level, those given most first."""
    if counts is None:
        return []
    given = [
        (str(getattr(REASON_NAMES[reason], locale)), counts.reasons.get((level, reason), 0))
        for reason in REASONS[level]
    ]
    return sorted([one for one in given if one[1]], key=lambda one: -one[1])
