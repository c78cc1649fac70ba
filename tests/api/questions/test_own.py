"""A party reads what it asked and was answered, keeps a copy, and takes questions back."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.paging import SyncedMark, SyncMark
from api.services import Services
from storage.ids import new_id
from storage.questions.errors import Overtaken
from storage.questions.kinds import DeclineReason
from tests.api.acting import Pair
from tests.api.callers import MakeCitizen
from tests.api.conftest import PROCEDURE
from tests.api.questions.asking import ANSWER, MINE, PATH, Asker, Office, catalogue
from tests.api.telling import pointed


def said(page: dict[str, Any]) -> list[str]:
    """Return the texts of a page."""
    return [one["text"] for one in page["items"]]


async def test_an_answer_is_read_with_what_it_rests_on(asker: Asker, office: Office, services: Services):
    """All answers in their order, and each is stale once its procedure has changed, or is no more."""
    question = await asker.ask(procedure_code=PROCEDURE.code)
    version = await catalogue(services, PROCEDURE.model_copy(update={"name": "Đăng ký khai sinh"}))
    await office.answer(question["id"], "Chung thôi")
    await office.answer(question["id"], version=version)
    told = await asker.one(question["id"])
    assert (told["state"], bool(told["closed_at"])) == ("answered", True)
    assert [(one["text"], one["rests_on"], one["stale"]) for one in told["answers"]] == [
        ("Chung thôi", None, False),
        (ANSWER, {"code": PROCEDURE.code, "name": "Đăng ký khai sinh", "version": version}, False),
    ]
    await catalogue(services, PROCEDURE)
    assert [one["stale"] for one in (await asker.one(question["id"]))["answers"]] == [False, True]


async def test_an_answer_is_stale_when_its_procedure_is_no_more(
    asker: Asker, office: Office, services: Services
):
    """As it is when that has changed."""
    question = await asker.ask()
    await office.answer(question["id"], version=1)
    assert not (await asker.one(question["id"]))["answers"][0]["stale"]
    await catalogue(services, PROCEDURE.model_copy(update={"code": "1.000001"}), whole=True)
    assert (await asker.one(question["id"]))["answers"][0]["stale"]


@pytest.mark.parametrize("reason", DeclineReason)
async def test_why_there_is_no_answer_is_told_in_words(asker: Asker, office: Office, reason: DeclineReason):
    """In the language that is asked for, beside the word that an app knows."""
    question = await asker.ask()
    await office.decline(question["id"], reason)
    details = set()
    for language in ("vi", "en"):
        answer = await asker.read(question["id"], **{"accept-language": language})
        assert (answer.json()["state"], answer.json()["declined"]["reason"]) == ("declined", reason.value)
        details.add(answer.json()["declined"]["detail"])
    assert len(details) == 2


async def test_what_is_known_need_not_travel_twice(asker: Asker, office: Office):
    """List and question answer 304 to their own tags, until something changes; nobody else keeps them."""
    question = await asker.ask()
    for path in (MINE, f"{MINE}/{question['id']}"):
        first = await asker.client.get(path, headers=asker.citizen.headers)
        assert first.headers["cache-control"] == "private, no-cache"
        known = asker.citizen.headers | {"if-none-match": first.headers["etag"]}
        assert (await asker.client.get(path, headers=known)).status_code == 304
        await office.answer(question["id"], f"Về {path}")
        assert (await asker.client.get(path, headers=known)).status_code == 200


async def test_pages_hold_everything_once(asker: Asker):
    """Turning pages shows each question once, the newest first, also when others come meanwhile."""
    for n in range(7):
        await asker.ask(str(n))
    page = await asker.page(limit=3)
    await asker.ask("later")
    texts = said(page)
    while page["next_cursor"]:
        page = await asker.page(limit=3, cursor=page["next_cursor"])
        texts += said(page)
    assert texts == ["6", "5", "4", "3", "2", "1", "0"]


async def test_a_copy_follows_by_what_changed(asker: Asker, office: Office):
    """With the token of the last sync come new questions, answered, published and withdrawn ones, no others."""
    one, two, _ = [(await asker.ask(text, public=True))["id"] for text in ("Một", "Hai", "Ba")]
    token = (await asker.page())["sync_token"]
    assert said(await asker.page(since=token)) == []
    for change, text in (
        (lambda: office.answer(one), "Một"),
        (lambda: office.publish(one), "Một"),
        (lambda: asker.withdraw(two), "Hai"),
        (lambda: asker.ask("Bốn"), "Bốn"),
    ):
        await change()
        page = await asker.page(since=token)
        assert said(page) == [text]
        token = page["sync_token"]
    turned = await asker.page(since=SyncMark(era=era_of(token), xid=0).encode(), limit=1)
    texts = said(turned)
    while turned["next_cursor"]:
        turned = await asker.page(cursor=turned["next_cursor"], limit=1)
        texts += said(turned)
    assert texts == ["Ba", "Một", "Hai", "Bốn"]


def era_of(token: str) -> str:
    """Return of which database a token is."""
    return SyncMark.decode(token, parameter="since").era


async def test_what_commits_late_is_not_missed(asker: Asker, services: Services):
    """A transaction that began before the sync and ends after it brings its question with the next one."""
    await asker.ask("trước")
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("SELECT pg_current_xact_id()")
        await asker.ask("giữa")
        token = (await asker.page())["sync_token"]
        await (await uow.driver()).execute(
            "UPDATE question SET changed_xid = pg_current_xact_id()"
            " WHERE asked_at = (SELECT min(asked_at) FROM question)"
        )
        await uow.commit()
    assert "trước" in said(await asker.page(since=token))


async def test_a_token_of_another_database_begins_anew(asker: Asker):
    """The whole comes again, and says so; what is no token is refused."""
    await asker.ask("Một")
    page = await asker.page(since=SyncMark(era="1.00000001", xid=5).encode())
    assert (page["reset"], said(page)) == (True, ["Một"])
    for query in ({"since": "nonsense"}, {"cursor": "nonsense"}, {"limit": 0}, {"limit": 101}):
        answer = await asker.client.get(MINE, params=query, headers=asker.citizen.headers)
        assert answer.status_code == 422


async def test_a_question_of_anothers_is_not_there(asker: Asker, office: Office, make_citizen: MakeCitizen):
    """Read and taken back as one that does not exist, in lists and by marks made up, and nothing changes."""
    question = await asker.ask(public=True)
    await office.answer(question["id"])
    stranger = replace(asker, citizen=await make_citizen())
    for question_id in (question["id"], str(new_id())):
        for answer in (await stranger.read(question_id), await stranger.withdraw(question_id)):
            assert (answer.status_code, answer.json()["title"]) == (404, "Không tìm thấy")
    assert (await stranger.page())["items"] == []
    sync = SyncMark(era=era_of((await asker.page())["sync_token"]), xid=0)
    borrowed = SyncedMark(sync=sync, id=new_id(), xid=0).encode()
    assert (await stranger.page(cursor=borrowed))["items"] == []
    assert (await asker.one(question["id"]))["state"] == "answered"


async def test_what_is_taken_back_is_answered_no_more(asker: Asker):
    """It stays for its asker to read; a second time changes nothing, and so is nothing new."""
    question = await asker.ask(public=True)
    answer = await asker.withdraw(question["id"])
    assert answer.status_code == 200
    told = answer.json()
    assert (told["state"], told["publication"], bool(told["closed_at"])) == ("withdrawn", "private", True)
    token = (await asker.page())["sync_token"]
    assert (await asker.withdraw(question["id"])).json() == told
    assert said(await asker.page(since=token)) == []


async def test_what_is_taken_back_is_read_by_nobody_else(asker: Asker, office: Office, services: Services):
    """What was published of it is gone at once by its address, and from the list with the next look."""
    question = await asker.ask(public=True)
    await office.answer(question["id"])
    published = await office.publish(question["id"])
    assert (await asker.one(question["id"]))["published_id"] == str(published)
    await office.answer(question["id"], "Câu trả lời mới, đang chờ duyệt")
    assert (await asker.client.get(f"{PATH}/{published}")).status_code == 200
    told = (await asker.withdraw(question["id"])).json()
    assert (told["publication"], told["published_id"]) == ("taken_down", None)
    assert (await asker.client.get(f"{PATH}/{published}")).status_code == 404
    await services.answers.renew()
    assert (await asker.client.get(PATH)).json()["items"] == []


async def test_what_was_declined_is_not_taken_back(asker: Asker, office: Office):
    """It has come to its end; that is a conflict, said in both languages."""
    question = await asker.ask()
    await office.decline(question["id"], DeclineReason.UNCLEAR)
    answer = await asker.withdraw(question["id"])
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("question-declined")
    assert (await asker.one(question["id"]))["state"] == "declined"


async def test_taking_back_and_publishing_at_once_leaves_nothing_to_be_read(asker: Asker, office: Office):
    """Whichever is first: who comes second sees what the other did."""
    for n in range(5):
        question = await asker.ask(f"Câu {n}", public=True)
        await office.answer(question["id"])
        published, withdrawn = await asyncio.gather(
            office.publish(question["id"]), asker.withdraw(question["id"]), return_exceptions=True
        )
        assert isinstance(published, UUID | Overtaken)
        assert isinstance(withdrawn, httpx.Response)
        assert withdrawn.status_code == 200
        told = await asker.one(question["id"])
        assert (told["state"], told["published_id"]) == ("withdrawn", None)


async def test_who_acts_for_the_party_asks_and_reads_and_is_noted(asker: Asker, pair: Pair):
    """A representative with the power asks for the party, which sees whose hand it was and what was read."""
    owner, acting = (Asker(client=asker.client, citizen=one) for one in (pair.owner, await pair.acting()))
    question = await acting.ask()
    assert question["by_representative"]
    assert (await owner.one(question["id"]))["text"] == question["text"]
    await acting.page()
    await acting.one(question["id"])
    await acting.withdraw(question["id"])
    await owner.page()
    log = await asker.client.get("/v1/me/access-log", headers=pair.owner.headers)
    entries = log.json()["items"]
    assert [one["object_kind"] for one in reversed(entries)] == ["questions", "question", "question"]
    assert {(one["reader_kind"], one["reader"], one["purpose"]) for one in entries} == {
        ("party", str(pair.helper.party_id), "representation")
    }
    assert (await Asker(client=asker.client, citizen=pair.helper).page())["items"] == []


@pytest.mark.parametrize("scope", [["vault"], ["read_dossiers"]])
async def test_a_right_for_other_things_is_none_for_questions(asker: Asker, pair: Pair, scope: list[str]):
    """Who keeps documents reads no questions; who may read only, asks none."""
    acting = Asker(client=asker.client, citizen=await pair.acting(scope=scope))
    owner = Asker(client=asker.client, citizen=pair.owner)
    question = await owner.ask()
    read = {"read_dossiers": 200, "vault": 403}[scope[0]]
    assert (await acting.read(question["id"])).status_code == read
    for answer in (await acting.send(), await acting.withdraw(question["id"])):
        assert answer.status_code == 403
    assert len((await owner.page())["items"]) == 1


async def test_ids_that_are_none_are_said_so(asker: Asker):
    """Whatever stands in the place of an id."""
    for question_id in ("1", "null", "%00", "' OR 1=1"):
        answer = await asker.read(question_id)
        assert answer.status_code == 422
        assert pointed(answer.json()) == [("/path/question_id", "uuid_parsing")]
