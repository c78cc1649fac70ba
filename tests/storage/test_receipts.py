"""Reports of providers are kept once, as they came, and taken when there is something to do with them."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from storage.cipher import UndecipherableError
from storage.ids import new_id
from storage.receipts import repository
from storage.receipts.repository import LONGEST_NAME, RAW, DeliveryKey, Standing, Waiting
from storage.unit_of_work import UnitOfWork
from tests.faults.polling import until
from tests.storage.queue import Queue
from tests.storage.sends import DONE, SID, report, standing, taken, tell, waiting

OpenUnit = Callable[[], UnitOfWork]
CHANNELS = {"twilio": "sms", "zalo": "zalo"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Sends and reports of others: what is looked for must not be all of them.
FILL = """
INSERT INTO finished_delivery (id, notification_ids, party_id, agency_id, channel, lane, target_id, created_at,
  finished_at, attempt, possible_duplicate, outcome, provider_id)
SELECT gen_random_uuid(), '{}', gen_random_uuid(), gen_random_uuid(), CASE n % 2 WHEN 0 THEN 'sms' ELSE 'push' END,
  2, gen_random_uuid(), now(), now() - n * interval '1 second', 1, false, 'accepted', 'SM' || n
FROM generate_series(1, 20000) n;
INSERT INTO provider_receipt (provider, event_id, provider_id, state, occurred_at, raw_sealed, applied_at)
SELECT 'twilio', 'SM' || n, 'SM' || n, 'sent', now(), '', CASE WHEN n > 1000 THEN now() END
FROM generate_series(1, 20000) n;
ANALYZE finished_delivery, provider_receipt;
"""


@pytest.fixture
async def queue(unit_of_work: OpenUnit) -> Queue:
    """A party with a verified address and one notice."""
    return await Queue.open(unit_of_work)


async def take(
    uow: UnitOfWork, *, size: int = 100, within: timedelta = DAY, patience: timedelta = HOUR
) -> list[Waiting]:
    """Hold what waits."""
    return await repository.take(
        uow, CHANNELS, size=size, within=within, patience=patience, reach=timedelta(days=35)
    )


async def test_a_report_is_kept_once(queue: Queue) -> None:
    """Its event is its name, of one provider: what comes again changes nothing, not even what it says."""
    assert await tell(queue, report("sent"), report("delivered")) == 2
    assert await tell(queue, report("sent"), report("delivered", minutes=5), report("read")) == 1
    assert await tell(queue, report("sent"), provider="zalo") == 1
    assert await tell(queue, report("failed"), report("failed")) == 1
    rows = await queue.rows("SELECT occurred_at FROM provider_receipt WHERE state = 'delivered'")
    assert rows == [(DONE,)]


async def test_the_body_is_kept_sealed_and_to_the_byte(queue: Queue) -> None:
    """It names a phone: at rest nobody reads it, and whoever holds the key reads what came."""
    raw = "To=+84912345678&Body=Hồ sơ".encode() + bytes(range(256))
    await tell(queue, report("delivered"), raw=raw)
    ((sealed,),) = await queue.rows("SELECT raw_sealed FROM provider_receipt")
    assert b"84912345678" not in sealed
    async with queue.open_unit() as uow:
        assert uow.cipher.unseal(sealed, f"{RAW}:twilio").encode("latin-1") == raw
        with pytest.raises(UndecipherableError):
            uow.cipher.unseal(sealed, f"{RAW}:zalo")


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_id": ""},
        {"provider_id": ""},
        {"event_id": "a" * (LONGEST_NAME + 1)},
        {"provider_id": "a\x00"},
        {"provider_id": "\ud800"},
        {"event_id": "mã"},
        {"code": "3000\n3"},
        {"unreachable": True},
    ],
)
def test_a_report_has_names_that_can_be_kept(wrong: dict[str, Any]) -> None:
    """What PostgreSQL would stumble over, or an index, is no name."""
    with pytest.raises(ValueError, match=r"a name|only a failure"):
        report("delivered", **wrong)


async def test_names_of_the_longest_length_can_be_kept(queue: Queue) -> None:
    """The bound is one that the index bears."""
    name = "~" * LONGEST_NAME
    assert await tell(queue, report("failed", of=name, event_id=name, code=name)) == 1


async def test_a_report_is_taken_when_its_send_is_known(queue: Queue) -> None:
    """Not before, and not for a message of that name on another channel."""
    await tell(queue, report("failed", code="30006", unreachable=True), report("sent", of="SM2"))
    await taken(queue, "SM2", channel="zalo")
    async with queue.open_unit() as uow:
        assert await take(uow) == []
    delivery_id = await taken(queue)
    async with queue.open_unit() as uow:
        (one,) = await take(uow)
    assert (one.provider, one.report) == ("twilio", report("failed", code="30006", unreachable=True))
    assert one.delivery
    assert one.delivery.id == delivery_id


async def test_a_report_is_taken_without_a_send_when_it_waited_long(queue: Queue) -> None:
    """It then is marked as done with, and names no send."""
    await tell(queue, report("sent"))
    await queue.run("UPDATE provider_receipt SET received_at = now() - interval '59 minutes'")
    async with queue.open_unit() as uow:
        assert await take(uow) == []
    await queue.run("UPDATE provider_receipt SET received_at = now() - interval '61 minutes'")
    async with queue.open_unit() as uow:
        assert [one.delivery for one in await take(uow)] == [None]
        assert await take(uow, within=HOUR) == []


async def test_those_without_a_send_stand_in_no_others_way(queue: Queue) -> None:
    """However many there are, the claim is for those that there is something to do with."""
    await tell(queue, *(report("sent", of=f"XX{number}") for number in range(50)))
    await taken(queue)
    await tell(queue, report("delivered"))
    async with queue.open_unit() as uow:
        assert [one.report.provider_id for one in await take(uow, size=1)] == [SID]


async def test_a_provider_that_is_not_known_here_is_left_to_others(queue: Queue) -> None:
    """As to a worker of the next release, during a roll-out."""
    await taken(queue)
    await tell(queue, report("sent"), provider="carrier-pigeon")
    await queue.run("UPDATE provider_receipt SET received_at = now() - interval '2 hours'")
    async with queue.open_unit() as uow:
        assert await take(uow) == []


async def test_what_one_holds_another_passes_over(queue: Queue) -> None:
    """Two workers share what waits, and nothing is taken twice."""
    await taken(queue)
    await tell(queue, report("sent"), report("delivered"))
    async with queue.open_unit() as first, queue.open_unit() as second:
        held = await take(first, size=1)
        rest = await take(second)
        assert len(held) == len(rest) == 1
        assert held[0].report != rest[0].report
        await repository.settle(first, held)
        await first.commit()
    assert await waiting(queue) == [rest[0].report.event_id]


async def test_who_holds_a_send_sees_what_was_noted_before(queue: Queue) -> None:
    """The second waits for the first and then reads what that wrote, so that no report is lost."""
    delivery_id = await taken(queue)
    ((finished_at,),) = await queue.rows("SELECT finished_at FROM finished_delivery")
    key = DeliveryKey(delivery_id, finished_at)
    read = Standing(state="read", code=None, occurred_at=DONE)

    async def second() -> Standing | None:
        async with queue.open_unit() as uow:
            (send,) = await repository.hold(uow, [key])
            return send.standing

    async with queue.open_unit() as uow:
        (send,) = await repository.hold(uow, [key])
        assert (send.standing, send.channel, send.target_id) == (None, "sms", queue.contact_id)
        assert send.notification_ids == [queue.notification_id]
        other = asyncio.create_task(second())
        await until(partial(somebody_waits, queue))
        await repository.note(uow, {key: read})
        await uow.commit()
    assert await other == read
    assert await standing(queue, delivery_id) == ("read", None, DONE)


async def somebody_waits(queue: Queue) -> bool:
    """Return whether somebody waits for a lock."""
    return bool(await queue.rows("SELECT FROM pg_locks WHERE NOT granted"))


COUNT = 50
KEYS = [[new_id() for _ in range(COUNT)], [datetime(2026, 11, 21, tzinfo=UTC)] * COUNT]
STATEMENTS: dict[str, tuple[str, list[Any]]] = {
    "take": (
        repository._TAKE,
        [list(CHANNELS), list(CHANNELS.values()), timedelta(days=35), DAY, HOUR, COUNT],
    ),
    "hold": (repository._HOLD, KEYS),
    "note": (repository._NOTE, [*KEYS, ["sent"] * COUNT, [None] * COUNT, [DONE] * COUNT]),
    "settle": (repository._SETTLE, [["twilio"] * COUNT, [f"SM{n}" for n in range(COUNT)]]),
}


@pytest.mark.usefixtures("new_files")
@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("name", STATEMENTS)
async def test_no_statement_walks_a_large_table(unit_of_work: OpenUnit, name: str, mode: str) -> None:
    """A report finds its message by the index of names, those that wait are found by theirs."""
    query, values = STATEMENTS[name]
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(FILL)
        rows: list[Any] = await (
            await driver.execute("SELECT DISTINCT tableoid::regclass::text FROM finished_delivery")
        ).fetchall()
        await driver.execute(f"SET LOCAL plan_cache_mode = {mode}")
        explain: Any = "EXPLAIN " + re.sub(r"%(?:\(\w+\))?[bs]", "%s", query)
        cursor = driver.cursor()
        lines: list[Any] = await (await cursor.execute(explain, values, prepare=True)).fetchall()
        plan = "\n".join(line for (line,) in lines)
    for table in ["provider_receipt", *(partition for (partition,) in rows)]:
        assert not re.search(rf"Seq Scan on {table}\b", plan), plan
    if name == "take":
        assert "ix_provider_receipt_waiting" in plan
        assert re.search(r"Index Scan using finished_delivery\w*_provider_id_idx", plan), plan


@pytest.mark.usefixtures("new_files")
async def test_months_out_of_reach_are_not_looked_into(unit_of_work: OpenUnit) -> None:
    """However long the history is."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        for year in (2001, 2002):
            await driver.execute(
                f"CREATE TABLE finished_delivery_y{year} PARTITION OF finished_delivery"
                f" FOR VALUES FROM ('{year}-01-01') TO ('{year}-02-01')".encode()
            )
        await driver.execute(FILL)
        explain: Any = "EXPLAIN (ANALYZE, COSTS OFF) " + re.sub(r"%(?:\(\w+\))?[bs]", "%s", repository._TAKE)
        lines: list[Any] = await (await driver.execute(explain, STATEMENTS["take"][1])).fetchall()
    old = [line for (line,) in lines if "finished_delivery_y200" in line]
    assert len(old) == 4  # by the provider's name, and by ours
    assert all("never executed" in line for line in old), lines
    assert any(re.search(r"_provider_id_idx.*loops=[1-9]", line) for (line,) in lines), lines


async def test_old_reports_are_deleted(queue: Queue) -> None:
    """Those that were applied, after ninety days; one that still waits stays."""
    assert await tell(queue, report("sent"), report("delivered"), report("read")) == 3
    await queue.run("UPDATE provider_receipt SET applied_at = now() WHERE state <> 'delivered'")
    await queue.run(
        "UPDATE provider_receipt SET received_at = now() - interval '91 days' WHERE state <> 'read'"
    )
    async with queue.open_unit() as uow:
        assert await repository.sweep(uow, datetime.now(UTC)) == 1
        await uow.commit()
    assert await queue.rows("SELECT state FROM provider_receipt ORDER BY 1") == [("delivered",), ("read",)]
