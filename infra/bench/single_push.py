"""Events one by one, over kept-alive connections, against a bare handler.

All connections are one caller's, as of a portal that speaks for many agencies: events that come in while its
transactions are under way share the next one. Ours, the bare handler, PostgreSQL and the client that asks
share the machine's cores; the client takes about a tenth of what a server takes.
"""

from collections.abc import Iterator
from contextlib import ExitStack

from infra.bench.bare_handler import TABLE
from infra.bench.events import Agency, single_requests
from infra.bench.figures import Figure, compare
from infra.bench.http import all_at_once
from infra.bench.place import Bench, agency_token

CONNECTIONS = 32
TARGET = 0.7


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure first events of new dossiers, one a request."""
    agency, count = Agency(), bench.pick(500, 2000)
    with ExitStack() as opened:
        place = opened.enter_context(bench.place())
        place.execute(TABLE)
        stack = opened.enter_context(bench.installation(place))
        bare_port = opened.enter_context(bench.beside(stack, "infra.bench.bare_handler"))
        token = agency_token(stack)

        def push(port: int) -> float:
            requests = single_requests(agency.first(count), token)
            return bench.runner.run(all_at_once(port, requests, connections=CONNECTIONS, expect=201))

        yield compare(
            "single_push",
            "requests/s",
            TARGET,
            ours=lambda: push(stack.ports.api),
            limit=lambda: push(bare_port),
            rounds=bench.pick(3, 9),
        )
