"""Whatever providers report, in whatever order and how often: sends end up as far as they came."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from notify import metrics, receipts
from notify.ports import ReceiptState
from notify.receipts import THOROUGH_SECONDS, ReceiptDesk, furthest
from notify.registry import REPORTED
from storage.ids import new_id
from storage.receipts.repository import Standing
from storage.unit_of_work import UnitOfWork
from tests.storage.queue import Queue
from tests.storage.sends import DONE, SID, report, standing, taken, tell, waiting

STATES = ["sent", "failed", "delivered", "read"]
standings = st.builds(
    Standing,
    state=st.sampled_from(STATES),
    code=st.sampled_from([None, "30003", "30006"]),
    occurred_at=st.sampled_from([DONE + timedelta(minutes=n) for n in range(3)]),
)


@pytest.fixture
async def queue(unit_of_work: Callable[[], UnitOfWork]) -> Queue:
    """A party with a verified address and one notice."""
    return await Queue.open(unit_of_work)


@pytest.fixture
def desk(queue: Queue) -> ReceiptDesk:
    """Applies what waits."""
    return ReceiptDesk(queue.open_unit, REPORTED)


async def apply(desk: ReceiptDesk) -> int:
    """Apply all that can be applied; return how many reports that were."""
    count = 0
    while found := await desk.run_once():
        count += found
    return count


async def plan_in(queue: Queue, minutes: float | None) -> None:
    """Let the notice wait for its next step, or for nothing."""
    change = "UPDATE notification SET plan_at = now() + %s * interval '1 minute'"
    await queue.run(change, minutes)


async def is_due(queue: Queue) -> bool | None:
    """Say whether the planner would look at the notice now; none if never."""
    ((due,),) = await queue.rows("SELECT plan_at <= now() FROM notification")
    return bool(due) if due is not None else None


async def suppressed(queue: Queue) -> list[Any]:
    """Return the addresses shut, with for how many days."""
    query = """
    SELECT s.channel, c.id, s.reason, s.code, round(extract(epoch FROM s.until - now()) / 86400)::int
    FROM suppression s JOIN contact c USING (value_index)
    """
    return list(await queue.rows(query))


def test_states_outrank_each_other_as_the_port_says() -> None:
    """Delivered outranks failed, as a phone may come back; and nothing is outranked by what is less."""
    assert [state.value for state in ReceiptState] == STATES
    for less, more in pairwise(STATES):
        later = Standing(state=less, code=None, occurred_at=DONE + timedelta(days=1))
        first = Standing(state=more, code=None, occurred_at=DONE)
        assert furthest([first, later]) == furthest([later, first]) == first


@given(st.lists(standings, min_size=1), st.data())
def test_neither_order_nor_number_counts(told: list[Standing], data: st.DataObject) -> None:
    """All at once, one by one, shuffled, repeated: what counts is the same, and as far as any."""
    whole = furthest(told)
    again = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told)))))
    assert furthest(again) == whole
    at_hand = again[0]
    for one in again[1:]:
        at_hand = furthest([at_hand, one])
    assert at_hand == whole
    assert whole in told
    assert STATES.index(whole.state) == max(STATES.index(one.state) for one in told)


async def test_reports_come_in_any_order_and_any_number(queue: Queue, desk: ReceiptDesk) -> None:
    """In the database as on paper: before or after the send, at once or one by one, again and again."""
    rng = Random(3)
    told = [
        report("sent", minutes=1),
        report("failed", code="30003", minutes=2),
        report("failed", event_id="again", code="30008", minutes=3),
        report("delivered", minutes=5),
        report("delivered", event_id="later", minutes=6),
    ]
    for turn in range(12):
        sid = f"SM{turn}"
        some = rng.sample(told, rng.randint(1, len(told)))
        these = [
            report(
                one.standing.state,
                of=sid,
                event_id=f"{sid}{one.event_id}",
                code=one.standing.code,
                occurred_at=one.standing.occurred_at,
            )
            for one in some
        ]
        course = rng.choices(these, k=rng.randint(0, 5)) + rng.sample(these, len(these))
        cut = rng.randint(0, len(course))
        for one in course[:cut]:
            await tell(queue, one)
        assert await desk.run_once() == 0
        delivery_id = await taken(queue, sid)
        for one in course[cut:]:
            await tell(queue, one)
            if rng.random() < 0.5:
                await desk.run_once()
        await apply(desk)
        expected = furthest([one.standing for one in these])
        assert await standing(queue, delivery_id) == (expected.state, expected.code, expected.occurred_at)
        assert await waiting(queue) == []


async def test_a_report_before_the_send_is_applied_once_that_is_recorded(
    queue: Queue, desk: ReceiptDesk
) -> None:
    """It waits, and the worker looks again."""
    await tell(queue, report("delivered"))
    assert await desk.run_once() == 0
    assert len(await waiting(queue)) == 1
    delivery_id = await taken(queue)
    assert await desk.run_once() == 1
    assert await standing(queue, delivery_id) == ("delivered", None, DONE)
    assert await waiting(queue) == []
    assert await desk.run_once() == 0


@pytest.mark.parametrize("state", ["sent", "failed", "delivered"])
@pytest.mark.parametrize("answered", [False, True])
async def test_a_send_whose_answer_was_lost_is_known_by_our_own_name(
    queue: Queue, desk: ReceiptDesk, state: str, *, answered: bool
) -> None:
    """Unless a later attempt was answered: then the arrival of the lost one counts, and its failure does not."""
    delivery_id = await taken(queue, "SM-later")
    if not answered:
        await queue.run("UPDATE finished_delivery SET provider_id = NULL, outcome = 'expired'")
    await tell(
        queue, report(state, delivery_id=delivery_id), report("sent", of="SM-other", delivery_id=new_id())
    )
    counts = state == "delivered" or not answered
    assert await desk.run_once() == counts
    assert await standing(queue, delivery_id) == ((state, None, DONE) if counts else None)


async def test_a_report_without_a_send_is_given_up_and_told(queue: Queue, desk: ReceiptDesk) -> None:
    """After an hour it is done with, by number and provider in the log, and touches nothing."""
    other = await taken(queue, "SM2")
    await tell(queue, report("failed", unreachable=True), report("sent"))
    await queue.run("UPDATE provider_receipt SET received_at = now() - interval '61 minutes'")
    with structlog.testing.capture_logs() as lines:
        assert await desk.run_once() == 2
    assert [(line["event"], line["provider"], line["count"]) for line in lines] == [
        ("receipt_without_send", "twilio", 2)
    ]
    assert SID not in str(lines)
    assert await waiting(queue) == []
    assert await standing(queue, other) is None
    assert await suppressed(queue) == []


async def test_old_ones_are_looked_at_now_and_then(queue: Queue) -> None:
    """What is not fresh waits for the next thorough look, which the first one of a worker is."""
    now = 100.0
    desk = ReceiptDesk(queue.open_unit, REPORTED, clock=lambda: now)
    assert await desk.run_once() == 0
    await tell(queue, report("delivered"))
    await queue.run("UPDATE provider_receipt SET received_at = now() - interval '10 minutes'")
    await taken(queue)
    assert await desk.run_once() == 0
    now += THOROUGH_SECONDS
    assert await desk.run_once() == 1


async def test_a_long_queue_is_worked_off_without_a_rest(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when none of it is fresh, as after a stop of all workers."""
    monkeypatch.setattr(receipts, "BATCH", 3)
    await taken(queue)
    await tell(queue, *(report("sent", event_id=str(number)) for number in range(10)))
    await queue.run("UPDATE provider_receipt SET received_at = now() - interval '10 minutes'")
    desk = ReceiptDesk(queue.open_unit, REPORTED, clock=lambda: 100.0)
    assert [await desk.run_once() for _ in range(5)] == [3, 3, 3, 1, 0]


async def test_a_failure_lets_the_cascade_go_on_at_once(queue: Queue, desk: ReceiptDesk) -> None:
    """The notice that waits for its next step is due now; once only, and not for what was only sent."""
    await taken(queue)
    await plan_in(queue, 60)
    await tell(queue, report("sent"))
    assert await apply(desk) == 1
    assert await is_due(queue) is False
    await tell(queue, report("failed", code="30003"))
    assert await apply(desk) == 1
    assert await is_due(queue) is True
    assert await suppressed(queue) == []
    await plan_in(queue, 60)
    await tell(
        queue, report("failed", event_id="again", code="30003", minutes=1), report("sent", event_id="2")
    )
    assert await apply(desk) == 2
    assert await is_due(queue) is False


async def test_a_failure_wakes_the_planner_of_every_worker(
    queue: Queue, desk: ReceiptDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint goes out with the commit, so that nobody's poll is waited for."""
    hints: list[int] = []
    await taken(queue)
    await plan_in(queue, 60)
    await tell(queue, report("failed"))
    async with queue.open_unit() as uow:
        monkeypatch.setattr(uow._engine.hints, "send", lambda: hints.append(1))
    await apply(desk)
    assert hints == [1]


@pytest.mark.parametrize("over", ["read_at", "received_at", "expires_at"])
async def test_a_cascade_that_is_over_stays_so(queue: Queue, desk: ReceiptDesk, over: str) -> None:
    """At its end, a failure lets it be looked at again, unless the notice was received or has expired."""
    await taken(queue)
    await plan_in(queue, None)
    await queue.run(f"UPDATE notification SET {over} = now()")
    await tell(queue, report("failed"))
    await apply(desk)
    assert await is_due(queue) is None
    await queue.run(
        f"UPDATE notification SET {over} = {'now() + interval $$1 day$$' if over == 'expires_at' else 'NULL'}"
    )
    await queue.run("UPDATE finished_delivery SET receipt = NULL")
    await queue.run("UPDATE provider_receipt SET applied_at = NULL")
    await apply(desk)
    assert await is_due(queue) is True


async def test_a_failure_after_delivery_does_nothing(queue: Queue, desk: ReceiptDesk) -> None:
    """It is a lie or late: the phone has the message, so nothing goes on and nobody is shut out."""
    delivery_id = await taken(queue)
    await plan_in(queue, 60)
    await tell(queue, report("delivered"))
    await apply(desk)
    await tell(queue, report("failed", code="30006", unreachable=True))
    assert await apply(desk) == 1
    assert await standing(queue, delivery_id) == ("delivered", None, DONE)
    assert await is_due(queue) is False
    assert await suppressed(queue) == []


@pytest.mark.parametrize("order", ["in order", "out of order", "at once"])
async def test_a_later_arrival_opens_what_a_failure_has_shut(
    queue: Queue, desk: ReceiptDesk, order: str
) -> None:
    """In whatever order they are told; the address works."""
    await taken(queue, "SM1")
    await taken(queue, "SM2")
    failure = report("failed", of="SM1", code="30006", unreachable=True, minutes=5)
    arrival = report("delivered", of="SM2", minutes=1)
    for told in {"in order": [[failure], [arrival]], "out of order": [[arrival], [failure]]}.get(
        order, [[failure, arrival]]
    ):
        await tell(queue, *told)
        await apply(desk)
    assert await suppressed(queue) == []


async def test_an_earlier_arrival_opens_nothing(queue: Queue, desk: ReceiptDesk) -> None:
    """The number was given up since. And what its owner has stopped stays so, whatever arrives."""
    await taken(queue, "SM1")
    await taken(queue, "SM2")
    await tell(queue, report("failed", of="SM2", code="30006", unreachable=True))
    await apply(desk)
    await tell(queue, report("delivered", of="SM1", minutes=5))
    await apply(desk)
    assert len(await suppressed(queue)) == 1
    await queue.run("UPDATE suppression SET until = NULL")
    await taken(queue, "SM3")
    await tell(queue, report("delivered", of="SM3", minutes=9))
    await apply(desk)
    assert len(await suppressed(queue)) == 1


async def test_a_message_that_arrives_after_all_opens_its_address(queue: Queue, desk: ReceiptDesk) -> None:
    """It was reported as failed before."""
    await taken(queue)
    await tell(queue, report("failed", code="30006", unreachable=True))
    await apply(desk)
    assert len(await suppressed(queue)) == 1
    await tell(queue, report("delivered", minutes=1))
    await apply(desk)
    assert await suppressed(queue) == []


@pytest.mark.parametrize("early", [False, True])
async def test_a_dead_address_is_left_out_for_a_month(queue: Queue, desk: ReceiptDesk, early: bool) -> None:
    """On this channel alone; also by a report that had to wait for its send."""
    dead = report("failed", code="30006", unreachable=True)
    if early:
        await tell(queue, dead)
        await desk.run_once()
    await taken(queue)
    await plan_in(queue, 60)
    if not early:
        await tell(queue, dead)
    assert await apply(desk) == 1
    assert await suppressed(queue) == [("sms", queue.contact_id, "unreachable", "30006", 30)]
    assert await is_due(queue) is True


async def test_two_workers_apply_each_report_once(
    queue: Queue, desk: ReceiptDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those on one message at the same time, which wait for each other and lose nothing."""
    monkeypatch.setattr(receipts, "BATCH", 7)
    sids = [f"SM{number}" for number in range(12)]
    ids = [await taken(queue, sid) for sid in sids]
    told = [report(state, of=sid) for state in ("failed", "delivered", "sent", "read") for sid in sids]
    await tell(queue, *told)
    desks = [desk, ReceiptDesk(queue.open_unit, REPORTED)]
    assert sum(await asyncio.gather(*(apply(one) for one in desks))) == len(told)
    assert [await standing(queue, one) for one in ids] == [("read", None, DONE)] * len(ids)
    assert await waiting(queue) == []


async def test_the_way_of_a_report_is_measured(
    queue: Queue, desk: ReceiptDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From what happened to when it was applied; what belongs to no send is not counted."""
    seen: list[tuple[str, float]] = []
    monkeypatch.setattr(metrics, "receipt_lag", lambda *given: seen.append(given))
    monkeypatch.setattr(receipts, "datetime", _At(DONE + timedelta(minutes=7)))
    await taken(queue)
    await taken(queue, "7", channel="zalo")
    await tell(queue, report("delivered"), report("sent", of="unknown"))
    await tell(queue, report("delivered", of="7", minutes=1), provider="zalo")
    await queue.run(
        "UPDATE provider_receipt SET received_at = now() - interval '2 hours' WHERE provider_id = 'unknown'"
    )
    await apply(desk)
    assert sorted(seen) == [("sms", 420), ("zalo", 360)]


class _At:
    def __init__(self, now: datetime) -> None:
        self.now: Callable[[Any], datetime] = lambda _zone: now


def test_every_provider_reports_on_a_channel() -> None:
    """And no two on one, by which a name could mean two messages."""
    channels: Sequence[str] = list(REPORTED.values())
    assert sorted(channels) == sorted(set(channels)) == ["sms", "zalo"]
