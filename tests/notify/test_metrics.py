"""What a worker tells Prometheus: how the engine stands and what it counted, at a bounded cost."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from notify import fresh_reads, metrics
from notify.fresh_reads import FRESH_SECONDS
from notify.metrics_server import EngineCollector, serving
from notify.ports import OutcomeKind
from notify.settings import NotifySettings
from storage.deliveries import gauges
from storage.deliveries.gauges import Gauges, WaitingLane
from storage.errors import SettingsError
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from tests.faults.polling import until
from tests.faults.processes import Process
from tests.storage.queue import Queue

OpenReading = Callable[[], Reading]
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]

STANDING = Gauges(
    lanes=(WaitingLane(channel="email", lane=0, waiting=3, oldest_due=timedelta(seconds=7)),),
    oldest_unplanned=timedelta(seconds=2),
    receipts=4,
    oldest_receipt=timedelta(seconds=9),
)


@pytest.fixture
async def queue(unit_of_work: Callable[[], UnitOfWork]) -> Queue:
    """A party with a verified address and one notice."""
    return await Queue.open(unit_of_work)


def samples(text: str) -> Samples:
    """Read what was served."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def collected(collector: EngineCollector) -> Samples:
    """Scrape a collector."""
    registry = CollectorRegistry()
    registry.register(collector)
    return samples(generate_latest(registry).decode())


def of_lane(name: str, channel: str, lane: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Name the sample of a lane."""
    return name, (("channel", channel), ("lane", lane))


async def test_gauges_say_how_the_engine_stands(queue: Queue, reading: OpenReading) -> None:
    """By lane what waits and for how long; a row that is held or waits for later is not overdue."""
    for agency in (1, 2, 3):
        await queue.add(2, agency_id=UUID(int=agency))
    await queue.run(
        "UPDATE delivery SET due_at = now() - interval '90 seconds' WHERE agency_id = %s", UUID(int=2)
    )
    await queue.add(4, lane=3, due_in=600)
    await queue.run("UPDATE notification SET plan_at = now() - interval '60 seconds'")
    await queue.run(
        "INSERT INTO provider_receipt (provider, event_id, provider_id, state, occurred_at, raw_sealed, received_at,"
        " applied_at) SELECT 'twilio', n::text, '', 'sent', now(), '', now() - n * interval '10 seconds',"
        " CASE WHEN n > 2 THEN now() END FROM generate_series(1, 5) n"
    )
    async with reading() as read:
        found = await gauges.read(read)
    normal, bulk = found.lanes
    assert (normal.channel, normal.lane, normal.waiting) == ("email", 2, 6)
    assert timedelta(seconds=90) <= normal.oldest_due < timedelta(seconds=120)
    assert (bulk.lane, bulk.waiting, bulk.oldest_due) == (3, 4, timedelta(0))
    assert timedelta(seconds=60) <= found.oldest_unplanned < timedelta(seconds=90)
    assert found.receipts == 2
    assert timedelta(seconds=20) <= found.oldest_receipt < timedelta(seconds=50)
    await queue.claim(100)
    async with reading() as read:
        assert [lane.oldest_due for lane in (await gauges.read(read)).lanes] == [timedelta(0)] * 2


async def test_an_empty_engine_stands_at_nothing(queue: Queue, reading: OpenReading) -> None:
    """No rows are no error, and no age."""
    await queue.run("UPDATE notification SET plan_at = NULL")
    async with reading() as read:
        found = await gauges.read(read)
    assert found == Gauges(lanes=(), oldest_unplanned=timedelta(0), receipts=0, oldest_receipt=timedelta(0))


@pytest.mark.usefixtures("new_files")
async def test_the_cost_of_gauges_does_not_grow(
    queue: Queue, unit_of_work: Callable[[], UnitOfWork], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many rows of few agencies only some are read, by the index, and counting ends at its bound."""
    most = 500
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(
            "INSERT INTO delivery (id, notification_ids, party_id, agency_id, channel, lane, target_id, expires_at, due_at,"
            " attempt, possible_duplicate) SELECT gen_random_uuid(), '{}', gen_random_uuid(),"
            " lpad((n % 20)::text, 32, '0')::uuid, 'email', (n % 1000 > 0)::int, gen_random_uuid(), now(),"
            " now() - n * interval '1 second', 0, false FROM generate_series(1, 30000) n"
        )
        await driver.execute("ANALYZE delivery")
        monkeypatch.setattr(gauges, "MOST_COUNTED", most)
        lanes = await gauges.lanes(uow)
        explain = b"EXPLAIN (ANALYZE, FORMAT JSON) " + gauges._LANES.encode()
        row: Any = await (await driver.execute(explain, {"most": most})).fetchone()
    assert [lane.waiting for lane in lanes] == [30, most]
    assert [round(lane.oldest_due.total_seconds()) for lane in lanes] == [30000, 29999]
    touched = list(rows_of(row[0][0]["Plan"]))
    assert {kind for kind, _ in touched} <= {"Index Scan", "Index Only Scan"}, touched
    assert sum(count for _, count in touched) < 3 * most, touched


def rows_of(plan: dict[str, Any]) -> Any:
    """Yield how each table was read, and how many rows came of it."""
    if plan.get("Relation Name"):
        yield (
            plan["Node Type"],
            (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"],
        )
    for inner in plan.get("Plans", ()):
        yield from rows_of(inner)


def test_a_scrape_shows_every_lane_of_the_worker() -> None:
    """With zero where nothing waits, so that an alarm can tell quiet from gone; new lanes by their number."""
    strange = WaitingLane(channel="fax", lane=9, waiting=1, oldest_due=timedelta(0))
    standing = replace(STANDING, lanes=(*STANDING.lanes, strange))
    found = collected(EngineCollector(lambda: standing, ["email", "sms"]))
    assert found["tindan_database_up", ()] == 1
    assert found[of_lane("tindan_delivery_waiting", "email", "otp")] == 3
    assert found[of_lane("tindan_delivery_oldest_due_seconds", "email", "otp")] == 7
    assert found[of_lane("tindan_delivery_waiting", "sms", "bulk")] == 0
    assert found[of_lane("tindan_delivery_waiting", "fax", "9")] == 1
    assert found["tindan_notification_oldest_unplanned_seconds", ()] == 2
    assert (found["tindan_receipts_waiting", ()], found["tindan_receipt_lag_seconds", ()]) == (4, 9)


def test_the_database_is_read_at_most_every_few_seconds() -> None:
    """However often it is scraped; registering alone reads nothing."""
    now, reads = 100.0, 0

    def read() -> Gauges:
        nonlocal reads
        reads += 1
        return STANDING

    collector = EngineCollector(read, clock=lambda: now)
    CollectorRegistry().register(collector)
    assert reads == 0
    for _ in range(3):
        collected(collector)
    assert reads == 1
    now += FRESH_SECONDS
    collected(collector)
    assert reads == 2


def test_without_a_database_the_rest_is_served() -> None:
    """The gauges are left out, rather than shown as they were."""
    now = 100.0
    answers: list[Gauges | Exception] = [STANDING, TimeoutError(), STANDING]

    def read() -> Gauges:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    collector = EngineCollector(read, clock=lambda: now)
    up = []
    for _ in range(3):
        found = collected(collector)
        up.append((found["tindan_database_up", ()], len(found) > 1))
        now += FRESH_SECONDS
    assert up == [(1, True), (0, False), (1, True)]


def counted() -> Samples:
    """Return what this process counted."""
    registry = CollectorRegistry()
    for metric in metrics.ALL:
        registry.register(metric)
    return samples(generate_latest(registry).decode())


def test_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outcomes by channel, meaning and code; time and number of sends; cost; the way of a receipt."""
    for metric in metrics.ALL:
        metric.clear()
    metrics.count_outcome("email", OutcomeKind.ACCEPTED)
    metrics.count_outcome("email", OutcomeKind.REJECTED, "550", 2)
    metrics.observe_send("email", 0.02, 64)
    metrics.add_cost("sms", 1600)
    metrics.receipt_lag("sms", 30)
    metrics.receipt_lag("sms", -3)
    found = counted()
    email, sms = (("channel", "email"),), (("channel", "sms"),)
    accepted = (*email, ("code", ""), ("outcome", "accepted"))
    rejected = (*email, ("code", "550"), ("outcome", "rejected"))
    assert (found["tindan_outcomes_total", accepted], found["tindan_outcomes_total", rejected]) == (1, 2)
    assert (found["tindan_send_seconds_count", email], found["tindan_messages_total", email]) == (1, 64)
    assert found["tindan_send_seconds_bucket", (*email, ("le", "0.025"))] == 1
    assert found["tindan_cost_dong_total", sms] == 1600
    assert found["tindan_receipt_delay_seconds_sum", sms] == 30
    assert found["tindan_receipt_delay_seconds_count", sms] == 2


def test_no_label_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound, channels, outcomes and codes count under one name, and none is lost."""
    for metric in metrics.ALL:
        metric.clear()
    monkeypatch.setattr(metrics, "_channel", metrics._Bounded(2))
    monkeypatch.setattr(metrics, "_outcome", metrics._Bounded(3))
    monkeypatch.setattr(metrics, "_code", {name: metrics._Bounded(4) for name in ("0", "1", "other")})
    for number in range(1000):
        metrics.count_outcome(str(number % 7), str(number % 11), str(number))
    found = {labels: value for (name, labels), value in counted().items() if name == "tindan_outcomes_total"}
    assert sum(found.values()) == 1000
    values = {label: {dict(labels)[label] for labels in found} for label in ("channel", "outcome")}
    assert values == {"channel": {"0", "1", "other"}, "outcome": {"0", "1", "2", "other"}}
    assert len({(dict(labels)["channel"], dict(labels)["code"]) for labels in found}) == 3 * 5


async def test_prometheus_is_served(queue: Queue, reading: OpenReading) -> None:
    """By HTTP, with gauges of the database, counters and the process itself; afterwards the port is free."""
    await queue.add(2)
    metrics.observe_send("email", 0.1, 1)
    settings = NotifySettings(metrics_port=0)
    async with serving(settings, reading, ["email"]) as port:
        url = f"http://127.0.0.1:{port}/metrics"
        answer = await asyncio.to_thread(httpx.get, url, timeout=20)
    found = samples(answer.text)
    assert found[of_lane("tindan_delivery_waiting", "email", "normal")] == 2
    assert found["tindan_send_seconds_count", (("channel", "email"),)] >= 1
    assert ("process_resident_memory_bytes", ()) in found
    with pytest.raises(httpx.ConnectError):
        await asyncio.to_thread(httpx.get, url)


async def test_a_worker_serves_them(queue: Queue, settings: StorageSettings, tmp_path: Path) -> None:
    """Until it is told to stop, at the port that it logs, and reads the database for it."""
    environment = {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.require_database_url(),
        "TINDAN_METRICS_PORT": "0",
    }
    with Process(["-m", "api.cli", "worker"], tmp_path / "log", environment) as worker:
        await until(lambda: worker.said("metrics_served"))
        events = [json.loads(line) for line in worker.log.read_text().splitlines() if line.startswith("{")]
        (port,) = [event["port"] for event in events if event["event"] == "metrics_served"]
        answer = await asyncio.to_thread(httpx.get, f"http://127.0.0.1:{port}/metrics", timeout=20)
        assert samples(answer.text)["tindan_database_up", ()] == 1
        worker.signal(signal.SIGTERM)
        await until(lambda: worker.popen.poll() == 0)


async def test_a_slow_database_holds_no_scrape_up(
    queue: Queue, reading: OpenReading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends after a while, and the connection is given back."""
    monkeypatch.setattr(fresh_reads, "PATIENCE_SECONDS", 0.2)

    async def sleep(read: Reading) -> None:
        await (await read.driver()).execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(gauges, "read", sleep)
    async with serving(NotifySettings(metrics_port=0), reading, ()) as port:
        answer = await asyncio.to_thread(httpx.get, f"http://127.0.0.1:{port}/metrics", timeout=20)
    assert samples(answer.text)["tindan_database_up", ()] == 0


async def test_nothing_is_served_unless_a_port_is_set(reading: OpenReading) -> None:
    """No port, no server."""
    async with serving(NotifySettings(), reading, ()) as port:
        assert port is None


async def test_a_port_that_is_taken_is_named(reading: OpenReading) -> None:
    """With the settings that name another."""
    async with serving(NotifySettings(metrics_port=0), reading, ()) as port:
        with pytest.raises(SettingsError, match=rf"port {port}: .*TINDAN_METRICS_PORT name another"):
            async with serving(NotifySettings(metrics_port=port), reading, ()):
                pass


def test_the_api_does_without() -> None:
    """Its process loads nothing of it."""
    check = "import api.main, sys; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
