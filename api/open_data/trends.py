"""The last months of all agencies, made beside the pages that show them."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date

import structlog

from api.open_data.briefs import Brief
from api.open_data.service import Shelf
from storage.unit_of_work import Reading

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 2.0

Trend = Mapping[date, Mapping[str | None, Brief]]


class Trends:
    """Makes a trend once for all who ask at a time.

    A year of the whole country takes half a minute where nothing of it is on the shelf: a page is not kept
    waiting so long, and nobody who leaves undoes what has been made.

    Args:
        shelf: where months are kept.
        patience: seconds that a page waits.
    """

    def __init__(self, shelf: Shelf, *, patience: float = PATIENCE_SECONDS) -> None:
        self._shelf, self._patience = shelf, patience
        self._making: asyncio.Task[Trend] | None = None

    async def take(self, open_reading: Callable[[], Reading], *, current: date) -> Trend | None:
        """Return the last months that are over, the first first; none where they are still being made."""
        if self._making is None:
            self._making = asyncio.create_task(self._shelf.trend(open_reading, current=current))
            self._making.add_done_callback(self._made)
        making = self._making
        done, _ = await asyncio.wait({making}, timeout=self._patience)
        return making.result() if done else None

    def _made(self, making: asyncio.Task[Trend]) -> None:
        self._making = None
        # Whoever waited is told as well; but perhaps nobody did.
        if not making.cancelled() and (error := making.exception()):
            log.warning("trend_not_made", error=type(error).__name__)
