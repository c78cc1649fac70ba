"""Where it is measured: a scratch database, and an installation of our own processes on it."""

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg

from api.demonstration import load as demonstration
from api.demonstration.prepare import prepare
from api.services import make_cipher
from api.settings import Settings
from api.stack import READY_SECONDS, Ports, Stack, StackError, scratch_database
from storage import partitions
from storage.cipher import Cipher
from storage.engine import Engine, libpq_url
from storage.settings import Environment, StorageSettings
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all measurements share.

    Attributes:
        server: address of the PostgreSQL server.
        data_dir: where keys and logs are, for the length of the run.
        quick: whether to be done soon rather than sure.
        tell: shows what goes on.
        runner: runs what is asynchronous, all of it on one event loop.
    """

    server: str
    data_dir: Path
    quick: bool
    tell: Callable[[str], None]
    runner: asyncio.Runner = field(repr=False)

    def pick(self, quick: int, full: int) -> int:
        """Return a size or a number of rounds."""
        return quick if self.quick else full

    @contextmanager
    def entered(self, context: AbstractAsyncContextManager[T]) -> Iterator[T]:
        """Enter what is asynchronous from code that is not."""
        entered = self.runner.run(_enter(context))
        try:
            yield entered
        finally:
            self.runner.run(_leave(context))

    @contextmanager
    def place(self) -> Iterator["Place"]:
        """Make a migrated database with the demonstration's agencies and catalogue; drop it in the end."""
        with scratch_database(self.server, "tindan_bench") as url:
            prepare(Settings(), url)
            place = Place(url=url, data_dir=self.data_dir)
            self.runner.run(place.make_partitions())
            yield place

    @contextmanager
    def installation(self, place: "Place", **settings: str) -> Iterator[Stack]:
        """Have the sandbox and the API serve, with more settings; their logs go into the data folder."""
        stack = Stack(
            data_dir=self.data_dir,
            database_url=place.url,
            ports=Ports.free(),
            environment={"TINDAN_LOG_LEVEL": "WARNING", **settings},
            logs=self.data_dir / "logs",
        )
        try:
            stack.start_sandbox()
            stack.start_api()
            yield stack
        finally:
            stack.stop()

    @contextmanager
    def beside(self, stack: Stack, module: str) -> Iterator[int]:
        """Run one of our modules as a server with the installation's settings; yield its port."""
        port = Ports.free().api
        environment = os.environ | stack.settings() | {"TINDAN_PORT": str(port)}
        with subprocess.Popen(
            [sys.executable, "-m", module], env=environment, stdin=subprocess.DEVNULL
        ) as server:
            try:
                _wait_until_it_serves(f"http://127.0.0.1:{port}/health/ready", server)
                yield port
            finally:
                server.terminate()


@dataclass(frozen=True, kw_only=True)
class Place:
    """A database that nobody else uses."""

    url: str
    data_dir: Path

    @cached_property
    def settings(self) -> StorageSettings:
        """Settings of a development installation on it."""
        return StorageSettings(env=Environment.DEVELOPMENT, data_dir=self.data_dir, DATABASE_URL=self.url)

    @cached_property
    def cipher(self) -> Cipher:
        """The cipher of the installation."""
        return make_cipher(self.settings)

    def connect(self) -> "psycopg.Connection[Any]":
        """Connect for measuring a limit: plainly, statements prepared at their first use."""
        return psycopg.connect(libpq_url(self.url), prepare_threshold=0)

    def execute(self, *statements: str) -> None:
        """Run statements one by one, each committed by itself."""
        with psycopg.connect(libpq_url(self.url), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    async def make_partitions(self, *days: date) -> None:
        """Make the partitions that an installation makes on such days, or now, before its first event."""
        engine = Engine(self.settings)
        try:
            for day in days or [datetime.now(UTC).date()]:
                async with UnitOfWork(engine, self.cipher) as uow:
                    await partitions.keep(uow, day)
                    await uow.commit()
        finally:
            await engine.dispose()


def agency_token(stack: Stack) -> str:
    """Sign in as the demonstration's agency; the token is good for ten minutes."""
    secret = demonstration.client_secret(Settings())
    basic = base64.b64encode(f"{demonstration.CLIENT_ID}:{secret}".encode()).decode()
    request = Request(
        f"{stack.api_url}/oauth/token",
        data=urlencode({"grant_type": "client_credentials"}).encode(),
        headers={"authorization": f"Basic {basic}"},
    )
    with urlopen(request, timeout=10) as answer:
        return str(json.load(answer)["access_token"])


async def _enter(context: AbstractAsyncContextManager[T]) -> T:
    return await context.__aenter__()


async def _leave(context: AbstractAsyncContextManager[T]) -> None:
    await context.__aexit__(None, None, None)


def _wait_until_it_serves(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(URLError, OSError), urlopen(url, timeout=2):
            return
        time.sleep(0.05)
    raise StackError(f"{url} does not answer")


def per_second(count: int, work: Callable[[], object]) -> float:
    """Do some work and return how many of its parts it did in a second."""
    started = time.perf_counter()
    work()
    return count / (time.perf_counter() - started)
