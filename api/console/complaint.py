"""One complaint at /console/complaints/{id}: read, accepted, answered, asked for more, sent on, declined."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response

from api.complaints import officer_service
from api.console.complaint_forms import AnswerForm, AskForm, DeclineForm, DeedForm, ForwardForm
from api.console.complaint_showing import Typed, show
from api.console.complaint_work import ComplaintWork
from api.console.complaints import LIST
from api.console.frame import Visiting
from api.dependencies import AllServices
from storage.unit_of_work import UnitOfWork

router = APIRouter(prefix=f"{LIST}/{{complaint_id}}", include_in_schema=False)
Working = Annotated[ComplaintWork, Depends()]


@router.get("")
async def complaint_page(
    request: Request,
    visitor: Visiting,
    services: AllServices,
    complaint_id: UUID,
    template: str = "",
) -> Response:
    """Show a complaint with all that happened, and what may be done."""
    return await show(request, visitor, services, complaint_id, Typed(template=template))


@router.post("/accept")
async def accept(working: Working, form: Annotated[DeedForm, Form()]) -> Response:
    """Take it on."""

    async def work(uow: UnitOfWork) -> None:
        await officer_service.accept(uow, working.officer, working.id, form.attempt(), link=working.link)

    return await working.do(work, Typed(), done="accepted", element="accept")


@router.post("/answer")
async def answer(working: Working, form: Annotated[AnswerForm, Form()]) -> Response:
    """Answer it."""

    async def work(uow: UnitOfWork) -> None:
        await officer_service.answer(
            uow,
            working.officer,
            working.id,
            form.attempt(),
            text=form.text,
            calendar=working.calendar,
            link=working.link,
        )

    return await working.do(work, Typed(text=form.text), done="answered", element="text")


@router.post("/ask")
async def ask(working: Working, form: Annotated[AskForm, Form()]) -> Response:
    """Ask its sender for more."""

    async def work(uow: UnitOfWork) -> None:
        await officer_service.ask_more(
            uow, working.officer, working.id, form.attempt(), text=form.more, link=working.link
        )

    return await working.do(work, Typed(more=form.more), done="asked", element="more", field="more")


@router.post("/forward")
async def forward(working: Working, form: Annotated[ForwardForm, Form()]) -> Response:
    """Send it on to another agency; it may be nothing of the officer's afterwards."""

    async def work(uow: UnitOfWork) -> None:
        await officer_service.forward(
            uow,
            working.officer,
            working.id,
            form.attempt(),
            agency_code=form.agency_code,
            text=form.note,
            calendar=working.calendar,
            link=working.link,
        )

    typed = Typed(agency_code=form.agency_code, note=form.note)
    return await working.do(work, typed, done="forwarded", element="agency_code", field="note", leave=True)


@router.post("/decline")
async def decline(working: Working, form: Annotated[DeclineForm, Form()]) -> Response:
    """Decline to handle it."""

    async def work(uow: UnitOfWork) -> None:
        await officer_service.decline(
            uow,
            working.officer,
            working.id,
            form.attempt(),
            reason=form.reason,
            text=form.explanation,
            calendar=working.calendar,
            link=working.link,
        )

    typed = Typed(reason=form.reason, explanation=form.explanation)
    return await working.do(work, typed, done="declined", element="reason", field="explanation")
