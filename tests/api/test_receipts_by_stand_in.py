"""The whole way: an agency tells, a worker sends, the provider's stand-in reports to the API, and a worker heeds it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from api.main import create_app
from api.services import Services
from api.settings import Settings
from api.worker import Worker
from infra.sandbox import launch
from notify.registry import build_channels, close_channels
from notify.routes import DEFAULTS
from storage.routing import repository as routing
from storage.settings import StorageSettings
from tests.api.callers import NewCode, PushEvent
from tests.faults.polling import until
from tests.whole import whole

PHONE, EMAIL = "0912345678", "nguyen.an@example.vn"
SUPPLEMENT = 5
"""The status by which an agency asks for more papers, of which its own category tells."""


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """Where the API is reached, known before anybody is told of it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture(scope="module")
def public_url(listener: socket.socket) -> str:
    """The API's address, as providers know it."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(scope="module")
async def sandbox(public_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A stand-in of all providers that knows where the API is, by its own interface."""
    with launch.running(f"--api-url={public_url}") as running:
        async with httpx.AsyncClient(base_url=running.http, timeout=10) as client:
            yield client


@pytest.fixture(scope="module")
async def app(
    settings: StorageSettings, sandbox: httpx.AsyncClient, public_url: str, listener: socket.socket
) -> AsyncIterator[FastAPI]:
    """The application with the stand-in's accounts, listening."""
    accounts = (await sandbox.get("/sandbox/accounts.json")).json()
    twilio, zalo = accounts["twilio"], accounts["zalo"]
    given = {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.require_database_url(),
        "TINDAN_PUBLIC_URL": public_url,
        # Mail is planned, and sent by nobody.
        "TINDAN_CHANNELS": '["sms", "zalo", "email"]',
        "TINDAN_TWILIO_ACCOUNT_SID": twilio["account_sid"],
        "TINDAN_TWILIO_AUTH_TOKEN": twilio["auth_token"],
        "TINDAN_TWILIO_MESSAGING_SERVICE_SID": twilio["messaging_service_sid"],
        "TINDAN_TWILIO_URL": twilio["base_url"],
        "TINDAN_ZALO_TEMPLATES": httpx.Response(200, json=zalo["templates"]).text,
        **{f"TINDAN_ZALO_{name.upper()}": value for name, value in zalo.items() if name != "templates"},
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in given.items():
            environment.setenv(name, value)
        made = Settings()
        whole(made)
    application = create_app(made)
    async with application.router.lifespan_context(application), _served(application, listener):
        yield application


@asynccontextmanager
async def _served(application: FastAPI, listener: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None))
    # serve() would take over the signals of the test run.
    task = asyncio.create_task(server._serve([listener]))
    yield
    server.should_exit = True
    await task


@dataclass(frozen=True, kw_only=True)
class House:
    """API, worker and stand-in at work.

    Attributes:
        script: says in which manner the next messages of a channel are reported on.
        tell: has an agency tell something that goes out on that channel, and an hour later by mail.
    """

    services: Services
    sandbox: httpx.AsyncClient
    script: Callable[..., Awaitable[None]]
    tell: Callable[[str], Awaitable[None]]

    async def rows(self, query: str) -> list[Any]:
        """Return what a query finds."""
        async with self.services.reading() as reading:
            return list(await (await (await reading.driver()).execute(query.encode())).fetchall())

    async def ended(self, *, receipt: str | None) -> None:
        """Wait until the send stands so, and no report waits."""

        async def so() -> bool:
            states = await self.rows("SELECT coalesce(receipt, '') FROM finished_delivery")
            left = await self.rows("SELECT FROM provider_receipt WHERE applied_at IS NULL")
            return states == [(receipt or "",)] and not left

        await until(so)

    async def refused(self, channel: str) -> int:
        """Return how many of the stand-in's reports were ever refused or lost, once none is under way."""
        found: dict[str, int] = {}

        async def all_there() -> bool:
            found.update((await self.sandbox.get("/sandbox/receipts")).json()[channel])
            return found["waiting"] == 0

        await until(all_there)
        return found["refused"] + found["lost"]


async def route_by(services: Services, channel: str) -> None:
    """Let notices go out on one channel first, at any time of the day."""
    steps = [{"channels": [channel]}, {"channels": ["email"], "after": "PT1H"}]
    body = DEFAULTS.model_dump(mode="json") | {"quiet": None, "closed": {}, "merge_within": "PT0S"}
    body["routes"]["supplement_required"] |= {"steps": steps}
    async with services.unit_of_work() as uow:
        await routing.add(uow, body, author="test", note="", after=0)
        await uow.commit()


@pytest.fixture
async def house(
    services: Services, sandbox: httpx.AsyncClient, push_event: PushEvent, new_code: NewCode
) -> AsyncIterator[House]:
    """Everything, with a worker of its own for the test."""
    # With each test the tokens are gone; those that the operator set begin a chain once only.
    fresh = SecretStr((await sandbox.get("/sandbox/accounts.json")).json()["zalo"]["refresh_token"])
    notify = services.settings.notify
    zalo = notify.zalo.model_copy(update={"refresh_token": fresh})
    channels = build_channels(notify.model_copy(update={"zalo": zalo}), services.unit_of_work)
    worker = Worker(services.settings, channels, services.engine, services.cipher)
    stop = asyncio.Event()
    running: list[asyncio.Task[None]] = []

    async def script(channel: str, **receipt: Any) -> None:
        answer = await sandbox.put(f"/sandbox/receipts/{channel}", json={"script": [receipt]})
        assert answer.is_success, answer.text

    async def tell(channel: str) -> None:
        await route_by(services, channel)
        running.append(asyncio.create_task(worker.run(stop)))
        await push_event(new_code(), SUPPLEMENT, applicant={"phone": PHONE, "email": EMAIL})

    yield House(services=services, sandbox=sandbox, script=script, tell=tell)
    stop.set()
    await asyncio.gather(*running)
    await close_channels(channels)
    for channel in ("sms", "zalo"):
        await sandbox.delete(f"/sandbox/receipts/{channel}")


@pytest.mark.parametrize(
    ("channel", "receipt"),
    [
        ("sms", {"kind": "usual"}),
        ("sms", {"kind": "early"}),
        ("sms", {"kind": "duplicate"}),
        ("sms", {"kind": "reordered"}),
        ("sms", {"kind": "late", "seconds": 1.5}),
        ("zalo", {"kind": "usual"}),
        ("zalo", {"kind": "early"}),
        ("zalo", {"kind": "duplicate"}),
    ],
    ids=lambda given: given if isinstance(given, str) else given["kind"],
)
async def test_a_message_arrives_in_whatever_manner_it_is_reported(
    house: House, channel: str, receipt: dict[str, Any]
) -> None:
    """Before the send is recorded, twice, backwards, late: it was delivered, and no report waits or is refused."""
    before = await house.refused(channel)
    await house.script(channel, **receipt)
    await house.tell(channel)
    await house.ended(receipt="delivered")
    assert await house.refused(channel) == before
    assert await house.rows("SELECT DISTINCT channel FROM finished_delivery") == [(channel,)]
    assert await house.rows("SELECT FROM delivery") == []


async def test_a_message_that_fails_goes_on_by_the_next_channel(house: House) -> None:
    """The mail that would have gone out in an hour is planned at once, and the landline gets no text again."""
    await house.script("sms", kind="failed", code="30006")
    await house.tell("sms")
    await house.ended(receipt="failed")

    async def mailed() -> bool:
        return await house.rows("SELECT channel FROM delivery") == [("email",)]

    await until(mailed)
    assert await house.rows("SELECT channel, code FROM suppression") == [("sms", "30006")]


async def test_a_phone_that_is_off_gets_texts_again(house: House) -> None:
    """The next channel has its turn, and the number stays a good one."""
    await house.script("sms", kind="failed", code="30003")
    await house.tell("sms")
    await house.ended(receipt="failed")
    assert await house.rows("SELECT FROM suppression") == []


async def test_forged_reports_change_nothing(house: House) -> None:
    """All three are refused, and the send stands as it did."""
    before = await house.refused("sms")
    await house.script("sms", kind="forged", seconds=0.5)
    await house.tell("sms")
    await house.ended(receipt=None)
    assert await house.refused("sms") == before + 3
    assert await house.rows("SELECT receipt FROM finished_delivery") == [(None,)]
    assert await house.rows("SELECT FROM provider_receipt") == []
