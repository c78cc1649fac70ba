"""The chores that tell a portal of questions, complaints and ratings: one draws them up, one sends them.

Whatever is sent bears a key, by which a portal takes it in place of what it had: so what may have arrived is
sent again, since there is nothing by which it could be asked for.
"""

import time
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import structlog

from api.connectors.dialect import VIETNAM
from api.connectors.engine import Chore, Link, Turn
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.portals.opinions import opinion_record
from api.connectors.portals.port import NotLetInError, Outcome, Record, Reported
from api.connectors.pushing.outcomes import SHUT, next_time
from storage import clock
from storage.moments import BEFORE_ALL_IDS
from storage.portal_reports import opinion_sending, opinions
from storage.portal_reports.kinds import OpinionKind, ReportState
from storage.portal_reports.opinion_sending import Opinion
from storage.portal_reports.reach import reached
from storage.portal_reports.sending import LEASE

log = structlog.get_logger(__name__)

SLICE = 2000
"""Questions or complaints that one transaction looks at."""
MONTHS = 13
"""So many months of ratings are told, and corrected: the last ones that are over."""
TURN_SECONDS = 120.0
REST_SECONDS = 5.0
AWAY_SECONDS = 5.0
_CHANCE = Random()  # noqa: S311 - spreads attempts over time, and keeps nothing secret
_STATES = {
    Outcome.DONE: ReportState.DONE,
    Outcome.REFUSED: ReportState.REFUSED,
    Outcome.MISSING: ReportState.REFUSED,
    Outcome.RETRYABLE: ReportState.WAITING,
    Outcome.UNKNOWN: ReportState.DOUBTED,
}


def reports_opinions(deployment: AnyDeployment) -> bool:
    """Whether a portal is told of them."""
    return Offer.REPORT_OPINIONS in deployment.offers


async def draw_up(link: Link, turn: Turn) -> float:
    """Draw up whatever says something new; return how many seconds to rest."""
    for kind in (OpinionKind.QUESTION, OpinionKind.COMPLAINT):
        after: UUID | None = BEFORE_ALL_IDS
        while after is not None:
            async with link.open_unit() as uow:
                await turn.keep(uow)
                agencies = await reached(uow, link.deployment.agencies)
                drawn = await opinions.draw_up(
                    uow, link.name, kind, agencies, now=await clock.now(uow), limit=SLICE, after=after
                )
                await uow.commit()
            after = drawn.after
    for month in _months(datetime.now(VIETNAM).date()):
        async with link.open_unit() as uow:
            await turn.keep(uow)
            agencies = await reached(uow, link.deployment.agencies)
            await opinions.draw_up_ratings(uow, link.name, agencies, month=month, now=await clock.now(uow))
            await uow.commit()
    return link.deployment.push.opinions_every.total_seconds()


async def send_due(link: Link, turn: Turn) -> float:
    """Send what is due, one after the other; return how many seconds to rest."""
    until = time.monotonic() + TURN_SECONDS
    while time.monotonic() < until:
        rest = await send_one(link, turn)
        if rest is None:
            return REST_SECONDS
        if rest:
            return rest
    return 0.0


async def send_one(link: Link, turn: Turn) -> float | None:
    """Send what is due first; return how many seconds to leave the portal alone, none if none is due."""
    async with link.open_unit() as uow:
        await turn.keep(uow)
        opinion = await opinion_sending.take(uow, link.name, now=await clock.now(uow), lease=LEASE)
        await uow.commit()
    if opinion is None:
        return None
    return await _settle(link, opinion, await _sent(link, opinion))


CHORES = (
    Chore(name="draw_up_opinions", work=draw_up, wanted=reports_opinions),
    Chore(name="report_opinions", work=send_due, wanted=reports_opinions),
)


def _months(today: date) -> list[date]:
    """Return the first days of the months that are told: of one that is not over, each rating would show."""
    over = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(over - MONTHS, over)]


async def _sent(link: Link, opinion: Opinion) -> Reported:
    try:
        return await link.portal.report_opinion(opinion.kind, _record(link, opinion))
    except NotLetInError as error:
        answer = error.answer
    except Exception:
        # A fault of ours over this one may not hold up all others; how far it came, nobody can tell.
        log.exception("portal_opinion_failed", portal=link.name, kind=opinion.kind, key=opinion.key)
        return Reported(outcome=Outcome.UNKNOWN)
    log.error("portal_not_let_in", portal=link.name, code=None if answer is None else answer.code)
    return Reported(outcome=Outcome.RETRYABLE, answer=answer, retry_after=SHUT)


def _record(link: Link, opinion: Opinion) -> Record:
    return opinion_record(
        opinion.kind,
        opinion.key,
        opinion.content,
        dialect=link.portal.dialect,
        rules=link.deployment.opinions,
        records=link.deployment.records,
    )


async def _settle(link: Link, opinion: Opinion, said: Reported) -> float:
    state = _state(opinion, said.outcome)
    goes_again = state in {ReportState.WAITING, ReportState.DOUBTED}
    code = None if said.answer is None else said.answer.code
    async with link.open_unit() as uow:
        now, next_at = await clock.now(uow), None
        if goes_again:
            next_at = next_time(attempt=opinion.attempt, now=now, rng=_CHANCE, retry_after=said.retry_after)
        await opinion_sending.settle(uow, opinion, state, now=now, next_at=next_at, answer_code=code)
        await uow.commit()
    if state is not ReportState.DONE:
        tell = log.error if state is ReportState.REFUSED else log.warning
        tell(f"portal_opinion_{state}", portal=link.name, kind=opinion.kind, key=opinion.key, code=code)
    if not goes_again:
        return 0.0
    return max((said.retry_after or timedelta(0)).total_seconds(), AWAY_SECONDS)


def _state(opinion: Opinion, outcome: Outcome) -> ReportState:
    if outcome is Outcome.EXISTS:
        # It is there, and stays as it is: which is what was wanted, unless it said something else before.
        return ReportState.REFUSED if opinion.told else ReportState.DONE
    if outcome is Outcome.RETRYABLE and opinion.doubted:
        return ReportState.DOUBTED
    return _STATES[outcome]
