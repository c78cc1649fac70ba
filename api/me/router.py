"""`/v1/me`."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api import conditional
from api.app_version import require_supported_app
from api.dependencies import AllServices, CurrentParty, Locale, Read, Uow
from api.me import service
from api.me.schemas import Contacts, Me, MeChange, Preferences, PreferencesChange
from storage.contacts import repository as contacts
from storage.errors import NotFoundError
from storage.parties import repository as parties

router = APIRouter(prefix="/v1/me", tags=["citizen"], dependencies=[Depends(require_supported_app)])


@router.get("", summary="Who I am here", response_model=Me, responses=conditional.NOT_MODIFIED)
async def read_me(request: Request, citizen: CurrentParty, reading: Read, locale: Locale) -> Response:
    """Return the caller's own profile."""
    return conditional.answer(request, await service.me(reading, citizen), locale)


@router.patch("", summary="Choose the language of my messages")
async def change_me(change: MeChange, citizen: CurrentParty, uow: Uow) -> Me:
    """Change the language in which messages are written. What the API answers follows Accept-Language."""
    await parties.set_locale(uow, citizen.party_id, change.locale)
    return await service.me(uow, citizen)


@router.get(
    "/contacts",
    summary="Where I can be reached",
    response_model=Contacts,
    responses=conditional.NOT_MODIFIED,
)
async def list_contacts(request: Request, citizen: CurrentParty, reading: Read, locale: Locale) -> Response:
    """List the addresses in use, masked.

    Those with a dossier code came from its agency and serve that dossier's notices alone. Adding an address
    of one's own, proved by a one-time code, is not offered yet.
    """
    return conditional.answer(request, await service.list_contacts(reading, citizen), locale)


@router.delete("/contacts/{contact_id}", status_code=204, summary="Send nothing more to this address")
async def remove_contact(contact_id: UUID, citizen: CurrentParty, uow: Uow) -> None:
    """Remove a verified address, or opt out of one that an agency supplied, for that dossier."""
    if not await contacts.remove(uow, citizen.party_id, contact_id):
        raise NotFoundError("contact")


@router.get(
    "/preferences",
    summary="What I am told, and how",
    response_model=Preferences,
    responses=conditional.NOT_MODIFIED,
)
async def list_preferences(
    request: Request, citizen: CurrentParty, reading: Read, locale: Locale, services: AllServices
) -> Response:
    """List every category on every channel that it may take."""
    routing = await services.routes.current(reading)
    return conditional.answer(request, await service.list_preferences(reading, citizen, routing), locale)


@router.put("/preferences", summary="Turn notices on or off")
async def change_preferences(
    changes: PreferencesChange, citizen: CurrentParty, uow: Uow, services: AllServices
) -> Preferences:
    """Turn categories on or off by channel, all or none of them; what is not named stays as it is."""
    routing = await services.routes.current(uow)
    return await service.change_preferences(uow, citizen, routing, changes.items)
