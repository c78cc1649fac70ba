"""Asking for a supplement, item by item: `/console/dossiers/{code}/messages/supplement`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response

from api import limits
from api.console.forms import FormError
from api.console.frame import Posting, Visiting, Visitor, page, see_other
from api.console.message_view import PATH, QUEUE, path_of
from api.console.messages_texts import TEXTS
from api.console.supplement_form import Row, SupplementForm
from api.conversations import officer_service as service
from api.conversations import pace
from api.conversations.schemas import MOST_ITEMS
from api.dependencies import AllServices, Uow
from api.problems import Problem
from storage.conversations.handling import Handled
from storage.dossiers.working_days import VIETNAM
from storage.unit_of_work import transact

router = APIRouter(prefix=f"{PATH}/supplement", include_in_schema=False)
MOST_FIELDS = 3 * MOST_ITEMS + 10


@router.get("")
async def supplement_page(
    request: Request,
    code: str,
    visitor: Visiting,
    uow: Uow,
    seen: Annotated[UUID | None, Query()] = None,
) -> Response:
    """Show an empty form; `seen` is the last message on the page that led here."""
    dossier = await service.open_dossier(uow, visitor.officer, code)
    return _form_page(request, visitor, dossier, SupplementForm.empty(seen))


@router.post("")
async def ask(request: Request, code: str, visitor: Posting, services: AllServices) -> Response:
    """Ask, or show the form with a row more, as the button says that was pressed."""
    async with services.reading() as reading:
        dossier = await service.writable(reading, visitor.officer, code)
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as said:
        form, adds = SupplementForm.of(said), said.get("action") == "add"
    show = partial(_form_page, request, visitor, dossier)
    if adds and form.may_grow:
        return show(replace(form, rows=(*form.rows, Row())))
    now = datetime.now(UTC)
    given, errors = form.checked(TEXTS[visitor.locale], visitor.locale, now.astimezone(VIETNAM).date())
    if given is None:
        return show(form, errors=errors)
    try:
        await limits.charge(request, services, pace.OFFICER_MESSAGES, str(visitor.officer.officer_id))
        work = partial(service.write, officer=visitor.officer, code=code, given=given, seen=form.seen)
        await transact(services.unit_of_work, work)
    except Problem as problem:
        again = form
        words = problem.as_json(visitor.locale)["detail"]
        if problem.kind == "message-id-reused":  # under its old name it would be refused again
            again, words = replace(form, form_id=str(uuid4())), TEXTS[visitor.locale]["sent_before"]
        answer = show(again, errors=[FormError(id="name-1", text=words)], status=problem.status)
        answer.headers.update(problem.headers or {})
        return answer
    return see_other(path_of(dossier.code), done="asked")


def _form_page(
    request: Request,
    visitor: Visitor,
    dossier: Handled,
    form: SupplementForm,
    *,
    errors: Sequence[FormError] = (),
    status: int = 422,
) -> Response:
    return page(
        request,
        visitor,
        "message_supplement.html",
        texts=TEXTS,
        status=status if errors else 200,
        errors=errors,
        dossier=dossier,
        form=form,
        form_id=form.form_id,
        thread=path_of(dossier.code),
        here=f"{QUEUE}/{dossier.code}",
    )
