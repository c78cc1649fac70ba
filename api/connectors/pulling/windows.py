"""A window of time read to its end, page by page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

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
        cursor: a `Place` as text; none for the first page.
    """

    since: datetime
    until: datetime
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not self.since < self.until:
            raise ValueError("a window has a beginning before its end")


Moved = Callable[[UnitOfWork, str | None, Kept], Awaitable[None]]
"""Keeps where to go on, none at the end, in the transaction that keeps what a page brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a window we are, as it is kept between two pages.

    Attributes:
        size: of the pages that the portal's cursor counts: with another one it means another place.
        short: the page before was no whole one, so that it was the last, or was cut short.
        theirs: the portal's cursor; none for the first page.
    """

    size: int
    short: bool = False
    theirs: str | None = None

    def __str__(self) -> str:
        return f"{self.size}/{'short' if self.short else 'whole'}/{self.theirs}"

    @classmethod
    def read(cls, kept: str | None, size: int) -> Self:
        """Return the place that was kept; the first page where pages have another size now."""
        of, _, rest = (kept or "").partition("/")
        how, _, theirs = rest.partition("/")
        return cls(size=size, short=how == "short", theirs=theirs) if of == str(size) else cls(size=size)


async def read_through(link: Link, window: Window, moved: Moved) -> Kept:
    """Read a window from where it stands to its end; return what came of it all.

    No connection is held while the portal is called. A crash anywhere repeats a page at the most.

    Raises:
        PortalError: where the window stands was kept with the last page.
    """
    keeping, kept = Keeping(link), Kept()
    async for page, following in pages(link, window):

        async def then(uow: UnitOfWork, of_page: Kept, following: str | None = following) -> None:
            await moved(uow, following, of_page)

        kept += await keeping.keep(page.records, then)
    return kept


async def pages(link: Link, window: Window) -> AsyncIterator[tuple[Page, str | None]]:
    """Yield the pages of a window from where it stands, each with the place behind it, none at the end.

    Where no total is told, a page that is no whole one has to be the last: if another follows, the window is
    read from its beginning, as nobody knows what was left out.

    Raises PortalError.
    """
    size = link.deployment.page_size
    place, again = Place.read(window.cursor, size), False
    for _ in range(MOST_PAGES):
        page = await _page(link, window, place.theirs)
        if place.short and page.records:
            if again:
                raise UnavailableError("pages are cut short, or page_size is not the portal's")
            place, again = Place(size=size), True
            continue
        if page.unreadable:
            log.warning("portal_entries_unreadable", portal=link.name, entries=page.unreadable)
        place = Place(size=size, short=_is_short(page, size), theirs=page.cursor)
        if page.cursor is None:
            yield page, None
            return
        yield page, str(place)
    raise UnavailableError(f"{MOST_PAGES} pages without an end")


async def _page(link: Link, window: Window, cursor: str | None) -> Page:
    try:
        return await link.portal.changed(window.since, window.until, cursor)
    except ValueError:
        # Written by another version: what was read is read again, which harms nobody.
        return await link.portal.changed(window.since, window.until, None)


def _is_short(page: Page, size: int) -> bool:
    """Whether a page can only be the last: where a total is told, the adapter knows better."""
    return page.total is None and len(page.records) + page.unreadable < size
