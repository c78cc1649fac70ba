"""What an attempt at a report comes to, and when the next one is. Pure."""

from dataclasses import asdict
from datetime import datetime, timedelta
from random import Random

from api.connectors.measuring.port import (
    LONGEST,
    MeasuringError,
    NotLetInError,
    Receipt,
    RefusedError,
    UnavailableError,
)
from notify.retry import RetryPolicy, next_attempt_at
from storage.reports.kinds import ReportState
from storage.reports.sending import Filing, Settled

POLICY = RetryPolicy(base=timedelta(minutes=1), cap=timedelta(hours=6))
TRIES = 20
"""A report is given up after so many, some two days, and again after as many more if it was resumed."""
_NEVER = timedelta(days=366)


def of_receipt(receipt: Receipt) -> Settled:
    """Say that a report was taken in."""
    number = receipt.number[:LONGEST]
    return Settled(state=ReportState.SENT, receipt=number, answered=asdict(receipt.answer))


def of_error(error: MeasuringError, filing: Filing, *, doubted: bool, now: datetime, rng: Random) -> Settled:
    """Say what becomes of a report that was not taken in, or of which nobody knows.

    Args:
        error: what went wrong.
        filing: the report.
        doubted: an earlier attempt may have arrived, and the system has not said whether it did. Then
            nothing that it says now is about the report itself.
        now: when it went wrong.
        rng: the source of chance.
    """
    answered = None if error.answer is None else asdict(error.answer)
    if isinstance(error, RefusedError) and not doubted:
        return Settled(state=ReportState.REFUSED, answered=answered)
    known = error if isinstance(error, UnavailableError) else None
    unsure = doubted or (known is not None and known.unsure)
    if isinstance(error, NotLetInError) or filing.attempt % TRIES == 0:
        return Settled(state=ReportState.FAILED, unsure=unsure, answered=answered)
    next_at = next_attempt_at(
        now=now,
        attempt=filing.attempt,
        expires_at=now + _NEVER,
        rng=rng,
        retry_after=known.retry_after if known else None,
        policy=POLICY,
    )
    return Settled(state=ReportState.WAITING, unsure=unsure, next_at=next_at, answered=answered)
