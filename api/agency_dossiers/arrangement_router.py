"""`/v1/agency/dossiers/{code}/appointments`, `/payments` and `/postal-items`."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.agency_dossiers import arranged, examples
from api.agency_dossiers.answers import ItemAnswer, ItemOutcome
from api.agency_dossiers.arranged import Which
from api.agency_dossiers.router import MISSING, TOO_FAST, OneTelling
from api.agency_dossiers.schemas import (
    Appointment,
    AppointmentChange,
    Change,
    Item,
    Payment,
    PaymentChange,
    PostalItem,
    PostalItemChange,
)
from api.bodies import SourceId
from api.dependencies import AllServices
from api.edge import add_headers
from api.openapi import examples_of
from api.recording.senders import OnePaces
from storage.arrangements.kinds import ArrangementKind
from storage.unit_of_work import transact

router = APIRouter(prefix="/v1/agency/dossiers/{code}", tags=["agency"])
ADDED: dict[int | str, dict[str, Any]] = {
    200: {"model": ItemAnswer, "description": "A repeat: the first answer again"},
    409: {"description": "The id was used for another content: `existing_id` names what is there"},
    **MISSING,
    **TOO_FAST,
}
CHANGED: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is nothing of this id, or the dossier is another agency's"},
    **TOO_FAST,
}


class Arrangements:
    """Keeps what is arranged about one dossier of the caller's."""

    def __init__(
        self, request: Request, code: str, services: AllServices, paces: OnePaces, telling: OneTelling
    ) -> None:
        self._request, self._code = request, code
        self._services, self._paces, self._telling = services, paces, telling

    async def add(self, kind: ArrangementKind, item: Item, response: Response) -> ItemAnswer:
        """Keep one that is new; 200 for a repeat."""
        answer = await self._do(kind, partial(arranged.add, item=item))
        if answer.outcome is ItemOutcome.REPEATED:
            response.status_code = 200
        return answer

    async def change(self, kind: ArrangementKind, source_id: str, given: Change) -> ItemAnswer:
        """Change one that is known."""
        return await self._do(kind, partial(arranged.change, source_id=source_id, given=given))

    async def _do(self, kind: ArrangementKind, work: Callable[..., Awaitable[ItemAnswer]]) -> ItemAnswer:
        """Do it; what a client may tell is not spent on what is another agency's."""
        which = Which(code=self._code, kind=kind)
        async with self._services.reading() as reading:
            await arranged.require_spoken_for(reading, self._telling, which)
        spent = await self._paces.spend(self._telling.caller.client_id, 1)
        add_headers(self._request.scope, spent.headers())
        return await transact(self._services.unit_of_work, partial(work, telling=self._telling, which=which))


OfDossier = Annotated[Arrangements, Depends()]
Named = Annotated[SourceId, Path()]


@router.post(
    "/appointments",
    status_code=201,
    summary="Make an appointment",
    responses=ADDED,
    openapi_extra=examples_of(one=examples.APPOINTMENT),
)
async def add_appointment(given: Appointment, of: OfDossier, response: Response) -> ItemAnswer:
    """Keep an appointment, once, and tell the applicant of it."""
    return await of.add(ArrangementKind.APPOINTMENT, given, response)


@router.patch(
    "/appointments/{source_id}",
    summary="Move an appointment, or say what became of it",
    responses=CHANGED,
    openapi_extra=examples_of(one=examples.STATE),
)
async def change_appointment(source_id: Named, given: AppointmentChange, of: OfDossier) -> ItemAnswer:
    """Change what is given (RFC 7396). A state that may not follow is kept in the history, and marked."""
    return await of.change(ArrangementKind.APPOINTMENT, source_id, given)


@router.post(
    "/payments",
    status_code=201,
    summary="Ask for a payment",
    responses=ADDED,
    openapi_extra=examples_of(one=examples.PAYMENT),
)
async def add_payment(given: Payment, of: OfDossier, response: Response) -> ItemAnswer:
    """Keep a request to pay, once, and tell the applicant of it. Its link leads to a trusted host alone."""
    return await of.add(ArrangementKind.PAYMENT, given, response)


@router.patch(
    "/payments/{source_id}",
    summary="Say what became of a payment",
    responses=CHANGED,
    openapi_extra=examples_of(one=examples.PAID),
)
async def change_payment(source_id: Named, given: PaymentChange, of: OfDossier) -> ItemAnswer:
    """Change what is given (RFC 7396). A state that may not follow is kept in the history, and marked."""
    return await of.change(ArrangementKind.PAYMENT, source_id, given)


@router.post(
    "/postal-items",
    status_code=201,
    summary="Tell of papers that go by post",
    responses=ADDED,
    openapi_extra=examples_of(one=examples.POSTAL_ITEM),
)
async def add_postal_item(given: PostalItem, of: OfDossier, response: Response) -> ItemAnswer:
    """Keep where papers are, once; the applicant is told when they were delivered, or could not be."""
    return await of.add(ArrangementKind.POSTAL_ITEM, given, response)


@router.patch(
    "/postal-items/{source_id}",
    summary="Say where papers are that go by post",
    responses=CHANGED,
    openapi_extra=examples_of(one=examples.DELIVERED),
)
async def change_postal_item(source_id: Named, given: PostalItemChange, of: OfDossier) -> ItemAnswer:
    """Change what is given (RFC 7396). A state that may not follow is kept in the history, and marked."""
    return await of.change(ArrangementKind.POSTAL_ITEM, source_id, given)
