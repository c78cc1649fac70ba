"""Making an edition beside the one in force, in a process of its own: `python -m storage.catalogue.building`.

It takes seconds of a core, for which nobody who is being served may wait. The process hands over what it made
in a folder: the index as files, which the other maps into its memory, and the rest pickled.
"""

import asyncio
import json
import os
import pickle
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.catalogue.edition import Edition, own_province, stamp_in_force
from storage.cipher import KEY_BYTES, Cipher
from storage.engine import Engine
from storage.errors import StorageError
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.search.catalogue import Catalogue
from storage.search.lexicon import lexicon
from storage.settings import StorageSettings
from storage.unit_of_work import Reading
from storage.units import repository as units
from storage.units.gazetteer import Gazetteer

BATCH = 100
NICENESS = 10
"""What is served goes first."""
TURN_SECONDS = 0.0005
EDITION, INDEX = "edition", "index"


class BuildingFailed(StorageError):  # noqa: N818 - says what is the case
    """The process ended without having made anything; what it said last names the kind of error."""


async def build_beside(settings: StorageSettings) -> Edition:
    """Have the catalogue and the units of the database made ready by another process, and take them over.

    Raises:
        BuildingFailed: whatever the cause; the next try may succeed.
    """
    with TemporaryDirectory(prefix="tindan-catalogue-") as folder:
        # Not in the arguments, which everybody on the machine may read: the address holds a password.
        order = {"folder": folder, "database_url": settings.require_database_url()}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__),
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # Ctrl-C is for the process that serves, which then ends this one.
            start_new_session=True,
        )
        try:
            _, said = await process.communicate(json.dumps(order).encode())
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise BuildingFailed(_kind(said))
        return await asyncio.to_thread(_load, Path(folder))


def _kind(said: bytes) -> str:
    """Return the name of the error that was said last; its message may quote anything."""
    last = said.decode(errors="replace").strip().rpartition("\n")[2]
    return last.partition(":")[0] or "killed"


def _load(folder: Path) -> Edition:
    with short_turns(), (folder / EDITION).open("rb") as file:
        edition: Edition = pickle.load(file)  # noqa: S301 - our own process wrote it into our own folder
    return edition


@contextmanager
def short_turns() -> Iterator[None]:
    """Have this thread leave the others their turn sooner than Python's own 5 ms.

    Whoever serves a request meanwhile waits for it again and again: whenever it has waited for the database.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def build(runner: asyncio.Runner, reading: Reading, folder: Path) -> Edition:
    """Read catalogue and units, and make them ready to be asked, the index in a folder."""
    stamp = runner.run(stamp_in_force(reading))
    gazetteer = Gazetteer(runner.run(units.load(reading)))
    catalogue = Catalogue(
        _all_procedures(runner, reading),
        lexicon(),
        version=stamp.catalogue,
        province_of=own_province(gazetteer),
        folder=folder,
    )
    return Edition(stamp=stamp, catalogue=catalogue, gazetteer=gazetteer)


def _all_procedures(runner: asyncio.Runner, reading: Reading) -> Iterator[Procedure]:
    """Yield the procedures, a few of them in memory at a time."""
    found = procedures.all_procedures(reading)
    while batch := runner.run(_next(found)):
        yield from batch


async def _next(found: AsyncIterator[tuple[Procedure, int]]) -> list[Procedure]:
    batch = []
    async for procedure, _ in found:
        batch.append(procedure)
        if len(batch) == BATCH:
            break
    return batch


def main() -> None:
    """Do what is asked over standard input."""
    os.nice(NICENESS)
    order = json.load(sys.stdin)
    folder = Path(order["folder"])
    (folder / INDEX).mkdir()
    engine = Engine(StorageSettings(DATABASE_URL=order["database_url"]))
    # Nothing that is encrypted is read here, so that no key need be handed over.
    cipher = Cipher(master_key=os.urandom(KEY_BYTES), index_key=os.urandom(KEY_BYTES))
    with asyncio.Runner() as runner:
        reading = runner.run(Reading(engine, cipher).__aenter__())
        edition = build(runner, reading, folder / INDEX)
        runner.run(reading.__aexit__(None, None, None))
        runner.run(engine.dispose())
    with (folder / EDITION).open("wb") as file:
        pickle.dump(edition, file, protocol=pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # noqa: BLE001 - whatever it is, its name goes into the log of who began this
        sys.exit(type(error).__name__)
