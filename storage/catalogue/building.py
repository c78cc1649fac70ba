"""Making an edition beside the one in force, in a thread that leaves the others their turn."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from storage.catalogue.edition import Edition, own_province, stamp_in_force
from storage.cipher import Cipher
from storage.engine import Engine
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.search.catalogue import Catalogue
from storage.search.lexicon import lexicon
from storage.settings import StorageSettings
from storage.unit_of_work import Reading
from storage.units import repository as units
from storage.units.gazetteer import Gazetteer

BATCH = 50
PAUSE_SECONDS = 0.0005
TURN_SECONDS = 0.0005
"""How long the thread goes on while others wait. Python's own is ten times as long, and whoever serves a
request waits for it again and again: whenever it has waited for the database."""


class BuildingStopped(Exception):  # noqa: N818 - says what is the case
    """The process ends; what was being made is not wanted any more."""


def build(settings: StorageSettings, cipher: Cipher, stop: threading.Event) -> Edition:
    """Read catalogue and units, and make them ready to be asked. Takes seconds: for a thread of its own.

    Raises:
        BuildingStopped: `stop` was set.
        Exception: whatever the database, or what it holds, gives cause for.
    """
    with asyncio.Runner() as runner, _short_turns():
        engine = Engine(settings)
        try:
            reading = runner.run(Reading(engine, cipher).__aenter__())
            try:
                return _edition(runner, reading, stop)
            finally:
                runner.run(reading.__aexit__(None, None, None))
        finally:
            runner.run(engine.dispose())


def _edition(runner: asyncio.Runner, reading: Reading, stop: threading.Event) -> Edition:
    stamp = runner.run(stamp_in_force(reading))
    gazetteer = Gazetteer(runner.run(units.load(reading)))
    catalogue = Catalogue(
        _all_procedures(runner, reading, stop),
        lexicon(),
        version=stamp.catalogue,
        province_of=own_province(gazetteer),
    )
    return Edition(stamp=stamp, catalogue=catalogue, gazetteer=gazetteer)


def _all_procedures(runner: asyncio.Runner, reading: Reading, stop: threading.Event) -> Iterator[Procedure]:
    """Yield the procedures, a few of them in memory at a time: all take more than what is made of them."""
    found = procedures.all_procedures(reading)
    while batch := runner.run(_next(found)):
        for procedure in batch:
            yield procedure
            if stop.wait(PAUSE_SECONDS):
                raise BuildingStopped


async def _next(found: AsyncIterator[tuple[Procedure, int]]) -> list[Procedure]:
    batch = []
    async for procedure, _ in found:
        batch.append(procedure)
        if len(batch) == BATCH:
            break
    return batch


@contextmanager
def _short_turns() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
