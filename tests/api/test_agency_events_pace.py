"""How many events a client may send."""

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest

from api.problems import Problem
from api.recording.pace import Paces
from api.services import Services
from storage.agencies import clients
from storage.agencies.clients import Credential, EventLimit
from storage.engine import Engine
from storage.unit_of_work import UnitOfWork
from tests.api.callers import Agency, MakeAgency
from tests.api.telling import census, event, tell

USUAL = EventLimit(rate=10, burst=100)
OpenUnit = Callable[[], UnitOfWork]


class Clock:
    """A clock that stands until it is set forward."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def asked() -> list[int]:
    """Grows with every question to the shared bucket."""
    return []


@pytest.fixture
def make_paces(unit_of_work: OpenUnit, clock: Clock, asked: list[int]) -> Callable[[], Paces]:
    """Make the pace-keeper of a process."""

    def open_unit() -> UnitOfWork:
        asked.append(1)
        return unit_of_work()

    return lambda: Paces(open_unit, USUAL, now=clock)


async def later(unit_of_work: OpenUnit, clock: Clock, seconds: float) -> None:
    """Let time pass, for the process and for the bucket."""
    clock.seconds += seconds
    async with unit_of_work() as uow:
        past = "UPDATE rate_bucket SET refilled_at = refilled_at - make_interval(secs => %s)"
        await (await uow.driver()).execute(past, (seconds,))
        await uow.commit()


async def granted(paces: Paces, client: str, events: int, tries: int) -> int:
    """Try so often; return how many events were let through."""
    let = 0
    for _ in range(tries):
        try:
            await paces.spend(client, events)
        except Problem:
            continue
        let += events
    return let


class Meanwhile:
    """Says how many events the bucket gains while a test goes on: its own clock is the database's."""

    def __init__(self, rate: float = USUAL.rate) -> None:
        self.rate, self.began = rate, time.monotonic()

    def __call__(self) -> float:
        return self.rate * (time.monotonic() - self.began)


async def test_no_more_than_the_limit_over_all_processes(
    make_paces: Callable[[], Paces], unit_of_work: OpenUnit, clock: Clock
) -> None:
    """Two processes together let through what the bucket holds, and then what time brings."""
    here, there = make_paces(), make_paces()
    meanwhile = Meanwhile()
    first = await granted(here, "a", 1, 70) + await granted(there, "a", 1, 70)
    assert first <= 100 + meanwhile()
    ahead = await granted(here, "a", 1, 10) + await granted(there, "a", 1, 10)
    assert ahead <= 5 + meanwhile(), "what was taken ahead"
    await later(unit_of_work, clock, 3)
    third = await granted(here, "a", 1, 50) + await granted(there, "a", 1, 50)
    assert 28 <= third <= 32 + meanwhile()


async def test_most_events_ask_nobody(make_paces: Callable[[], Paces], asked: list[int]) -> None:
    """A process takes some ahead, and refuses by itself what can not be there."""
    paces = make_paces()
    assert await granted(paces, "a", 1, 96) == 96
    assert len(asked) <= 17
    await granted(paces, "a", 1, 10)
    before = len(asked)
    assert await granted(paces, "a", 1, 1000) == 0
    assert len(asked) == before


async def test_many_at_once_ask_in_turn(make_paces: Callable[[], Paces], asked: list[int]) -> None:
    """What comes at the same moment is let through as if it came one by one."""
    paces = make_paces()
    meanwhile = Meanwhile()
    answers = await asyncio.gather(*[paces.spend("a", 1) for _ in range(150)], return_exceptions=True)
    assert 100 <= sum(not isinstance(answer, Problem) for answer in answers) <= 100 + meanwhile()
    assert len(asked) <= 20


async def test_one_client_is_not_another(make_paces: Callable[[], Paces]) -> None:
    """A client that floods uses up its own."""
    paces, meanwhile = make_paces(), Meanwhile()
    assert 100 <= await granted(paces, "flood", 1, 1000) <= 100 + meanwhile()
    assert await granted(paces, "calm", 1, 50) == 50


async def test_a_batch_goes_whole_or_not(
    make_paces: Callable[[], Paces], unit_of_work: OpenUnit, clock: Clock
) -> None:
    """A batch that is not let through takes nothing; one larger than the bucket takes a full one."""
    paces = make_paces()
    await paces.spend("a", 60)
    with pytest.raises(Problem) as refused:
        await paces.spend("a", 60)
    assert refused.value.headers["retry-after"] == "2"
    await paces.spend("a", 40)
    await later(unit_of_work, clock, 9)
    with pytest.raises(Problem):
        await paces.spend("a", 1000)
    await later(unit_of_work, clock, 2)
    await paces.spend("a", 1000)
    assert await granted(paces, "a", 1, 10) == 0


async def test_a_client_may_have_its_own_limit(
    make_paces: Callable[[], Paces], agency: Agency, unit_of_work: OpenUnit, clock: Clock
) -> None:
    """What is set for a client stands for the usual, until it is taken back."""
    credential = Credential(secret_hash=b"x")
    async with unit_of_work() as uow:
        await clients.add_client(
            uow, client_id="a", agency_id=agency.id, scopes=["events"], credential=credential
        )
        assert await clients.set_limit(uow, "a", EventLimit(rate=1, burst=7))
        assert not await clients.set_limit(uow, "b", None)
        await uow.commit()
    meanwhile = Meanwhile(rate=1)
    assert 7 <= await granted(make_paces(), "a", 1, 50) <= 7 + meanwhile()
    async with unit_of_work() as uow:
        await clients.set_limit(uow, "a", None)
        await uow.commit()
    await later(unit_of_work, clock, 100)
    meanwhile = Meanwhile()
    assert 100 <= await granted(make_paces(), "a", 1, 200) <= 100 + meanwhile()


async def test_no_more_is_left_than_the_limit(make_paces: Callable[[], Paces], clock: Clock) -> None:
    """What a process took ahead, beside what came back since, is not told as more than may come at once."""
    paces = make_paces()
    await paces.spend("h26-gateway", 1)
    clock.seconds += 60
    spent = await paces.spend("h26-gateway", 1)
    assert spent.headers()["ratelimit"].startswith('"events";r=100;')


@pytest.mark.parametrize(
    ("rate", "burst"), [(0, 1), (-1, 1), (float("nan"), 1), (1, 0), (200_000, 1), (0.001, 100)]
)
def test_limits_that_can_not_be(rate: float, burst: int) -> None:
    """A limit lets something through, and is full again within a day."""
    with pytest.raises(ValueError, match="a rate is above 0"):
        EventLimit(rate=rate, burst=burst)


@pytest.fixture
def app_paces(app, services: Services, clock: Clock):
    """The application with a small limit, for one test."""
    app.state.paces_of_clients = Paces(services.unit_of_work, EventLimit(rate=0.5, burst=3), now=clock)
    yield
    del app.state.paces_of_clients


async def test_the_door(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine, app_paces: None
) -> None:
    """Answers tell what is left; too many get 429 and are not kept, and others are served meanwhile."""
    answer = await tell(client, agency, event("e-1"), event("e-2", 2, 1))
    assert answer.status_code == 200
    assert answer.headers["ratelimit-policy"] == '"events";q=3;w=6'
    assert answer.headers["ratelimit"].startswith('"events";r=1;')
    before = await census(engine)
    answer = await tell(client, agency, event("e-3", 4, 2), event("e-4", 9, 3))
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:tindan:problem:too-many-events")
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["ratelimit"].startswith('"events";r=1;')
    assert (await tell(client, agency, event("e-3", 4, 2))).status_code == 201
    assert await tell(client, agency, event("e-5", 9, 4)) is not None
    unread = await client.post("/v1/agency/dossier-events", content=b"no json", headers=agency.headers)
    assert unread.status_code == 429
    assert (await census(engine))["dossier_event"] == before["dossier_event"] + 1
    other = await make_agency("H55.1")
    answer = await tell(client, other, event("e-1", dossier_code="H55.1-261121-0001"))
    assert answer.status_code == 201
