"""What changed at a portal, read time and again: windows of time, one after the other, without a gap."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from api.connectors.engine import Link, Turn
from api.connectors.portals.port import NotLetInError, PortalError
from api.connectors.pulling.callers import NobodySpeaksError
from api.connectors.pulling.keeping import Kept
from api.connectors.pulling.windows import Window, read_through
from storage.portal_pulls import streams
from storage.portal_pulls.kinds import Stream
from storage.portal_pulls.streams import StreamView
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

CHORE = "pull"
TROUBLE_SECONDS = 60.0
SHUT_OUT_SECONDS = 900.0
"""After which a portal is tried again that did not let us in: an operator has something to mend."""
AHEAD = timedelta(minutes=5)
"""By which the clocks of two workers of ours may differ."""
Tell = Callable[[Kept], None]


def _untold(_kept: Kept) -> None:
    """Tell nobody."""


async def follow(link: Link, turn: Turn) -> float:
    """Read what changed, if it is time to; return how many seconds to rest.

    A portal that fails leaves the stream where it stands, with since when and why.
    """
    stream = await _standing(link)
    now = datetime.now(UTC)
    every = timedelta(seconds=_every(link, stream))
    rest = timedelta(0) if stream.tried_at is None else stream.tried_at + every - now
    # Who would have to wait for longer was last tried by a clock that was wrong.
    if timedelta(0) < rest <= every:
        return rest.total_seconds()
    with suppress(PortalError, NobodySpeaksError):
        await pull(link, turn)
    return link.deployment.pull.every_seconds


async def pull(link: Link, turn: Turn, tell: Tell = _untold) -> Kept:
    """Read all that changed until now, whether it is time to or not; return what came of it.

    Raises PortalError and NobodySpeaksError, which the stream has noted.
    """
    kept, end = Kept(), datetime.now(UTC) - link.deployment.pull.settle
    try:
        while (window := await _next(link, turn, end)) is not None:
            kept += await _read(link, turn, window, tell)
    except (PortalError, NobodySpeaksError) as error:
        await _fail(link, error)
        raise
    return kept


async def _read(link: Link, turn: Turn, window: Window, tell: Tell) -> Kept:
    async def moved(uow: UnitOfWork, cursor: str | None, kept: Kept) -> None:
        await turn.keep(uow)
        if cursor is None:
            now = datetime.now(UTC)
            await streams.finish(uow, link.name, Stream.DOSSIERS, kept.records, now)
        else:
            await streams.move(uow, link.name, Stream.DOSSIERS, cursor, kept.records)
        tell(kept)

    return await read_through(link, window, moved)


async def _next(link: Link, turn: Turn, end: datetime) -> Window | None:
    """Return the window to be read: that under way, else the next one; none where all is read until an end.

    The portal widens it by the overlap at both ends, so that a clock that is wrong there loses nothing.
    """
    rules, now = link.deployment.pull, datetime.now(UTC)
    async with link.open_unit() as uow:
        await turn.keep(uow)
        stream = await streams.read(uow, link.name, Stream.DOSSIERS)
        if stream.window_since and stream.window_until:
            await streams.tried(uow, link.name, Stream.DOSSIERS, now)
            window = Window(since=stream.window_since, until=stream.window_until, cursor=stream.cursor)
        else:
            since = _since(link, stream, end, now)
            until = min(end, since + rules.window)
            if until <= since:
                return None
            window = Window(since=since, until=until)
            await streams.begin(uow, link.name, Stream.DOSSIERS, since=since, until=until, now=now)
        await uow.commit()
    return window


def _since(link: Link, stream: StreamView, end: datetime, now: datetime) -> datetime:
    """Return from when on to read: from where it was read until, unless that is yet to come."""
    first = end - link.deployment.pull.first
    if stream.read_until is None:
        return first
    if stream.read_until > now + AHEAD:
        # Our clock was wrong then, so nobody knows what was read: a repeat harms nobody.
        log.error("portal_read_ahead_of_time", portal=link.name, stream=Stream.DOSSIERS.value)
        return first
    return stream.read_until


async def _fail(link: Link, error: Exception) -> None:
    async with link.open_unit() as uow:
        await streams.fail(uow, link.name, Stream.DOSSIERS, why(error), datetime.now(UTC))
        await uow.commit()
    level = log.error if isinstance(error, NotLetInError | NobodySpeaksError) else log.warning
    level("portal_unread", portal=link.name, stream=Stream.DOSSIERS.value, why=why(error))


def why(error: Exception) -> str:
    """Say why reading came to nothing, without a word of the portal's."""
    return f"{type(error).__name__}: {error}"


async def _standing(link: Link) -> StreamView:
    async with link.open_unit() as uow:
        return await streams.read(uow, link.name, Stream.DOSSIERS)


def _every(link: Link, stream: StreamView) -> float:
    usual = link.deployment.pull.every_seconds
    if stream.error is None:
        return usual
    shut_out = stream.error.startswith(NotLetInError.__name__)
    return max(usual, SHUT_OUT_SECONDS if shut_out else TROUBLE_SECONDS)
