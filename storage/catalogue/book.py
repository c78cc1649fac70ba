"""The catalogue in force, as this process knows it."""

import asyncio
from collections.abc import Callable

import structlog

from storage.beside import WorkFailed
from storage.catalogue.building import build_beside
from storage.catalogue.edition import Edition, Stamp, stamp_in_force
from storage.errors import StorageError
from storage.settings import StorageSettings
from storage.unit_of_work import Reading

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS = 300.0
"""The longest that is waited after one that could not be made, before it is tried again."""


class CatalogueNotReady(StorageError):  # noqa: N818 - says what is the case
    """The process has just begun, and has not read the catalogue yet."""


class CatalogueBook:
    """Follows the catalogue of the database: the one in force is asked while the next is being made.

    Args:
        settings: of the database, which the process that makes the next one ready reads by itself.
        open_reading: opens a reading in which it is looked whether there is a next one.
        look_seconds: how long a new version may be in force before it is begun to be made ready.
        edition: what is asked before the first look; none by default.
    """

    def __init__(
        self,
        settings: StorageSettings,
        open_reading: Callable[[], Reading],
        *,
        look_seconds: float,
        edition: Edition | None = None,
    ) -> None:
        self._settings = settings
        self._open_reading = open_reading
        self._look_seconds = look_seconds
        self._edition = edition
        self._there = asyncio.Event()

    @property
    def stamp(self) -> Stamp | None:
        """Which versions are asked; none before the first."""
        return self._edition.stamp if self._edition else None

    async def current(self, patience: float = 0.0) -> Edition:
        """Return the edition in force. Raises CatalogueNotReady where none comes within so many seconds."""
        if self._edition is None:
            try:
                async with asyncio.timeout(patience):
                    await self._there.wait()
            except TimeoutError:
                raise CatalogueNotReady from None
        assert self._edition is not None  # noqa: S101 - it was waited for, and nothing takes it away
        return self._edition

    async def run(self) -> None:
        """Look for a new version until cancelled, and make it ready. What fails is logged and tried again."""
        pause = self._look_seconds
        while True:
            pause = await self._follow(pause)
            await asyncio.sleep(pause)

    async def renew(self) -> None:
        """Look once, and come back when what is in force is asked. Raises whatever went wrong."""
        async with self._open_reading() as reading:
            found = await stamp_in_force(reading)
        if found != self.stamp:
            edition = await build_beside(self._settings)
            self._edition = edition
            self._there.set()
            log.info("catalogue_ready", version=edition.stamp.catalogue, procedures=len(edition.catalogue))

    async def _follow(self, pause: float) -> float:
        """Look once, and return how long to wait then: ever longer while it goes wrong."""
        try:
            await self.renew()
        # Of any kind: whatever it is, the one that is there must go on being asked.
        except Exception as error:  # noqa: BLE001
            in_force = self.stamp.catalogue if self.stamp else None
            kind = str(error) if isinstance(error, WorkFailed) else type(error).__name__
            log.error("catalogue_not_renewed", error=kind, in_force=in_force)  # noqa: TRY400
            return min(pause * 2, LONGEST_PAUSE_SECONDS)
        return self._look_seconds
