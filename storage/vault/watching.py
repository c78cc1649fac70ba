"""What a worker does for the store all the time: check it slowly, and sweep away what uploads have lost."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from storage.chores import for_ever
from storage.engine import UNAVAILABLE
from storage.unit_of_work import UnitOfWork
from storage.vault.blobs import Blobs, BlobsUnreachableError
from storage.vault.checking import Checker
from storage.vault.pace import Pace
from storage.vault.settings import VaultSettings
from storage.vault.sweeping import TooManyOrphans, sweep

log = structlog.get_logger(__name__)

MEGABYTE = 1_000_000
AGAIN_AFTER = timedelta(days=7)
"""No file is checked more often."""
SPREAD = 10
REST_SECONDS = 600.0
SWEEP_SECONDS = 3600.0


class Watch:
    """Runs beside a worker until it is cancelled. Any number may run."""

    def __init__(self, open_unit: Callable[[], UnitOfWork], blobs: Blobs, settings: VaultSettings) -> None:
        self._open_unit, self._blobs, self._settings = open_unit, blobs, settings
        pace = Pace(settings.check_rate * MEGABYTE) if settings.check_rate else None
        self._checker = Checker(open_unit, blobs, pace, spread=SPREAD) if pace else None

    async def run(self) -> None:
        """Watch for ever."""
        away = (BlobsUnreachableError, *UNAVAILABLE)
        await asyncio.gather(
            for_ever("vault_check", self.check_once, away=away),
            for_ever("vault_sweep", self.sweep_once, away=away),
        )

    async def check_once(self) -> float:
        """Check some files; return how many seconds to rest."""
        # A folder with nothing in it is another one than that of the database, rather than one that lost all.
        if self._checker is None or not await self._blobs.months():
            return REST_SECONDS
        checked = await self._checker.check_slice(before=datetime.now(UTC) - AGAIN_AFTER)
        for one in checked.faults:
            log.error(
                "document_file_faulty",
                document_id=one.document_id and str(one.document_id),
                message_id=one.message_id and str(one.message_id),
                file_id=str(one.file_id),
                role=one.role,
                fault=one.fault.value,
            )
        return 0.0 if checked.files else REST_SECONDS

    async def sweep_once(self) -> float:
        """Sweep the months in which an upload can have been under way lately; return how long to rest."""
        now = datetime.now(UTC)
        months = {f"{now:%Y/%m}", f"{now - self._settings.grace - timedelta(days=2):%Y/%m}"}
        try:
            swept = await sweep(
                self._open_unit, self._blobs, now=now, grace=self._settings.grace, months=sorted(months)
            )
        except TooManyOrphans:
            log.exception("vault_not_swept")
            return SWEEP_SECONDS
        if swept.orphans or swept.removed or swept.unfinished or swept.damaged:
            log.info(
                "vault_swept",
                orphans=swept.orphans,
                removed=swept.removed,
                unfinished=swept.unfinished,
                damaged=swept.damaged,
            )
        return SWEEP_SECONDS
