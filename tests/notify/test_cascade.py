"""A notice's whole way: over channels and steps, merged, stopped, held back; on a real database."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from notify.addressing import VIETNAM
from notify.announce import Notice, announce
from notify.categories import Category
from notify.dispatcher import Dispatcher
from notify.one_time_code import code_of
from notify.planner import Planner
from notify.ports import Outcome, OutcomeKind, Outgoing
from notify.rates import Rate
from notify.receipts import ReceiptDesk
from notify.registry import ADDRESSES
from notify.routebook import RouteBook
from notify.routes import PROMPT, Hours
from notify.valve import Valve
from storage.contacts.addresses import ContactKind
from storage.contacts.repository import SuppliedContact, supply
from storage.devices import repository as devices
from storage.devices.repository import Installation
from storage.ids import new_id
from storage.notifications import inbox
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.receipts import repository as receipts
from storage.routing import repository as routing_versions
from storage.unit_of_work import UnitOfWork
from tests.faults.office import Office
from tests.notify.twin import ScriptedChannel, accepted, always
from tests.storage.sends import report

AN = PartyIdentity(kind=PartyKind.PERSON, number="001190000001")
PHONE, SECOND_PHONE, EMAIL = "+84912345678", "+84987654321", "an@example.vn"
MUST_ARRIVE = Category.SUPPLEMENT_REQUIRED
PARAMS = {"status": 5, "occurred_at": "2026-11-21T09:00:00+07:00", "due_at": None}
MINUTE = timedelta(minutes=1)
REFUSED = Outcome(kind=OutcomeKind.REJECTED)
_PASS = (
    """UPDATE notification SET created_at = created_at - %(by)s, plan_at = plan_at - %(by)s,
      planned_at = planned_at - %(by)s""",
    "UPDATE delivery SET due_at = due_at - %(by)s, expires_at = expires_at - %(by)s",
    "UPDATE finished_delivery SET created_at = created_at - %(by)s, finished_at = finished_at - %(by)s",
)


class Town:
    """A citizen with a dossier, and an engine that runs when it is told to.

    Attributes:
        channels: scripted; `taken` says what each was given.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self.channels = {name: ScriptedChannel(name) for name in ADDRESSES}
        book = RouteBook(fresh_seconds=0)
        self.planner = Planner(office.open_unit, ADDRESSES, book)
        self.dispatchers = [
            Dispatcher(channel, office.composer, office.open_unit, book=book)
            for channel in self.channels.values()
        ]
        self.party_id = self.dossier_id = new_id()

    async def settle(
        self,
        *,
        app: bool = False,
        email: bool = False,
        phone: bool = False,
        code: str = "H26.1-261121-0001",
        address: str = EMAIL,
    ) -> None:
        """Let the citizen be reached by these."""
        self.dossier_id = new_id()
        async with self.office.open_unit() as uow:
            (key,) = await parties.find_or_create(uow, [AN])
            self.party_id = key.party_id
            await (await uow.driver()).execute(
                "INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at,"
                " contradictions, updated_at, heard_at)"
                " VALUES (%s, %s, %s, %s, '1.001193', 1, now(), now(), 0, now(), now())",
                (self.dossier_id, code, key.party_id, self.office.agency_id),
            )
            given = [(ContactKind.EMAIL, address)] * email + [(ContactKind.PHONE, PHONE)] * phone
            await supply(
                uow,
                [
                    SuppliedContact(
                        party=key,
                        dossier_id=self.dossier_id,
                        kind=kind,
                        value=value,
                        told_at=datetime.now(UTC),
                    )
                    for kind, value in given
                ],
            )
            if app:
                phone_of = Installation(
                    id=new_id(),
                    platform="android",
                    push_token="token",
                    confirms_receipt=True,
                    app_version=None,
                )
                await devices.put(uow, key, phone_of)
            await uow.commit()

    async def supply(self, phone: str) -> None:
        """Let another number come with the dossier."""
        async with self.office.open_unit() as uow:
            (key,) = await parties.find_or_create(uow, [AN])
            given = SuppliedContact(
                party=key,
                dossier_id=self.dossier_id,
                kind=ContactKind.PHONE,
                value=phone,
                told_at=datetime.now(UTC),
            )
            await supply(uow, [given])
            await uow.commit()

    async def tell(self, category: Category = Category.SUPPLEMENT_REQUIRED, count: int = 1) -> None:
        """Announce notices about the dossier."""
        notices = [
            Notice(
                party_id=self.party_id,
                agency_id=self.office.agency_id,
                category=category,
                dossier_id=self.dossier_id,
                params=PARAMS,
            )
            for _ in range(count)
        ]
        async with self.office.open_unit() as uow:
            await announce(uow, notices, datetime.now(UTC))
            await uow.commit()

    async def work(self) -> list[str]:
        """Plan and send until nothing is left to do now; return on which channels something went out."""
        before = {name: len(channel.taken) for name, channel in self.channels.items()}
        while sum([await self.planner.run_once(), *[await one.run_once() for one in self.dispatchers]]):
            pass
        return [name for name, channel in self.channels.items() for _ in channel.taken[before[name] :]]

    async def let_pass(self, time: timedelta) -> list[str]:
        """Let a time pass, and work; return as `work`."""
        async with self.office.open_unit() as uow:
            for query in _PASS:
                await (await uow.driver()).execute(query.encode(), {"by": time})
            await uow.commit()
        return await self.work()

    async def hear(self, channel: str, state: str) -> None:
        """Let a provider report on all that it took on a channel."""
        taken = await self.rows(f"SELECT provider_id FROM finished_delivery WHERE channel = '{channel}'")
        reports = [report(state, of=row["provider_id"]) for row in taken if row["provider_id"]]
        async with self.office.open_unit() as uow:
            await receipts.keep(uow, channel, reports, b"")
            await uow.commit()
        await ReceiptDesk(self.office.open_unit, {channel: channel}).run_once()

    async def confirm(self) -> None:
        """Let the app say that it has everything."""
        ids = [row["id"] for row in await self.rows("SELECT id FROM notification")]
        async with self.office.open_unit() as uow:
            await inbox.mark_received(uow, inbox.Viewer.owner(self.party_id), ids)
            await uow.commit()

    async def set_routing(self, **changes: object) -> None:
        """Put another routing in force."""
        routing = PROMPT.model_copy(update=changes)
        async with self.office.open_unit() as uow:
            kept = await routing_versions.latest(uow)
            body = routing.model_dump(mode="json")
            await routing_versions.add(uow, body, author="test", note="", after=kept.version if kept else 0)
            await uow.commit()

    async def rows(self, query: str) -> list[dict[str, Any]]:
        """Return rows."""
        return await self.office._rows(query)

    def said(self, channel: str) -> list[Outgoing]:
        """Return what a channel was given."""
        return self.channels[channel].taken


@pytest.fixture
def town(office: Office) -> Town:
    """A citizen whom nobody can reach yet."""
    return Town(office)


async def test_what_is_critical_goes_on_until_somebody_has_it(town: Town) -> None:
    """The free channels at once, Zalo after ten minutes, a text message after thirty more; each once."""
    await town.settle(app=True, email=True, phone=True)
    await town.tell()
    assert sorted(await town.work()) == ["email", "push"]
    assert await town.let_pass(9 * MINUTE) == []
    assert await town.let_pass(MINUTE) == ["zalo"]
    assert await town.let_pass(29 * MINUTE) == []
    assert await town.let_pass(MINUTE) == ["sms"]
    assert await town.let_pass(timedelta(days=1)) == []
    finished = await town.rows(
        "SELECT channel, step, cost, segments FROM finished_delivery ORDER BY step, channel"
    )
    assert [(row["channel"], row["step"], row["cost"], row["segments"]) for row in finished] == [
        ("email", 0, 0, 0),
        ("push", 0, 0, 0),
        ("zalo", 1, 300, 0),
        ("sms", 2, 800, 1),
    ]
    (notice,) = await town.rows("SELECT delivery_ids, plan_at FROM notification")
    assert len(notice["delivery_ids"]) == 4
    assert notice["plan_at"] is None
    assert town.said("sms")[0].text.isascii()


@pytest.mark.parametrize("heard", ["in time", "late"])
async def test_what_failed_everywhere_goes_on_to_what_was_never_tried(town: Town, heard: str) -> None:
    """A second number came with the dossier: it is told when the first turns out to be dead, however late."""
    await town.settle(phone=True)
    await town.supply(SECOND_PHONE)
    town.channels["zalo"].answer = always(OutcomeKind.REJECTED)
    await town.tell(MUST_ARRIVE)
    assert await town.work() == ["sms"]
    first = town.said("sms")[0].target
    assert await town.let_pass(MINUTE if heard == "in time" else timedelta(days=2)) == []
    town.channels["zalo"].answer = accepted
    await town.hear("sms", "failed")
    assert await town.work() == ["zalo"]
    assert {town.said("zalo")[0].target, first} == {PHONE, SECOND_PHONE}
    await town.hear("zalo", "failed")
    assert await town.work() == ["sms"]
    assert {one.target for one in town.said("sms")} == {PHONE, SECOND_PHONE}
    with capture_logs() as logs:
        await town.hear("sms", "failed")
        assert await town.work() == []
    assert [entry["event"] for entry in logs if entry["event"] == "nobody_told"] == ["nobody_told"]
    dead = await town.rows("SELECT FROM finished_delivery WHERE outcome <> 'accepted' OR receipt = 'failed'")
    assert len(dead) == 4


@pytest.mark.parametrize("but", ["received", "expired", "one good"])
async def test_a_late_failure_wakes_nothing_that_is_done(town: Town, but: str) -> None:
    """The app has it meanwhile, its time is over, or another send is still good."""
    await town.settle(app=but == "one good", phone=True)
    await town.supply(SECOND_PHONE)
    await town.tell(MUST_ARRIVE)
    await town.work()
    await town.let_pass(10 * MINUTE)
    await town.let_pass(30 * MINUTE)
    assert len(town.said("sms")) == 1
    await town.hear("zalo", "failed")
    assert await town.work() == []
    if but == "received":
        await town.confirm()
    if but == "expired":
        await _run(town.office.open_unit, "UPDATE notification SET expires_at = now()")
    await town.hear("sms", "failed")
    assert await town.work() == []


async def test_a_closed_channel_that_is_the_last_is_waited_for(town: Town) -> None:
    """What heeds no night goes by Zalo, which does, in the morning, if nothing else reached anybody."""
    steps = PROMPT.routes[MUST_ARRIVE].steps[:2]
    route = PROMPT.routes[MUST_ARRIVE].model_copy(update={"quiet": False, "steps": steps})
    routes, now = {**PROMPT.routes, MUST_ARRIVE: route}, datetime.now(VIETNAM)
    night = Hours(start=(now - timedelta(hours=1)).time(), end=(now + timedelta(hours=5)).time())
    await town.set_routing(routes=routes, closed={"zalo": night})
    await town.settle(phone=True)
    await town.tell(MUST_ARRIVE)
    assert await town.work() == []
    (notice,) = await town.rows("SELECT plan_at - now() AS wait, step FROM notification")
    assert timedelta(hours=4, minutes=59) < notice["wait"] <= timedelta(hours=5)
    await town.set_routing(routes=routes, closed={})
    assert await town.let_pass(timedelta(hours=5)) == ["zalo"]


@pytest.mark.parametrize("after", [0, 15])
async def test_the_app_confirms_and_nothing_more_is_sent(town: Town, after: int) -> None:
    """Whichever step was reached by then."""
    await town.settle(app=True, email=False, phone=True)
    await town.tell()
    await town.work()
    await town.let_pass(after * MINUTE)
    sent = len(await town.rows("SELECT FROM finished_delivery"))
    await town.confirm()
    assert await town.let_pass(timedelta(hours=2)) == []
    assert len(await town.rows("SELECT FROM finished_delivery")) == sent


async def test_who_confirms_before_a_paid_message_leaves_does_not_get_it(town: Town) -> None:
    """It was planned, and its provider was slow."""
    await town.settle(app=True, phone=True)
    await town.tell()
    await town.work()
    town.channels["zalo"].answer = always(OutcomeKind.RETRYABLE)
    assert await town.let_pass(10 * MINUTE) == []
    await town.confirm()
    assert await town.let_pass(30 * MINUTE) == []
    ended = await town.rows("SELECT outcome FROM finished_delivery WHERE channel = 'zalo'")
    assert [row["outcome"] for row in ended] == ["received"]


async def test_a_number_without_zalo_gets_a_text_message_at_once(town: Town) -> None:
    """And from then on no more is tried on Zalo, for a month."""
    await town.settle(phone=True)
    town.channels["zalo"].answer = always(OutcomeKind.UNREACHABLE)
    await town.tell()
    assert await town.work() == ["sms"]
    assert town.channels["zalo"].calls == 1
    await town.tell()
    assert await town.work() == ["sms"]
    assert town.channels["zalo"].calls == 1
    (shut,) = await town.rows("SELECT channel, reason, until - now() AS left FROM suppression")
    assert (shut["channel"], shut["reason"]) == ("zalo", "unreachable")
    assert timedelta(days=29) < shut["left"] <= timedelta(days=30)


async def test_a_failure_goes_on_to_the_next_channel_whatever_the_category(town: Town) -> None:
    """A result is told by Zalo when the mailbox is full for good."""
    await town.settle(email=True, phone=True)
    town.channels["email"].answer = always(OutcomeKind.REJECTED)
    await town.tell(Category.RESULT_READY)
    assert await town.work() == ["zalo"]


async def test_a_mail_that_was_taken_is_enough_for_what_is_not_critical(town: Town) -> None:
    """No message is paid for."""
    await town.settle(email=True, phone=True)
    await town.tell(Category.RESULT_READY)
    assert await town.work() == ["email"]
    assert await town.let_pass(timedelta(hours=1)) == []


async def test_changes_that_follow_at_once_become_one(town: Town) -> None:
    """The first leaves alone; the rest leave together after two minutes, and say how many they are."""
    await town.set_routing(merge_within=2 * MINUTE)
    await town.settle(email=True)
    await town.tell(Category.STATUS_CHANGE, count=5)
    assert await town.work() == ["email"]
    await town.tell(Category.RESULT_READY)
    assert await town.let_pass(MINUTE) == []
    assert await town.let_pass(MINUTE) == ["email"]
    assert await town.let_pass(timedelta(hours=1)) == []
    first, following = town.said("email")
    assert "thay đổi khác" not in first.text
    assert "Ngoài ra còn 4 thay đổi khác." in following.text
    assert following.category == Category.RESULT_READY
    sends = await town.rows(
        "SELECT notification_ids FROM finished_delivery ORDER BY cardinality(notification_ids)"
    )
    assert [len(row["notification_ids"]) for row in sends] == [1, 5]
    notices = await town.rows("SELECT delivery_ids, planned_at, plan_at FROM notification")
    assert all(row["delivery_ids"] and row["planned_at"] and row["plan_at"] is None for row in notices)


async def test_those_that_left_as_one_go_on_as_one_and_each_as_far_as_its_route_leads(town: Town) -> None:
    """The newest is a change of status, which never becomes a text message; the results in it do."""
    await town.set_routing(merge_within=2 * MINUTE)
    await town.settle(app=True, phone=True)
    town.channels["zalo"].answer = always(OutcomeKind.REJECTED)
    await town.tell(Category.STATUS_CHANGE)
    await town.work()
    await town.tell(Category.RESULT_READY, count=2)
    await town.tell(Category.STATUS_CHANGE)
    assert await town.work() == []
    assert await town.let_pass(2 * MINUTE) == ["push"]
    assert await town.let_pass(10 * MINUTE) == ["sms"]
    assert "Ngoai ra con 1 thay doi khac." in town.said("sms")[0].text
    refused = await town.rows(
        "SELECT notification_ids FROM finished_delivery WHERE channel = 'zalo' ORDER BY cardinality(notification_ids)"
    )
    assert [len(row["notification_ids"]) for row in refused] == [4]


async def test_the_cap_counts_messages_and_not_what_they_stand_for(town: Town) -> None:
    """Many changes in one letter are one."""
    route = PROMPT.routes[Category.STATUS_CHANGE].model_copy(update={"daily_cap": 2})
    await town.set_routing(merge_within=2 * MINUTE, routes={**PROMPT.routes, Category.STATUS_CHANGE: route})
    await town.settle(email=True)
    await town.tell(Category.STATUS_CHANGE, count=9)
    assert await town.work() == ["email"]
    assert await town.let_pass(2 * MINUTE) == ["email"]
    await town.tell(Category.STATUS_CHANGE)
    assert await town.let_pass(3 * MINUTE) == []


async def test_a_code_is_planned_before_everything_else(town: Town) -> None:
    """However much waits: each batch begins with the most urgent lane."""
    await town.settle(email=True)
    await town.tell(Category.RATING_REQUEST, count=600)
    await town.tell(Category.REFUSED)
    assert await town.planner.run_once() == 500
    lanes = [row["lane"] for row in await town.office.waiting()]
    assert lanes.count(1) == 1


async def test_of_those_that_left_together_none_is_forgotten(town: Town) -> None:
    """Two dossiers came with addresses of their own: where one fails, its own notice goes on."""
    await town.set_routing(merge_within=2 * MINUTE)
    await town.settle(email=True, phone=True)
    await town.tell(Category.RESULT_READY)
    await town.work()
    await town.settle(email=True, phone=True, code="H26.1-261121-0002", address="other@example.vn")
    await town.tell(Category.RESULT_READY)
    town.dossier_id = (await town.rows("SELECT id FROM dossier WHERE code = 'H26.1-261121-0001'"))[0]["id"]
    await town.tell(Category.RESULT_READY)
    town.channels["email"].answer = lambda outgoing: (
        REFUSED if outgoing.target == "other@example.vn" else accepted(outgoing)
    )
    assert await town.work() == []
    assert await town.let_pass(2 * MINUTE) == ["email", "zalo"]


async def test_a_supplement_never_waits_for_others(town: Town) -> None:
    """A deadline runs."""
    await town.set_routing(merge_within=2 * MINUTE)
    await town.settle(email=True)
    await town.tell(Category.STATUS_CHANGE)
    await town.work()
    await town.tell(Category.SUPPLEMENT_REQUIRED, count=2)
    assert await town.work() == ["email", "email"]


async def test_of_many_planners_one_lets_a_first_notice_leave(town: Town) -> None:
    """Though each holds notices of the same citizen."""
    await town.set_routing(merge_within=2 * MINUTE)
    await town.settle(email=True)
    for _ in range(20):
        await town.tell(Category.STATUS_CHANGE)
    planners = [Planner(town.office.open_unit, ADDRESSES) for _ in range(4)]

    async def plan(one: Planner) -> None:
        while await one.run_once():
            pass

    await asyncio.gather(*(plan(one) for one in planners))
    assert [len(row["notification_ids"]) for row in await town.office.waiting()] == [1]


async def test_enough_is_enough_for_one_day(town: Town) -> None:
    """The rest is in the app; the next day it goes on."""
    route = PROMPT.routes[Category.STATUS_CHANGE].model_copy(update={"daily_cap": 3})
    await town.set_routing(routes={**PROMPT.routes, Category.STATUS_CHANGE: route})
    await town.settle(email=True)
    await town.tell(Category.STATUS_CHANGE, count=5)
    assert await town.work() == ["email"] * 3
    await town.tell(Category.STATUS_CHANGE)
    assert await town.work() == []
    await town.let_pass(timedelta(days=1, hours=1))
    await town.tell(Category.STATUS_CHANGE)
    assert await town.work() == ["email"]


async def test_what_would_wake_somebody_waits_for_the_morning(town: Town) -> None:
    """By the routing in force, which changed while the worker ran."""
    await town.settle(app=True)
    now = datetime.now(UTC) + timedelta(hours=7)  # the clock of Vietnam
    hour = timedelta(hours=1)
    await town.set_routing(quiet=Hours(start=(now - hour).time(), end=(now + hour).time()))
    await town.tell(Category.STATUS_CHANGE)
    assert await town.work() == []
    (notice,) = await town.rows("SELECT plan_at - now() AS wait FROM notification")
    assert timedelta(minutes=58) < notice["wait"] <= timedelta(hours=1)
    await town.set_routing()
    assert await town.let_pass(timedelta(hours=1)) == ["push"]


async def test_the_code_that_is_sent_is_the_one_that_proves(town: Town) -> None:
    """To the address that is to be proved, without a link, and never kept."""
    await town.settle(app=True, email=True)
    verification_id = new_id()
    await _run(town.office.open_unit, "UPDATE contact SET dossier_id = NULL, source = 'pending'")
    (contact,) = await town.rows("SELECT id FROM contact")
    async with town.office.open_unit() as uow:
        code = code_of(uow.cipher, verification_id)
        notice = Notice(
            party_id=town.party_id,
            agency_id=town.office.agency_id,
            category=Category.OTP,
            target_id=contact["id"],
            params={"verification_id": str(verification_id)},
        )
        await announce(uow, [notice], datetime.now(UTC))
        await uow.commit()
    assert await town.work() == ["email"]
    (mail,) = town.said("email")
    assert code in mail.text
    assert "http" not in mail.text
    kept = await town.rows("SELECT params::text AS params FROM notification")
    assert code not in kept[0]["params"]


async def test_all_workers_together_keep_the_rate(town: Town) -> None:
    """Five at once, and no more until the bucket fills, however many dispatchers there are."""
    await town.office.announce(12, "email")
    valves = [Valve("email", Rate(per_second=0.001, burst=5)) for _ in range(3)]
    channel = town.channels["email"]
    dispatchers = [
        Dispatcher(channel, town.office.composer, town.office.open_unit, valve=valve) for valve in valves
    ]
    counts = await asyncio.gather(*(one.run_once() for one in dispatchers))
    assert sum(counts) == len(channel.taken) == 5
    async with town.office.open_unit() as uow:
        await (await uow.driver()).execute("UPDATE rate_bucket SET tokens = tokens + 4")
        await uow.commit()
    await asyncio.gather(*(one.run_once() for one in dispatchers))
    assert len(channel.taken) == 9


async def test_a_paused_channel_keeps_its_rows(town: Town) -> None:
    """Nothing is claimed, so that no attempt and no lease is spent; afterwards all leave."""
    await town.office.announce(3, "email")
    await _run(town.office.open_unit, "INSERT INTO channel_pause VALUES ('email', 'test', 'why')")
    assert await town.work() == []
    assert {row["attempt"] for row in await town.office.waiting()} == {0}
    await _run(town.office.open_unit, "DELETE FROM channel_pause")
    assert await town.work() == ["email"] * 3


async def _run(open_unit: Callable[[], UnitOfWork], query: str) -> None:
    async with open_unit() as uow:
        await (await uow.driver()).execute(query.encode())
        await uow.commit()
