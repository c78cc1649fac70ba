"""What the page of one question shows, with what somebody has typed into its forms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

from fastapi import Request, Response

from api.console.beginnings import Beginning, begin
from api.console.forms import FormError
from api.console.frame import Visitor, page
from api.console.moments import Clock, clock
from api.console.procedure_beside import Beside, look_up
from api.console.questions import LIST
from api.console.questions_texts import TEXTS
from api.questions import officer_service
from api.services import Services
from storage.procedures import repository as procedures
from storage.procedures.repository import Kept
from storage.questions.kinds import DeclineReason, Publication, QuestionState
from storage.questions.opening import OpenedQuestion
from storage.unit_of_work import Reading, UnitOfWork

_GOES_ON = frozenset({QuestionState.ASKED, QuestionState.ANSWERED})
_PUBLIC = frozenset({Publication.WANTED, Publication.PENDING, Publication.PUBLISHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the forms; none means what the page proposes.

    Attributes:
        template: the words to begin an answer with.
    """

    text: str | None = None
    procedure_code: str | None = None
    reason: str = ""
    agency_code: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBeside:
    """What stands in the form of an answer, and the procedure beside it."""

    beginning: Beginning
    basis: Beside


async def show(
    request: Request,
    visitor: Visitor,
    services: Services,
    question_id: UUID,
    typed: Typed,
    *,
    errors: Sequence[FormError] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    """Read a question, note that, and show it. Raises NotFoundError."""
    async with services.unit_of_work() as uow:
        found = await officer_service.opened(uow, visitor.officer, question_id)
        works = await officer_service.may_work(uow, visitor.officer, question_id)
        going = found.state in _GOES_ON
        beside = await _beside(uow, visitor, found, typed) if works and going else None
        rested = await _rested(uow, found)
        await uow.commit()
    text = TEXTS[visitor.locale]
    # An error leads to the field that it is about, or to how the question stands where that is gone.
    if beside is not None:
        errors = beside.basis.told(errors, visitor.locale)
    elif not typed.text:
        errors = [FormError(id="state", text=one.text) for one in errors]
    return page(
        request,
        visitor,
        "question.html",
        texts=TEXTS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors and status == HTTPStatus.OK else status,
        errors=errors,
        question=found,
        clock=_clock(services, visitor, found),
        public=found.publication in _PUBLIC,
        going=going,
        works=works,
        beside=beside,
        typed=typed,
        rested=rested,
        confirmable=bool(works and going and rested and rested.removed_in is None),
        reasons=[
            ("", text["reason_choose"]),
            *((one.value, text[f"reason_{one.value}"]) for one in DeclineReason),
        ],
        templates=beside.beginning.choices(text["template_none"]) if beside else (),
        list=LIST,
    )


def _clock(services: Services, visitor: Visitor, found: OpenedQuestion) -> Clock | None:
    if found.state is not QuestionState.ASKED:
        return None
    return clock(found.due_at, now=datetime.now(UTC), calendar=services.calendar, locale=visitor.locale)


async def _beside(uow: UnitOfWork, visitor: Visitor, found: OpenedQuestion, typed: Typed) -> AnswerBeside:
    basis = await _basis(uow, found, typed)
    named = basis.procedure.procedure.name if basis.procedure else None
    beginning = await begin(
        uow,
        visitor.officer,
        found.agency_id,
        typed=typed.text,
        template=typed.template,
        known={"procedure_name": named, "agency_name": found.agency_name},
    )
    return AnswerBeside(beginning=beginning, basis=basis)


async def _basis(reading: Reading, found: OpenedQuestion, typed: Typed) -> Beside:
    """Return the code that stands in the form, and what it is of, if it is in force.

    What nobody has typed is what the last answer rests on, or what was asked about, as long as it is there.
    """
    if typed.procedure_code is not None:
        return await look_up(reading, typed.procedure_code)
    rests_on = found.answer.rests_on if found.answer else None
    proposed = await look_up(reading, (rests_on.code if rests_on else found.procedure_code) or "")
    return proposed if proposed.procedure else Beside(code="")


async def _rested(reading: Reading, found: OpenedQuestion) -> Kept | None:
    """Return what a stale answer rests on, as it is now."""
    if found.answer is None or not found.answer.stale or found.answer.rests_on is None:
        return None
    return await procedures.get(reading, found.answer.rests_on.code)
