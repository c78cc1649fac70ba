"""What changes of an arrangement that was told long ago. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.agency_dossiers.arranging import Arranged, Arranger
from api.agency_dossiers.schemas import Appointment, Payment
from notify.matters import ArrangementMatter
from storage.arrangements.course import standing
from storage.arrangements.kinds import CANCELLED, ArrangementKind
from storage.arrangements.repository import Arrangement

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=60)
STALE_AFTER = timedelta(days=30)


def day(days: int) -> str:
    """A day from now."""
    return (NOW + timedelta(days=days)).isoformat()


def appointment(starts: int, **fields: Any) -> Appointment:
    """An appointment so many days from now."""
    told = {"source_id": "LH-1", "state": "confirmed", "starts_at": day(starts)} | fields
    return Appointment.model_validate(told)


def payment(amount: int, **fields: Any) -> Payment:
    """A payment that is asked for."""
    told = {"source_id": "TT-1", "state": "requested", "amount": amount, "reason": "Lệ phí"} | fields
    return Payment.model_validate(told)


def told_first(kind: ArrangementKind, item: Appointment | Payment, now: datetime) -> Arranged:
    """Tell it for the first time."""
    arranger = Arranger(now=now, stale_after=STALE_AFTER)
    return arranger.new(kind, item, dossier_id=UUID(int=7), first_hash=b"")


def kept(kind: ArrangementKind, item: Appointment | Payment) -> Arrangement:
    """Tell it long ago; return how it is kept."""
    written = told_first(kind, item, LONG_AGO).write
    assert written is not None
    return written.arrangement


@pytest.mark.parametrize("timed", [{}, {"state_at": LONG_AGO.isoformat()}])
def test_what_changes_of_an_old_state_is_told(timed: dict[str, str]) -> None:
    """Nobody comes on the wrong day, or pays the wrong sum, since the state was told months before."""
    arranger = Arranger(now=NOW, stale_after=STALE_AFTER)
    meeting = kept(ArrangementKind.APPOINTMENT, appointment(5, **timed))
    moved = arranger.again(meeting, appointment(6, **timed))
    assert moved.news is not None
    assert (moved.news.matter, moved.news.occurred_at) == (ArrangementMatter.APPOINTMENT_MOVED, NOW)
    fee = kept(ArrangementKind.PAYMENT, payment(100, **timed))
    raised = arranger.again(fee, payment(200, **timed))
    assert raised.news is not None
    assert raised.news.matter is ArrangementMatter.PAYMENT_REQUESTED
    assert raised.answer.notified


def test_history_that_is_filled_in_is_not() -> None:
    """Neither what was asked for long ago, nor what came to another state then."""
    old = payment(100, state_at=LONG_AGO.isoformat())
    assert told_first(ArrangementKind.PAYMENT, old, NOW).news is None
    meeting = kept(ArrangementKind.APPOINTMENT, appointment(5, state_at=LONG_AGO.isoformat()))
    moved = appointment(6, state="moved", state_at=(LONG_AGO + timedelta(days=1)).isoformat())
    assert Arranger(now=NOW, stale_after=STALE_AFTER).again(meeting, moved).news is None


def test_a_change_is_not_older_than_what_it_changes() -> None:
    """A source whose clock is some minutes ahead may still mend what it has just told."""
    ahead = {"state_at": (NOW + timedelta(minutes=5)).isoformat()}
    written = told_first(ArrangementKind.APPOINTMENT, appointment(5, place="Quầy 3", **ahead), NOW).write
    assert written is not None
    changed = Arranger(now=NOW, stale_after=STALE_AFTER).again(
        written.arrangement, appointment(5, place="Quầy 4")
    )
    assert changed.write is not None
    assert "Quầy 4" in changed.write.arrangement.content


def test_what_is_withdrawn_is_so_whatever_its_sources_clock_says() -> None:
    """A state told of some minutes ahead is behind the withdrawal."""
    ahead = NOW + timedelta(minutes=5)
    arranger = Arranger(now=NOW, stale_after=STALE_AFTER)
    made = told_first(ArrangementKind.APPOINTMENT, appointment(5), NOW).write
    assert made is not None
    moved = arranger.again(made.arrangement, appointment(6, state="moved", state_at=ahead.isoformat())).write
    assert moved is not None
    withdrawn = arranger.withdraw(moved.arrangement)
    assert withdrawn is not None
    assert withdrawn.write is not None
    told = withdrawn.write.arrangement.told
    assert not standing(ArrangementKind.APPOINTMENT, told).contradictions, "it followed all that was told"
    assert (withdrawn.answer.state, withdrawn.answer.contradiction) == (CANCELLED, False)
    assert withdrawn.news is not None
    assert withdrawn.news.matter is ArrangementMatter.APPOINTMENT_CANCELLED
