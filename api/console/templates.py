"""Answer templates at /console/templates: read by who answers, written by who is in charge."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import structlog
from fastapi import APIRouter, Form, Request, Response

from api.console import roles
from api.console.forms import FormError
from api.console.frame import Posting, Visiting, Visitor, page, see_other
from api.console.paths import HOME
from api.console.templates_form import TemplateForm
from api.console.templates_texts import TEXTS
from api.dependencies import Read, Uow
from storage.answer_templates import repository
from storage.answer_templates.repository import WRITERS, Outcome, Template
from storage.errors import NotFoundError
from storage.officers.desk import WORKERS

log = structlog.get_logger(__name__)
router = APIRouter(prefix=f"{HOME}/templates", include_in_schema=False)
LIST = f"{HOME}/templates"
Sent = Annotated[TemplateForm, Form()]


@router.get("")
async def templates_page(request: Request, visitor: Visiting, reading: Read) -> Response:
    """Show what the visitor may begin answers with, and what of it they may change."""
    roles.require(visitor, WORKERS)
    mine = visitor.officer.officer_id
    return page(
        request,
        visitor,
        "templates.html",
        texts=TEXTS,
        templates=await repository.seen(reading, mine),
        writable={one.id for one in await repository.writable(reading, mine)},
        writes=bool(visitor.held & WRITERS),
    )


@router.get("/new")
async def new_page(request: Request, visitor: Visiting) -> Response:
    """Show an empty form."""
    roles.require(visitor, WRITERS)
    return _form_page(request, visitor, TemplateForm(form_id=uuid4()))


@router.post("/new")
async def add(request: Request, visitor: Posting, uow: Uow, form: Sent) -> Response:
    """Keep a new template."""
    roles.require(visitor, WRITERS)
    text, codes = TEXTS[visitor.locale], [code for code, _ in _agencies(visitor)]
    errors = list(form.errors(text))
    if form.agency not in codes:
        errors.insert(0, FormError(id="agency", text=text["agency_needed"]))
    if errors:
        return _form_page(request, visitor, form, errors=errors)
    taken = await repository.add(
        uow,
        visitor.officer.officer_id,
        form.wording(),
        template_id=form.form_id,
        agency_code=form.agency,
        now=datetime.now(UTC),
    )
    if not taken:
        raise NotFoundError("agency")
    _note("answer_template_added", visitor, form.form_id)
    return see_other(LIST, done="written")


@router.get("/{template_id}")
async def change_page(request: Request, visitor: Visiting, reading: Read, template_id: UUID) -> Response:
    """Show one that the visitor may change."""
    found = await repository.one(reading, visitor.officer.officer_id, template_id)
    if found is None:
        raise NotFoundError("template")
    return _form_page(request, visitor, TemplateForm.of(found), template=found)


@router.post("/{template_id}")
async def change(request: Request, visitor: Posting, uow: Uow, template_id: UUID, form: Sent) -> Response:
    """Put other words in place of what was shown."""
    mine, text = visitor.officer.officer_id, TEXTS[visitor.locale]
    found = await repository.one(uow, mine, template_id)
    if found is None:
        raise NotFoundError("template")
    if errors := form.errors(text):
        return _form_page(request, visitor, form, template=found, errors=errors)
    now = datetime.now(UTC)
    outcome = await repository.change(
        uow, mine, form.wording(), template_id=template_id, shown=form.shown or now, now=now
    )
    if outcome is Outcome.OVERTAKEN:
        errors = [FormError(id="text", text=text["overtaken"])]
        again = form.model_copy(update={"shown": found.updated_at})
        return _form_page(request, visitor, again, template=found, errors=errors, status=409)
    if outcome is Outcome.MISSING:
        raise NotFoundError("template")
    _note("answer_template_changed", visitor, template_id)
    return see_other(LIST, done="written")


@router.post("/{template_id}/retire")
async def retire(visitor: Posting, uow: Uow, template_id: UUID) -> Response:
    """Offer it no more."""
    outcome = await repository.retire(uow, visitor.officer.officer_id, template_id, now=datetime.now(UTC))
    if outcome is Outcome.MISSING:
        raise NotFoundError("template")
    _note("answer_template_retired", visitor, template_id)
    return see_other(LIST, done="retired")


def _form_page(
    request: Request,
    visitor: Visitor,
    form: TemplateForm,
    *,
    template: Template | None = None,
    errors: Sequence[FormError] = (),
    status: int = 422,
) -> Response:
    return page(
        request,
        visitor,
        "template_form.html",
        texts=TEXTS,
        status=status if errors else 200,
        form=form,
        template=template,
        agencies=_agencies(visitor),
        errors=errors,
        overtaken=status == 409,  # noqa: PLR2004 - HTTP's Conflict
    )


def _agencies(visitor: Visitor) -> list[tuple[str, str]]:
    """Return the agencies, by code and name, that the visitor is in charge of by a role of their own."""
    held = {
        role.agency_code: f"{role.agency_name} ({role.agency_code})"
        for role in visitor.roles
        if role.role in WRITERS and role.agency_code is not None
    }
    return sorted(held.items())


def _note(event: str, visitor: Visitor, template_id: UUID) -> None:
    log.info(event, template_id=str(template_id), officer_id=str(visitor.officer.officer_id))
