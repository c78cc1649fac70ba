"""What an attempt comes to, and when the next one is. Pure."""

from datetime import datetime, timedelta
from random import Random

from api.connectors.portals.port import Outcome
from api.connectors.pushing.telling import Told
from notify.retry import RetryPolicy, next_attempt_at
from storage.portal_reports.kinds import ReportState
from storage.portal_reports.sending import Settled

POLICY = RetryPolicy(base=timedelta(seconds=30), cap=timedelta(hours=6))
SHUT = timedelta(minutes=10)
"""How long a portal is left alone that does not let us in."""
_NEVER = timedelta(days=366)


def settled(told: Told, *, attempt: int, now: datetime, rng: Random) -> Settled:
    """Say what becomes of a dossier. It is never given up: a portal may be away for days.

    Args:
        told: what came of the attempt.
        attempt: its number, from 1.
        now: when it ended.
        rng: the source of chance.
    """
    state, next_at = _state(told), None
    if told.left is not None and state is not ReportState.REFUSED:
        next_at = next_time(
            attempt=attempt, now=now, rng=rng, retry_after=SHUT if told.shut else told.retry_after
        )
    return Settled(
        state=state,
        standing=told.standing,
        next_at=next_at,
        answer_code=None if told.answer is None else told.answer.code,
        told=told.anything,
    )


def next_time(
    *, attempt: int, now: datetime, rng: Random, retry_after: timedelta | None = None
) -> datetime | None:
    """Return when to try again, after an attempt of this number that ended now."""
    return next_attempt_at(
        now=now, attempt=attempt, expires_at=now + _NEVER, rng=rng, retry_after=retry_after, policy=POLICY
    )


def _state(told: Told) -> ReportState:
    standing = told.standing
    if standing.doubted:
        return ReportState.DOUBTED
    if told.left is None or told.left is Outcome.REFUSED:
        return ReportState.REFUSED if standing.refused else ReportState.DONE
    return ReportState.WAITING
