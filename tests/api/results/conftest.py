"""An office that hands papers over, and whose they are."""

import httpx
import pytest

from api.services import Services
from storage.procedures import repository as procedures
from tests.api.callers import Agency, Citizen, MakeAgency
from tests.api.conftest import PROCEDURE
from tests.api.results.handing import Office

BOTH = frozenset({"events", "results"})


@pytest.fixture
async def agency(services: Services, make_agency: MakeAgency) -> Agency:
    """An agency that may tell events and hand papers over."""
    async with services.unit_of_work() as uow:
        await procedures.put(uow, [PROCEDURE], author="test", source="test", whole=False)
        await uow.commit()
    return await make_agency("H26.1", scopes=BOTH)


@pytest.fixture
def office(client: httpx.AsyncClient, agency: Agency) -> Office:
    """That agency at work."""
    return Office(client=client, agency=agency)


@pytest.fixture
def owner(citizen: Citizen) -> dict[str, str]:
    """The citizen as an agency names one."""
    return {"number": citizen.number, "name": citizen.name}
