"""A window of time read to its end, page by page; each page is kept before the next is asked for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from api.connectors.engine import Link
from api.connectors.portals.port import Page, UnavailableError
from api.connectors.pulling.keeping import Keeping, Kept
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

MOST_PAGES = 100_000
"""Of one window: a portal may lead in a circle that is longer than two pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time in which dossiers changed at a portal, and where in their list we are.

    Attributes:
        cursor: as `cursor_of` writes it; none for the first page.
    """

    since: datetime
    until: datetime
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not self.since < self.until:
            raise ValueError("a window has a beginning before its end")


Moved = Callable[[UnitOfWork, str | None, Kept], Awaitable[None]]
"""Keeps where to go on, none at the end, in the transaction that keeps what a page brought."""


async def read_through(link: Link, window: Window, moved: Moved) -> Kept:
    """Read a window from where it stands to its end; return what came of it all.

    No connection is held while the portal is called. A crash anywhere repeats a page at the most.

    Raises:
        PortalError: where the window stands was kept with the last page.
    """
    keeping, kept, cursor = Keeping(link), Kept(), _portals(link, window.cursor)
    short = False
    for _ in range(MOST_PAGES):
        page = await _page(link, window, cursor)
        if short and page.records:
            raise UnavailableError("a page was cut short, or page_size is not the portal's")
        short = _is_short(link, page)
        if page.unreadable:
            log.warning("portal_entries_unreadable", portal=link.name, entries=page.unreadable)
        following = cursor_of(link, page.cursor)

        async def then(uow: UnitOfWork, of_page: Kept, following: str | None = following) -> None:
            await moved(uow, following, of_page)

        kept += await keeping.keep(page.records, then)
        if page.cursor is None:
            return kept
        cursor = page.cursor
    raise UnavailableError(f"{MOST_PAGES} pages without an end")


def cursor_of(link: Link, theirs: str | None) -> str | None:
    """Return a cursor with the size of the pages that it counts: another size, and it means another place."""
    return None if theirs is None else f"{link.deployment.page_size}/{theirs}"


def _portals(link: Link, ours: str | None) -> str | None:
    """Return the portal's cursor; none, for the first page, where ours counts pages of another size."""
    size, _, theirs = (ours or "").partition("/")
    return theirs if size == str(link.deployment.page_size) else None


async def _page(link: Link, window: Window, cursor: str | None) -> Page:
    try:
        return await link.portal.changed(window.since, window.until, cursor)
    except ValueError:
        # Written by another version: what was read is read again, which harms nobody.
        return await link.portal.changed(window.since, window.until, None)


def _is_short(link: Link, page: Page) -> bool:
    """Whether a page can only be the last: where a total is told, the adapter knows better."""
    return page.total is None and len(page.records) + page.unreadable < link.deployment.page_size
