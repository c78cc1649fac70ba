"""A database that goes away is told as such, and done without no longer than it is away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api.stack import scratch_database
from notify.dispatcher import Dispatcher
from storage import migrations
from storage.engine import Engine
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.faults.conftest import OpenChannel
from tests.faults.office import Office
from tests.faults.polling import until
from tests.faults.stand_in import StandIn

BREAK_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database()
"""


@pytest.fixture(scope="module")
def own_url(server_url: str) -> Iterator[str]:
    """A database of this module's own, so that nobody else's connections are broken."""
    with scratch_database(server_url, "tindan_faults") as url:
        migrations.upgrade(url)
        yield url


@pytest.fixture
async def engine(settings: StorageSettings, own_url: str) -> AsyncIterator[Engine]:
    """A pool of connections to it, in place of the one that all tests share."""
    engine = Engine(settings.model_copy(update={"database_url": own_url}))
    yield engine
    await engine.dispose()


@pytest.fixture
def break_connections(own_url: str) -> Callable[[], None]:
    """Break every connection to the database, as a server that restarts does."""

    def do() -> None:
        with psycopg.connect(own_url, autocommit=True) as connection:
            connection.execute(BREAK_ALL)

    return do


async def test_a_connection_that_breaks_at_the_commit_is_told_as_what_it_is(
    unit_of_work: Callable[[], UnitOfWork], break_connections: Callable[[], None]
) -> None:
    """A server that goes away before the commit is an operational error, which callers may repeat."""

    async def work() -> None:
        async with unit_of_work() as uow:
            await (await uow.driver()).execute("SELECT 1")
            break_connections()
            await uow.commit()

    with pytest.raises(OperationalError):
        await work()


async def test_a_connection_that_breaks_under_a_session_is_told_as_what_it_is(
    unit_of_work: Callable[[], UnitOfWork], break_connections: Callable[[], None]
) -> None:
    """The same holds where the session was used."""

    async def work() -> None:
        async with unit_of_work() as uow:
            await uow.session.exec(text("SELECT 1"))
            break_connections()
            await uow.session.exec(text("SELECT 1"))

    with pytest.raises(OperationalError):
        await work()


async def test_the_first_unit_after_a_break_works(
    unit_of_work: Callable[[], UnitOfWork], break_connections: Callable[[], None]
) -> None:
    """One unit meets the break; those after it get new connections, though the pool held several."""
    async with unit_of_work() as first, unit_of_work() as second, unit_of_work() as third:
        for uow in (first, second, third):
            await (await uow.driver()).execute("SELECT 1")
    break_connections()
    with pytest.raises(psycopg.OperationalError):
        async with unit_of_work() as uow:
            await (await uow.driver()).execute("SELECT 1")

    async with unit_of_work() as first, unit_of_work() as second, unit_of_work() as third:
        for uow in (first, second, third):
            assert await (await (await uow.driver()).execute("SELECT 1")).fetchone() == (1,)


async def test_what_was_sent_is_recorded_though_the_database_goes_away_meanwhile(
    office: Office, stand_in: StandIn, open_channel: OpenChannel, break_connections: Callable[[], None]
) -> None:
    """A dispatcher records again what it could not record, so that nothing is sent twice for it."""
    dispatcher = Dispatcher(open_channel("email"), office.composer, office.open_unit)
    await office.announce(3, "email")
    await stand_in.script("email", {"kind": "delay", "seconds": 0.5, "times": 3})
    sending = asyncio.create_task(dispatcher.run_once())
    await until(lambda: _all_held(office))

    break_connections()

    assert await sending == 3
    assert [(row["outcome"], row["attempt"]) for row in await office.finished()] == [("accepted", 1)] * 3
    assert (await stand_in.repeats()).total() == 3


async def _all_held(office: Office) -> bool:
    return all(row["held"] for row in await office.waiting())
