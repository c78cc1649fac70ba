"""What an agency tells of its dossiers: kept once, in the source's own order, and answered item by item."""

from datetime import datetime, timedelta
from typing import Any

import httpx

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
    assert (problem["existing_id"], problem["existing_dossier_code"]) == ("e-1", CODE)
    assert [error["pointer"] for error in problem["errors"]] == ["/event_id"]
    assert (await census(engine), await states(engine)) == (before, was)


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


async def test_a_further_step_tells_only_what_asks_the_citizen(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Steps of the same status are silent, but every request to the citizen is told."""
    for number, (status, step) in enumerate([(4, "một"), (4, "hai"), (5, "một"), (5, "hai")]):
        await tell(client, agency, event(f"e-{number}", status, number, step=step))
    assert await notices(engine) == ["status_change", "supplement_required", "supplement_required"]


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
