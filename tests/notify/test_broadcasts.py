"""What is told to many is published once, and leaves as one send for each language."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest

from notify.broadcasts import BroadcastPlanner, pushed_at, pushed_until
from notify.categories import Category
from notify.dispatcher import Dispatcher
from notify.ports import OutcomeKind
from notify.routes import DEFAULTS, PROMPT, Hours, Routing
from storage.broadcasts import publishing, repository
from storage.broadcasts.audience import Audience
from storage.broadcasts.publishing import NOBODY
from storage.deliveries import repository as deliveries
from storage.parties.kinds import PartyKind
from storage.routing import repository as routing_versions
from storage.unit_of_work import UnitOfWork
from tests.faults.office import Office
from tests.notify.twin import ScriptedChannel, always
from tests.storage.broadcasts.telling import Square

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)  # in Vietnam
NIGHT = datetime(2026, 11, 21, 16, tzinfo=UTC)


@pytest.fixture
def square(unit_of_work: Callable[[], UnitOfWork], office: Office) -> Square:
    """Where broadcasts are told, at whatever hour tests run."""
    return Square(open_unit=office.open_unit)


@pytest.fixture
def channel() -> ScriptedChannel:
    """Takes everything."""
    return ScriptedChannel("topic")


def planner(office: Office, *channels: str) -> BroadcastPlanner:
    """A planner of an installation."""
    return BroadcastPlanner(office.open_unit, channels or ("push", "topic", "email"))


async def set_routing(office: Office, **changes: object) -> None:
    """Put other routes in force."""
    body = PROMPT.model_copy(update=changes).model_dump(mode="json")
    async with office.open_unit() as uow:
        await routing_versions.add(uow, body, author="test", note="", after=1)
        await uow.commit()


async def test_each_language_is_one_send(office: Office, square: Square, channel: ScriptedChannel) -> None:
    """Worded in it, or in Vietnamese; to the topic of the audience, in the name of who speaks."""
    audience = Audience(agency_id=office.agency_id, kind=PartyKind.PERSON)
    both = await square.tell(
        audience, title="Nghỉ lễ", english="Closed", agency_id=office.agency_id, published=False
    )
    alone = await square.tell(
        title="Lũ", agency_id=office.agency_id, link="https://dichvucong.example/lu", published=False
    )
    assert await planner(office).run_once() == 2
    waiting = await office.waiting()
    assert {(row["party_id"], row["channel"], row["agency_id"], row["lane"]) for row in waiting} == {
        (NOBODY, "topic", office.agency_id, 3)
    }
    assert await office.dispatcher(channel).run_once() == 4
    sent = {one.target: one for one in channel.taken}
    place = f"agency-{office.agency_id}-person"
    assert {target: one.notification_id for target, one in sent.items()} == {
        f"broadcast-{place}-vi": both,
        f"broadcast-{place}-en": both,
        "broadcast-all-vi": alone,
        "broadcast-all-en": alone,
    }
    assert [sent[f"broadcast-{place}-{language}"].title for language in ("vi", "en")] == ["Nghỉ lễ", "Closed"]
    assert sent["broadcast-all-en"].title == "Lũ"
    assert sent["broadcast-all-vi"].text == "Ủy ban nhân dân phường Thử Nghiệm: Nội dung của Lũ."
    assert sent["broadcast-all-vi"].link == "https://dichvucong.example/lu"
    assert sent[f"broadcast-{place}-vi"].link == "https://app.tindan.example"
    assert {one.category for one in channel.taken} == {"broadcast"}
    assert await office.waiting() == []


async def test_nothing_is_kept_for_anybody(office: Office, square: Square) -> None:
    """However many there are in the audience, publishing writes as much."""
    for _ in range(20):
        await square.party()
    await square.tell(published=False)
    await planner(office).run_once()
    counts = await square.rows(
        "SELECT (SELECT count(*) FROM broadcast_mark), (SELECT count(*) FROM notification),"
        " (SELECT count(*) FROM delivery)"
    )
    assert counts == [(0, 0, 2)]


async def test_many_planners_publish_each_once(office: Office, square: Square) -> None:
    """Side by side, as in several processes."""
    told = {await square.tell(published=False) for _ in range(12)}
    woken: list[Collection[str]] = []
    planners = [BroadcastPlanner(office.open_unit, ("push",), None, woken.append) for _ in range(5)]
    await asyncio.gather(*(one.run_once() for one in planners * 2))
    assert woken
    assert {name for names in woken for name in names} == {"topic"}
    sends = Counter(row["notification_ids"][0] for row in await office.waiting())
    assert sends == dict.fromkeys(told, 2)
    assert [await one.run_once() for one in planners] == [0] * 5


async def test_a_planner_that_dies_leaves_it_to_another(office: Office, square: Square) -> None:
    """All it did before the commit is undone; while it holds a row, others pass over that."""
    broadcast = await square.tell(published=False)
    async with office.open_unit() as uow:
        (due,) = await publishing.claim_due(uow, 10)
        dying = BroadcastPlanner(office.open_unit, ("push",))
        sends = dying._sends(due, PROMPT)
        await deliveries.add(uow, sends)
        await publishing.publish(uow, due.id, [send.id for send in sends])
        assert await planner(office).run_once() == 0
    assert await office.waiting() == []
    assert await planner(office).run_once() == 1
    assert [row["notification_ids"] for row in await office.waiting()] == [[broadcast]] * 2


async def test_it_waits_for_its_time(office: Office, square: Square) -> None:
    """Before it, nobody reads it and nothing leaves; withdrawn before it, it never does."""
    later = await square.tell(in_=HOUR, published=False)
    never = await square.tell(in_=HOUR, published=False)
    assert await planner(office).run_once() == 0
    await square.withdraw(never)
    await square.rows("UPDATE broadcast SET publish_at = now()")
    assert await planner(office).run_once() == 1
    assert await square.rows("SELECT id FROM broadcast WHERE published_at IS NOT NULL") == [(later,)]


async def test_what_is_withdrawn_meanwhile_is_not_sent(
    office: Office, square: Square, channel: ScriptedChannel
) -> None:
    """It ends as withdrawn, and nobody is to mend that."""
    broadcast = await square.tell(published=False)
    await planner(office).run_once()
    assert await square.withdraw(broadcast)
    assert not await square.withdraw(broadcast)
    await office.dispatcher(channel).run_once()
    assert channel.taken == []
    assert {row["outcome"] for row in await office.finished()} == {"withdrawn"}


async def test_what_failed_is_tried_again_until_it_is_of_no_use(
    office: Office, square: Square, channel: ScriptedChannel
) -> None:
    """As every send; its history is found by the broadcast."""
    broadcast_id = await square.tell(agency_id=office.agency_id, published=False)
    await planner(office).run_once()
    channel.answer = always(OutcomeKind.RETRYABLE)
    worker = Dispatcher(channel, office.composer, office.open_unit, rng=Random(7))
    await worker.run_once()
    channel.answer = always(OutcomeKind.ACCEPTED)
    while await office.waiting():
        await office.let_pass_until_due()
        await worker.run_once()
    async with office.open_unit() as uow:
        broadcast = await repository.find(uow, broadcast_id)
        assert broadcast
        sends = await repository.sends(uow, broadcast)
    assert [(one.outcome, one.attempt, one.notification_ids) for one in sends] == [
        ("accepted", 2, [broadcast_id])
    ] * 2
    assert {one.id for one in sends} == set(broadcast.delivery_ids)


async def test_an_answer_that_is_lost_marks_a_possible_repeat(
    office: Office, square: Square, channel: ScriptedChannel
) -> None:
    """Millions of phones may show it twice in the place of the first: at least once, said honestly."""
    await square.tell(agency_id=office.agency_id, published=False)
    await planner(office).run_once()
    channel.answer = always(OutcomeKind.UNKNOWN)
    await office.dispatcher(channel).run_once()
    assert [row["possible_duplicate"] for row in await office.waiting()] == [True, True]


@pytest.mark.parametrize("channels", [("email",), ("zalo", "sms")])
async def test_without_pushes_it_is_in_the_app_alone(
    office: Office, square: Square, channels: tuple[str, ...]
) -> None:
    """Published all the same, with nothing that waits for ever."""
    await square.tell(published=False)
    assert await planner(office, *channels).run_once() == 1
    assert await office.waiting() == []
    assert await square.rows("SELECT published_at IS NULL FROM broadcast") == [(False,)]


async def test_a_worker_that_was_down_pushes_no_old_news(office: Office, square: Square) -> None:
    """What expired meanwhile is published, to be found in the app, and not pushed."""
    await square.tell(in_=-2 * DAY, life=DAY, published=False)
    assert await planner(office).run_once() == 1
    assert await office.waiting() == []


async def test_at_night_it_waits_for_the_morning_of_vietnam(
    office: Office, square: Square, channel: ScriptedChannel
) -> None:
    """Quiet hours are asked for when it would leave, as phones in its time zone sleep."""
    now = datetime.now(UTC) + timedelta(hours=7)  # the clock of Vietnam
    quiet = Hours(start=(now - HOUR).time(), end=(now + HOUR).time())
    await set_routing(office, quiet=quiet)
    await square.tell(published=False)
    await planner(office).run_once()
    await office.dispatcher(channel).run_once()
    assert channel.taken == []
    waits = [row["due_at"] - row["now"] for row in await office.waiting()]
    assert all(timedelta(minutes=58) < wait <= HOUR for wait in waits)
    assert len(waits) == 2


def test_when_phones_ring_is_told_beforehand() -> None:
    """At once by day, in the morning at night, never where it expires before, or no push is routed."""
    assert pushed_at(NOON, NOON + 9 * DAY, DEFAULTS) == NOON
    morning = datetime(2026, 11, 22, 0, tzinfo=UTC)
    assert pushed_at(NIGHT, NIGHT + 9 * DAY, DEFAULTS) == morning
    assert pushed_at(NIGHT, NIGHT + 2 * HOUR, DEFAULTS) is None
    assert pushed_at(NIGHT, NIGHT + 9 * DAY, DEFAULTS.model_copy(update={"loud": ("sms",)})) == NIGHT
    assert pushed_at(NIGHT, NIGHT + 9 * DAY, PROMPT) == NIGHT
    by_mail = DEFAULTS.model_dump(mode="json")
    by_mail["routes"]["broadcast"]["steps"] = [{"channels": ["email"]}]
    assert pushed_at(NOON, NOON + DAY, Routing.model_validate(by_mail)) is None


def test_it_is_pushed_no_longer_than_its_category_or_itself_lives() -> None:
    """Whichever ends first."""
    life = DEFAULTS.routes[Category.BROADCAST].expiry
    assert pushed_until(NOON, NOON + life + DAY, DEFAULTS) == NOON + life
    assert pushed_until(NOON, NOON + HOUR, DEFAULTS) == NOON + HOUR
    assert DEFAULTS.quiet == Hours(start=time(22), end=time(7))
