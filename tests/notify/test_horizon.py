"""How far lanes and agencies have been worked off: a claim passes over what is gone, and misses nothing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from notify.horizon import MARGIN, MOST, WHOLE_EVERY_SECONDS, Horizon
from notify.ports import OutcomeKind
from tests.faults.office import Office
from tests.notify.test_outcomes import claimed
from tests.notify.twin import ScriptedChannel, always

NOON = datetime(2026, 9, 3, 5, tzinfo=UTC)
HERE, THERE = (2, UUID(int=1)), (1, UUID(int=2))


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_goes_on_from_the_last_one_claimed() -> None:
    """Each lane and agency by itself, with a margin for who commits late."""
    horizon = Horizon(Clock())
    assert horizon.bounds() == {}
    later = NOON + timedelta(seconds=5)
    horizon.note([claimed(place=HERE, due_at=NOON), claimed(place=THERE, due_at=later)])
    horizon.note([claimed(place=THERE, due_at=NOON)])
    assert horizon.bounds() == {HERE: NOON - MARGIN, THERE: later - MARGIN}


def test_everything_is_looked_at_now_and_then() -> None:
    """So that what was later than the margin is late by some seconds, and not lost."""
    clock = Clock()
    horizon = Horizon(clock)
    horizon.note([claimed(place=HERE, due_at=NOON)])
    clock.now += WHOLE_EVERY_SECONDS - 0.1
    assert horizon.bounds()
    clock.now += 0.1
    assert horizon.bounds() == {}
    horizon.note([claimed(place=HERE, due_at=NOON)])
    assert horizon.bounds()


def test_it_does_not_grow_without_end() -> None:
    """Beyond a thousand places it begins anew."""
    horizon = Horizon(Clock())
    horizon.note(claimed(place=(2, UUID(int=number)), due_at=NOON) for number in range(MOST + 1))
    assert horizon.bounds() == {}


async def test_what_is_older_than_what_was_claimed_is_found_all_the_same(office: Office) -> None:
    """As soon as nothing newer is left: it was committed late, or its time was set back."""
    await office.announce(20, "email")
    channel = ScriptedChannel("email", batch_size=10)
    worker = office.dispatcher(channel)
    assert await worker.run_once() == 10
    await office.let_pass(timedelta(minutes=1))
    assert await worker.run_once() == 10
    assert len(channel.taken) == 20


async def test_what_is_tried_again_lies_ahead(office: Office) -> None:
    """A retry is never behind the horizon."""
    await office.announce(3, "email")
    channel = ScriptedChannel("email")
    worker = office.dispatcher(channel)
    channel.answer = always(OutcomeKind.RETRYABLE)
    assert await worker.run_once() == 3
    channel.answer = ScriptedChannel("email").answer
    await office.let_pass_until_due()
    while await office.waiting():
        await office.let_pass_until_due()
        await worker.run_once()
    assert len(channel.taken) == 3
