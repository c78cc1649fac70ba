"""What everybody may read, at /console/published: looked through, taken down, written where asked often."""

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel

from api.console import problem_errors, roles
from api.console.entry_forms import EntryForm
from api.console.excerpts import excerpt
from api.console.forms import FormError
from api.console.frame import Posting, Visiting, Visitor, page, see_other
from api.console.paths import HOME
from api.console.procedure_beside import look_up
from api.console.published_texts import TEXTS
from api.dependencies import AllServices, Read, Uow
from api.problems import Problem
from api.questions import published_service
from api.questions.drafts import without_personal
from api.services import Services
from storage.officers.desk import MODERATORS
from storage.questions import moderating
from storage.questions.moderating import Live
from storage.unit_of_work import UnitOfWork, transact

router = APIRouter(prefix=f"{HOME}/published", include_in_schema=False)
LIST = f"{HOME}/published"
Sent = Annotated[EntryForm, Form()]


class ListQuery(BaseModel):
    """What is looked for."""

    q: str = ""
    stale: str = ""
    cursor: str | None = None

    def following(self, cursor: str) -> str:
        """Return where the next page is."""
        given = {"q": self.q, "stale": self.stale, "cursor": cursor}
        return f"{LIST}?{urlencode({name: value for name, value in given.items() if value})}"


@router.get("")
async def list_page(
    request: Request, visitor: Visiting, reading: Read, query: Annotated[ListQuery, Query()]
) -> Response:
    """Show what is published, the last changed first."""
    roles.require(visitor, MODERATORS)
    # A NUL can not be asked of the database.
    words = query.q.replace("\x00", "")
    found = await published_service.published(
        reading, visitor.officer, words=words, only_stale=bool(query.stale), cursor=query.cursor
    )
    return page(
        request,
        visitor,
        "published.html",
        texts=TEXTS,
        query=query,
        entries=found.items,
        excerpt=excerpt,
        next=found.next_cursor and query.following(found.next_cursor),
        list=LIST,
    )


@router.get("/new")
async def new_page(request: Request, visitor: Visiting, services: AllServices) -> Response:
    """Show an empty form."""
    roles.require(visitor, MODERATORS)
    own = (role.agency_code for role in visitor.roles if role.role in MODERATORS and role.agency_code)
    form = EntryForm(form_id=uuid4(), agency_code=next(own, ""))
    return await _form_page(request, visitor, services, form)


@router.post("/new")
async def add(request: Request, visitor: Posting, services: AllServices, form: Sent) -> Response:
    """Publish what is asked often, or look at a procedure first."""
    roles.require(visitor, MODERATORS)
    if form.look:
        return await _form_page(request, visitor, services, form)

    async def work(uow: UnitOfWork) -> None:
        await published_service.write_entry(
            uow, visitor.officer, form.form_id, form.agency_code, form.draft()
        )

    try:
        await transact(services.unit_of_work, work)
    except Problem as problem:
        return await _form_page(request, visitor, services, form, problem=problem)
    return see_other(LIST, done="written")


@router.get("/{published_id}")
async def one_page(
    request: Request, visitor: Visiting, services: AllServices, published_id: UUID
) -> Response:
    """Show one, with the ways to change it and to take it down."""
    live = await _live(services, visitor, published_id)
    return await _form_page(request, visitor, services, EntryForm.of(live), live=live)


@router.post("/{published_id}")
async def change(
    request: Request, visitor: Posting, services: AllServices, published_id: UUID, form: Sent
) -> Response:
    """Change what is asked often, or look at a procedure first."""
    if form.look:
        live = await _live(services, visitor, published_id)
        return await _form_page(request, visitor, services, form, live=live)

    async def work(uow: UnitOfWork) -> None:
        shown = form.shown or datetime.now(UTC)
        await published_service.change_entry(uow, visitor.officer, published_id, form.draft(), shown=shown)

    try:
        await transact(services.unit_of_work, work)
    except Problem as problem:
        live = await _live(services, visitor, published_id)
        again = form.model_copy(update={"shown": live.updated_at})
        return await _form_page(request, visitor, services, again, live=live, problem=problem)
    return see_other(LIST, done="written")


@router.post("/{published_id}/take-down")
async def take_down(visitor: Posting, uow: Uow, published_id: UUID) -> Response:
    """Let nobody read it any more."""
    await published_service.take_down(uow, visitor.officer, published_id)
    return see_other(LIST, done="down")


async def _live(services: Services, visitor: Visitor, published_id: UUID) -> Live:
    async with services.reading() as reading:
        return await published_service.live(reading, visitor.officer, published_id)


async def _form_page(
    request: Request,
    visitor: Visitor,
    services: Services,
    form: EntryForm,
    *,
    live: Live | None = None,
    problem: Problem | None = None,
) -> Response:
    errors: Sequence[FormError] = ()
    async with services.reading() as reading:
        if problem is not None:
            errors = problem_errors.told(problem, visitor.locale, element="question")
            # What was found to be personal comes back without it: to be looked at, and sent.
            clean = await published_service.cleaning_of(reading, form.agency_code)
            update = {name: without_personal(getattr(form, name), clean) for name in ("question", "answer")}
            form = form.model_copy(update=update)
        beside = await look_up(reading, form.procedure_code)
        fields = await moderating.fields(reading)
    if form.look or problem:
        errors = beside.told(errors, visitor.locale)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return page(
        request,
        visitor,
        "published_one.html" if live else "published_new.html",
        texts=TEXTS,
        status=problem.status if problem else status,
        errors=errors,
        form=form,
        form_id=form.form_id,
        live=live,
        changeable=bool(live and live.question_id is None and live.taken_down_at is None),
        beside=beside,
        fields=[("", TEXTS[visitor.locale]["field_none"]), *((one, one) for one in fields)],
        list=LIST,
    )
