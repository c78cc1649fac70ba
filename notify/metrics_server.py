"""Serves what a worker counts, and how the engine stands, to Prometheus."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notify import metrics
from notify.categories import Lane
from notify.fresh_reads import FreshRead, reader
from notify.settings import NotifySettings
from notify.tallies import Tally
from notify.tally_collector import TallyCollector
from storage.deliveries import gauges
from storage.deliveries.gauges import MOST_COUNTED, Gauges
from storage.errors import SettingsError
from storage.unit_of_work import Reading

log = structlog.get_logger(__name__)


class EngineCollector(Collector):
    """How the engine stands, as the database says: the same at every worker, so one of them is enough.

    Args:
        read: reads it, from any thread; it may fail.
        channels: those of this worker, shown even while nothing waits on them.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        read: Callable[[], Gauges],
        channels: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channels = channels
        self._gauges = FreshRead(read, clock)

    def describe(self) -> list[GaugeMetricFamily]:
        """Name nothing beforehand: else registering would read the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the gauges; while the database is away, that alone."""
        found = self._gauges.current()
        yield _gauge(
            "tindan_database_up", "Whether the gauges of the engine could be read.", found is not None
        )
        if found:
            yield from self._lanes(found)
            yield from _whole(found)

    def _lanes(self, found: Gauges) -> Iterator[GaugeMetricFamily]:
        labels = ("channel", "lane")
        oldest = GaugeMetricFamily(
            "tindan_delivery_oldest_due_seconds",
            "For how long the first delivery of a lane could have been taken and was not.",
            labels=labels,
        )
        waiting = GaugeMetricFamily(
            "tindan_delivery_waiting",
            f"Deliveries that wait or are under way; counted up to {MOST_COUNTED}, however many there are.",
            labels=labels,
        )
        known = {(channel, int(lane)): (timedelta(0), 0) for channel in self._channels for lane in Lane}
        known |= {(one.channel, one.lane): (one.oldest_due, one.waiting) for one in found.lanes}
        names = {int(lane): lane.name.lower() for lane in Lane}
        for (channel, lane), (late, count) in sorted(known.items()):
            values = (channel, names.get(lane, str(lane)))
            oldest.add_metric(values, late.total_seconds())
            waiting.add_metric(values, count)
        yield oldest
        yield waiting


def _whole(found: Gauges) -> Iterator[GaugeMetricFamily]:
    yield _gauge(
        "tindan_notification_oldest_unplanned_seconds",
        "For how long the first notice could have been planned and was not.",
        found.oldest_unplanned.total_seconds(),
    )
    yield _gauge(
        "tindan_receipts_waiting",
        f"Reports of providers that were not applied yet; counted up to {MOST_COUNTED}.",
        found.receipts,
    )
    yield _gauge(
        "tindan_receipt_lag_seconds",
        "For how long the first of those reports has waited.",
        found.oldest_receipt.total_seconds(),
    )


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


@asynccontextmanager
async def serving(
    settings: NotifySettings,
    open_reading: Callable[[], Reading],
    channels: Collection[str],
    tallies: Sequence[Tally] = (),
) -> AsyncIterator[int | None]:
    """Serve `/metrics` at TINDAN_METRICS_PORT during the block, if that is set; yield the port.

    `tallies` are what features count. Raises SettingsError when nothing can listen there.
    """
    if settings.metrics_port is None:
        yield None
        return
    registry = CollectorRegistry()
    for metric in metrics.ALL:
        registry.register(metric)
    registry.register(EngineCollector(reader(open_reading, gauges.read), channels))
    for tally in tallies:
        registry.register(TallyCollector(tally, open_reading))
    ProcessCollector(registry=registry)
    try:
        server, thread = start_http_server(settings.metrics_port, settings.metrics_host, registry)
    except OSError as error:
        raise SettingsError(
            f"metrics can not be served at {settings.metrics_host}, port {settings.metrics_port}: "
            f"{error.strerror}. TINDAN_METRICS_HOST and TINDAN_METRICS_PORT name another"
        ) from error
    log.info("metrics_served", host=settings.metrics_host, port=server.server_port)
    try:
        yield server.server_port
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()
        await asyncio.to_thread(thread.join)
