"""`/v1/me`."""

from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api import conditional
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.dependencies import ActingForSelf, AllServices, CurrentParty, Locale, Read, Uow
from api.idempotency import ActsOnce
from api.me import proofs, service
from api.me.schemas import (
    ContactItem,
    Contacts,
    Me,
    MeChange,
    NewContact,
    Preferences,
    PreferencesChange,
    Proof,
    ProofAsked,
)
from api.problems import Problem
from api.step_up import require_for
from auth.step_up import Purpose
from storage.access_log.kinds import ObjectKind
from storage.unit_of_work import transact

router = APIRouter(prefix="/v1/me", tags=["citizen"], dependencies=[Depends(require_supported_app)])
FOR_CONTACTS = [Depends(require_for(Purpose.CONTACTS))]


@router.get("", summary="Who I am here", response_model=Me, responses=conditional.NOT_MODIFIED)
async def read_me(
    request: Request, citizen: CurrentParty, accesses: Accesses, reading: Read, locale: Locale
) -> Response:
    """Return the profile of the caller, or of whom the caller acts for."""
    accesses.saw(ObjectKind.PROFILE)
    return conditional.answer(request, await service.me(reading, citizen), locale)


@router.patch("", summary="Choose the language and the clock of my messages")
async def change_me(change: MeChange, citizen: ActingForSelf, uow: Uow) -> Me:
    """Change the language in which messages are written, or the clock by which they keep quiet.

    What the API answers follows Accept-Language.
    """
    return await service.change_me(uow, citizen, change)


@router.get(
    "/contacts",
    summary="Where I can be reached",
    response_model=Contacts,
    responses=conditional.NOT_MODIFIED,
)
async def list_contacts(request: Request, citizen: ActingForSelf, reading: Read, locale: Locale) -> Response:
    """List the addresses in use, and those that wait for their proof, masked.

    Those with a dossier code came from its agency and serve that dossier's notices alone. Of several verified
    ones of a kind, notices go to the one that was proved, or asked for, last.
    """
    return conditional.answer(request, await service.list_contacts(reading, citizen), locale)


@router.post("/contacts", status_code=202, summary="Add an address of my own", dependencies=FOR_CONTACTS)
async def add_contact(given: NewContact, citizen: ActingForSelf, uow: Uow, once: ActsOnce) -> ProofAsked:
    """Add an address, to which a code is sent that proves it; or ask for another code.

    Only the newest code counts. There is at least a minute between two; an address gets at most 5 within an
    hour, whoever asks, and a party asks for at most 10 within a day: beyond that the answer is a 429 with
    `Retry-After`. To an address that is `verified` already nothing is sent; it becomes the one in use.
    An address that is not proved within a day is forgotten.
    """
    work = partial(proofs.ask, uow, citizen, given, datetime.now(UTC))
    return await once.answer(uow, citizen, ProofAsked, work)


@router.post(
    "/contacts/{contact_id}/verify", summary="Prove that an address is mine", dependencies=FOR_CONTACTS
)
async def prove_contact(
    contact_id: UUID, proof: Proof, citizen: ActingForSelf, services: AllServices
) -> ContactItem:
    """Give the code that was sent to an address. From then on, notices of its kind go there.

    A code is good for 10 minutes and 5 tries. Proving what is proved changes nothing.
    """
    # In a unit of its own: a wrong guess is committed, too, though its answer is a problem.
    work = partial(
        proofs.guess, citizen=citizen, contact_id=contact_id, code=proof.code, now=datetime.now(UTC)
    )
    outcome = await transact(services.unit_of_work, work)
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


@router.delete(
    "/contacts/{contact_id}",
    status_code=204,
    summary="Send nothing more to this address",
    dependencies=FOR_CONTACTS,
)
async def remove_contact(contact_id: UUID, citizen: ActingForSelf, uow: Uow) -> None:
    """Remove an address of one's own, or opt out of one that an agency supplied, for that dossier."""
    await proofs.remove(uow, citizen, contact_id, datetime.now(UTC))


@router.get(
    "/preferences",
    summary="What I am told, and how",
    response_model=Preferences,
    responses=conditional.NOT_MODIFIED,
)
async def list_preferences(
    request: Request, citizen: ActingForSelf, reading: Read, locale: Locale, services: AllServices
) -> Response:
    """List every category on every channel that it may take."""
    routing = await services.routes.current(reading)
    return conditional.answer(request, await service.list_preferences(reading, citizen, routing), locale)


@router.put("/preferences", summary="Turn notices on or off")
async def change_preferences(
    changes: PreferencesChange, citizen: ActingForSelf, uow: Uow, services: AllServices
) -> Preferences:
    """Turn categories on or off by channel, all or none of them; what is not named stays as it is."""
    routing = await services.routes.current(uow)
    return await service.change_preferences(uow, citizen, routing, changes.items)
