"""Real requests to what citizens do with complaints: see `authorisation_requests.py`."""

from uuid import UUID

from tests.api.authorisation_world import World
from tests.api.console.complaining import Colleague, complain

NEW = {"kind": "complaint", "topic": "delay", "text": "Chậm trả.", "public": False, "agency_code": "H26.1"}


async def filed(world: World) -> str:
    """Keep a complaint of the owner's to the agency, which the owner wants to be read."""
    return str(await complain(world.services.unit_of_work, world.owner.party_id, world.town.id, public=True))


async def asked_more(world: World) -> str:
    """Keep one about which an officer asks for more."""
    complaint_id = await filed(world)
    await _colleague(world).ask(UUID(complaint_id))
    return complaint_id


async def published(world: World) -> str:
    """Publish one; return the id of what is published."""
    complaint_id = await filed(world)
    await _colleague(world).answer(UUID(complaint_id))
    await _colleague(world).publish(UUID(complaint_id))
    rows = await world.rows("SELECT id FROM published_complaint WHERE complaint_id = %s", complaint_id)
    ((published_id,),) = rows
    return str(published_id)


def _colleague(world: World) -> Colleague:
    return Colleague(open_unit=world.services.unit_of_work, officer_id=world.officers["off"])
