"""The chores that tell a portal of our dossiers: one finds what changed, one tells it.

Before anything is sent, what is about to go is kept as in doubt: whoever dies over it leaves to the next one
what is to be asked for. No connection to the database is held while the portal is called. When something is
due again is reckoned by the database's clock: workers' own may differ.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.connectors.engine import Chore, Link, Turn
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.portals.port import Outcome
from api.connectors.pushing.outcomes import SHUT, settled
from api.connectors.pushing.planning import Plan, plan
from api.connectors.pushing.telling import Told, tell
from storage import clock
from storage.horizon import SETTLED
from storage.portal_reports import noticing, sending
from storage.portal_reports.kinds import ReportState
from storage.portal_reports.noticing import Noticed, Scope
from storage.portal_reports.reach import reached_of
from storage.portal_reports.reading import known
from storage.portal_reports.sending import Settled, Standing, Taken
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

DIGEST = "portal_report.1"
"""Purpose of the hash of what was told; the number changes with the way in which a record is written."""
SLICE = 1000
"""Dossiers that one transaction looks at."""
SEND_SECONDS = 240.0
"""For which one dossier may be sent; its lease is longer."""
TURN_SECONDS = 120.0
"""After which a chore ends its turn, though there is more."""
AWAY_SECONDS = 5.0
"""Rest after a report that did not go, if the portal does not ask for more."""
_CHANCE = Random()  # noqa: S311 - spreads attempts over time, and keeps nothing secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An attempt: whose, what came of it and what is kept of that."""

    taken: Taken
    told: Told
    settled: Settled

    @property
    def rest(self) -> float:
        """How many seconds the portal is to be left alone."""
        if self.told.shut:
            return SHUT.total_seconds()
        if self.settled.state is ReportState.REFUSED or self.told.left is None:
            return 0.0
        asked = self.told.retry_after or timedelta(0)
        return max(asked.total_seconds(), AWAY_SECONDS)


def reports_dossiers(deployment: AnyDeployment) -> bool:
    """Whether a portal is told of dossiers, or of their steps."""
    return bool(deployment.offers & {Offer.REPORT_DOSSIER, Offer.REPORT_PROGRESS})


async def notice(link: Link, turn: Turn) -> float:
    """Put down what changed; return how many seconds to rest."""
    found = await notice_once(link, turn)
    return 0.0 if found.more else link.deployment.push.every_seconds


async def notice_once(link: Link, turn: Turn, *, settled: timedelta = SETTLED) -> Noticed:
    """Put down some of what changed; see `storage.horizon` for what counts as settled."""
    deployment = link.deployment
    scope = Scope(
        deployment=link.name,
        portal=link.client_id,
        agencies=deployment.agencies,
        since=deployment.push.since,
    )
    async with link.open_unit() as uow:
        await turn.keep(uow)
        found = await noticing.notice(uow, scope, now=await clock.now(uow), limit=SLICE, settled=settled)
        await uow.commit()
    return found


async def tell_due(link: Link, turn: Turn) -> float:
    """Tell what is due, several dossiers at once; return how many seconds to rest."""
    until = time.monotonic() + TURN_SECONDS
    lanes = [asyncio.create_task(_lane(link, turn, until)) for _ in range(link.deployment.push.lanes)]
    try:
        return max(await asyncio.gather(*lanes))
    finally:
        # Where one fails, as the turn was lost, the others may not go on by themselves.
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)


async def tell_one(link: Link, turn: Turn, dossier_id: UUID | None = None) -> Made | None:
    """Tell the dossier that is due first, or this one if it is due; none where none is."""
    async with link.open_unit() as uow:
        await turn.keep(uow)
        taken = await sending.take(
            uow, link.name, now=await clock.now(uow), lease=sending.LEASE, dossier_id=dossier_id
        )
        if taken is None:
            return None
        planned = await _planned(uow, link, taken)
        if planned is None:
            made = await _settle(uow, taken, Told(standing=taken.standing, left=Outcome.RETRYABLE))
            await uow.commit()
            return made
        doubted = _in_doubt(taken, planned)
        if not planned.empty:
            await sending.doubt(uow, taken, doubted)
        await uow.commit()
    told = await _told(link, taken, planned, doubted)
    async with link.open_unit() as uow:
        made = await _settle(uow, taken, told)
        await uow.commit()
    _note(link, made)
    return made


CHORES = (
    Chore(name="report_notice", work=notice, wanted=reports_dossiers),
    Chore(name="report_dossiers", work=tell_due, wanted=reports_dossiers),
)


async def _lane(link: Link, turn: Turn, until: float) -> float:
    while time.monotonic() < until:
        made = await tell_one(link, turn)
        if made is None:
            return link.deployment.push.every_seconds
        if made.rest:
            return made.rest
    return 0.0


async def _planned(uow: UnitOfWork, link: Link, taken: Taken) -> Plan | None:
    """Return what a dossier's report is; none where it can not be read, which may hold up no other."""
    try:
        dossier = await known(uow, taken.dossier_id)
        if dossier is None:
            return Plan()
        # It may have gone to another agency since it was put down, or the agency out of the deployment.
        if not await reached_of(uow, link.authority, link.deployment.agencies, [dossier.agency_id]):
            return Plan()
        return plan(dossier, taken.standing, link.deployment, partial(uow.cipher.blind_index, DIGEST))
    except (psycopg.Error, SQLAlchemyError, OSError):
        # Nothing is wrong with the dossier.
        raise
    except Exception:
        log.exception("portal_report_failed", portal=link.name, dossier=str(taken.dossier_id))
        return None


async def _settle(uow: UnitOfWork, taken: Taken, told: Told) -> Made:
    now = await clock.now(uow)
    kept = settled(told, attempt=taken.attempt, now=now, rng=_CHANCE)
    await sending.settle(uow, taken, kept, now=now)
    return Made(taken=taken, told=told, settled=kept)


def _in_doubt(taken: Taken, planned: Plan) -> Standing:
    steps = [step.fact_id for step in planned.steps]
    return taken.standing.in_doubt(record=planned.record is not None, events=steps)


async def _told(link: Link, taken: Taken, planned: Plan, doubted: Standing) -> Told:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await tell(link.portal, planned, taken.standing, link.deployment)
    except TimeoutError:
        pass
    except Exception:
        # A fault of ours over this one may not end the lanes of all others.
        log.exception("portal_report_failed", portal=link.name, dossier=str(taken.dossier_id))
    # Nobody can tell how far it came: all of it is asked for.
    return Told(standing=doubted, left=Outcome.UNKNOWN)


def _note(link: Link, made: Made) -> None:
    told, kept = made.told, made.settled
    said = {
        "portal": link.name,
        "dossier": str(made.taken.dossier_id),
        "attempt": made.taken.attempt,
        "code": kept.answer_code,
    }
    if told.shut:
        log.error("portal_not_let_in", portal=link.name, code=kept.answer_code)
    elif kept.state is ReportState.REFUSED:
        log.error("portal_report_refused", **said)
    elif kept.state is ReportState.DOUBTED:
        tell_it = log.error if kept.next_at is None else log.warning
        tell_it("portal_report_doubted", **said)
    elif kept.state is ReportState.WAITING:
        log.warning("portal_report_waits", **said)
