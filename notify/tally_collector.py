"""Serves a number of a feature's to Prometheus; loaded where metrics are served, and nowhere else."""

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notify.fresh_reads import FreshRead, reader
from notify.tallies import Tally
from storage.unit_of_work import Reading


class TallyCollector(Collector):
    """Serves one tally; while it can not be read, nothing.

    To be made in the loop in which the database is read.
    """

    def __init__(self, tally: Tally, open_reading: Callable[[], Reading]) -> None:
        self._tally = tally
        self._counts = FreshRead(reader(open_reading, tally.count))

    def describe(self) -> list[GaugeMetricFamily]:
        """Name nothing beforehand: else registering would read the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the gauge."""
        found = self._counts.current()
        if found is None:
            return
        gauge = GaugeMetricFamily(self._tally.name, self._tally.words, labels=(self._tally.label,))
        for value, count in sorted(found.items()):
            gauge.add_metric((value,), count)
        yield gauge
