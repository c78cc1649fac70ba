"""Real requests to the officers' pages of complaints: see `authorisation_requests.py`."""

from uuid import UUID, uuid4

from storage.complaints.publishing import Published
from tests.api.authorisation_world import World
from tests.api.console.complaining import bureau_of
from tests.storage.complaints.bureau import Bureau

Named = tuple[str, dict[str, str]]
"""A complaint, and a form that does whatever may be done with it."""


async def received(world: World) -> Named:
    """File one that may be accepted, asked more about, sent on, and declined."""
    return await _formed(world, await bureau(world).file())


async def accepted(world: World) -> Named:
    """File one that may be answered."""
    complaint_id = await bureau(world).file()
    await bureau(world).accept(complaint_id)
    return await _formed(world, complaint_id)


async def pending(world: World) -> Named:
    """File one that waits for a moderator."""
    complaint_id = await bureau(world).answered()
    return str(complaint_id), {"text": "Chậm.", "answer": "Đã nhắc.", "seen": "pending"}


async def published(world: World) -> Named:
    """File one that everybody may read."""
    complaint_id = await bureau(world).answered()
    await bureau(world).publish(complaint_id, Published(text="Chậm.", answer="Đã nhắc."))
    return str(complaint_id), {}


async def _formed(world: World, complaint_id: UUID) -> Named:
    seen = (await bureau(world).held(complaint_id)).last_id
    form = {"form_id": str(uuid4()), "seen": str(seen), "agency_code": "H55.1", "reason": "unclear"}
    return str(complaint_id), form | {"text": "Đã nhắc.", "more": "Hồ sơ nào?"}


def bureau(world: World) -> Bureau:
    """Return that of the agency, where the owner files."""
    who = (world.owner.party_id, world.town.id, world.officers["off"])
    return bureau_of(world.services.unit_of_work, *who)
