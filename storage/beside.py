"""Work that takes seconds of a core, done by a process of its own: nobody who is served may wait for it.

A module that does such work is run as a program. It is told over standard input what it needs, and leaves
what it made, pickled, in a folder.
"""

import asyncio
import json
import os
import pickle
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from storage.cipher import KEY_BYTES, Cipher
from storage.engine import Engine
from storage.errors import StorageError
from storage.settings import StorageSettings
from storage.unit_of_work import Reading

NICENESS = 10
"""What is served goes first."""
TURN_SECONDS = 0.0005
MADE = "made"


class WorkFailed(StorageError):  # noqa: N818 - says what is the case
    """The process ended without having made anything; what it said last names the kind of error."""


async def made_beside(module: str, settings: StorageSettings, asked: Any = None) -> Any:
    """Return what another process made, which runs a module of ours as a program.

    Args:
        module: calls `do` when it is run.
        settings: of the database that it reads.
        asked: anything that JSON can tell.

    Raises:
        WorkFailed: whatever the cause; the next try may succeed.
    """
    with TemporaryDirectory(prefix="tindan-beside-") as folder:
        # Not in the arguments, which everybody on the machine may read: the address holds a password.
        order = {"folder": folder, "database_url": settings.require_database_url(), "asked": asked}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module),
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
            raise WorkFailed(_kind(said))
        return await asyncio.to_thread(_load, Path(folder))


def _kind(said: bytes) -> str:
    """Return the name of the error that was said last; its message may quote anything."""
    last = said.decode(errors="replace").strip().rpartition("\n")[2]
    return last.partition(":")[0] or "killed"


def _load(folder: Path) -> Any:
    with short_turns(), (folder / MADE).open("rb") as file:
        return pickle.load(file)  # noqa: S301 - our own process wrote it into our own folder


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the other process is given.

    Attributes:
        runner: runs what is asynchronous, as often as there is something.
        folder: files in it last until what is made was taken over, and longer where they are kept open.
    """

    runner: asyncio.Runner
    reading: Reading
    folder: Path
    asked: Any


def do(work: Callable[[Task], Any]) -> None:
    """Do what is asked over standard input, and end; of what goes wrong its name alone is told."""
    try:
        os.nice(NICENESS)
        order = json.load(sys.stdin)
        folder = Path(order["folder"])
        with asyncio.Runner() as runner:
            opened = _reading(StorageSettings(DATABASE_URL=order["database_url"]))
            reading = runner.run(opened.__aenter__())
            made = work(Task(runner=runner, reading=reading, folder=folder, asked=order["asked"]))
            runner.run(opened.__aexit__(None, None, None))
        with (folder / MADE).open("wb") as file:
            pickle.dump(made, file, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - whatever it is, its name goes into the log of who began this
        sys.exit(type(error).__name__)


@asynccontextmanager
async def _reading(settings: StorageSettings) -> AsyncIterator[Reading]:
    engine = Engine(settings)
    # Nothing that is encrypted is read here, so that no key need be handed over.
    cipher = Cipher(master_key=os.urandom(KEY_BYTES), index_key=os.urandom(KEY_BYTES))
    async with Reading(engine, cipher) as reading:
        yield reading
    await engine.dispose()
