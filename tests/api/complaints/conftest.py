"""A party with something to complain of, and an agency that handles it."""

import httpx
import pytest

from api.complaints import pace
from api.limits import AddressPace
from api.services import Services
from tests.api.acting import Pair, sign_in
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen
from tests.api.complaints.filing import Counter, Filer


@pytest.fixture(autouse=True)
def _as_if_nobody_had_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of the run, as the application is: what tests before this one have spent is not this one's.
    monkeypatch.setattr(pace, "_pace", AddressPace(pace.PUBLISHED))


@pytest.fixture
async def citizen(services: Services, make_citizen: MakeCitizen) -> Citizen:
    """A person who is signed in for good."""
    return await sign_in(services, await make_citizen())


@pytest.fixture
def filer(client: httpx.AsyncClient, agency: Agency, citizen: Citizen) -> Filer:
    """That person, with an agency to complain to."""
    return Filer(client=client, citizen=citizen)


@pytest.fixture
async def counter(services: Services, agency: Agency) -> Counter:
    """That agency at work."""
    return await Counter.of(services, agency)


@pytest.fixture
async def pair(
    client: httpx.AsyncClient, services: Services, make_agency: MakeAgency, make_citizen: MakeCitizen
) -> Pair:
    """Somebody who may act for an owner."""
    return Pair(
        client=client,
        registry=await make_agency("G01", scopes=frozenset({"representations"})),
        owner=await sign_in(services, await make_citizen("001190000011")),
        helper=await sign_in(services, await make_citizen("001190000022")),
    )
