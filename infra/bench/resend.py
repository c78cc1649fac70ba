"""From the death of a worker amid a send until the provider gets the same message again.

The worker has handed a mail over and waits for the answer when it is killed by SIGKILL; another one is
started in its place at once. It may not send before the lease of the first has run out.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from api.stack import Stack
from infra.bench.events import Agency, single_requests
from infra.bench.figures import Figure
from infra.bench.http import all_at_once
from infra.bench.patience import wait_until
from infra.bench.place import Bench, agency_token
from infra.bench.sink import MailSink
from notify.leases import LEASE

WORKER = ("api.cli", "worker")
SHORT_LEASE, SHORT_PATIENCE = 5, 4
SHORT_WORKER = ("tests.faults.short_worker", str(SHORT_LEASE), str(SHORT_PATIENCE))
BEYOND_SECONDS = 2.0
"""What may come on top of the lease: the start of the other worker, and a poll."""


def measure(bench: Bench) -> Iterator[Figure]:
    """Kill a worker; a quick run has workers whose lease is short."""
    lease, command = (SHORT_LEASE, SHORT_WORKER) if bench.quick else (LEASE.total_seconds(), WORKER)
    with ExitStack() as opened:
        place = opened.enter_context(bench.place())
        stack = opened.enter_context(bench.installation(place))
        sink = MailSink(url=stack.sandbox_url)
        sink.disturb(kind="accept_then_hang", seconds=60)
        requests = single_requests(Agency().first(1), agency_token(stack))
        bench.runner.run(all_at_once(stack.ports.api, requests, connections=1, expect=201))
        with _worker(bench, stack, command) as first:
            wait_until(lambda: sink.count() == 1, "for the mail to arrive")
            first.kill()
        begun = time.monotonic()
        with _worker(bench, stack, command):
            wait_until(lambda: sink.count() == 2, "for the mail to arrive again")
            seconds = time.monotonic() - begun
        first_mail, again = sink.items()
        if again.get("duplicate_of") != first_mail["sequence"]:
            raise AssertionError("it was another mail that arrived")
    limit = lease + BEYOND_SECONDS
    yield Figure(
        name="resend",
        unit="s",
        ours=seconds,
        limit=limit,
        ratio=seconds / limit,
        target=1,
        lower_is_better=True,
        note=f"with a lease of {lease:g} s, against the lease and {BEYOND_SECONDS:g} s",
    )


@contextmanager
def _worker(bench: Bench, stack: Stack, command: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    log = bench.data_dir / "logs" / "resend.log"
    with (
        log.open("ab") as output,
        subprocess.Popen(
            [sys.executable, "-m", *command],
            env=os.environ | stack.settings(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        ) as worker,
    ):
        try:
            yield worker
        finally:
            worker.kill()
