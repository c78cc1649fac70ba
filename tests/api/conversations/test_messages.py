"""A party and an agency write to each other."""

import asyncio
from typing import Any

import pytest

from api.paging import SyncMark
from api.services import Services
from storage.engine import Engine
from tests.api.callers import Agency, MakeAgency, MakeCitizen
from tests.api.consenting import say as consent
from tests.api.conversations.writing import PULL, Desk, Talk
from tests.api.telling import notices, pointed

HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="fetch(\'//evil\')"> {{7*7}} %s \u200bĐề\n\n& "q" \\u0000'
)


def said(page: dict) -> list[str]:
    """Return the texts of a page."""
    return [one["text"] for one in page["items"]]


async def test_both_sides_read_what_the_other_wrote(talk: Talk, desk: Desk):
    """What one writes, the other reads, with who wrote it, and each its own."""
    await talk.say("Bao giờ có kết quả?")
    await desk.say(talk.code, "Thứ sáu này.")
    page = await talk.page()
    assert [(one["author"], one["text"]) for one in page["items"]] == [
        ("agency", "Thứ sáu này."),
        ("party", "Bao giờ có kết quả?"),
    ]
    pulled = await desk.pull()
    assert said(pulled) == ["Bao giờ có kết quả?", "Thứ sáu này."]
    assert [one["source_id"] for one in pulled["items"]] == [None, "TD-1"]
    assert {one["dossier_code"] for one in pulled["items"]} == {talk.code}


async def test_the_party_is_told_that_the_agency_wrote(talk: Talk, desk: Desk, engine: Engine):
    """One notice for each message of the agency, none for the party's own, and its text is in none."""
    before = len(await notices(engine))
    await talk.say()
    await desk.say(talk.code, "Bí mật")
    assert (await notices(engine))[before:] == ["message"]
    answer = await talk.client.get("/v1/notifications", headers=talk.citizen.headers)
    item = answer.json()["items"][0]
    assert item["category"] == "message"
    assert item["dossier_code"] == talk.code
    assert "Bí mật" not in answer.text


async def test_markup_stays_text(talk: Talk, desk: Desk):
    """HTML and script are letters to us, come back as they went, and in JSON that no browser would render."""
    told = await talk.say(HOSTILE)
    assert told["text"] == HOSTILE
    answer = await talk.client.get(talk.path, headers=talk.citizen.headers)
    assert answer.json()["items"][0]["text"] == HOSTILE
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert said(await desk.pull()) == [HOSTILE]


async def test_nothing_written_lies_open_in_the_database(talk: Talk, desk: Desk, engine: Engine):
    """Texts and what is asked for are kept under the party's key alone."""
    await talk.say("Mẹ tôi tên Trần Thị Bình")
    await desk.ask(talk.code, "Giấy chứng sinh của Bình")
    async with engine.pool.connect() as connection:
        rows = (await connection.exec_driver_sql("SELECT m::text FROM message m")).scalars().all()
    assert len(rows) == 2
    assert not any("Bình".encode().hex() in row or "Bình" in row for row in rows)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, [("/text", "says-nothing")]),
        ({"text": " \n "}, [("/text", "string_too_short")]),
        ({"text": "a\x00b"}, [("/text", "control_character")]),
        ({"text": "a" * 4001}, [("/text", "string_too_long")]),
        ({"text": 5}, [("/text", "string_type")]),
        ({"text": "a", "kind": "text"}, [("/kind", "extra_forbidden")]),
        ({"text": "a", "items": [1]}, [("", "items-of-a-request")]),
        ({"text": "a", "document_ids": ["x"]}, [("/document_ids/0", "uuid_parsing")]),
    ],
)
async def test_what_is_no_message_is_refused(talk: Talk, body, where):
    """And it is said where it is wrong; nothing is kept."""
    answer = await talk.client.post(talk.path, json=body, headers=talk.citizen.headers)
    assert answer.status_code == 422
    assert pointed(answer.json()) == where
    assert (await talk.page())["items"] == []


async def test_a_request_sent_again_writes_once(talk: Talk):
    """With one key one message, however often, and the same answer."""
    key = {"idempotency-key": "one"}
    answers = await asyncio.gather(*(talk.send("Một lần", headers=key) for _ in range(5)))
    assert {one.status_code for one in answers} <= {201, 409}
    again = await talk.send("Một lần", headers=key)
    assert again.status_code == 201
    assert said(await talk.page()) == ["Một lần"]
    assert {one.json()["id"] for one in [*answers, again] if one.status_code == 201} == {again.json()["id"]}


async def test_an_agencys_message_sent_again_is_one(talk: Talk, desk: Desk, engine: Engine):
    """The same id with the same content is a repeat, with other content a mistake; one notice in all."""
    before = len(await notices(engine))
    first = await desk.say(talk.code, "Một", source_id="S1")
    again = await desk.send(talk.code, "Một", source_id="S1")
    assert (again.status_code, again.json()) == (200, first)
    other = await desk.send(talk.code, "Hai", source_id="S1")
    assert other.status_code == 409
    assert other.json()["type"].endswith("message-id-reused")
    assert other.json()["existing_id"] == "S1"
    assert len(await notices(engine)) == before + 1
    together = await asyncio.gather(*(desk.send(talk.code, "Ba", source_id="S3") for _ in range(6)))
    assert sorted(one.status_code for one in together) == [200] * 5 + [201]
    assert len({one.json()["id"] for one in together}) == 1


async def test_pages_hold_everything_once(talk: Talk):
    """Turning pages shows each message once, the newest first, also when others come meanwhile."""
    for n in range(7):
        await talk.say(str(n))
    first = await talk.page(limit=3)
    await talk.say("later")
    texts, cursor = said(first), first["next_cursor"]
    while cursor:
        page = await talk.page(limit=3, cursor=cursor)
        texts, cursor = texts + said(page), page["next_cursor"]
    assert texts == ["6", "5", "4", "3", "2", "1", "0"]


async def test_a_copy_follows_by_what_changed(talk: Talk, desk: Desk):
    """With the token of the last sync come new messages and those that were read, and nothing else."""
    own = await talk.say("Một")
    token = (await talk.page())["sync_token"]
    assert said(await talk.page(since=token)) == []
    await desk.read(talk.code, own["id"])
    await desk.say(talk.code, "Hai")
    page = await talk.page(since=token, limit=1)
    assert said(page) == ["Một"]
    assert page["items"][0]["read_by_agency_at"]
    assert said(await talk.page(cursor=page["next_cursor"], limit=1)) == ["Hai"]
    assert said(await talk.page(since=page["sync_token"])) == []


async def test_a_message_that_is_committed_late_is_not_missed(talk: Talk, services: Services):
    """A transaction that began before the sync and ends after it brings its message with the next one."""
    await talk.say("trước")
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("SELECT pg_current_xact_id()")
        await talk.say("giữa")
        token = (await talk.page())["sync_token"]
        await (await uow.driver()).execute(
            "UPDATE message SET changed_xid = pg_current_xact_id() WHERE kind = 'text' AND created_at ="
            " (SELECT min(created_at) FROM message)"
        )
        await uow.commit()
    assert "trước" in said(await talk.page(since=token))


async def test_a_token_of_another_database_begins_anew(talk: Talk, desk: Desk):
    """The whole comes again, and says so, on both sides; what is no token is refused."""
    await talk.say("Một")
    foreign = SyncMark(era="1.00000001", xid=5).encode()
    for page in (await talk.page(since=foreign), await desk.pull(since=foreign)):
        assert page["reset"]
        assert said(page) == ["Một"]
    for path, headers in ((talk.path, talk.citizen.headers), (PULL, desk.agency.headers)):
        answer = await talk.client.get(path, params={"since": "nonsense"}, headers=headers)
        assert answer.status_code == 422


async def test_an_agency_pulls_page_by_page(talk: Talk, desk: Desk):
    """Over all its dossiers, each message once, and then only what is new."""
    for n in range(5):
        await talk.say(str(n))
    page = await desk.pull(limit=2)
    texts = said(page)
    while page["next_cursor"]:
        page = await desk.pull(limit=2, cursor=page["next_cursor"])
        texts += said(page)
    assert texts == ["0", "1", "2", "3", "4"]
    await talk.say("5")
    assert "5" in said(await desk.pull(since=page["sync_token"]))


async def test_an_agency_pulls_what_is_below_it_and_nothing_else(
    talk: Talk, desk: Desk, agency: Agency, make_agency: MakeAgency
):
    """A message about a dossier of an agency is for it and those above, and for no neighbour."""
    await talk.say("riêng")
    neighbour = await make_agency("H55", scopes=frozenset({"messages"}))
    below = await make_agency("H26.1.1", parent=agency, scopes=frozenset({"messages"}))
    for other in (neighbour, below):
        assert said(await Desk(client=desk.client, agency=other).pull()) == []
        refused = await Desk(client=desk.client, agency=other).send(talk.code)
        assert refused.status_code == 404


async def told(desk: Desk, **query: Any) -> dict[str, bool]:
    """Return by text whether the agency sees that the party has read it."""
    return {one["text"]: bool(one["read_by_party_at"]) for one in (await desk.pull(**query))["items"]}


async def test_the_agency_learns_of_what_is_read_while_the_consent_stands(talk: Talk, desk: Desk):
    """Neither of what was read before it was given, nor after it was withdrawn, nor by reading that again."""
    for text, given in (("Trước", None), ("Trong", True), ("Sau", False)):
        if given is not None:
            await consent(talk.client, talk.citizen, given=given)
        last = await desk.say(talk.code, text)
        assert await talk.read(last["id"]) == 1
        assert await talk.read(last["id"]) == 0
        assert all(one["read_by_party_at"] for one in (await talk.page())["items"])
        assert (await told(desk))[text] is bool(given)
    assert await told(desk) == {"Trước": False, "Trong": False, "Sau": False}, "withdrawn, nothing is told"
    await consent(talk.client, talk.citizen, given=True)
    assert await talk.read(last["id"]) == 0
    assert await told(desk) == {"Trước": False, "Trong": True, "Sau": False}


async def test_another_partys_consent_tells_nothing(talk: Talk, desk: Desk, make_citizen: MakeCitizen):
    """Each party's readings are told by its own consent."""
    await consent(talk.client, await make_citizen(), given=True)
    last = await desk.say(talk.code, "Một")
    await talk.read(last["id"])
    assert await told(desk) == {"Một": False}


async def test_a_reading_that_is_not_told_does_not_show_as_a_change(talk: Talk, desk: Desk):
    """Other apps of the party hear of it; the agency, which asks for what is new, gets nothing at all."""
    last = await desk.say(talk.code, "Một")
    app, system = (await talk.page())["sync_token"], (await desk.pull())["sync_token"]
    await talk.read(last["id"])
    page = await talk.page(since=app)
    assert [bool(one["read_by_party_at"]) for one in page["items"]] == [True]
    assert (await talk.page(since=page["sync_token"]))["items"] == []
    assert await told(desk, since=system) == {}
    await consent(talk.client, talk.citizen, given=True)
    assert await told(desk, since=system) == {}
    last = await desk.say(talk.code, "Hai")
    system = (await desk.pull())["sync_token"]
    await talk.read(last["id"])
    assert await told(desk, since=system) == {"Hai": True}


async def test_changes_for_the_party_alone_have_pages(talk: Talk, desk: Desk):
    """Readings that are not told stand in their order among all changes, each once."""
    first = [await desk.say(talk.code, str(n)) for n in range(4)]
    token = (await talk.page())["sync_token"]
    await talk.read(first[1]["id"])
    own = await talk.say("own")
    await desk.read(talk.code, own["id"])
    await talk.read(first[3]["id"])
    page = await talk.page(since=token, limit=2)
    texts = said(page)
    while page["next_cursor"]:
        page = await talk.page(cursor=page["next_cursor"], limit=2)
        texts += said(page)
    assert sorted(texts[:2]) == ["0", "1"]
    assert texts[2] == "own"
    assert sorted(texts[3:]) == ["2", "3"]


async def test_reading_marks_what_the_other_wrote_until_then(talk: Talk, desk: Desk):
    """Neither later messages nor one's own are marked; an unknown message marks nothing."""
    first = await desk.say(talk.code, "Một")
    await desk.say(talk.code, "Hai")
    own = await talk.say("Ba")
    assert await talk.read(first["id"]) == 1
    assert await desk.read(talk.code, own["id"]) == 1
    assert await talk.read("019aa0c5-8f6e-7c63-b5a8-2f6f0f6d7a11") == 0
    marks = [(one["text"], bool(one["read_by_party_at"])) for one in (await talk.page())["items"]]
    assert marks == [("Ba", False), ("Hai", False), ("Một", True)]


async def test_a_flood_of_one_person_is_slowed_and_loses_nothing(talk: Talk, desk: Desk):
    """Of a hundred messages at once those that are taken are all there, and the others are told when again."""
    answers = [await talk.send(str(n)) for n in range(100)]
    taken = [one for one in answers if one.status_code == 201]
    slowed = [one for one in answers if one.status_code == 429]
    assert len(taken) + len(slowed) == 100
    assert 30 <= len(taken) <= 40
    assert all(int(one.headers["retry-after"]) >= 1 for one in slowed)
    assert len((await talk.page(limit=100))["items"]) == len(taken)
    assert (await desk.send(talk.code)).status_code == 201


async def test_what_an_agency_pulls_is_in_the_partys_access_log(talk: Talk, desk: Desk):
    """The party sees that the agency's system read, of which dossier, and what for."""
    await talk.say()
    await desk.pull()
    answer = await talk.client.get("/v1/me/access-log", headers=talk.citizen.headers)
    (entry,) = answer.json()["items"]
    assert (entry["reader_kind"], entry["purpose"], entry["object_kind"], entry["dossier_code"]) == (
        "client",
        "dossier",
        "messages",
        talk.code,
    )
