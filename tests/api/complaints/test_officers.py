"""What officers' pages send is judged: once, by whom it is up to, upon what was seen, and told."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from api.complaints import moderator_service, officer_service
from api.complaints.drafts import Attempt
from api.complaints.moderator_service import Draft
from api.problems import Problem
from api.services import Services
from storage.complaints.queue import Pile
from storage.errors import NotFoundError
from storage.ids import new_id
from tests.api.callers import Agency, MakeAgency
from tests.api.complaints.filing import ANSWER, LINK, WRITTEN, Counter, Filer, notices


def why(problem: Problem) -> tuple[int, str, list[tuple[str, str]]]:
    """Return what a problem says."""
    return problem.status, problem.kind, [(one.pointer, one.code) for one in problem.errors]


@pytest.mark.parametrize(
    ("step", "given", "expected"),
    [
        ("decline", {"reason": "", "text": ""}, ("/reason", "reason-needed")),
        ("decline", {"reason": "bored", "text": ""}, ("/reason", "reason-needed")),
        ("decline", {"reason": "unclear", "text": "x" * 8001}, ("/text", "text-too-long")),
        ("ask_more", {"text": " \n"}, ("/text", "text-needed")),
        ("ask_more", {"text": "a\x00b"}, ("/text", "control_character")),
        ("answer", {"text": ""}, ("/text", "text-needed")),
        ("answer", {"text": "x" * 8001}, ("/text", "text-too-long")),
        ("forward", {"agency_code": "???", "text": ""}, ("/agency_code", "malformed-agency")),
        ("forward", {"agency_code": "H99", "text": ""}, ("/agency_code", "unknown-agency")),
        ("forward", {"agency_code": "H26.1", "text": ""}, ("/agency_code", "complaint-same-agency")),
        ("forward", {"agency_code": "H26.1", "text": "x" * 8001}, ("/text", "text-too-long")),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_done(
    filer: Filer, counter: Counter, *, step: str, given: dict[str, Any], expected: tuple[str, str]
):
    """The field that is to be mended is told; nobody hears of the attempt."""
    complaint_id = (await filer.file())["id"]
    with pytest.raises(Problem) as caught:
        await counter.do(step, complaint_id, **given)
    assert why(caught.value) == (422, "validation", [expected])
    assert await notices(counter.services.unit_of_work) == []
    assert len((await filer.one(complaint_id))["entries"]) == 1


async def test_a_form_sent_twice_is_told_once(filer: Filer, counter: Counter, services: Services):
    """A double click is one step and one notice."""
    complaint_id = (await filer.file())["id"]
    attempt = await counter.attempt(complaint_id)
    for _ in range(2):
        await counter.do("accept", complaint_id, attempt)
    attempt = await counter.attempt(complaint_id)
    for _ in range(2):
        await counter.do("answer", complaint_id, attempt, text=ANSWER)
    assert [matter for _, matter, _ in await notices(services.unit_of_work)] == ["accepted", "answered"]


async def test_what_was_sent_on_twice_went_once(
    filer: Filer, counter: Counter, services: Services, make_agency: MakeAgency
):
    """Who sent it on sees it no more, and yet the same form is well; another form finds nothing."""
    await make_agency("H27")
    complaint_id = (await filer.file())["id"]
    attempt = await counter.attempt(complaint_id)
    for _ in range(2):
        await counter.do("forward", complaint_id, attempt, agency_code="H27", text="")
    assert [matter for _, matter, _ in await notices(services.unit_of_work)] == ["forwarded"]
    with pytest.raises(NotFoundError):
        await counter.do(
            "forward", complaint_id, replace(attempt, form_id=new_id()), agency_code="H27", text=""
        )


async def test_who_reaches_both_agencies_sends_it_on_once(
    filer: Filer, agency: Agency, services: Services, make_agency: MakeAgency
):
    """Of the same form sent again the second is well, though the officer still sees the complaint."""
    below = await make_agency("H26.1.1", parent=agency)
    above = await Counter.of(services, agency)
    complaint_id = (await filer.file())["id"]
    attempt = await above.attempt(complaint_id)
    for _ in range(2):
        await above.do("forward", complaint_id, attempt, agency_code=below.code, text="")
    assert (await filer.one(complaint_id))["agency"]["code"] == below.code
    assert len(await notices(services.unit_of_work)) == 1


async def test_who_saw_it_otherwise_is_told(filer: Filer, counter: Counter):
    """What happened since comes before what was typed; what can not be done as it stands is another thing."""
    complaint_id = (await filer.file())["id"]
    seen = await counter.attempt(complaint_id)
    await filer.withdraw(complaint_id)
    with pytest.raises(Problem) as caught:
        await counter.do("accept", complaint_id, seen)
    assert why(caught.value) == (409, "complaint-changed", [])
    with pytest.raises(Problem) as caught:
        await counter.do("accept", complaint_id)
    assert why(caught.value) == (409, "complaint-not-now", [])


async def test_it_is_not_for_officers_of_other_agencies(
    filer: Filer, counter: Counter, services: Services, make_agency: MakeAgency
):
    """They neither see nor count nor do anything."""
    stranger = await Counter.of(services, await make_agency("H27"))
    complaint_id = (await filer.file(public=True))["id"]
    attempt = await counter.attempt(complaint_id)
    for step, given in (
        ("accept", {}),
        ("decline", {"reason": "unclear", "text": ""}),
        ("ask_more", {"text": "?"}),
        ("answer", {"text": ANSWER}),
        ("forward", {"agency_code": "H27", "text": ""}),
    ):
        with pytest.raises(NotFoundError):
            await stranger.do(step, complaint_id, attempt, **given)
    await counter.answer(complaint_id)
    with pytest.raises(NotFoundError):
        await stranger.publish(complaint_id)
    async with services.unit_of_work() as uow:
        page = await officer_service.listed(uow, stranger.officer, Pile.ALL, agency=None, cursor=None)
        counts = await officer_service.counts(uow, stranger.officer, services.calendar)
        assert not await officer_service.may_work(uow, stranger.officer, UUID(complaint_id))
    assert (list(page.items), counts.waiting) == ([], 0)


async def test_lists_are_read_by_pages_and_noted(
    filer: Filer, counter: Counter, services: Services, monkeypatch: pytest.MonkeyPatch
):
    """Each complaint stands on one page, and whoever filed it sees that it was read."""
    monkeypatch.setattr(officer_service, "PAGE", 2)
    filed = {(await filer.file(f"Thứ {number}"))["id"] for number in range(5)}
    for pile in (Pile.WAITING, Pile.ALL):
        seen: list[str] = []
        cursor = None
        while True:
            async with services.unit_of_work() as uow:
                page = await officer_service.listed(uow, counter.officer, pile, agency=None, cursor=cursor)
                await uow.commit()
            seen += [str(one.id) for one in page.items]
            if not (cursor := page.next_cursor):
                break
        assert set(seen) == filed
        assert len(seen) == 5
    answer = await filer.client.get("/v1/me/access-log", headers=filer.citizen.headers)
    assert {one["object_kind"] for one in answer.json()["items"]} == {"complaints"}


async def test_nothing_personal_passes_a_moderator(filer: Filer, counter: Counter, services: Services):
    """What scrubbing still finds is shown before it is published, and nothing is published meanwhile."""
    name = filer.citizen.name
    complaint_id = (await filer.file(f"Tôi là {name}, số {filer.citizen.number}.", public=True))["id"]
    await counter.answer(complaint_id, f"Xin lỗi bà {name}.")
    with pytest.raises(Problem) as caught:
        await counter.publish(complaint_id, text=f"{name} chờ lâu.", answer=f"Xin lỗi bà {name}.")
    assert why(caught.value) == (
        422,
        "validation",
        [("/text", "personal-found"), ("/answer", "personal-found")],
    )
    assert (await filer.one(complaint_id))["publication"] == "pending"
    async with services.unit_of_work() as uow:
        looked = await moderator_service.look(uow, counter.officer, UUID(complaint_id))
        page = await moderator_service.pending(uow, counter.officer, cursor=None)
        await uow.commit()
    assert name not in "".join(looked.proposed)
    assert filer.citizen.number not in looked.proposed[0]
    ((row, scrubbed),) = page.items
    assert str(row.id) == complaint_id
    assert name not in scrubbed.text


async def test_publishing_is_told_once(filer: Filer, counter: Counter, services: Services):
    """Worded anew, or sent again, it is no news to whoever filed it."""
    complaint_id = (await filer.file(public=True))["id"]
    await counter.answer(complaint_id)
    for text in (WRITTEN, WRITTEN, "Hồ sơ quá hẹn."):
        seen = (await counter.opened(complaint_id)).row.publication
        async with services.unit_of_work() as uow:
            draft = Draft(text=text, answer=ANSWER, seen=seen)
            await moderator_service.publish(uow, counter.officer, UUID(complaint_id), draft, link=LINK)
            await uow.commit()
    matters = [matter for _, matter, _ in await notices(services.unit_of_work)]
    assert matters.count("published") == 1


async def test_what_its_owner_keeps_is_not_for_moderators(filer: Filer, counter: Counter, services: Services):
    """Private, or not answered yet: it is as if there was none."""
    private, wanted = [(await filer.file(public=public))["id"] for public in (False, True)]
    await counter.answer(private)
    for complaint_id in (private, wanted):
        with pytest.raises(NotFoundError):
            await counter.publish(complaint_id)
        async with services.unit_of_work() as uow:
            for attempt in (moderator_service.look, moderator_service.refuse, moderator_service.take_down):
                with pytest.raises(NotFoundError):
                    await attempt(uow, counter.officer, UUID(complaint_id))


async def test_a_form_is_for_one_complaint(filer: Filer, counter: Counter):
    """Its id does nothing to another one."""
    first, second = [(await filer.file())["id"] for _ in range(2)]
    attempt = await counter.attempt(first)
    await counter.do("accept", first, attempt)
    again = Attempt(form_id=attempt.form_id, seen=(await counter.attempt(second)).seen)
    with pytest.raises(NotFoundError):
        await counter.do("accept", second, again)
