"""Real requests to the officers' pages of complaints: see `authorisation_requests.py`."""

from uuid import UUID, uuid4

from tests.api.authorisation_world import World
from tests.api.console.complaining import Colleague, complain

Named = tuple[str, dict[str, str]]
"""A complaint, and a form that does whatever may be done with it."""


async def received(world: World) -> Named:
    """File one that may be accepted, asked more about, sent on, and declined."""
    return await _formed(world, await _filed(world))


async def accepted(world: World) -> Named:
    """File one that may be answered."""
    complaint_id = await _filed(world)
    await _colleague(world).accept(complaint_id)
    return await _formed(world, complaint_id)


async def pending(world: World) -> Named:
    """File one that waits for a moderator."""
    complaint_id = await _filed(world)
    await _colleague(world).answer(complaint_id)
    return str(complaint_id), {"text": "Chậm.", "answer": "Đã nhắc.", "seen": "pending"}


async def published(world: World) -> Named:
    """File one that everybody may read."""
    complaint_id = await _filed(world)
    await _colleague(world).answer(complaint_id)
    await _colleague(world).publish(complaint_id)
    return str(complaint_id), {}


async def _filed(world: World) -> UUID:
    return await complain(world.services.unit_of_work, world.owner.party_id, world.town.id, public=True)


async def _formed(world: World, complaint_id: UUID) -> Named:
    entries = "SELECT id FROM complaint_entry WHERE complaint_id = %s ORDER BY at DESC LIMIT 1"
    ((seen,),) = await world.rows(entries, complaint_id)
    form = {"form_id": str(uuid4()), "seen": str(seen), "agency_code": "H55.1", "reason": "unclear"}
    return str(complaint_id), form | {"text": "Đã nhắc.", "more": "Hồ sơ nào?"}


def _colleague(world: World) -> Colleague:
    return Colleague(open_unit=world.services.unit_of_work, officer_id=world.officers["off"])
