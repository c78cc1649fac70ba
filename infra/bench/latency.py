"""From the commit of an event to its arrival at the provider, with all processes running, at half load.

An event is taken to be committed when its answer has been read, which is a little later; what arrived even
before that counts as 0 ms. The sandbox notes when it had the whole mail.
"""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import quantiles

from api.stack import Stack
from infra.bench.events import Agency, single_requests
from infra.bench.figures import Figure
from infra.bench.http import Answer, all_at_once, evenly
from infra.bench.patience import wait_until
from infra.bench.place import Bench, agency_token
from infra.bench.sink import MailSink, arrived_at

CONNECTIONS = 16
P50_MS, P99_MS = 50.0, 1000.0


@dataclass(kw_only=True)
class Journey:
    """Events on their way through an installation, each to a mail address of its own."""

    bench: Bench
    stack: Stack
    token: str
    sink: MailSink
    agency: Agency = field(default_factory=Agency)
    committed: dict[str, float] = field(default_factory=dict)

    def sustainable(self, count: int) -> float:
        """Push as fast as it goes; return how many events a second come out at the far end."""
        requests = single_requests(self.agency.first(count), self.token)
        before, started = self.sink.count(), time.perf_counter()
        pushing = all_at_once(self.stack.ports.api, requests, connections=CONNECTIONS, expect=201)
        self.bench.runner.run(pushing)
        self._wait_for(before + count)
        return count / (time.perf_counter() - started)

    def at_pace(self, per_second: float, count: int) -> list[float]:
        """Push at a steady pace; return the times from commit to arrival, in ms."""
        events = self.agency.first(count)
        dossier_of = {event["applicant"]["email"]: event["dossier_code"] for event in events}
        before, last = self.sink.count(), self.sink.last()
        pushing = evenly(
            self.stack.ports.api,
            single_requests(events, self.token),
            per_second=per_second,
            connections=CONNECTIONS,
            note=self._note,
        )
        self.bench.runner.run(pushing)
        self._wait_for(before + count)
        return [
            max(0.0, (arrived_at(item) - self.committed[dossier_of[item["to"]]]) * 1000)
            for item in self.sink.items(after=last)
            if item["to"] in dossier_of
        ]

    def _note(self, answer: Answer) -> None:
        code = json.loads(answer.expect(201).body)["dossier_code"]
        self.committed[code] = answer.at

    def _wait_for(self, count: int) -> None:
        wait_until(lambda: self.sink.count() >= count, f"for {count:,} notices to arrive")


def measure(bench: Bench) -> Iterator[Figure]:
    """Find the load that can be sustained, and measure at half of it."""
    with ExitStack() as opened:
        place = opened.enter_context(bench.place())
        stack = opened.enter_context(bench.installation(place))
        stack.start_worker()
        journey = Journey(
            bench=bench, stack=stack, token=agency_token(stack), sink=MailSink(url=stack.sandbox_url)
        )
        journey.sustainable(bench.pick(100, 300))  # wakes all parts up
        most = journey.sustainable(bench.pick(500, 2000))
        half = most / 2
        bench.tell(f"half of the sustainable load is {half:.0f} events/s")
        times = journey.at_pace(half, int(half * bench.pick(5, 30)))
    cuts = quantiles(times, n=100)
    yield _figure("commit_to_provider_p50", cuts[49], P50_MS)
    yield _figure("commit_to_provider_p99", cuts[98], P99_MS)


def _figure(name: str, milliseconds: float, limit: float) -> Figure:
    return Figure(
        name=name,
        unit="ms",
        ours=milliseconds,
        limit=limit,
        ratio=milliseconds / limit,
        target=1,
        lower_is_better=True,
    )
