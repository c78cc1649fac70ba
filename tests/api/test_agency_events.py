"""What an agency tells of its dossiers: kept once, in the source's own order, and answered item by item."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.agencies import repository as agencies
from storage.agencies.repository import AgencyRecord
from storage.engine import Engine
from tests.api.callers import Agency, MakeAgency
from tests.api.telling import CODE, PERSON, at, census, event, facts, notices, results, states, tell

OTHER = {"kind": "person", "number": "001190000002", "name": "Trần Văn Bình"}
COMPANY = {"kind": "organisation", "number": "0100109106", "name": "Công ty Sen"}


async def test_a_single_event_is_kept_and_told(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """The answer is 201, and the event, dossier, party, notice and receipt are there."""
    before = await census(engine)
    answer = await tell(client, agency, event("e-1", 2, note="Đã nhận đủ giấy tờ"))
    assert answer.status_code == 201
    told = answer.json()
    assert told.pop("recorded_at")
    assert told == {
        "event_id": "e-1",
        "outcome": "accepted",
        "dossier_code": CODE,
        "current": True,
        "contradiction": False,
        "notified": True,
    }
    added = {name: count - before[name] for name, count in (await census(engine)).items()}
    assert {name: count for name, count in added.items() if count} == {
        "party": 1,
        "party_key": 1,
        "dossier": 1,
        "dossier_event": 1,
        "event_receipt": 1,
        "notification": 1,
    }


async def test_a_batch_is_answered_item_by_item(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """One result for each event, in the order sent, whatever the order of the dossiers."""
    codes = ["H26.1-261121-0003", "H26.1-261121-0001", "H26.1-261121-0002"]
    sent = [
        event(f"{code}/{status}", status, status, dossier_code=code) for status in (1, 2) for code in codes
    ]
    answer = await tell(client, agency, *sent)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["accepted"], body["repeated"], body["refused"]) == (6, 0, 0)
    assert [result["event_id"] for result in body["results"]] == [item["event_id"] for item in sent]
    assert [result["notified"] for result in body["results"]] == [False] * 3 + [True] * 3
    assert {code: state["status"] for code, state in (await states(engine)).items()} == dict.fromkeys(
        codes, 2
    )
    assert await notices(engine) == ["status_change"] * 3


async def test_a_repeat_gets_the_first_answer(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Sending again changes nothing and answers 200 with what was answered first, also much later."""
    first = await tell(client, agency, event("e-1", 1))
    await tell(client, agency, event("e-2", 2, 1))
    before = await census(engine)
    again = await tell(client, agency, event("e-1", 1))
    assert again.status_code == 200
    assert again.json() == first.json() | {"outcome": "repeated"}
    (in_batch,) = await results(client, agency, event("e-1", 1))
    assert in_batch == again.json()
    assert await census(engine) == before


async def test_two_spellings_of_one_content_are_a_repeat(client: httpx.AsyncClient, agency: Agency) -> None:
    """Another offset, old agency form, NFD text, a spaced number and explicit nulls change nothing."""
    moment = datetime.fromisoformat(at(0))
    first = event(
        "e-1", occurred_at=moment.isoformat(), agency_code="H26.1", note="Đã tiếp nhận", summary="Khai sinh"
    )
    again = first | {
        "occurred_at": (moment + timedelta(hours=7)).replace(tzinfo=None).isoformat() + "+07:00",
        "dossier_code": " h26.1 - 261121 - 0001 ",
        "procedure_code": "1.001193.000.00.00.H26",
        "note": "Đã tiếp nhận",
        "applicant": PERSON | {"number": "001 190 000 001", "email": "", "phone": None},
        "sequence": None,
    }
    assert (await tell(client, agency, first)).status_code == 201
    answer = await tell(client, agency, again)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "repeated")


async def test_a_repeat_within_a_batch_gets_the_first_answer(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """One event twice in a batch is kept once; another content under its id is refused."""
    first, again, other = await results(client, agency, event("e-1", 1), event("e-1", 1), event("e-1", 2, 1))
    assert again == first | {"outcome": "repeated"}
    assert other["outcome"] == "refused"
    assert other["problem"]["status"] == 409
    assert await facts(engine) == [(1, 0, None, "", None)]


async def test_a_repeat_of_what_was_refused_stays_refused(client: httpx.AsyncClient, agency: Agency) -> None:
    """A refused event leaves no receipt: twice in one batch it is refused twice, and mended it is kept."""
    bad = event("e-1", procedure_code="9.999999")
    first, again = await results(client, agency, bad, bad)
    assert first == again
    assert first["outcome"] == "refused"
    assert (await tell(client, agency, event("e-1"))).status_code == 201


async def test_an_id_with_another_content_is_refused(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """The answer is 409 and names the id; nothing is written."""
    await tell(client, agency, event("e-1", 1))
    before, was = await census(engine), await states(engine)
    answer = await tell(client, agency, event("e-1", 2, 1))
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "urn:tindan:problem:event-id-reused"
    assert "'e-1'" in problem["detail"]
    assert [error["pointer"] for error in problem["errors"]] == ["/event_id"]
    assert (await census(engine), await states(engine)) == (before, was)


async def test_an_id_belongs_to_its_client(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency
) -> None:
    """Two agencies may choose the same id for different events."""
    other = await make_agency("H55.1")
    await tell(client, agency, event("e-1"))
    answer = await tell(client, other, event("e-1", 2, dossier_code="H55.1-261121-0001"))
    assert answer.status_code == 201


async def test_a_push_and_a_pull_of_one_fact_are_one(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """The same status, time and step under another id is a repeat, and its own id is then known."""
    await tell(client, agency, event("push-1", 4, step="Thẩm định"))
    pulled = event("pull-1", 4, step="Thẩm định")
    for _ in range(2):
        answer = await tell(client, agency, pulled)
        assert (answer.status_code, answer.json()["outcome"]) == (200, "repeated")
    assert len(await facts(engine)) == 1
    assert await notices(engine) == ["status_change"]
    assert (await census(engine))["event_receipt"] == 2
    assert (await tell(client, agency, pulled | {"status": 5})).status_code == 409


async def test_a_fact_told_twice_knows_what_both_said(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """The order, the due time and the note that only the second telling has are filled in."""
    await tell(client, agency, event("push-1", 2))
    await tell(client, agency, event("pull-1", 2, sequence=7, due_at=at(90), note="Nhận tại bộ phận một cửa"))
    assert await facts(engine) == [(2, 0, 7, "", 90)]
    assert (await states(engine))[CODE]["due_at"] == datetime.fromisoformat(at(90))
    async with engine.pool.connect() as connection:
        found = await connection.exec_driver_sql("SELECT note_sealed IS NOT NULL FROM dossier_event")
        assert found.scalars().all() == [True]


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


async def test_a_further_step_tells_only_what_asks_the_citizen(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Steps of the same status are silent, but every request to the citizen is told."""
    for number, (status, step) in enumerate([(4, "một"), (4, "hai"), (5, "một"), (5, "hai")]):
        await tell(client, agency, event(f"e-{number}", status, number, step=step))
    assert await notices(engine) == ["status_change", "supplement_required", "supplement_required"]


async def test_history_that_is_filled_in_tells_nobody(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """A status of long ago is kept without a notice."""
    long_ago = (datetime.now(UTC) - timedelta(days=31)).isoformat()
    answer = await tell(client, agency, event("e-1", 9, occurred_at=long_ago))
    assert (answer.status_code, answer.json()["notified"]) == (201, False)
    assert await notices(engine) == []


async def test_a_contradiction_is_kept_and_marked(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """A status that may not follow is current all the same, counted, and told as a contradiction."""
    await tell(client, agency, event("e-1", 10, 1))
    answer = (await tell(client, agency, event("e-2", 4, 2))).json()
    assert (answer["outcome"], answer["current"], answer["contradiction"]) == ("accepted", True, True)
    state = (await states(engine))[CODE]
    assert (state["status"], state["contradictions"], state["ended_at"]) == (4, 2, None)


async def test_one_bad_item_sinks_no_other(client: httpx.AsyncClient, agency: Agency, engine: Engine) -> None:
    """Of 1,000 events every tenth is bad in a way of its own, and 900 are kept."""
    faults: list[dict[str, Any]] = [
        {"status": 11},
        {"status": "2"},
        {"procedure_code": "9.999999"},
        {"agency_code": "H99"},
        {"occurred_at": "hôm qua"},
        {"dossier_code": "?"},
        {"applicant": {"number": "1"}},
        {"note": "\x00"},
        {"surprise": 1},
        {"applicant": None, "procedure_code": None},
    ]
    sent = []
    for number in range(1000):
        item = event(f"e-{number}", dossier_code=f"H26.1-261121-{number:04d}")
        if number % 10 == 0:
            fault = faults[number // 10 % len(faults)]
            item = {name: value for name, value in (item | fault).items() if value is not None}
        sent.append(item)
    told = await results(client, agency, *sent)
    assert [result["outcome"] for result in told] == (["refused"] + ["accepted"] * 9) * 100
    assert [result["event_id"] for result in told] == [item["event_id"] for item in sent]
    after = await census(engine)
    assert (after["dossier"], after["dossier_event"], after["notification"], after["party"]) == (
        900,
        900,
        900,
        1,
    )


async def test_a_refused_event_lends_the_others_nothing(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """What a dossier needs at first is not taken from an event that is refused, nor do others fail by it."""
    refused = event("e-1", procedure_code="9.999999", applicant=OTHER)
    told = await results(client, agency, refused, event("e-2", 2, 1))
    assert [result["outcome"] for result in told] == ["refused", "accepted"]
    bare = event("e-4", 2, 1, dossier_code="H26.1-261121-0009", applicant=None)
    told = await results(client, agency, refused | {"dossier_code": "H26.1-261121-0009"}, bare)
    assert [result["outcome"] for result in told] == ["refused", "refused"]
    assert [error["pointer"] for error in told[1]["problem"]["errors"]] == ["/applicant"]
    assert (await census(engine))["party"] == 1


async def test_later_events_need_neither_applicant_nor_procedure(
    client: httpx.AsyncClient, agency: Agency
) -> None:
    """They are known from the first event, in the same batch or before."""
    bare = {"applicant": None, "procedure_code": None}
    told = await results(client, agency, event("e-1"), event("e-2", 2, 1, **bare))
    assert [result["outcome"] for result in told] == ["accepted", "accepted"]
    assert (await tell(client, agency, event("e-3", 4, 2, **bare))).status_code == 201


async def test_a_dossier_stays_in_its_name(client: httpx.AsyncClient, agency: Agency, engine: Engine) -> None:
    """An event that names another applicant is refused, by itself and in a batch."""
    await tell(client, agency, event("e-1", applicant=COMPANY))
    before = await census(engine)
    answer = await tell(client, agency, event("e-2", 2, 1, applicant=OTHER))
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/applicant/number", "another-applicant")
    ]
    new = "H26.1-261121-0002"
    told = await results(
        client, agency, event("e-3", dossier_code=new), event("e-4", 2, 1, dossier_code=new, applicant=OTHER)
    )
    assert [result["outcome"] for result in told] == ["accepted", "refused"]
    after = await census(engine)
    assert (after["dossier_event"], after["party"]) == (before["dossier_event"] + 1, before["party"] + 1)


async def test_another_agencys_client_may_not_speak(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """Neither a stranger nor an agency below may tell of a dossier, nor name an agency that is not its own."""
    stranger, below = await make_agency("H55.1"), await make_agency("H26.1.7", parent=agency)
    await tell(client, agency, event("e-1"))
    before = await census(engine)
    for caller in (stranger, below):
        answer = await tell(client, caller, event("e-2", 2, 1))
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:tindan:problem:agency-not-allowed")
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/dossier_code"]
    answer = await tell(client, stranger, event("e-3", dossier_code="H55.1-261121-0001", agency_code="H26.1"))
    assert answer.status_code == 403
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/agency_code"]
    assert await census(engine) == before


async def test_nobody_occupies_the_codes_of_another_agency(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """Who is first with a code keeps it, so a code that names an agency is for those above and below it."""
    stranger, below = await make_agency("H55.1"), await make_agency("H26.1.7", parent=agency)
    before = await census(engine)
    answer = await tell(client, stranger, event("e-1", dossier_code="H26.1-261121-0001"))
    assert answer.status_code == 403
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/dossier_code"]
    assert await census(engine) == before
    for caller, code in ((below, "H26.1-261121-0001"), (agency, "H26.1.7-261121-0001")):
        told = await tell(client, caller, event(f"e-{code}", dossier_code=code))
        assert told.status_code == 201, "above and below are at home"
    unknown = await tell(client, stranger, event("e-2", dossier_code="K99-261121-0001"))
    assert unknown.status_code == 201, "a code that names nobody we know is let in"


async def test_an_agency_speaks_for_those_below_it(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """It may name a commune, by any of its codes, and the commune may then speak for itself."""
    commune = await make_agency("H26.1.7", parent=agency)
    async with engine.pool.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO agency_alias (code, agency_id) VALUES ('H26.1.OLD', %s)", (commune.id,)
        )
    await tell(client, agency, event("e-1", agency_code="H26.1.OLD"))
    assert (await states(engine))[CODE]["agency_id"] == commune.id
    assert (await tell(client, commune, event("e-2", 2, 1))).status_code == 201
    assert (await tell(client, agency, event("e-3", 4, 2))).status_code == 201
    assert (await states(engine))[CODE]["agency_id"] == commune.id


async def test_the_old_form_of_a_code_names_the_same_agency(
    client: httpx.AsyncClient, services: Any, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """`000.00.01.H26` and `H26.01` are one agency."""
    async with services.unit_of_work() as uow:
        await agencies.put(uow, [AgencyRecord(code="H26.01", name="Sở Tư pháp", parent="H26.1")])
        await uow.commit()
    assert (await tell(client, agency, event("e-1", agency_code="000.00.01.H26"))).status_code == 201
    (agency_id,) = {state["agency_id"] for state in (await states(engine)).values()}
    assert agency_id != agency.id


async def test_a_late_event_gives_no_dossier_back(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """The agency that the source named last keeps the dossier, in whatever order that arrives."""
    first, second = await make_agency("H26.1.7", parent=agency), await make_agency("H26.1.8", parent=agency)
    handed = event("e-2", 4, 5, agency_code="H26.1.8", channel=3)
    received = event("e-1", 2, 1, agency_code="H26.1.7", channel=2, summary="Khai sinh")
    await tell(client, agency, handed)
    await tell(client, agency, received)
    state = (await states(engine))[CODE]
    assert (state["agency_id"], state["channel"]) == (second.id, 3)
    async with engine.pool.connect() as connection:
        found = await connection.exec_driver_sql("SELECT summary_sealed IS NOT NULL FROM dossier")
        assert found.scalars().all() == [True], "a late summary fills the gap"
    assert (await tell(client, second, event("e-3", 4, 6))).status_code == 201
    assert (await tell(client, first, event("e-4", 4, 7))).status_code == 403


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({"results"})])
async def test_a_token_without_the_scope_is_refused(
    client: httpx.AsyncClient, make_agency: MakeAgency, engine: Engine, scopes: frozenset[str]
) -> None:
    """Only a client that may send events may send them, and the challenge says so."""
    caller = await make_agency("H55.1", scopes=scopes)
    answer = await tell(client, caller, event("e-1"))
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert (await census(engine))["event_receipt"] == 0


async def test_without_a_token_nothing_is_read(client: httpx.AsyncClient, agency: Agency) -> None:
    """Neither no token, nor a broken one, gets past the door."""
    for headers in ({}, {"authorization": "Bearer x.y.z"}, {"authorization": "Basic eA=="}):
        answer = await client.post("/v1/agency/dossier-events", content=b"{", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


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
