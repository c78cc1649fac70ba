"""A long time read slice by slice: it can be paused, and goes on where it stood, also by another worker."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from api.connectors.engine import Link, Turn
from api.connectors.portals.port import PortalError, UnavailableError
from api.connectors.pulling.ahead import read_ahead
from api.connectors.pulling.callers import NobodySpeaksError
from api.connectors.pulling.crew import Crew, HelperError, crew_of
from api.connectors.pulling.following import TROUBLE_SECONDS, why
from api.connectors.pulling.keeping import Kept
from api.connectors.pulling.windows import Window
from storage.portal_pulls import backfills
from storage.portal_pulls.backfills import BackfillStoppedError, BackfillView, Progress
from storage.portal_pulls.kinds import BackfillState
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

CHORE = "backfill"
LOOK_SECONDS = 30.0
"""After which it is looked whether somebody asked for one."""
TROUBLE = (PortalError, NobodySpeaksError, HelperError)
"""What a backfill ends with and tells of itself."""
Tell = Callable[[BackfillView], None]


def _untold(_backfill: BackfillView) -> None:
    """Tell nobody."""


async def go_on(link: Link, turn: Turn) -> float:
    """Go on with the deployment's backfill, if one runs; return how many seconds to rest."""
    async with link.open_unit() as uow:
        backfill = await backfills.open_one(uow, link.name)
    if backfill is None or backfill.state is not BackfillState.RUNNING:
        return LOOK_SECONDS
    try:
        await fill(link, turn, backfill)
    except BackfillStoppedError:
        return LOOK_SECONDS
    except TROUBLE:
        return TROUBLE_SECONDS
    return LOOK_SECONDS


async def fill(link: Link, turn: Turn, backfill: BackfillView, tell: Tell = _untold) -> BackfillView:
    """Read from where a backfill stands to its end; return it as it is then.

    Raises:
        PortalError: and the rest of TROUBLE; the backfill has noted it. Where that passes by itself it still
            runs, and whoever has the next turn goes on with it; else it has failed, and waits for a person.
        BackfillStoppedError: it was paused.
    """
    try:
        async with crew_of(link) as crew:
            while backfill.position < backfill.until:
                backfill = await _slice(link, turn, backfill, _Hands(crew=crew, tell=tell))
    except TROUBLE as error:
        passes = isinstance(error, (UnavailableError, HelperError))
        async with link.open_unit() as uow:
            await backfills.trouble(uow, link.name, why(error), datetime.now(UTC), passes=passes)
            await uow.commit()
        log.warning("portal_backfill_waits", portal=link.name, passes=passes, why=why(error))
        raise
    return backfill


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hands:
    """Who keeps pages, and who is told."""

    crew: Crew
    tell: Tell


async def _slice(link: Link, turn: Turn, backfill: BackfillView, hands: _Hands) -> BackfillView:
    since, now = backfill.position, backfill
    until = min(backfill.until, since + link.deployment.pull.window)

    async def moved(uow: UnitOfWork, cursor: str | None, kept: Kept) -> None:
        nonlocal now
        progress = Progress(
            position=since if cursor else until,
            cursor=cursor,
            records=kept.records,
            events=kept.events,
            strays=len(kept.strays),
        )
        await turn.keep(uow)
        await backfills.move(uow, backfill.id, progress, datetime.now(UTC))
        now = await backfills.get(uow, backfill.id)
        hands.tell(now)

    window = Window(since=since, until=until, cursor=backfill.cursor)
    await read_ahead(link, window, moved, hands.crew)
    return now
