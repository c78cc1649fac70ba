"""Comparing each portal with us once a day, and on demand."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from api.connectors.engine import Chore, Link, Turn
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.portals.port import PortalError, UnavailableError
from api.connectors.pulling.callers import NobodySpeaksError
from api.connectors.pulling.following import why
from api.connectors.reconciling.running import Running, start
from notify.tallies import Tally
from storage.reconciliation import comparisons, listing
from storage.reconciliation.comparisons import Run
from storage.reconciliation.kinds import Extent

log = structlog.get_logger(__name__)

NAME = "reconcile"
LOOK_SECONDS = 60.0
TROUBLE_SECONDS = 300.0
FIRST_WITHIN = timedelta(hours=1)
"""A deployment that never was compared waits for its hour: at first, its backfill brings everything in."""
STANDING = Tally(
    name="tindan_portal_differences",
    words="Differences between portals and us of which nothing has come yet.",
    label="deployment",
    count=listing.standing,
)


def is_compared(deployment: AnyDeployment) -> bool:
    """Whether a deployment can be compared with us: it shows dossiers, by what changed or one by one."""
    return bool({Offer.CHANGED, Offer.DOSSIER} & deployment.offers)


async def work(link: Link, turn: Turn) -> float:
    """Go on with the comparison under way, or begin the one that is due; return how long to rest."""
    now = datetime.now(UTC)
    run = await _due(link, now)
    if run is None:
        return LOOK_SECONDS
    try:
        run = await take_on(link, turn, run)
    except (PortalError, NobodySpeaksError) as error:
        log.warning("reconciliation_waits", portal=link.name, stage=run.stage, why=why(error))
        after = error.retry_after if isinstance(error, UnavailableError) else None
        return max(TROUBLE_SECONDS, after.total_seconds()) if after else TROUBLE_SECONDS
    return LOOK_SECONDS


async def take_on(link: Link, turn: Turn, run: Run, tell: Callable[[Run], None] = lambda _: None) -> Run:
    """Take a comparison to its end.

    Raises PortalError, and NobodySpeaksError where we know none of the agencies; the comparison says why.
    """
    try:
        run = await Running(link, turn, tell).finish(run)
    except (PortalError, NobodySpeaksError) as error:
        async with link.open_unit() as uow:
            await comparisons.fail(uow, run, why(error))
            await uow.commit()
        raise
    log.info("reconciled", portal=link.name, extent=run.extent, **run.counts)
    return run


async def _due(link: Link, now: datetime) -> Run | None:
    async with link.open_unit() as uow:
        running = await comparisons.running(uow, link.name)
        before = running or await comparisons.last(uow, link.name)
    if running is not None:
        return running
    when = link.deployment.reconcile.last_time(now)
    due = before.started_at < when if before else now - when < FIRST_WITHIN
    return await start(link, Extent.CHANGED, now) if due else None


RECONCILE = Chore(name=NAME, work=work, wanted=is_compared)
