"""A supplement is asked for in a message, and answered in place; the clock stands still in between."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.services import Services
from storage.engine import Engine
from tests.api.acting import Pair, act, sign_in, vouch
from tests.api.callers import Agency, Citizen, MakeCitizen, PushEvent
from tests.api.conversations.writing import Desk, Talk
from tests.api.documents import keep_document
from tests.api.results.handing import letter
from tests.api.telling import notices, pointed

DUE = {"due_at": (datetime.now(UTC) + timedelta(days=10)).isoformat()}


@pytest.fixture
async def timed(talk: Talk, push_event: PushEvent) -> Talk:
    """The same with a due time, so that there is a clock."""
    await push_event(talk.code, 4, step="due", **DUE)
    return talk


async def standing(talk: Talk) -> tuple[int, bool]:
    """Return the dossier's status, and whether its clock stands still."""
    dossier = await talk.dossier()
    return dossier["status"]["code"], dossier["due"]["paused"]


async def test_asking_stops_the_clock_and_answering_lets_it_run_on(
    timed: Talk, desk: Desk, services: Services, engine: Engine
):
    """Status and clock follow the request as if it had been pushed; the answer moves the clock alone."""
    assert await standing(timed) == (4, False)
    before = len(await notices(engine))
    asked = await desk.ask(timed.code, "Giấy chứng sinh", "Giấy kết hôn")
    assert await standing(timed) == (5, True)
    assert (await notices(engine))[before:] == ["supplement_required"]
    assert [one["number"] for one in asked["request"]["items"]] == [1, 2]
    document = await keep_document(services, timed.citizen)
    first = await timed.say(None, reply_to=asked["id"], items=[1], document_ids=[str(document)])
    assert (first["kind"], first["items"], len(first["attachments"])) == ("supplement_answer", [1], 1)
    assert await standing(timed) == (5, True)
    await timed.say("Tôi chưa kết hôn", reply_to=asked["id"], items=[2])
    assert await standing(timed) == (5, False)
    (request,) = [one for one in (await desk.pull())["items"] if one["request"]]
    assert [one["answered"] for one in request["request"]["items"]] == [True, True]


async def test_an_answered_item_reaches_a_copy_by_delta(timed: Talk, desk: Desk):
    """The request itself counts as changed with each answer, for the app and for the agency."""
    asked = await desk.ask(timed.code, "Một", "Hai")
    app, system = (await timed.page())["sync_token"], (await desk.pull())["sync_token"]
    await timed.say("đây", reply_to=asked["id"], items=[2])
    for page in (await timed.page(since=app), await desk.pull(since=system)):
        (request,) = [one for one in page["items"] if one["id"] == asked["id"]]
        assert [one["answered"] for one in request["request"]["items"]] == [False, True]


async def test_the_agencys_own_word_goes_on_after_the_answer(timed: Talk, desk: Desk, push_event: PushEvent):
    """A late event, or the next one, keeps what was supplied; a new request stops the clock again."""
    asked = await desk.ask(timed.code, "Một")
    await timed.say("đây", reply_to=asked["id"], items=[1])
    await push_event(timed.code, 2, occurred_at=(datetime.now(UTC) - timedelta(days=1)).isoformat())
    assert await standing(timed) == (5, False)
    again = await desk.ask(timed.code, "Hai")
    assert await standing(timed) == (5, True)
    await timed.say("đây", reply_to=again["id"], items=[1])
    await push_event(timed.code, 4, step="again")
    assert await standing(timed) == (4, False)
    statuses = [entry["status"]["code"] for entry in (await timed.dossier())["timeline"]]
    assert statuses == [2, 4, 4, 5, 5, 4]


async def test_what_was_pushed_and_is_asked_in_a_message_is_one_wait(
    timed: Talk, desk: Desk, push_event: PushEvent, engine: Engine
):
    """A dossier that awaits a supplement already gets no second event, and its party a notice of the message."""
    ahead = datetime.now(UTC) + timedelta(minutes=5)
    await push_event(timed.code, 5, occurred_at=ahead.isoformat())
    before = len(await notices(engine))
    asked = await desk.ask(timed.code, "Một")
    assert (await notices(engine))[before:] == ["message"]
    assert len((await timed.dossier())["timeline"]) == 3
    await timed.say("đây", reply_to=asked["id"], items=[1])
    assert await standing(timed) == (5, False), "a clock ahead of ours leaves nobody waiting"


async def test_the_clock_waits_for_every_request_since_it_stopped(timed: Talk, desk: Desk):
    """With two requests open, the answer to one is not all that was asked for."""
    one, two = await desk.ask(timed.code, "Một"), await desk.ask(timed.code, "Hai")
    await timed.say("đây", reply_to=two["id"], items=[1])
    assert await standing(timed) == (5, True)
    await timed.say("đây", reply_to=one["id"], items=[1])
    assert await standing(timed) == (5, False)


async def test_two_answers_at_once_complete_a_request(timed: Talk, desk: Desk):
    """Whichever comes second sees the first: the clock is not left standing."""
    asked = await desk.ask(timed.code, *(f"Giấy {n}" for n in range(6)))
    await asyncio.gather(*(timed.say("đây", reply_to=asked["id"], items=[n]) for n in range(1, 7)))
    assert await standing(timed) == (5, False)


async def test_an_answer_to_what_nobody_waits_for_moves_no_clock(
    timed: Talk, desk: Desk, push_event: PushEvent
):
    """It is kept, and the dossier stays as its agency told."""
    asked = await desk.ask(timed.code, "Một")
    await push_event(timed.code, 4, step="without it")
    told = await timed.say("trễ", reply_to=asked["id"], items=[1])
    assert told["items"] == [1]
    assert await standing(timed) == (4, False)


async def test_an_answer_names_what_was_asked(
    timed: Talk, desk: Desk, make_citizen: MakeCitizen, push_event: PushEvent
):
    """A plain message, a request about another dossier and an item that is not there are no requests."""
    plain, asked = await desk.say(timed.code), await desk.ask(timed.code, "Một")
    other = await make_citizen()
    await push_event("H26.1-261121-7777", 4, citizen=other)
    foreign = await desk.ask("H26.1-261121-7777", "Một")
    for request, items, where in (
        (plain["id"], [1], ("/reply_to", "no-such-request")),
        (foreign["id"], [1], ("/reply_to", "no-such-request")),
        (asked["id"], [1, 2], ("/items/1", "no-such-item")),
    ):
        answer = await timed.send("đây", reply_to=request, items=items)
        assert answer.status_code == 422
        assert pointed(answer.json()) == [where]
    assert await standing(timed) == (5, True)


async def test_what_was_asked_by_a_pushed_status_is_answered_in_place(
    timed: Talk, desk: Desk, push_event: PushEvent
):
    """No message lists what is missing: the party says that this is it, the clock runs on, and both sides see."""
    await push_event(timed.code, 5, step="asked elsewhere")
    await timed.say("Tôi hỏi thêm")
    assert await standing(timed) == (5, True)
    told = await timed.say("Tôi gửi bổ sung", supplies=True)
    assert (told["kind"], told["supplies"], told["reply_to"], told["items"]) == (
        *("supplement_answer", True, None),
        [],
    )
    assert await standing(timed) == (5, False)
    marks = [("Tôi hỏi thêm", False), ("Tôi gửi bổ sung", True)]
    assert [(one["text"], one["supplies"]) for one in (await desk.pull())["items"]] == marks
    await push_event(timed.code, 5, step="asked once more")
    assert await standing(timed) == (5, True)
    answer = await timed.attach(letter(), supplies=True)
    assert (answer.status_code, answer.json()["supplies"]) == (201, True)
    assert await standing(timed) == (5, False)
    await push_event(timed.code, 4, step="supplemented")
    assert await standing(timed) == (4, False)


async def test_what_nobody_awaits_or_a_message_lists_is_not_supplied(
    timed: Talk, desk: Desk, push_event: PushEvent
):
    """Then it is a plain message, or an answer to that one, and it says which; nothing is kept."""
    answer = await timed.send("đây", supplies=True)
    assert pointed(answer.json()) == [("/supplies", "nothing-awaited")]
    await push_event(timed.code, 5, step="asked elsewhere")
    asked = await desk.ask(timed.code, "Một")
    answer = await timed.send("đây", supplies=True)
    assert pointed(answer.json()) == [("/supplies", "answer-the-request")]
    answer = await timed.attach(letter(), supplies=True)
    assert pointed(answer.json()) == [("/message/supplies", "answer-the-request")]
    answer = await timed.send("đây", supplies=True, reply_to=asked["id"], items=[1])
    assert pointed(answer.json()) == [("", "reply-or-supplies")]
    answer = await timed.send(None, supplies=True)
    assert pointed(answer.json()) == [("/text", "says-nothing")]
    answer = await timed.send("đây", supplies="yes")
    assert pointed(answer.json()) == [("/supplies", "bool_type")]
    assert await standing(timed) == (5, True)
    assert len((await timed.page())["items"]) == 1
    await timed.say("đây", reply_to=asked["id"], items=[1])
    assert await standing(timed) == (5, False)
    answer = await timed.send("đây nữa", supplies=True)
    assert pointed(answer.json()) == [("/supplies", "nothing-awaited")]


async def test_a_request_before_the_wait_hinders_nobody(timed: Talk, desk: Desk, push_event: PushEvent):
    """What was listed for an earlier wait, and left open, is not what the present one is for."""
    await desk.ask(timed.code, "Một")
    await push_event(timed.code, 4, step="without it")
    await push_event(timed.code, 5, step="asked elsewhere")
    await timed.say("đây", supplies=True)
    assert await standing(timed) == (5, False)


async def test_supplied_twice_at_once_is_supplied_once(timed: Talk, push_event: PushEvent):
    """The second finds nothing awaited any more; with one key it is the same answer."""
    await push_event(timed.code, 5, step="asked elsewhere")
    answers = await asyncio.gather(*(timed.send("đây", supplies=True) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [201, 422, 422, 422]
    await push_event(timed.code, 5, step="asked once more")
    key = {"idempotency-key": "k"}
    first = await timed.send("đây", supplies=True, headers=key)
    again = await timed.send("đây", supplies=True, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())


async def test_money_is_not_supplied(timed: Talk, push_event: PushEvent):
    """A dossier that awaits a payment goes on awaiting it, whatever is written."""
    await push_event(timed.code, 6)
    waits = await standing(timed)
    answer = await timed.send("đã nộp", supplies=True)
    assert pointed(answer.json()) == [("/supplies", "nothing-awaited")]
    assert await standing(timed) == waits


async def test_documents_come_from_ones_own_store_alone(
    talk: Talk, services: Services, make_citizen: MakeCitizen
):
    """Another's document and one that is not there are refused alike, and nothing is kept."""
    theirs = await keep_document(services, await make_citizen())
    answers = [
        await talk.send("đây", document_ids=[one])
        for one in (str(theirs), "019aa0c5-8f6e-7c63-b5a8-2f6f0f6d7a11")
    ]
    assert [one.status_code for one in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()
    assert pointed(answers[0].json()) == [("/document_ids/0", "no-such-document")]
    assert (await talk.page())["items"] == []


async def test_handing_over_documents_takes_what_sharing_takes(
    talk: Talk, services: Services, agency: Agency, make_citizen: MakeCitizen
):
    """Identity level 1 may write and hand over nothing; nor may who acts on dossiers alone."""
    document = str(await keep_document(services, talk.citizen))
    weak = Talk(
        client=talk.client, citizen=await sign_in(services, talk.citizen, assurance=1), code=talk.code
    )
    assert (await weak.send()).status_code == 201
    assert (await weak.send(document_ids=[document])).status_code == 401
    helper = await sign_in(services, await make_citizen())
    pair = Pair(client=talk.client, registry=agency, owner=talk.citizen, helper=helper)
    for scope, expected in (
        (["act_on_dossiers"], 403),
        (["act_on_dossiers", "vault"], 403),
        (["act_on_dossiers", "share_documents"], 201),
    ):
        acting = Talk(client=talk.client, citizen=await pair.acting(scope=scope), code=talk.code)
        assert (await acting.send(document_ids=[document])).status_code == expected


async def test_who_acts_for_the_party_writes_as_such_and_is_noted(
    talk: Talk, desk: Desk, services: Services, agency: Agency, make_citizen: MakeCitizen
):
    """Both sides see that a representative wrote; the party sees that one read; who may only read does not write."""
    helper: Citizen = await sign_in(services, await make_citizen())
    right = await vouch(talk.client, agency, helper, talk.citizen, scope=["act_on_dossiers"])
    acting = Talk(
        client=talk.client, citizen=await act(talk.client, helper, talk.citizen, right), code=talk.code
    )
    await acting.say("thay mặt")
    await talk.say("chính tôi")
    await acting.page()
    for page in (await talk.page(), await desk.pull()):
        marks = {one["text"]: one["by_representative"] for one in page["items"]}
        assert marks == {"thay mặt": True, "chính tôi": False}
    log = await talk.client.get("/v1/me/access-log", headers=talk.citizen.headers)
    kinds = [(one["reader_kind"], one["object_kind"]) for one in log.json()["items"]]
    assert sorted(kinds) == [("client", "messages"), ("party", "messages")]
    right = await vouch(talk.client, agency, helper, talk.citizen, scope=["read_dossiers"])
    reading = Talk(
        client=talk.client, citizen=await act(talk.client, helper, talk.citizen, right), code=talk.code
    )
    assert len((await reading.page())["items"]) == 2
    assert (await reading.send()).status_code == 403


async def test_one_case_from_request_to_result(
    timed: Talk, desk: Desk, services: Services, push_event: PushEvent
):
    """Asked, told, answered with a document of the store, the clock on again, the document read, resolved."""
    asked = await desk.ask(timed.code, "Giấy chứng sinh")
    inbox = await timed.client.get("/v1/notifications", headers=timed.citizen.headers)
    assert inbox.json()["items"][0]["category"] == "supplement_required"
    document = str(await keep_document(services, timed.citizen))
    await timed.say("Tôi gửi ạ", reply_to=asked["id"], items=[1], document_ids=[document])
    assert await standing(timed) == (5, False)
    (answer,) = [one for one in (await desk.pull())["items"] if one["reply_to"] == asked["id"]]
    href = answer["attachments"][0]["href"]
    assert (await timed.client.get(href, headers=desk.agency.headers)).status_code == 200
    await push_event(timed.code, 4, step="supplemented")
    await push_event(timed.code, 9)
    dossier = await timed.dossier()
    assert dossier["ended_at"]
    assert (dossier["status"]["code"], dossier["due"]["overdue"], dossier["due"]["paused"]) == (
        9,
        False,
        False,
    )
    assert not any(entry["contradiction"] for entry in dossier["timeline"])
