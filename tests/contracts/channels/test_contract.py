"""What the engine relies on, held by every channel against a real server."""

import asyncio
import inspect
import time
from datetime import timedelta

from notify.ports import OutcomeKind

LEASE_SHARE = timedelta(seconds=25)
GONE = {
    "email": "550 5.1.1 No such user",
    "push": "UNREGISTERED",
    "topic": "UNREGISTERED",
    "sms": "21610",
    "zalo": "-118",
}
"""How each provider says that there is nobody at this address."""


def kinds(outcomes):
    return [outcome.kind for outcome in outcomes]


async def test_each_message_is_accepted_once(stage):
    """A full batch arrives, each message once, and each outcome bears the provider's name for it."""
    batch = [stage.outgoing(f"person-{number}") for number in range(stage.channel.batch_size)]
    outcomes = await stage.channel.send(batch)
    assert kinds(outcomes) == [OutcomeKind.ACCEPTED] * len(batch)
    assert len({outcome.provider_id for outcome in outcomes}) == len(batch)
    arrived = await stage.outbox()
    assert sorted(item["to"] for item in arrived) == stage.addresses(batch)


async def test_nothing_to_send_is_no_work(stage):
    """An empty batch has no outcomes."""
    assert await stage.channel.send([]) == []


async def test_a_fault_means_what_the_port_says(case):
    """Each answer of a provider becomes its kind of outcome, names nobody, and leaves a channel that works."""
    hangs = case.fault["kind"] == "accept_then_hang"
    channel = case.stage.hasty if hangs else case.stage.channel
    if case.fault.get("at") == "connect":
        channel = case.stage.open()
    await case.stage.script(case.fault)
    (outcome,) = await channel.send([case.stage.outgoing()])
    assert outcome.kind is case.kind
    assert outcome.code
    assert "citizen" not in outcome.code
    assert case.stage.outgoing().target not in outcome.code
    assert outcome.provider_id is None
    assert len(await case.stage.outbox()) == hangs
    again = [case.stage.outgoing(f"later-{number}") for number in range(3)]
    assert kinds(await channel.send(again)) == [OutcomeKind.ACCEPTED] * 3


async def test_outcomes_are_in_the_order_of_the_messages(stage):
    """What befalls some messages of a batch is told of those, whatever the order of the answers."""
    fault = {"kind": "refuse", "code": GONE[stage.name], "times": -1}
    await stage.script(fault, match=stage.everybody("gone"))
    names = ["gone-1", "here-1", "here-2", "gone-2", "here-3", "gone-3", "gone-4", "here-4"]
    outcomes = await stage.channel.send([stage.outgoing(name) for name in names])
    gone, here = OutcomeKind.UNREACHABLE, OutcomeKind.ACCEPTED
    assert kinds(outcomes) == [gone if name.startswith("gone") else here for name in names]
    arrived = await stage.outbox()
    there = [stage.outgoing(name) for name in names if name.startswith("here")]
    assert sorted(item["to"] for item in arrived) == stage.addresses(there)


async def test_nobody_at_home_means_later(stage, closed_port):
    """A refused connection is told at once, for every message, as something to try again."""
    channel = stage.open(port=closed_port)
    started = time.monotonic()
    outcomes = await channel.send([stage.outgoing(f"person-{number}") for number in range(10)])
    assert kinds(outcomes) == [OutcomeKind.RETRYABLE] * 10
    assert time.monotonic() - started < 2


async def test_a_provider_that_hangs_is_left_in_time(stage):
    """A call ends within the channel's limit, and the channel sends again when the provider is back."""
    await stage.script({"kind": "delay", "seconds": 60, "times": 6}, match=stage.everybody("slow"))
    names = [f"slow-{number}" for number in range(6)]
    started = time.monotonic()
    outcomes = await stage.hasty.send([stage.outgoing(name) for name in names])
    assert time.monotonic() - started < 1.5
    assert set(kinds(outcomes)) <= {OutcomeKind.UNKNOWN, OutcomeKind.RETRYABLE}
    assert kinds(await stage.hasty.send([stage.outgoing("last")])) == [OutcomeKind.ACCEPTED]


async def test_an_answer_that_is_lost_leaves_it_open(stage):
    """The message that a provider took without a word is unknown, and its repeat is known as such."""
    await stage.script({"kind": "accept_then_hang", "seconds": 60})
    outgoing = stage.outgoing()
    assert kinds(await stage.hasty.send([outgoing])) == [OutcomeKind.UNKNOWN]
    assert kinds(await stage.hasty.send([outgoing])) == [OutcomeKind.ACCEPTED]
    first, repeat = await stage.outbox()
    assert repeat["duplicate_of"] == first["sequence"]


async def test_an_unusable_address_concerns_itself_alone(stage):
    """A target that is none is unreachable without asking the provider, and spoils nothing else."""
    outcomes = await stage.channel.send(
        [stage.outgoing("one"), stage.outgoing(target=""), stage.outgoing("two")]
    )
    accepted = OutcomeKind.ACCEPTED
    assert kinds(outcomes) == [accepted, OutcomeKind.UNREACHABLE, accepted]


async def test_calls_may_overlap(stage):
    """Several batches at a time share the channel's connections."""
    batches = [[stage.outgoing(f"person-{batch}-{number}") for number in range(7)] for batch in range(4)]
    outcomes = await asyncio.gather(*(stage.channel.send(batch) for batch in batches))
    assert [kinds(batch) for batch in outcomes] == [[OutcomeKind.ACCEPTED] * 7] * 4


async def test_closing_leaves_nothing_behind(stage):
    """A closed channel leaves no task, may be closed again, and one never used may be closed as well."""
    before = asyncio.all_tasks()
    await stage.open().close()
    channel = stage.open()
    await channel.send([stage.outgoing("one")])
    await channel.close()
    await channel.close()
    assert asyncio.all_tasks() == before


async def test_cancelling_gives_everything_back(stage):
    """A call that is cancelled in the middle leaves a channel that works."""
    await stage.script({"kind": "delay", "seconds": 60, "times": 2}, match=stage.everybody("slow"))
    sending = asyncio.create_task(stage.channel.send([stage.outgoing("slow-1"), stage.outgoing("slow-2")]))
    done, _ = await asyncio.wait([sending], timeout=0.3)
    assert not done
    sending.cancel()
    await asyncio.wait([sending])
    assert sending.cancelled()
    batch = [stage.outgoing(f"person-{number}") for number in range(stage.channel.batch_size)]
    assert kinds(await stage.channel.send(batch)) == [OutcomeKind.ACCEPTED] * len(batch)


def test_a_call_fits_into_a_lease(stage):
    """What a channel may take for one call by default is well below the lease of a claim."""
    assert inspect.signature(type(stage.channel)).parameters["timeout"].default <= LEASE_SHARE
