"""What each kind of outcome does to the row: pure."""

from datetime import datetime, timedelta
from random import Random

from notify.ports import Outcome, OutcomeKind, Outgoing
from notify.retry import next_attempt_at
from storage.deliveries.claiming import Claimed
from storage.deliveries.repository import Record

PAUSE = timedelta(seconds=60)
"""How long a channel rests whose account or configuration is at fault."""
FINAL = frozenset({OutcomeKind.ACCEPTED, OutcomeKind.REJECTED, OutcomeKind.UNREACHABLE})
LONGEST_WORD = 255
EXPIRED = "expired"
GIVEN_UP = "no_address"
SHUT = "suppressed"
TURNED_OFF = "turned_off"
RECEIVED = "received"
WITHDRAWN = "withdrawn"
NIGHT = "quiet_hours"
UNREADABLE = Outcome(kind=OutcomeKind.MISCONFIGURED, code="unreadable_address")
"""The root key at hand is not the one that the address was kept under: an operator can mend that."""


def record_of(
    claimed: Claimed, outcome: Outcome, now: datetime, rng: Random, message: Outgoing | None = None
) -> Record:
    """Say what becomes of a row, and what its message cost, if a provider has taken it.

    What is final ends it. What may be tried again waits, with jitter, as long as that is before its
    expiry, and otherwise ends as expired. A misconfigured channel keeps its rows. An unknown outcome is
    tried again and marked: a notice twice is better than none (at least once, said honestly).
    """
    if outcome.kind in FINAL:
        paid = message if outcome.kind is OutcomeKind.ACCEPTED else None
        return Record(
            id=claimed.id,
            attempt=claimed.attempt,
            outcome=outcome.kind.value,
            code=_kept(outcome.code),
            provider_id=_kept(outcome.provider_id),
            segments=paid.segments if paid else 0,
            cost=paid.cost if paid else 0,
        )
    again_at = _again_at(claimed, outcome, now, rng)
    return Record(
        id=claimed.id,
        attempt=claimed.attempt,
        outcome=EXPIRED,
        code=_kept(outcome.code) or outcome.kind.value,
        again_at=again_at,
        possible_duplicate=outcome.kind is OutcomeKind.UNKNOWN,
    )


def _kept(word: str | None) -> str | None:
    """Return a provider's word as it can be kept.

    PostgreSQL has no place for NUL, operators for pages, and UTF-8 for half of a pair (RFC 8259, 8.2).
    """
    return word.replace("\x00", "").encode(errors="replace").decode()[:LONGEST_WORD] if word else None


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


def unsent(claimed: Claimed, now: datetime) -> Record:
    """Give a row back that was claimed and not sent."""
    return Record(id=claimed.id, attempt=claimed.attempt, outcome=EXPIRED, code="unsent", again_at=now)
