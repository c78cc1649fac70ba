"""An owner who gives links away."""

import httpx
import pytest

from api.services import Services
from tests.api.acting import sign_in
from tests.api.callers import MakeCitizen
from tests.api.shares.giving import Giver, make_giver


@pytest.fixture
async def giver(client: httpx.AsyncClient, services: Services, make_citizen: MakeCitizen) -> Giver:
    """An owner who is signed in at level 2, with two documents."""
    return await make_giver(client, services, await sign_in(services, await make_citizen("001190000011")))
