"""Surveys and the browsers in which they are answered."""

import httpx
import pytest

from api.services import Services
from tests.api.callers import Agency, Citizen
from tests.api.surveys import asking
from tests.api.surveys.browsing import Browser, personal


@pytest.fixture
def browser(client: httpx.AsyncClient) -> Browser:
    """A browser that nobody has signed in with."""
    return Browser(client=client)


@pytest.fixture
async def code(services: Services, agency: Agency) -> str:
    """A survey for everybody."""
    return await asking.make_survey(services, agency.id)


@pytest.fixture
async def link(services: Services, agency: Agency, citizen: Citizen) -> str:
    """A personal link to a survey for those who were invited."""
    code = await asking.make_survey(services, agency.id, audience=asking.of_dossiers(agency.id))
    return personal(services, code, await asking.invite(services, code, citizen.party_id))
