"""What an operator sees of notices and their sends: everything, once, and no address in clear."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncConnection

from storage.cipher import Cipher
from storage.deliveries import history, repository
from storage.deliveries.history import NoticeHistory
from storage.deliveries.repository import Record
from storage.engine import Engine
from storage.ids import new_id
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.unit_of_work import Reading, UnitOfWork
from tests.storage.plans import walked
from tests.storage.queue import Queue

OpenReading = Callable[[], Reading]

NOTICE = """
INSERT INTO notification (id, party_id, agency_id, category, expires_at, step, created_at)
SELECT %s, party_id, agency_id, 'result_ready', now() + interval '1 day', 0, now() - %s * interval '1 minute'
FROM notification WHERE id = %s
"""
# Months of sends of many parties, each with a notice of its own.
FILL = """
INSERT INTO finished_delivery (id, notification_ids, party_id, agency_id, channel, lane, target_id, created_at,
  finished_at, attempt, possible_duplicate, outcome)
SELECT gen_random_uuid(), ARRAY[gen_random_uuid()], gen_random_uuid(), gen_random_uuid(), 'email', 2,
  gen_random_uuid(), now(), now() - n * interval '1 minute', 1, false, 'accepted' FROM generate_series(1, 20000) n;
INSERT INTO delivery (id, notification_ids, party_id, agency_id, channel, lane, target_id, expires_at, due_at,
  attempt, possible_duplicate)
SELECT gen_random_uuid(), ARRAY[gen_random_uuid()], gen_random_uuid(), gen_random_uuid(), 'email', 2,
  gen_random_uuid(), now(), now(), 0, false FROM generate_series(1, 20000) n;
INSERT INTO notification (id, party_id, agency_id, category, expires_at, step)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'status_change', now(), 0
FROM generate_series(1, 20000) n;
ANALYZE finished_delivery, delivery, notification;
"""
LARGE = ("delivery", "finished_delivery", "notification")


@pytest.fixture
async def queue(unit_of_work: Callable[[], UnitOfWork]) -> Queue:
    """A party with a verified address and one notice."""
    return await Queue.open(unit_of_work)


async def wait(queue: Queue, count: int = 1) -> list[UUID]:
    """Let sends of the notice wait, noted at it as the planner does."""
    ids = await queue.add(count)
    await queue.run("UPDATE notification SET delivery_ids = %s WHERE id = %s", ids, queue.notification_id)
    return ids


async def finish(queue: Queue, **outcome: Any) -> UUID:
    """Claim one send, and end it so."""
    (row,), _ = await queue.claim(1)
    async with queue.open_unit() as uow:
        await repository.record(uow, [Record(id=row.id, attempt=row.attempt, **outcome)])
        await uow.commit()
    return row.id


async def of_id(reading: OpenReading, given: UUID) -> list[NoticeHistory]:
    """Look one notice or send up."""
    async with reading() as read:
        return await history.of_id(read, given)


async def test_a_notice_is_shown_with_all_its_sends(queue: Queue, reading: OpenReading) -> None:
    """Finished ones, those under way and those that wait, in the order in which they were made."""
    ids = await wait(queue, 3)
    await queue.run("UPDATE delivery SET created_at = now() + %s WHERE id = %s", timedelta(1), ids[1])
    done = await finish(queue, outcome="accepted", code="250", provider_id="p-1")
    await queue.run(
        "UPDATE finished_delivery SET receipt = 'delivered', receipt_code = 'ok', receipt_at = now(), segments = 2,"
        " cost = 1600"
    )
    (held,), _ = await queue.claim(1)
    (notice,) = await of_id(reading, queue.notification_id)
    assert (notice.category, notice.dossier_code, notice.party_id) == ("status_change", None, queue.party_id)
    assert notice.planned_at is None
    assert [one.created_at for one in notice.deliveries] == sorted(
        one.created_at for one in notice.deliveries
    )
    by_id = {one.id: one for one in notice.deliveries}
    assert by_id.keys() == set(ids)
    assert {one.address for one in notice.deliveries} == {"n***@example.vn"}
    sent = by_id[done]
    assert (sent.state, sent.outcome, sent.code, sent.provider_id) == ("finished", "accepted", "250", "p-1")
    assert (sent.receipt, sent.receipt_code, sent.segments, sent.cost) == ("delivered", "ok", 2, 1600)
    assert sent.receipt_at is not None
    assert sent.finished_at is not None
    assert (by_id[held.id].state, by_id[held.id].attempt) == ("sending", 1)
    (left,) = by_id.keys() - {done, held.id}
    assert (by_id[left].state, by_id[left].outcome, by_id[left].finished_at) == ("waiting", None, None)
    assert by_id[left].due_at is not None


async def test_what_is_tried_again_says_why(queue: Queue, reading: OpenReading) -> None:
    """It waits, with the provider's last word and the time of the next attempt."""
    await wait(queue)
    again = datetime.now(UTC) + timedelta(hours=1)
    await finish(queue, outcome="expired", code="busy", again_at=again, possible_duplicate=True)
    ((send,),) = [notice.deliveries for notice in await of_id(reading, queue.notification_id)]
    assert (send.state, send.code, send.due_at, send.possible_duplicate) == ("waiting", "busy", again, True)


@pytest.mark.parametrize("finished", [False, True])
async def test_a_send_leads_to_all_its_notices(queue: Queue, reading: OpenReading, finished: bool) -> None:
    """A merged one belongs to several, and is shown at each."""
    other = new_id()
    await queue.run(NOTICE, other, 5, queue.notification_id)
    (send,) = await wait(queue)
    await queue.run("UPDATE delivery SET notification_ids = notification_ids || %s", [other])
    await queue.run("UPDATE notification SET delivery_ids = %s", [send])
    if finished:
        await finish(queue, outcome="rejected", code="no")
    found = await of_id(reading, send)
    assert [notice.id for notice in found] == [queue.notification_id, other]
    assert [[one.id for one in notice.deliveries] for notice in found] == [[send], [send]]
    assert await of_id(reading, new_id()) == []


async def test_a_party_has_its_notices_in_pages(queue: Queue, reading: OpenReading) -> None:
    """Newest first, from a time on, each page behind the last of the one before."""
    ids = [queue.notification_id]
    for minutes in range(1, 5):
        ids.append(new_id())
        await queue.run(NOTICE, ids[-1], minutes, queue.notification_id)
    foreign = new_id()
    await queue.run(NOTICE, foreign, -1, queue.notification_id)
    await queue.run("UPDATE notification SET party_id = %s WHERE id = %s", new_id(), foreign)
    identity = PartyIdentity(kind=PartyKind.PERSON, number="001190000001")
    stranger = PartyIdentity(kind=PartyKind.PERSON, number="001190000002")
    async with reading() as read:
        assert await history.find_party(read, stranger) is None
        party_id = await history.find_party(read, identity)
        assert party_id == queue.party_id
        pages = [await history.of_party(read, party_id, limit=2)]
        while pages[-1]:
            pages.append(await history.of_party(read, party_id, limit=2, before=pages[-1][-1].id))
        since = datetime.now(UTC) - timedelta(seconds=150)
        recent = await history.of_party(read, party_id, limit=9, since=since)
        unknown = await history.of_party(read, party_id, limit=9, before=new_id())
        of_another = await history.of_party(read, party_id, limit=9, before=foreign)
        nobody = await history.of_party(read, new_id(), limit=9)
    assert [notice.id for page in pages for notice in page] == ids
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [notice.id for notice in recent] == ids[:3]
    assert (unknown, of_another, nobody) == ([], [], [])


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("SELECT 1", "n***@example.vn"),
        ("DELETE FROM contact", None),
        ("DELETE FROM party_key", None),
        ("UPDATE contact SET value_sealed = '\\x00'", None),
        ("UPDATE party_key SET wrapped = '\\x00'", None),
    ],
)
async def test_an_address_is_masked_or_gone(
    queue: Queue, reading: OpenReading, change: str, shown: str | None
) -> None:
    """Removed, erased or unreadable addresses hide nothing else of the history."""
    await wait(queue)
    await queue.run(change)
    ((send,),) = [notice.deliveries for notice in await of_id(reading, queue.notification_id)]
    assert send.address == shown


async def test_phones_are_masked_and_apps_named_by_platform(
    queue: Queue, reading: OpenReading, cipher: Cipher
):
    """Of a phone number both ends are shown, of an app's token nothing."""
    calls, app = await wait(queue, 2)
    phone = new_id()
    async with queue.open_unit() as uow:
        ((wrapped,),) = await queue.rows("SELECT wrapped FROM party_key")
        sealed = cipher.open_party_key(queue.party_id, wrapped).encrypt("+84912345678", history.VALUE)
        driver = await uow.driver()
        await driver.execute(
            "UPDATE contact SET kind = 'phone', value_sealed = %s WHERE id = %s", (sealed, queue.contact_id)
        )
        await uow.commit()
    await queue.run(
        "INSERT INTO device (id, party_id, platform, token_index, token_sealed, confirms_receipt)"
        " VALUES (%s, %s, 'ios', '\\x01', '\\x02', true)",
        phone,
        queue.party_id,
    )
    await queue.run("UPDATE delivery SET target_id = %s WHERE id = %s", phone, app)
    (notice,) = await of_id(reading, queue.notification_id)
    assert {one.id: one.address for one in notice.deliveries} == {calls: "+84******678", app: "ios"}


async def test_a_send_that_ends_while_it_is_looked_for_is_shown_once(
    queue: Queue, reading: OpenReading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end counts."""
    (send,) = await wait(queue)
    look = history._rows

    async def look_and_let_finish(read: Reading, query: str, given: Any) -> list[Any]:
        found = await look(read, query, given)
        if query == history._WAITING:
            await finish(queue, outcome="accepted")
        return found

    monkeypatch.setattr(history, "_rows", look_and_let_finish)
    ((one,),) = [notice.deliveries for notice in await of_id(reading, queue.notification_id)]
    assert (one.id, one.state) == (send, "finished")


async def explain(driver: AsyncConnection[Any], query: str, given: Any) -> str:
    """Return how PostgreSQL runs a query with these values."""
    cursor = await driver.execute(b"EXPLAIN " + query.encode(), given)
    return "\n".join(str(line) for (line,) in await cursor.fetchall())


@pytest.mark.usefixtures("new_files")
async def test_no_look_scans_a_table(queue: Queue, engine: Engine, cipher: Cipher) -> None:
    """However many notices and sends there are of others, each query goes by an index."""
    (send,) = await wait(queue)
    looks: Sequence[tuple[str, Any]] = (
        (history._BY_ID, (queue.notification_id,)),
        (
            history._OF_PARTY,
            {"party_id": queue.party_id, "since": None, "before": queue.notification_id, "limit": 20},
        ),
        (history._NOTICES_OF_DELIVERY, {"id": send}),
        (history._WAITING, ([send],)),
        (history._FINISHED, (queue.party_id, datetime(2001, 1, 1, tzinfo=UTC), [queue.notification_id])),
    )
    async with UnitOfWork(engine, cipher) as uow:
        driver = await uow.driver()
        await driver.execute(FILL)
        for query, given in looks:
            plan = await explain(driver, query, given)
            assert not [name for name in await walked(driver, plan) if name.startswith(LARGE)], plan
