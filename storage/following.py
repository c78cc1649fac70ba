"""What a process makes of the database and asks many times: made anew beside it whenever that has changed."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic, Protocol, TypeVar

import structlog

from storage.beside import WorkFailed
from storage.errors import StorageError
from storage.settings import StorageSettings
from storage.unit_of_work import Reading

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS = 300.0
"""The longest that is waited after one that could not be made, before it is tried again."""


class NotReady(StorageError):  # noqa: N818 - says what is the case
    """The process has just begun, and has not made it yet."""


class Stamped(Protocol):
    """One state of it, never changed."""

    @property
    def stamp(self) -> object:
        """Of what it was made: another one means that it is out of date."""

    @property
    def number(self) -> int:
        """Which it is, for the log."""

    def __len__(self) -> int:
        """Return how many things are in it, for the log."""


EditionT = TypeVar("EditionT", bound=Stamped)
StampT = TypeVar("StampT")


class Follower(ABC, Generic[EditionT, StampT]):
    """Follows the database: what is in force is asked while the next is being made.

    Args:
        settings: of the database, which the process that makes the next one reads by itself.
        open_reading: opens a reading in which it is looked whether there is a next one.
        look_seconds: how long a change may be in force before the next one is begun.
        edition: what is asked before the first look; nothing by default.
    """

    name: ClassVar[str]
    """What it is called in the log."""
    not_ready: ClassVar[type[NotReady]]
    """What is raised before the first one is there."""

    def __init__(
        self,
        settings: StorageSettings,
        open_reading: Callable[[], Reading],
        *,
        look_seconds: float,
        edition: EditionT | None = None,
    ) -> None:
        self._settings = settings
        self._open_reading = open_reading
        self._look_seconds = look_seconds
        self._edition = edition
        self._there = asyncio.Event()
        self._renewing = asyncio.Lock()

    @abstractmethod
    async def _stamp_in_force(self, reading: Reading) -> StampT:
        """Return the stamp of what would be made now."""

    @abstractmethod
    async def _make(self, stamp: StampT) -> EditionT:
        """Make what is in force, which may have changed once more since it had this stamp."""

    @property
    def number(self) -> int | None:
        """Which is asked; none before the first."""
        return None if self._edition is None else self._edition.number

    async def current(self, patience: float = 0.0) -> EditionT:
        """Return what is in force. Raises `not_ready` where nothing comes within so many seconds."""
        if self._edition is None:
            try:
                async with asyncio.timeout(patience):
                    await self._there.wait()
            except TimeoutError:
                raise self.not_ready from None
        assert self._edition is not None  # noqa: S101 - it was waited for, and nothing takes it away
        return self._edition

    async def run(self) -> None:
        """Look for a change until cancelled, and make the next one. What fails is logged and tried again."""
        pause = self._look_seconds
        while True:
            pause = await self._follow(pause)
            await asyncio.sleep(pause)

    async def renew(self) -> None:
        """Look once, and come back when what is in force is asked. Raises whatever went wrong."""
        # One at a time: what was begun first may end last, and must not take the place of what is newer.
        async with self._renewing:
            async with self._open_reading() as reading:
                found = await self._stamp_in_force(reading)
            if self._edition is None or found != self._edition.stamp:
                self._edition = edition = await self._make(found)
                self._there.set()
                event = f"{self.name}_ready"
                log.info(event, number=edition.number, count=len(edition))

    async def _follow(self, pause: float) -> float:
        """Look once, and return how long to wait then: ever longer while it goes wrong."""
        try:
            await self.renew()
        # Of any kind: whatever it is, the one that is there must go on being asked.
        except Exception as error:  # noqa: BLE001
            kind = str(error) if isinstance(error, WorkFailed) else type(error).__name__
            event = f"{self.name}_not_renewed"
            log.error(event, error=kind, in_force=self.number)  # noqa: TRY400
            return min(pause * 2, LONGEST_PAUSE_SECONDS)
        return self._look_seconds
