"""Real requests to what citizens do with complaints: see `authorisation_requests.py`."""

from storage.complaints.publishing import Published
from tests.api.authorisation_console_complaints import bureau
from tests.api.authorisation_world import World

NEW = {"kind": "complaint", "topic": "delay", "text": "Chậm trả.", "public": False, "agency_code": "H26.1"}


async def filed(world: World) -> str:
    """Keep a complaint of the owner's to the agency, which the owner wants to be read."""
    return str(await bureau(world).file(public=True))


async def asked_more(world: World) -> str:
    """Keep one about which an officer asks for more."""
    complaint_id = await bureau(world).file(public=True)
    await bureau(world).ask_more(complaint_id)
    return str(complaint_id)


async def published(world: World) -> str:
    """Publish one; return the id of what is published."""
    complaint_id = await bureau(world).answered()
    await bureau(world).publish(complaint_id, Published(text="Chậm.", answer="Đã nhắc."))
    rows = await world.rows("SELECT id FROM published_complaint WHERE complaint_id = %s", complaint_id)
    ((published_id,),) = rows
    return str(published_id)
