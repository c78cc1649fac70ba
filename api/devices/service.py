"""Registering phones."""

from uuid import UUID

from api.devices.schemas import Registration
from auth.principals import Citizen
from storage.devices import repository as devices
from storage.devices.repository import Installation
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.unit_of_work import UnitOfWork


async def register(uow: UnitOfWork, citizen: Citizen, installation_id: UUID, given: Registration) -> None:
    """Send the citizen's push messages to this phone, and nobody else's any more."""
    key = await parties.open_key(uow, citizen.party_id)
    installation = Installation(
        id=installation_id,
        platform=given.platform,
        push_token=given.push_token,
        confirms_receipt=given.confirms_receipt,
        app_version=given.app_version,
    )
    await devices.put(uow, key, installation)


async def forget(uow: UnitOfWork, citizen: Citizen, installation_id: UUID) -> None:
    """Send nothing more to this phone. Raises NotFoundError where it is not the citizen's."""
    if not await devices.remove(uow, citizen.party_id, installation_id):
        raise NotFoundError("device")
