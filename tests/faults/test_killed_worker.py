"""What a killed worker was sending is sent by another one soon."""

import time
from datetime import timedelta

import pytest

from tests.faults.conftest import StartWorker
from tests.faults.office import Office
from tests.faults.stand_in import StandIn

LONGEST = timedelta(seconds=30)


@pytest.mark.verify
async def test_what_a_killed_worker_held_is_sent_again_within_half_a_minute(
    office: Office, stand_in: StandIn, start_worker: StartWorker
) -> None:
    """From SIGKILL amid a send to the same send by the worker started in its place, it is one lease at most."""
    await office.announce(1, "email")
    await stand_in.script("email", {"kind": "accept_then_hang", "seconds": 60})
    with start_worker("-m", "api.cli", "worker") as worker:
        await stand_in.wait_for(1)
        worker.kill()
    killed_at = time.monotonic()

    with start_worker("-m", "api.cli", "worker"):
        await stand_in.wait_for(2, seconds=60)
        took = time.monotonic() - killed_at

    assert took <= LONGEST.total_seconds()
    first, again = await stand_in.arrivals()
    assert again["duplicate_of"] == first["sequence"]
