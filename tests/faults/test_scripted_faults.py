"""Every fault that the providers' stand-in knows: what it is taken for, when it is tried again, how it ends."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notify import metrics
from notify.aftermath import SUPPRESSED_FOR
from notify.broadcasts import BroadcastPlanner
from notify.categories import Category
from notify.channels.push import TopicChannel
from notify.channels.zalo.hours import until_morning, until_tomorrow
from notify.channels.zalo.oauth import TokenExchange
from notify.dispatcher import Dispatcher
from notify.outcomes import FINAL, PAUSE
from notify.ports import Channel, OutcomeKind
from notify.provider_tokens import StoredTokens
from notify.rests import LONGEST, SHORTEST
from notify.retry import DEFAULT_POLICY
from notify.routes import PROMPT, Step
from notify.valve import Valve
from storage.broadcasts.topics import topic_id
from storage.cipher import Cipher
from storage.contacts import proving
from storage.contacts.addresses import ContactKind
from storage.engine import Engine
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.provider_tokens import repository as provider_tokens
from storage.routing import repository as routing
from storage.unit_of_work import UnitOfWork
from tests.contracts.channels.conftest import (
    PROVIDERS,
    push_channel,
    sms_channel,
    to_somebody,
    zalo_account,
    zalo_channel,
)
from tests.contracts.channels.faults import CASES
from tests.faults.conftest import OpenChannel
from tests.faults.office import Office, email_of, token_of
from tests.faults.stand_in import Fault, StandIn
from tests.storage.broadcasts.telling import Square

PATIENT, HASTY = 5.0, 2.0
NUMBER = "+84980000001"
TARGETS = {
    "email": email_of(0),
    "push": token_of(0),
    "sms": NUMBER,
    "topic": "/topics/broadcast-all-vi",
    "zalo": NUMBER.removeprefix("+"),
}
"""How each provider writes the one citizen's address, or that of everybody."""
NEVER = {"kind": "never", "times": -1}
SOON = DEFAULT_POLICY.longest_wait(1)
_CHANGE = PROMPT.routes[Category.STATUS_CHANGE]
_TO_ALL = _CHANGE.model_copy(update={"steps": (*_CHANGE.steps, Step(channels=("sms",)))})
ROUTES = PROMPT.model_copy(update={"routes": {**PROMPT.routes, Category.STATUS_CHANGE: _TO_ALL}})
"""The notice that the office gives may go out on every channel."""


def a_minute(_now: datetime) -> timedelta:
    return timedelta(minutes=1)


NAMED: dict[tuple[str, object], Callable[[datetime], timedelta]] = {
    ("zalo", "-32"): a_minute,
    ("zalo", 429): a_minute,
    ("zalo", "-144"): until_tomorrow,
    ("zalo", "-147"): until_tomorrow,
    ("zalo", "-133"): until_morning,
}
"""How long a fault asks us to wait that does not say so in a Retry-After."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One notice on its way to a provider that is about to fail.

    Attributes:
        first: makes the first attempt; where the provider is to hang, it soon gives up.
        later: makes the further ones.
    """

    office: Office
    stand_in: StandIn
    valve: Valve
    first: Dispatcher
    later: Dispatcher

    @property
    def provider(self) -> str:
        """What the stand-in calls who takes the channel's messages."""
        return provider_of(self.valve.channel)

    async def shut(self) -> list[dict[str, Any]]:
        """Return the addresses to which a channel is shut."""
        return await self.office._rows("SELECT channel, reason, code, until FROM suppression")

    async def retired(self) -> int:
        """Count the phones that were given up."""
        (row,) = await self.office._rows("SELECT count(*) FROM device WHERE retired_at IS NOT NULL")
        return int(row["count"])

    async def has_arrived(self) -> list[bool]:
        """Say of each message that the provider took in whether it is a repeat."""
        arrivals = await self.stand_in.arrivals()
        assert {(one["channel"], one["to"]) for one in arrivals} <= {
            (self.provider, TARGETS[self.valve.channel])
        }
        return ["duplicate_of" in one for one in arrivals]


def provider_of(channel: str) -> str:
    return PROVIDERS.get(channel, channel)


Begin = Callable[[str, Fault], Awaitable[Trial]]


@pytest.fixture(scope="module")
async def tokens(
    running_stand_in: StandIn, shared_engine: Engine, cipher: Cipher
) -> AsyncIterator[StoredTokens]:
    """What keeps Zalo's tokens, with the first pair."""
    accounts = (await running_stand_in.http.get("/sandbox/accounts.json")).json()
    account = zalo_account(accounts["zalo"])
    keeper = StoredTokens(
        "zalo",
        TokenExchange(account).exchange,
        lambda: UnitOfWork(shared_engine, cipher),
        first=account.refresh_token,
    )
    await keeper.access_token()
    yield keeper
    await keeper.close()


@pytest.fixture(scope="module")
async def channels(
    running_stand_in: StandIn, tokens: StoredTokens
) -> AsyncIterator[dict[tuple[str, float], Channel]]:
    """The channels that speak HTTP, by name and time limit, ready to send."""
    http, credentials = running_stand_in.http, running_stand_in.credentials
    accounts = (await http.get("/sandbox/accounts.json")).json()
    opened: dict[tuple[str, float], Channel] = {}
    for timeout in (PATIENT, HASTY):
        opened["push", timeout] = push_channel(credentials, running_stand_in.process.http, timeout=timeout)
        opened["topic", timeout] = push_channel(
            credentials, running_stand_in.process.http, timeout=timeout, kind=TopicChannel
        )
        opened["sms", timeout] = sms_channel(accounts["twilio"], timeout=timeout)
        opened["zalo", timeout] = zalo_channel(accounts["zalo"], tokens, timeout=timeout)
    for name in ("sms", "zalo"):
        await http.put(f"/sandbox/receipts/{name}", json={"script": [NEVER]})
    async with asyncio.timeout(30):
        for (name, _), channel in opened.items():
            while (await channel.send([to_somebody(name)]))[0].kind is not OutcomeKind.ACCEPTED:
                pass  # a first call may be over before the client is open, which the next one finds so
    yield opened
    for channel in opened.values():
        await channel.close()
    for name in ("sms", "zalo"):
        await http.delete(f"/sandbox/receipts/{name}")


@pytest.fixture
async def begin(
    office: Office,
    stand_in: StandIn,
    open_channel: OpenChannel,
    channels: dict[tuple[str, float], Channel],
    tokens: StoredTokens,
) -> AsyncIterator[Begin]:
    """Plan a notice for a channel, and script a fault."""
    touched: list[str] = []

    def channel_of(name: str, timeout: float) -> Channel:
        # Some faults befall a connection as it is made.
        return open_channel(name, timeout=timeout) if name == "email" else channels[name, timeout]

    async def begin_one(name: str, fault: Fault) -> Trial:
        touched.append(provider_of(name))
        await _prepare(office, tokens)
        await (_tell_all(office) if name == "topic" else office.announce(1, name))
        await stand_in.script(provider_of(name), fault)
        valve = Valve(name, clock=office.clock)
        hangs = fault["kind"] == "accept_then_hang"
        first, later = (
            Dispatcher(channel_of(name, timeout), office.composer, office.open_unit, valve=valve)
            for timeout in (HASTY if hangs else PATIENT, PATIENT)
        )
        return Trial(office=office, stand_in=stand_in, valve=valve, first=first, later=later)

    yield begin_one
    for name in touched:
        await stand_in.mend(name)


async def _tell_all(office: Office) -> None:
    """Tell everybody something, in Vietnamese alone: there is one send for each language."""
    await Square(open_unit=office.open_unit).tell(agency_id=office.agency_id, published=False)
    assert await BroadcastPlanner(office.open_unit, ["topic"]).run_once() == 1
    async with office.open_unit() as uow:
        english = (topic_id("broadcast-all-en"),)
        await (await uow.driver()).execute("DELETE FROM delivery WHERE target_id = %s", english)
        await uow.commit()


async def _prepare(office: Office, tokens: StoredTokens) -> None:
    """Give the citizen a number, and all channels a place in the route; keep Zalo's tokens again."""
    now = datetime.now(UTC)
    async with office.open_unit() as uow:
        (citizen,) = await parties.find_or_create(
            uow, [PartyIdentity(kind=PartyKind.PERSON, number="001190000000")]
        )
        given = await proving.give(uow, citizen, ContactKind.PHONE, NUMBER, now=now)
        await proving.prove(uow, given.id, now=now)
        await routing.add(uow, ROUTES.model_dump(mode="json"), author="test", note="", after=1)
        assert tokens._held
        await provider_tokens.keep(uow, "zalo", tokens._held)
        await uow.commit()


def classes_of(name: str) -> Counter[str]:
    """Count the answers on a channel by what they were taken for."""
    counted: Counter[str] = Counter()
    for sample in next(iter(metrics.OUTCOMES.collect())).samples:
        if sample.name.endswith("_total") and sample.labels["channel"] == name:
            counted[sample.labels["outcome"]] += int(sample.value)
    return counted


def earliest_wait(name: str, kind: OutcomeKind, fault: Fault, now: datetime) -> timedelta:
    """Say how long a send has to wait at the least after this fault."""
    if kind is OutcomeKind.MISCONFIGURED:
        return PAUSE
    named = NAMED.get((name, fault.get("code")))
    return named(now) if named else timedelta(seconds=fault.get("retry_after", 0))


def assert_code(code: str | None, fault: Fault) -> None:
    """The row tells the provider's own word; of a mail server's, no more than its codes."""
    assert code
    if fault["kind"] == "refuse":
        assert fault["code"].startswith(code)


@pytest.mark.parametrize(
    ("name", "kind", "fault"),
    CASES,
    ids=[
        "-".join(
            [name, kind, str(fault.get("code", fault["kind"])), *([fault["at"]] if "at" in fault else [])]
        )
        for name, kind, fault in CASES
    ],
)
async def test_a_fault_has_its_class_its_time_and_its_end(
    name: str, kind: OutcomeKind, fault: Fault, begin: Begin
) -> None:
    """A fault is taken for what it is; the send ends at once, or waits as it must and arrives thereafter."""
    trial = await begin(name, fault)
    known = classes_of(name)

    before = datetime.now(UTC)
    assert await trial.first.run_once() == 1
    after = datetime.now(UTC)

    assert classes_of(name) - known == {kind.value: 1}
    if kind in FINAL:
        await assert_ended(trial, kind, fault)
        await assert_given_up(trial, kind, before, after)
    else:
        await assert_waits(trial, kind, fault, before, after)
        await assert_arrives_once_mended(trial, kind, fault)


async def assert_ended(trial: Trial, kind: OutcomeKind, fault: Fault) -> None:
    """The send is over after its first attempt, and nothing of it goes out any more."""
    assert await trial.office.waiting() == []
    (row,) = await trial.office.finished()
    assert (row["outcome"], row["attempt"], row["possible_duplicate"]) == (kind.value, 1, False)
    assert_code(row["code"], fault)
    assert trial.valve.rest.seconds == 0
    await trial.stand_in.mend(trial.provider)
    assert await trial.later.run_once() == 0
    assert await trial.has_arrived() == []


async def assert_given_up(trial: Trial, kind: OutcomeKind, before: datetime, after: datetime) -> None:
    """An address that can not be reached is not used again, and any other one is; a topic is no address."""
    shut, retired = await trial.shut(), await trial.retired()
    name = trial.valve.channel
    if kind is not OutcomeKind.UNREACHABLE or name == "topic":
        assert (shut, retired) == ([], 0)
    elif name == "push":
        assert (shut, retired) == ([], 1)
    else:
        (one,) = shut
        (row,) = await trial.office.finished()
        assert (one["channel"], one["reason"], one["code"]) == (name, "unreachable", row["code"])
        assert before + SUPPRESSED_FOR <= one["until"] <= after + SUPPRESSED_FOR
        assert retired == 0


async def assert_waits(
    trial: Trial, kind: OutcomeKind, fault: Fault, before: datetime, after: datetime
) -> None:
    """The send is kept and due when it should be; the channel rests where it was told to."""
    assert await trial.office.finished() == []
    (row,) = await trial.office.waiting()
    assert (row["attempt"], row["lease_until"]) == (1, None)
    assert row["possible_duplicate"] is (kind is OutcomeKind.UNKNOWN)
    assert_code(row["last_code"], fault)
    name = trial.valve.channel
    wait, longest = (earliest_wait(name, kind, fault, at) for at in (before, after))
    jitter = timedelta(0) if kind is OutcomeKind.MISCONFIGURED else SOON
    assert before + wait <= row["due_at"] <= after + longest + jitter
    assert (await trial.shut(), await trial.retired()) == ([], 0)

    resting = kind in {OutcomeKind.THROTTLED, OutcomeKind.MISCONFIGURED}
    assert (trial.valve.rest._until > 0) is resting
    assert trial.valve.rest.seconds <= min(max(longest, SHORTEST), LONGEST).total_seconds()
    if wait > SOON:
        trial.valve.rest._until = 0.0
        assert await trial.later.run_once() == 0


async def assert_arrives_once_mended(trial: Trial, kind: OutcomeKind, fault: Fault) -> None:
    """The second attempt succeeds; who may have got it twice is marked so."""
    taken = fault["kind"] == "accept_then_hang"
    assert await trial.has_arrived() == [False] * taken
    await trial.stand_in.mend(trial.provider)
    await trial.office.let_pass_until_due()
    trial.valve.rest._until = 0.0

    assert await trial.later.run_once() == 1

    assert await trial.office.waiting() == []
    (row,) = await trial.office.finished()
    assert (row["outcome"], row["attempt"], row["code"]) == ("accepted", 2, None)
    assert row["provider_id"]
    assert row["possible_duplicate"] is (kind is OutcomeKind.UNKNOWN)
    assert await trial.has_arrived() == ([False, True] if taken else [False])
