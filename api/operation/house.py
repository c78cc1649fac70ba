"""The database as an operator's command uses it, and who that operator is."""

import asyncio
import getpass
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import structlog

from api.services import make_cipher
from api.settings import Settings
from storage import schema
from storage.cipher import Cipher
from storage.embedded import running_url
from storage.engine import Engine
from storage.errors import SettingsError
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a command needs for as long as it runs."""

    settings: Settings
    engine: Engine
    cipher: Cipher

    def reading(self) -> Reading:
        """A read-only transaction, not yet begun."""
        return Reading(self.engine, self.cipher)

    def unit_of_work(self) -> UnitOfWork:
        """A read-write transaction, not yet begun."""
        return UnitOfWork(self.engine, self.cipher)


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """Open the database that the environment names, or, in development, the one that `make run` runs.

    Raises OutdatedSchemaError, SettingsError.
    """
    settings = Settings()
    engine = Engine(_reachable(settings.storage))
    house = House(settings=settings, engine=engine, cipher=make_cipher(settings.storage))
    try:
        async with house.reading() as reading:
            await schema.require_current(reading)
        yield house
    finally:
        await engine.dispose()


def _reachable(storage: StorageSettings) -> StorageSettings:
    if storage.database_url or not storage.development:
        return storage
    url = running_url(storage.data_dir)
    if url is None:
        place = storage.data_dir.resolve()
        raise SettingsError(f"no database runs in {place}. Start one with `make run`, or set DATABASE_URL")
    return storage.model_copy(update={"database_url": url})


def in_one_unit(work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Do work in a unit of its own, and commit it. Raises what the work raises."""

    async def run() -> T:
        async with open_house() as house, house.unit_of_work() as uow:
            result = await work(uow)
            await uow.commit()
            return result

    return asyncio.run(run())


def in_one_reading(work: Callable[[Reading], Awaitable[T]]) -> T:
    """Do work that only reads, in one transaction. Raises what the work raises."""

    async def run() -> T:
        async with open_house() as house, house.reading() as reading:
            return await work(reading)

    return asyncio.run(run())


def operator() -> str:
    """Return the login name of whoever runs the command, or the number of an account without a name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


def note(event: str, **ids: object) -> None:
    """Log what an operator did, with ids only: to standard error, as the command's answer is on the other."""
    logger = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    logger.info(event, operator=operator(), **ids)
