"""What each kind of outcome does to the row: pure."""

from datetime import datetime, timedelta
from random import Random

from notify.ports import Outcome, OutcomeKind
from notify.retry import next_attempt_at
from storage.deliveries.repository import Claimed, Record

PAUSE = timedelta(seconds=60)
"""How long a channel rests whose account or configuration is at fault."""
FINAL = frozenset({OutcomeKind.ACCEPTED, OutcomeKind.REJECTED, OutcomeKind.UNREACHABLE})
EXPIRED = "expired"
GIVEN_UP = "no_address"
UNREADABLE = Outcome(kind=OutcomeKind.MISCONFIGURED, code="unreadable_address")
"""The root key at hand is not the one that the address was kept under: an operator can mend that."""


def record_of(claimed: Claimed, outcome: Outcome, now: datetime, rng: Random) -> Record:
    """Say what becomes of a row.

    What is final ends it. What may be tried again waits, with jitter, as long as that is before its
    expiry, and otherwise ends as expired. A misconfigured channel keeps its rows. An unknown outcome is
    tried again and marked: a notice twice is better than none (at least once, said honestly).
    """
    if outcome.kind in FINAL:
        return Record(
            id=claimed.id,
            attempt=claimed.attempt,
            outcome=outcome.kind.value,
            code=outcome.code,
            provider_id=outcome.provider_id,
        )
    again_at = _again_at(claimed, outcome, now, rng)
    return Record(
        id=claimed.id,
        attempt=claimed.attempt,
        outcome=EXPIRED,
        code=outcome.code or outcome.kind.value,
        again_at=again_at,
        possible_duplicate=outcome.kind is OutcomeKind.UNKNOWN,
    )


def _again_at(claimed: Claimed, outcome: Outcome, now: datetime, rng: Random) -> datetime | None:
    if outcome.kind is OutcomeKind.MISCONFIGURED:
        later = now + PAUSE
        return later if later < claimed.expires_at else None
    return next_attempt_at(
        now=now,
        attempt=claimed.attempt,
        expires_at=claimed.expires_at,
        retry_after=outcome.retry_after,
        rng=rng,
    )


def without_sending(claimed: Claimed, now: datetime, rng: Random) -> Record | None:
    """Say what becomes of a row that need not, or can not, be sent; none where it is to be sent.

    It ends when it is too late, or when its address was given up since planning.
    """
    if claimed.expired:
        return Record(id=claimed.id, attempt=claimed.attempt, outcome=EXPIRED)
    if claimed.unreadable:
        return record_of(claimed, UNREADABLE, now, rng)
    if claimed.target is None:
        return Record(id=claimed.id, attempt=claimed.attempt, outcome=GIVEN_UP)
    return None


def unsent(claimed: Claimed, now: datetime) -> Record:
    """Give a row back that was claimed and not sent."""
    return Record(id=claimed.id, attempt=claimed.attempt, outcome=EXPIRED, code="unsent", again_at=now)
