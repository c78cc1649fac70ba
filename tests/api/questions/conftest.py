"""A party with something to ask, and an office that answers."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from api.limits import AddressPace
from api.questions import pace
from api.services import Services
from api.settings import Settings
from storage.questions.settings import QuestionSettings
from tests.api.acting import Pair, sign_in
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen
from tests.api.questions.asking import Asker, Office

AtDesk = Callable[[str | None], None]


@pytest.fixture
async def citizen(services: Services, make_citizen: MakeCitizen) -> Citizen:
    """A person who is signed in for good."""
    return await sign_in(services, await make_citizen())


@pytest.fixture
def asker(client: httpx.AsyncClient, agency: Agency, citizen: Citizen) -> Asker:
    """That person, with an agency to ask."""
    return Asker(client=client, citizen=citizen)


@pytest.fixture
async def office(services: Services, agency: Agency, monkeypatch: pytest.MonkeyPatch) -> Office:
    """That agency at work, with nothing published yet."""
    # Of the run, as the application is: what tests before this one have spent is not this one's.
    monkeypatch.setattr(pace, "_pace", AddressPace(pace.ANSWERS))
    await services.answers.renew()
    return await Office.of(services, agency)


@pytest.fixture
def at_desk(app_settings: Settings) -> Iterator[AtDesk]:
    """Have a front desk, by its code, or none."""
    usual = app_settings.questions

    def have(code: str | None) -> None:
        vars(app_settings)["questions"] = QuestionSettings(front_desk=code)

    yield have
    vars(app_settings)["questions"] = usual


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
