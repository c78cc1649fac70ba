"""One difference between a portal and us, at /console/sync/{id}: what each says, and why it may stay."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict

from api.agency_sync import officer_service
from api.agency_sync.officer_service import LONGEST_NOTE, SETTLERS
from api.console import roles
from api.console.attempts import attempt
from api.console.forms import FormError
from api.console.frame import Posting, Visiting, Visitor, page, see_other
from api.console.sync import LIST
from api.console.sync_texts import TEXTS
from api.console.sync_words import worded
from api.dependencies import AllServices
from api.services import Services
from storage.errors import NotFoundError
from storage.reconciliation.kinds import LIVE
from storage.unit_of_work import UnitOfWork

router = APIRouter(prefix=LIST, include_in_schema=False)


class SettleForm(BaseModel):
    """Why a difference may stay, taken as it is: it is judged by the service."""

    model_config = ConfigDict(frozen=True)

    note: str = ""


@router.get("/{difference_id}")
async def difference_page(
    request: Request, visitor: Visiting, services: AllServices, difference_id: UUID
) -> Response:
    """Show a difference, and the form by which it is let stay."""
    roles.require(visitor, SETTLERS)
    return await _show(request, visitor, services, difference_id, SettleForm())


@router.post("/{difference_id}/settle")
async def settle(
    request: Request,
    visitor: Posting,
    services: AllServices,
    difference_id: UUID,
    form: Annotated[SettleForm, Form()],
) -> Response:
    """Let a difference stay; what was typed stays in the form until that is done."""
    roles.require(visitor, SETTLERS)

    async def work(uow: UnitOfWork) -> None:
        await officer_service.settle(uow, visitor.officer, difference_id, form.note)

    async def again(errors: Sequence[FormError], status: int) -> Response:
        return await _show(request, visitor, services, difference_id, form, errors=errors, status=status)

    refused = await attempt(
        services,
        work,
        locale=visitor.locale,
        element="note",
        again=again,
        gone=lambda: _gone(request, visitor),
    )
    return refused or see_other(f"{LIST}/{difference_id}", done="settled")


async def _show(
    request: Request,
    visitor: Visitor,
    services: Services,
    difference_id: UUID,
    form: SettleForm,
    *,
    errors: Sequence[FormError] = (),
    status: int = 200,
) -> Response:
    async with services.reading() as reading:
        try:
            found, note = await officer_service.opened(reading, visitor.officer, difference_id)
        except NotFoundError:
            return _gone(request, visitor)
    return page(
        request,
        visitor,
        "sync_one.html",
        texts=TEXTS,
        status=status,
        found=found,
        said=worded(found, visitor.locale),
        kept=note,
        live=found.state in LIVE,
        form=form,
        errors=errors,
        longest=LONGEST_NOTE,
        list=LIST,
    )


def _gone(request: Request, visitor: Visitor) -> Response:
    return page(request, visitor, "sync_gone.html", texts=TEXTS, status=404, list=LIST)
