"""Preferences: what a party has said; about the rest the route decides."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from storage.unit_of_work import Reading, UnitOfWork

Choice = tuple[str, str]
"""Category and channel."""

_OF_PARTY = "SELECT category, channel, enabled FROM preference WHERE party_id = %s"
_PUT = """
INSERT INTO preference (party_id, category, channel, enabled)
SELECT %s, g.* FROM unnest(%s::text[], %s::text[], %s::bool[]) AS g(category, channel, enabled)
ORDER BY g.category, g.channel
ON CONFLICT (party_id, category, channel) DO UPDATE SET enabled = EXCLUDED.enabled, updated_at = now()
"""


async def of_party(reading: Reading, party_id: UUID) -> dict[Choice, bool]:
    """Return what a party has turned on or off."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_OF_PARTY, (party_id,))).fetchall()
    return {(category, channel): enabled for category, channel, enabled in rows}


async def put(uow: UnitOfWork, party_id: UUID, choices: Mapping[Choice, bool]) -> None:
    """Keep what a party turns on or off; what is not named stays."""
    driver = await uow.driver()
    categories = [category for category, _ in choices]
    channels = [channel for _, channel in choices]
    await driver.execute(_PUT, (party_id, categories, channels, list(choices.values())))
