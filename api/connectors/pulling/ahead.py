"""A window read by many hands: pages are kept by helpers, and where to go on is kept in their order."""

import asyncio
from collections import deque

from api.connectors.engine import Link
from api.connectors.portals.port import PortalError
from api.connectors.pulling.crew import Crew
from api.connectors.pulling.keeping import Kept
from api.connectors.pulling.windows import Moved, Window, pages
from storage.portal_pulls.hurry import do_not_wait
from storage.unit_of_work import UnitOfWork, transact

_Waiting = deque[tuple["asyncio.Task[Kept]", str | None]]


async def read_ahead(link: Link, window: Window, moved: Moved, crew: Crew) -> Kept:
    """Read a window to its end, while helpers keep what was read; return what came of it all.

    The place behind a page is kept once it and all before it are: a crash repeats the few pages that were
    under way, which harms nobody.

    Raises:
        PortalError: what was read before is kept, and where to go on.
        HelperError: a page could not be kept; the place is that before it.
        NobodySpeaksError: none of the deployment's agencies is known.
    """
    waiting: _Waiting = deque()
    kept = Kept()
    try:
        async for page, following in pages(link, window):
            waiting.append((asyncio.create_task(crew.keep(page.records)), following))
            if len(waiting) > crew.size:
                kept += await _first(link, waiting, moved)
        while waiting:
            kept += await _first(link, waiting, moved)
    except PortalError:
        # What was read is kept all the same.
        while waiting:
            await _first(link, waiting, moved)
        raise
    finally:
        for task, _ in waiting:
            task.cancel()
        await asyncio.gather(*(task for task, _ in waiting), return_exceptions=True)
    return kept


async def _first(link: Link, waiting: _Waiting, moved: Moved) -> Kept:
    task, following = waiting.popleft()
    kept = await task

    async def work(uow: UnitOfWork) -> None:
        await do_not_wait(uow)
        await moved(uow, following, kept)

    await transact(link.open_unit, work)
    return kept
