"""Real requests to surveys: see `authorisation_requests.py`."""

from datetime import UTC, datetime

from api.surveys import page_sheets
from api.surveys.keys import sheet_keys
from storage.surveys import reading
from tests.api.authorisation_world import World
from tests.api.surveys.asking import FORM, answer, invite, keep_answers, make_survey, of_dossiers

MISSING = "khong-co"
__all__ = ["FORM", "MISSING", "answer", "answered", "filled", "for_everybody", "invited"]


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


async def for_everybody(world: World) -> str:
    """Make a survey that whoever opens its page may answer; return its code."""
    return await make_survey(world.services, world.town.id)


async def filled(world: World, code: str) -> dict[str, str]:
    """Return a form of a survey's page, filled in."""
    async with world.services.reading() as source:
        survey = await reading.find(source, code)
    keys = sheet_keys(world.services.slip_keys.keys)
    sheet = page_sheets.draw(keys, survey, None, now=datetime.now(UTC))
    return {"sheet": sheet, "q-ease": "4"}
