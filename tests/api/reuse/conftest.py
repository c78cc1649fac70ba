"""An agency and an owner, and nobody else's business."""

import httpx
import pytest

from api.services import Services
from tests.api.acting import sign_in
from tests.api.callers import Agency, MakeAgency, MakeCitizen
from tests.api.reuse.reusing import Reuse


@pytest.fixture
async def reuse(
    client: httpx.AsyncClient,
    services: Services,
    agency: Agency,
    make_agency: MakeAgency,
    make_citizen: MakeCitizen,
) -> Reuse:
    """An agency that may ask, and an owner who is signed in at level 2."""
    del agency  # there for its catalogue, and as who issued what is kept
    asking = await make_agency("H26.7", scopes=frozenset({"reuse", "events", "representations"}))
    owner = await sign_in(services, await make_citizen("001190000011"))
    return Reuse(client=client, services=services, agency=asking, owner=owner)
