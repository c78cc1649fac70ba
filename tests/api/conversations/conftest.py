"""An office and a party who write to each other about a dossier."""

import httpx
import pytest

from api.services import Services
from storage.procedures import repository as procedures
from tests.api.acting import sign_in
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen, NewCode, PushEvent
from tests.api.conftest import PROCEDURE
from tests.api.conversations.writing import Desk, Talk

SCOPES = frozenset({"events", "messages", "representations"})


@pytest.fixture
async def agency(services: Services, make_agency: MakeAgency) -> Agency:
    """An agency that may tell events and write messages."""
    async with services.unit_of_work() as uow:
        await procedures.put(uow, [PROCEDURE], author="test", source="test", whole=False)
        await uow.commit()
    return await make_agency("H26.1", scopes=SCOPES)


@pytest.fixture
async def citizen(services: Services, make_citizen: MakeCitizen) -> Citizen:
    """A person who is signed in for good."""
    return await sign_in(services, await make_citizen())


@pytest.fixture
def desk(client: httpx.AsyncClient, agency: Agency) -> Desk:
    """That agency at work."""
    return Desk(client=client, agency=agency)


@pytest.fixture
async def talk(client: httpx.AsyncClient, citizen: Citizen, push_event: PushEvent, new_code: NewCode) -> Talk:
    """The citizen's conversation about a dossier that is in process."""
    code = new_code()
    await push_event(code, 4)
    return Talk(client=client, citizen=citizen, code=code)
