"""The source's order decides what a dossier is, and never the arrival."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.engine import Engine
from tests.api.callers import Agency
from tests.api.telling import CODE, at, event, facts, notices, results, states, tell

OTHER = {"kind": "person", "number": "001190000002", "name": "Trần Văn Bình"}
COMPANY = {"kind": "organisation", "number": "0100109106", "name": "Công ty Sen"}


async def test_the_source_orders_not_the_arrival(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """A sequence goes before the clock, and the clock before the arrival."""
    await tell(client, agency, event("e-3", 4, 9, sequence=3))
    late = (await tell(client, agency, event("e-2", 2, 20, sequence=2))).json()
    assert (late["current"], late["notified"]) == (False, False)
    assert (await states(engine))[CODE]["status"] == 4
    await tell(client, agency, event("e-4", 5, 1, sequence=4))
    assert (await states(engine))[CODE]["status"] == 5


@pytest.mark.parametrize(("current", "category"), [(4, "status_change"), (5, "supplement_required")])
async def test_a_late_event_enters_the_timeline_and_tells_nobody(
    client: httpx.AsyncClient, agency: Agency, engine: Engine, current: int, category: str
) -> None:
    """What happened before the current status is kept, moves the first time, and raises no notice."""
    await tell(client, agency, event("e-2", current, 10))
    answer = await tell(client, agency, event("e-1", 1, 2))
    assert answer.status_code == 201
    assert answer.json() | {"recorded_at": None} == {
        "event_id": "e-1",
        "outcome": "accepted",
        "dossier_code": CODE,
        "current": False,
        "contradiction": False,
        "notified": False,
        "recorded_at": None,
    }
    assert [fact[0] for fact in await facts(engine)] == [1, current]
    assert (await states(engine))[CODE]["first_at"] == datetime.fromisoformat(at(2))
    await tell(client, agency, event("e-3", current, 10, sequence=1))
    assert await notices(engine) == [category]


async def test_an_overtaken_status_in_a_batch_tells_nobody(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Of several new statuses only the current one raises a notice, also when it stands first."""
    told = await results(client, agency, event("e-3", 5, 3), event("e-1", 1, 1), event("e-2", 2, 2))
    assert [result["notified"] for result in told] == [True, False, False]
    assert await notices(engine) == ["supplement_required"]


async def test_history_that_is_filled_in_tells_nobody(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """A status of long ago is kept without a notice."""
    long_ago = (datetime.now(UTC) - timedelta(days=31)).isoformat()
    answer = await tell(client, agency, event("e-1", 9, occurred_at=long_ago))
    assert (answer.status_code, answer.json()["notified"]) == (201, False)
    assert await notices(engine) == []


# Few values, so that natural keys meet, orders tie and sequences disagree with clocks.
told_events = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from([1, 2, 4, 5, 9, 10]),
            "hours": st.integers(0, 4),
            "sequence": st.none() | st.integers(0, 3),
            "step": st.sampled_from(["", "một"]),
            "due_at": st.none() | st.integers(50, 52).map(at),
        }
    ),
    min_size=1,
    max_size=6,
)


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]:
    """Events, and the same in another order and split into requests anyhow."""
    events = [event(f"e-{number}", **fields) for number, fields in enumerate(draw(told_events))]
    shuffled = draw(st.permutations(events))
    cuts = sorted(draw(st.sets(st.integers(1, len(events)), max_size=3)))
    bounds = [0, *cuts, len(events)]
    requests = [shuffled[start:end] for start, end in pairwise(bounds) if start < end]
    return events, requests


@settings(
    max_examples=40,
    deadline=None,
    # Each example has dossiers of its own, so that nothing need be emptied in between.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(arrival=arrivals())
async def test_neither_order_nor_requests_decide_what_a_dossier_is(
    client: httpx.AsyncClient, agency: Agency, engine: Engine, arrival: Any
) -> None:
    """However the same events arrive, the dossier and its timeline are the same."""
    events, requests = arrival
    known = len(await states(engine))
    outcomes = []
    for number, batches in enumerate([[events], requests], start=known):
        code = f"H26.1-261121-{number:04d}"
        for batch in batches:
            renamed = [
                told | {"event_id": f"{code}/{told['event_id']}", "dossier_code": code} for told in batch
            ]
            assert all(result["outcome"] != "refused" for result in await results(client, agency, *renamed))
        state = (await states(engine))[code]
        outcomes.append((state | {"code": ""}, await facts(engine, code)))
    assert outcomes[0] == outcomes[1]
