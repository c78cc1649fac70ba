"""A party follows its complaints: each step is told, read and answered."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.complaints import moderator_service
from api.complaints.wording import DECLINED
from api.services import Services
from storage.complaints.kinds import DeclineGround
from tests.api.callers import MakeAgency, MakeCitizen
from tests.api.complaints.filing import ANSWER, PATH, Counter, Filer, notices


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Return status and kind of a problem."""
    return answer.status_code, str(answer.json()["type"]).removeprefix("urn:tindan:problem:")


def steps(told: dict[str, Any]) -> list[str]:
    """Return what happened to a complaint."""
    return [one["kind"] for one in told["entries"]]


async def test_each_step_is_read_and_told(
    filer: Filer, counter: Counter, services: Services, make_agency: MakeAgency
):
    """From one agency to another, asked for more, and answered: a notice each, and all of it in order."""
    other = await make_agency("H27")
    there = await Counter.of(services, other)
    complaint_id = (await filer.file(public=True))["id"]
    await counter.do("accept", complaint_id)
    await counter.do("forward", complaint_id, agency_code="H27", text="Thuộc H27.")
    await there.do("ask_more", complaint_id, text="Nộp ngày nào?")
    asked = await filer.one(complaint_id)
    assert (asked["state"], asked["process_by"]) == ("more_asked", None)
    answer = await filer.supply(complaint_id)
    assert (answer.status_code, answer.json()["state"]) == (201, "received")
    await there.answer(complaint_id)
    await there.publish(complaint_id)
    told = await filer.one(complaint_id)
    assert (told["state"], told["publication"], told["agency"]["code"]) == ("answered", "published", "H27")
    assert steps(told) == [
        "received",
        "accepted",
        "forwarded",
        "more_asked",
        "supplied",
        "accepted",
        "answered",
        "published",
    ]
    assert told["entries"][2]["to_agency"] == other.name
    assert [one["text"] for one in told["entries"] if one["text"]] == [
        "Thuộc H27.",
        "Nộp ngày nào?",
        "Ngày 3.",
        ANSWER,
    ]
    first = "Ủy ban nhân dân H26.1"
    assert await notices(services.unit_of_work) == [
        ("answer", "accepted", first),
        ("answer", "forwarded", other.name),
        ("supplement_required", "more_asked", other.name),
        ("answer", "accepted", other.name),
        ("answer", "answered", other.name),
        ("answer", "published", other.name),
    ]
    inbox = await filer.client.get("/v1/notifications", headers=filer.citizen.headers)
    assert inbox.status_code == 200
    assert all(told["code"] in one["title"] + one["body"] for one in inbox.json()["items"])
    assert ANSWER not in inbox.text


@pytest.mark.parametrize("reason", DeclineGround)
async def test_why_it_is_declined_is_told_in_words(
    filer: Filer, counter: Counter, services: Services, reason: DeclineGround
):
    """In the language that is asked for, beside the word that an app knows and what the officer adds."""
    complaint_id = (await filer.file())["id"]
    await counter.do("decline", complaint_id, reason=reason.value, text="")
    for language in ("vi", "en"):
        answer = await filer.client.get(
            f"{PATH}/{complaint_id}", headers=filer.citizen.headers | {"accept-language": language}
        )
        told = answer.json()
        assert told["declined"] == {"reason": reason.value, "detail": getattr(DECLINED[reason], language)}
    assert (told["state"], bool(told["closed_at"]), told["entries"][-1]["text"]) == ("declined", True, None)
    assert [matter for _, matter, _ in await notices(services.unit_of_work)] == ["declined"]


async def test_what_may_not_be_done_says_why(filer: Filer, counter: Counter):
    """Each refusal has a kind of its own, and changes nothing."""
    complaint_id = (await filer.file())["id"]
    assert problem(await filer.supply(complaint_id)) == (409, "nothing-asked")
    await counter.answer(complaint_id)
    before = await filer.one(complaint_id)
    assert problem(await filer.withdraw(complaint_id)) == (409, "complaint-closed")
    declined = (await filer.file())["id"]
    await counter.do("decline", declined, reason="unclear", text="Không rõ.")
    assert problem(await filer.consent(declined, public=True)) == (409, "complaint-closed")
    assert await filer.one(complaint_id) == before


async def test_a_supplement_sent_again_is_one(filer: Filer, counter: Counter):
    """With one key, however often: the agency reads it once."""
    complaint_id = (await filer.file())["id"]
    await counter.do("ask_more", complaint_id, text="Nộp ngày nào?")
    key = {"idempotency-key": "one"}
    answers = await asyncio.gather(*(filer.supply(complaint_id, **key) for _ in range(3)))
    assert {one.status_code for one in answers} <= {201, 409}
    assert (await filer.supply(complaint_id, **key)).status_code == 201
    assert steps(await filer.one(complaint_id)).count("supplied") == 1


async def test_withdrawn_is_withdrawn(filer: Filer, counter: Counter):
    """A second time changes nothing, and the agency has nothing to do any more."""
    complaint_id = (await filer.file(public=True))["id"]
    first = await filer.withdraw(complaint_id)
    again = await filer.withdraw(complaint_id)
    assert (first.status_code, again.json()) == (200, first.json())
    assert (first.json()["state"], first.json()["publication"]) == ("withdrawn", "private")
    assert (await counter.opened(complaint_id)).row.clocks == {}


async def test_consent_may_be_taken_back_and_given_again(filer: Filer, counter: Counter):
    """What is published is gone with it; a moderator's refusal stays."""
    complaint_id = (await filer.file())["id"]
    for public, publication in ((True, "wanted"), (False, "private"), (True, "wanted")):
        assert (await filer.consent(complaint_id, public=public)).json()["publication"] == publication
    await counter.answer(complaint_id)
    await counter.publish(complaint_id)
    published_id = (await filer.one(complaint_id))["published_id"]
    assert (await filer.client.get(f"{PATH}/published/{published_id}")).status_code == 200
    taken = (await filer.consent(complaint_id, public=False)).json()
    assert (taken["publication"], taken["published_id"]) == ("private", None)
    assert steps(taken)[-1] == "taken_down"
    assert (await filer.client.get(f"{PATH}/published/{published_id}")).status_code == 404
    assert (await filer.consent(complaint_id, public=True)).json()["publication"] == "pending"
    async with counter.services.unit_of_work() as uow:
        await moderator_service.refuse(uow, counter.officer, UUID(complaint_id))
        await uow.commit()
    assert problem(await filer.consent(complaint_id, public=True)) == (409, "publication-decided")


async def test_pages_and_changes(filer: Filer, counter: Counter):
    """The list is read page by page; with `since`, what changed is told once, as it is then."""
    filed = [(await filer.file(f"Thứ {number}"))["id"] for number in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        page = await filer.page(limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [one["id"] for one in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
    assert seen == filed[::-1]
    token = page["sync_token"]
    await counter.do("accept", filed[1])
    changed = await filer.page(since=token)
    assert [(one["id"], one["state"]) for one in changed["items"]] == [(filed[1], "accepted")]
    assert (await filer.page(since=changed["sync_token"]))["items"] == []


async def test_it_need_not_travel_twice(filer: Filer):
    """What an app holds already is answered with 304."""
    complaint_id = (await filer.file())["id"]
    for path in (PATH, f"{PATH}/{complaint_id}"):
        answer = await filer.client.get(path, headers=filer.citizen.headers)
        again = await filer.client.get(
            path, headers=filer.citizen.headers | {"if-none-match": answer.headers["etag"]}
        )
        assert again.status_code == 304


async def test_officers_readings_are_there_for_the_party_to_see(filer: Filer, counter: Counter):
    """Who opened a complaint stands in the log of accesses, by kind and purpose."""
    complaint_id = (await filer.file())["id"]
    await counter.opened(complaint_id)
    answer = await filer.client.get("/v1/me/access-log", headers=filer.citizen.headers)
    assert answer.status_code == 200, answer.text
    (noted,) = answer.json()["items"]
    assert (noted["purpose"], noted["object_kind"]) == ("complaint", "complaint")
    assert noted["complaint_id"] == complaint_id


async def test_it_is_nobody_elses(filer: Filer, make_citizen: MakeCitizen):
    """Another party finds neither list nor complaint."""
    complaint_id = (await filer.file())["id"]
    stranger = Filer(client=filer.client, citizen=await make_citizen())
    assert (await stranger.page())["items"] == []
    for answer in (
        await stranger.supply(complaint_id),
        await stranger.withdraw(complaint_id),
        await stranger.consent(complaint_id, public=True),
    ):
        assert answer.status_code == 404
