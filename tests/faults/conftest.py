"""Real parts of the engine between a real database and a stand-in of the providers, to be tripped up."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from infra.sandbox import launch
from notify.compose import Composer
from notify.ports import Channel
from notify.settings import NotifySettings
from storage.cipher import Cipher
from storage.settings import Environment, StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.contracts.channels.conftest import email_channel, push_channel
from tests.faults.office import Office
from tests.faults.processes import Process
from tests.faults.stand_in import StandIn

OpenChannel = Callable[..., Channel]
StartWorker = Callable[..., Process]
APP_LINK_BASE = "https://app.tindan.example"
PUBLIC_URL = "https://api.tindan.example"


@pytest.fixture(scope="session")
def process() -> Iterator[launch.Running]:
    """One process that stands in for all providers."""
    with launch.running() as running:
        yield running


@pytest.fixture(scope="session")
async def running_stand_in(process: launch.Running) -> AsyncIterator[StandIn]:
    """The stand-in, for the run."""
    async with httpx.AsyncClient(base_url=process.http, timeout=20) as http:
        credentials = (await http.get("/sandbox/service-account.json")).text
        yield StandIn(process=process, http=http, credentials=credentials)


@pytest.fixture
async def stand_in(running_stand_in: StandIn) -> AsyncIterator[StandIn]:
    """The stand-in, with an empty outbox and no faults."""
    await running_stand_in.clear()
    yield running_stand_in
    await running_stand_in.clear()


@pytest.fixture
async def open_channel(stand_in: StandIn) -> AsyncIterator[OpenChannel]:
    """Open channels by name, with time limits and ports of the test's choice; they are closed at the end."""
    async with contextlib.AsyncExitStack() as stack:

        def open_one(name: str, *, timeout: float = 5.0, port: int | None = None) -> Channel:
            if name == "email":
                channel = email_channel(stand_in.process, timeout=timeout, port=port)
            else:
                base = f"http://127.0.0.1:{port}" if port else stand_in.process.http
                channel = push_channel(stand_in.credentials, base, timeout=timeout)
            stack.push_async_callback(channel.close)
            return channel

        yield open_one


@pytest.fixture
def composer(cipher: Cipher) -> Composer:
    """Words messages."""
    settings = NotifySettings(
        env=Environment.DEVELOPMENT,
        app_link_base=APP_LINK_BASE,
        public_url=PUBLIC_URL,
    )
    return Composer(settings, cipher)


@pytest.fixture
async def office(unit_of_work: Callable[[], UnitOfWork], composer: Composer) -> Office:
    """An agency whose citizens have a mail address and a phone each."""
    return await Office.open(unit_of_work, composer)


@pytest.fixture
def start_worker(settings: StorageSettings, stand_in: StandIn, tmp_path: Path) -> StartWorker:
    """Start a worker process on the database of the run, with arguments of the test's choice."""
    serial = itertools.count(1)
    usual = {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.require_database_url(),
        "TINDAN_APP_LINK_BASE": APP_LINK_BASE,
        "TINDAN_PUBLIC_URL": PUBLIC_URL,
        "TINDAN_SMTP_HOST": stand_in.process.smtp_host,
        "TINDAN_SMTP_PORT": str(stand_in.process.smtp_port),
        "TINDAN_SMTP_SECURITY": "none",
        "TINDAN_MAIL_FROM": "TinDan <khong-tra-loi@tindan.example>",
    }

    def start(*arguments: str, **changes: str) -> Process:
        return Process(arguments, tmp_path / f"worker-{next(serial)}.log", usual | changes)

    return start
