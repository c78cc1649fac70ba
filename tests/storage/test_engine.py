"""The pool of connections, and how it comes back after the server went away."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from storage.cipher import Cipher
from storage.engine import Engine, libpq_url, sqlalchemy_url
from storage.errors import SettingsError
from storage.settings import StorageSettings
from storage.unit_of_work import Reading

POOL = 4


@pytest.fixture
async def own_engine(settings: StorageSettings) -> AsyncIterator[Engine]:
    """A pool that no other test uses."""
    engine = Engine(settings.model_copy(update={"database_pool_size": POOL}))
    yield engine
    await engine.dispose()


async def pids(engine: Engine, cipher: Cipher, count: int) -> list[int]:
    """Use some connections at the same time; return the server's process of each."""
    found = []
    async with AsyncExitStack() as stack:
        readings = [await stack.enter_async_context(Reading(engine, cipher)) for _ in range(count)]
        for reading in readings:
            cursor = await (await reading.driver()).execute("SELECT pg_backend_pid()")
            found += [int(str(pid)) for (pid,) in await cursor.fetchall()]
    return found


def terminate(database_url: str, backends: list[int]) -> None:
    """Break connections as a server that restarts does, and wait until they are gone."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) AS t(pid)", (backends,)
        )


async def test_one_error_replaces_every_broken_connection(
    own_engine: Engine, cipher: Cipher, database_url: str
) -> None:
    """After a restart one user meets the break, and nobody after that."""
    before = await pids(own_engine, cipher, POOL)
    assert sorted(await pids(own_engine, cipher, POOL)) == sorted(before), "connections are used again"
    terminate(database_url, before)
    with pytest.raises(psycopg.OperationalError):
        await pids(own_engine, cipher, 1)
    after = await pids(own_engine, cipher, POOL)
    assert not set(after) & set(before)
    assert sorted(await pids(own_engine, cipher, POOL)) == sorted(after), "the new ones stay"


async def test_an_ordinary_error_breaks_no_connection(own_engine: Engine, cipher: Cipher) -> None:
    """A statement that fails costs nobody a new connection."""
    before = await pids(own_engine, cipher, POOL)
    with pytest.raises(psycopg.errors.UndefinedTable):
        async with Reading(own_engine, cipher) as reading:
            await (await reading.driver()).execute("SELECT FROM nowhere")
    assert sorted(await pids(own_engine, cipher, POOL)) == sorted(before)


async def test_no_transaction_holds_anybody_up_for_long(own_engine: Engine, cipher: Cipher) -> None:
    """Every session has time limits, and speaks UTC."""
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "timezone")
    async with Reading(own_engine, cipher) as reading:
        driver = await reading.driver()
        found = [
            await (await driver.execute("SELECT current_setting(%s)", (name,))).fetchone() for name in names
        ]
    assert found == [("10s",), ("1min",), ("1min",), ("UTC",)]


async def test_a_server_that_is_not_there_is_told_as_such(settings: StorageSettings, cipher: Cipher) -> None:
    """The error is the one that callers know as `try again later`."""
    engine = Engine(settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/nothing"}))
    with pytest.raises(OperationalError):
        async with Reading(engine, cipher):
            pass
    await engine.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+asyncpg"])
def test_any_spelling_of_an_address_will_do(scheme: str) -> None:
    """As hosts of databases hand it out, and with the password that it holds."""
    given = f"{scheme}://user:p%40ss@host:5433/name?sslmode=require"
    assert sqlalchemy_url(given).render_as_string(hide_password=False) == (
        "postgresql+psycopg://user:p%40ss@host:5433/name?sslmode=require"
    )
    assert libpq_url(given) == "postgresql://user:p%40ss@host:5433/name?sslmode=require"


def test_no_address_is_an_error_that_names_it(settings: StorageSettings) -> None:
    """DATABASE_URL is required where nothing starts a database."""
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Engine(settings.model_copy(update={"database_url": None}))
