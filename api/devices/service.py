"""Registering phones."""

from uuid import UUID

from api.devices.schemas import Registered, Registration
from auth.principals import Citizen
from notify.categories import Category
from notify.routebook import RouteBook
from notify.routes import PUSH, Route
from storage.broadcasts import followers
from storage.broadcasts.topics import topics_of
from storage.devices import repository as devices
from storage.devices.repository import Installation
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.unit_of_work import Reading, UnitOfWork


async def register(
    uow: UnitOfWork, citizen: Citizen, installation_id: UUID, given: Registration, routes: RouteBook
) -> Registered:
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
    route = (await routes.current(uow)).routes[Category.BROADCAST]
    return Registered(topics=await _topics(uow, citizen.party_id, route))


async def _topics(reading: Reading, party_id: UUID, route: Route) -> list[str]:
    if PUSH not in route.channels:
        return []
    follower = await followers.find(reading, party_id, category=Category.BROADCAST, channel=PUSH)
    if not route.takes(said=follower.enabled):
        return []
    return topics_of(follower.audiences, follower.language)


async def forget(uow: UnitOfWork, citizen: Citizen, installation_id: UUID) -> None:
    """Send nothing more to this phone. Raises NotFoundError where it is not the citizen's."""
    if not await devices.remove(uow, citizen.party_id, installation_id):
        raise NotFoundError("device")
