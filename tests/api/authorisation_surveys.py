"""Real requests to surveys: see `authorisation_requests.py`."""

from tests.api.authorisation_world import World
from tests.api.surveys.asking import FORM, answer, invite, keep_answers, make_survey, of_dossiers

MISSING = "khong-co"
__all__ = ["FORM", "MISSING", "answer", "answered", "invited"]


async def invited(world: World) -> str:
    """Invite the owner to a survey of the agency's; return its code."""
    code = await make_survey(world.services, world.town.id, audience=of_dossiers(world.town.id))
    await invite(world.services, code, world.owner.party_id)
    return code


async def answered(world: World) -> str:
    """Have a survey of the agency's answered so often that it may be exported."""
    code = await make_survey(world.services, world.town.id)
    await keep_answers(world.services, code, 5)
    return code
