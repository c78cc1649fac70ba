"""Real requests to what agencies do with whole dossiers: see `authorisation_requests.py`."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from tests.api.agency_dossiers.putting import PATH, appointment, payment, postal_item
from tests.api.authorisation_world import World

ITEMS: Mapping[str, Any] = {
    "appointments": appointment,
    "payments": payment,
    "postal-items": postal_item,
}


def new_item(name: str) -> dict[str, Any]:
    """Something arranged, under a new id."""
    item: dict[str, Any] = ITEMS[name](uuid4().hex)
    return item


async def kept_item(world: World, name: str) -> str:
    """Have the agency arrange something about the owner's dossier; return its id."""
    item = new_item(name)
    answer = await world.client.post(f"{PATH}/{world.code}/{name}", json=item, headers=world.town.headers)
    assert answer.status_code == 201, answer.text
    return str(item["source_id"])
