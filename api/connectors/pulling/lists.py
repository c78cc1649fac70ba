"""Lists that a portal shares: read whole and checked, time and again; what changed of them is kept."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from api.connectors.engine import Link, Turn
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.portals.port import Page, PortalError, Record, UnavailableError
from api.connectors.portals.sources import shares
from api.connectors.pulling.following import TROUBLE_SECONDS, why
from storage.agencies.importing import EntryRefusedError
from storage.portal_pulls import shared, streams
from storage.portal_pulls.kinds import Stream
from storage.portal_pulls.shared import ListShrunkError
from storage.procedures.formats.faults import Fault, FileRefusedError
from storage.unit_of_work import UnitOfWork, transact

log = structlog.get_logger(__name__)

MOST_ENTRIES = 100_000
"""Of one list: there are some ten thousand agencies, and a portal may lead in a circle."""
MOST_NAMED = 20
TROUBLES = (PortalError, ListShrunkError, FileRefusedError, EntryRefusedError)
"""By which nothing of a list is kept, and of which the stream says why."""

Tell = Callable[[int, int | None], None]
"""Told how many entries were read, and of how many, where the portal says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a list, within a transaction that is not committed.

    Attributes:
        codes: of all entries that may be the portal's to bring.
        changed: how many are new with us, or other than before.
        refused: what it named that is not for it to bring, or can not be told apart.
    """

    codes: Collection[str]
    changed: int
    refused: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What came of a reading.

    Attributes:
        listed: how many entries are the portal's to bring, `changed` of which are new or other than before.
        refused: what it named that is not for it to bring.
        gone: codes that it listed once and does not any more: ours stay until an operator ends them.
    """

    listed: int
    changed: int
    refused: Sequence[str]
    gone: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedList:
    """A kind of list.

    Attributes:
        stream: by which we know how far it was read; its word is the name of the chore as well.
        offer: what a portal has to offer.
        read: asks for a page.
        take: checks a whole list, and keeps what changed. It raises what `TROUBLES` names.
        tier: the kind of thing that a code stands for.
    """

    stream: Stream
    offer: Offer
    read: Callable[[Link, str | None], Awaitable[Page]]
    take: Callable[[UnitOfWork, Link, Sequence[Record]], Awaitable[Taken]]
    tier: Callable[[str], object] = lambda _: None

    @property
    def chore(self) -> str:
        """The name of the chore."""
        return self.stream.value

    def wanted(self, deployment: AnyDeployment) -> bool:
        """Whether a portal is a source of it."""
        return shares(deployment, self.offer)

    async def look(self, link: Link, turn: Turn) -> float:
        """Read it, if it is time to; return how many seconds to rest."""
        every = timedelta(hours=link.deployment.pull.lists_hours or 24)
        if rest := await rest_of(link, self.stream, every):
            return rest
        with suppress(*TROUBLES):
            await self.refresh(link, turn)
        return TROUBLE_SECONDS

    async def refresh(
        self, link: Link, turn: Turn, *, shrink: bool = False, tell: Tell = lambda *_: None
    ) -> Refreshed:
        """Read it now, all of it, and keep what changed, all at once.

        Args:
            link: the portal.
            turn: ours.
            shrink: also where it holds more than 30% fewer than before.
            tell: told how it goes.

        Raises:
            PortalError: it was not told, or not in full.
            ListShrunkError: it seems to have been cut.
            FileRefusedError: some entries can not be read, each named by its place.
            EntryRefusedError: an agency can not be as it is told.
        """
        try:
            records = await self._whole(link, turn, tell)

            async def work(uow: UnitOfWork) -> Refreshed:
                await turn.keep(uow)
                return await self._kept(uow, link, records, shrink=shrink)

            return await transact(link.open_unit, work)
        except TROUBLES as error:
            await fail(link, self.stream, told_of(error))
            raise

    async def _whole(self, link: Link, turn: Turn, tell: Tell) -> list[Record]:
        records: list[Record] = []
        cursor, short, size = None, False, link.deployment.list_size
        while True:
            page = await self.read(link, cursor)
            if short and page.records:
                raise UnavailableError("pages are cut short, or page_size is not the portal's")
            if page.unreadable:
                raise UnavailableError(f"{page.unreadable} entries are no records")
            records += page.records
            tell(len(records), page.total)
            if page.cursor is None:
                return records
            if len(records) > MOST_ENTRIES:
                raise UnavailableError(f"over {MOST_ENTRIES} entries without an end")
            cursor = page.cursor
            short = page.total is None and size is not None and len(page.records) < size
            # Reading them all may take longer than a lease.
            await turn.hold(link.open_unit)

    async def _kept(
        self, uow: UnitOfWork, link: Link, records: Sequence[Record], *, shrink: bool
    ) -> Refreshed:
        now = datetime.now(UTC)
        before = await shared.listed(uow, link.name, self.stream)
        taken = await self.take(uow, link, records)
        if not taken.codes:
            raise UnavailableError("it lists nothing that is for it to bring")
        if not shrink:
            shared.require_no_shrinkage(before, taken.codes, self.tier)
        gone = await shared.keep(uow, link.name, self.stream, taken.codes, now)
        await streams.done(uow, link.name, self.stream, len(taken.codes), now)
        done = Refreshed(listed=len(taken.codes), changed=taken.changed, refused=taken.refused, gone=gone)
        log.info(
            "portal_list_read",
            portal=link.name,
            stream=self.stream.value,
            changed=done.changed,
            refused=len(done.refused),
            gone=gone[:MOST_NAMED],
        )
        return done


async def rest_of(link: Link, stream: Stream, every: timedelta) -> float:
    """Return in how many seconds it is time to read a list; 0 where it is time now, sooner after trouble."""
    async with link.open_unit() as uow:
        known = await streams.read(uow, link.name, stream)
    if known.error:
        every = timedelta(seconds=TROUBLE_SECONDS)
    due = known.due_at(every)
    rest = due - datetime.now(UTC) if due else timedelta(0)
    # Who would have to wait for longer was last tried by a clock that was wrong.
    return rest.total_seconds() if timedelta(0) < rest <= every else 0.0


async def fail(link: Link, stream: Stream, words: str) -> None:
    """Say that a list could not be read, and why."""
    async with link.open_unit() as uow:
        await streams.fail(uow, link.name, stream, words, datetime.now(UTC))
        await uow.commit()
    log.warning("portal_unread", portal=link.name, stream=stream.value, why=words)


def told_of(error: Exception) -> str:
    """Say why a list was refused, without a word of the portal's: of entries their places alone."""
    if not isinstance(error, FileRefusedError):
        return why(error)
    places = ", ".join(_place(fault) for fault in error.faults if fault.number)
    return f"{type(error).__name__}: {error.count} entries can not be used: {places}".removesuffix(": ")


def _place(fault: Fault) -> str:
    return f"{fault.number} {fault.field}" if fault.field else str(fault.number)
