"""Answers moderated at the officers' page, and what is published looked after, over HTTP."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from storage.ids import new_id
from storage.officers.desk import WORKERS, Desk
from storage.officers.roles import Role
from storage.questions import cleaning, handling, publishing
from storage.questions.handling import NewAnswer
from storage.questions.holding import hold
from storage.questions.kinds import Publication
from storage.questions.publishing import Entry
from storage.questions.resting import RestsOn
from storage.questions.scrubbing import Scrubbed, scrub
from tests.api.console.shown import hidden, plain, typed, values
from tests.storage.questions import office

PATH, LIVE = "/console/moderation", "/console/published"
WORKER, MODERATOR = "staff-000001", "staff-000003"
NAME, PHONE = "Nguyễn Thị An", "0912345678"
ASKED = f"Tôi là {NAME}, số điện thoại {PHONE}. Cần giấy gì?"
ENTRY = {"question": "Mất giấy khai sinh thì sao?", "answer": "Xin cấp trích lục.", "agency_code": "H26.1"}


@pytest.fixture
async def answering(services, invite, town):
    """An officer who answers, beneath the pages: returns the id of the answer."""
    officer_id = await invite(WORKER, Role.OFFICER)
    desk = Desk(officer_id=officer_id, roles=WORKERS)

    async def answer(question_id: UUID, text: str, *, seen: UUID | None = None) -> UUID:
        new = NewAnswer(
            id=new_id(), text=text, rests_on=RestsOn(code=office.BIRTH.code, version=1), seen=seen
        )
        async with services.unit_of_work() as uow:
            await handling.answer(uow, await hold(uow, desk, question_id), officer_id, new, now=office.NOW)
            await uow.commit()
        return new.id

    return answer


@pytest.fixture
async def pending(services, town, answering) -> UUID:
    """A question that waits for a moderator."""
    await office.catalogue(services.unit_of_work)
    asker = await office.asker(services.unit_of_work, NAME)
    question = await office.question(services.unit_of_work, asker, town.id, text=ASKED, public=True)
    await answering(question, f"Chào chị {NAME}, cần tờ khai.")
    return question


@pytest.fixture
async def moderator(desk, invite):
    """A moderator of the town, signed in."""
    await invite(MODERATOR, Role.MODERATOR)
    await desk.sign_in(MODERATOR)
    return desk


async def test_read_edited_and_published(moderator, services, pending):
    """From the list to the public: nothing personal is shown on the way, and what was taken out is marked."""
    assert "1 câu trả lời chờ kiểm duyệt" in plain((await moderator.get("/console")).text)
    listed, shown = (await moderator.get(PATH)).text, (await moderator.get(f"{PATH}/{pending}")).text
    for page in (listed, shown):
        assert NAME not in page
        assert PHONE not in page
    assert f"{PATH}/{pending}" in listed
    assert shown.count("<mark>") == 3
    assert "họ tên (1)" in shown
    assert "số điện thoại (1)" in shown
    question, answer = typed(shown, "question"), typed(shown, "answer")
    form = hidden(shown, "publish") | {"question": question, "answer": f"{answer} Và giấy chứng sinh."}
    for _ in range(2):
        sent = await moderator.post(f"{PATH}/{pending}/publish", form)
        assert sent.headers["location"] == f"{PATH}?done=published"
    ((kept, answered, version),) = await values(
        services, "SELECT question, answer, procedure_version FROM published_answer"
    )
    assert (kept, answered, version) == (question, f"{answer} Và giấy chứng sinh.", 1)
    noted = await values(services, "SELECT object_kind, object_id FROM access_log")
    assert set(noted) == {("questions", None), ("question", pending)}
    assert "Không có gì đang chờ" in plain((await moderator.get(PATH)).text)


async def test_what_is_typed_in_again_is_shown_before_it_is_published(moderator, services, pending):
    """A name or a number that a moderator writes back comes back in brackets, and nothing is published."""
    form = hidden((await moderator.get(f"{PATH}/{pending}")).text, "publish")
    form |= {"question": f"Chị {NAME.lower()} hỏi?", "answer": f"Gọi {PHONE}."}
    refused = await moderator.post(f"{PATH}/{pending}/publish", form)
    assert refused.status_code == 422
    assert 'href="#question"' in refused.text
    assert 'href="#answer"' in refused.text
    clean = {name: typed(refused.text, name) for name in ("question", "answer")}
    assert PHONE not in str(clean)
    assert NAME.lower() not in str(clean).lower()
    assert await values(services, "SELECT id FROM published_answer") == []
    sent = await moderator.post(f"{PATH}/{pending}/publish", hidden(refused.text, "publish") | clean)
    assert sent.status_code == 303


async def test_refused_and_decided_meanwhile(moderator, services, pending):
    """What another has decided is told, and what was typed is given back."""
    shown = (await moderator.get(f"{PATH}/{pending}")).text
    assert (await moderator.post(f"{PATH}/{pending}/refuse", hidden(shown, "refuse"))).status_code == 303
    row = await office.row_of(services.unit_of_work, pending)
    assert row.publication == Publication.REFUSED
    late = await moderator.post(
        f"{PATH}/{pending}/publish", hidden(shown, "publish") | {"question": "Hỏi?", "answer": "Đáp đã sửa."}
    )
    assert late.status_code == 409
    assert "Một người khác đã quyết định" in late.text
    assert "Đáp đã sửa.</textarea>" in late.text
    assert (await moderator.get(f"{PATH}/{pending}")).status_code == 404


async def test_what_is_known_of_the_asker_goes_in_the_list_too(moderator, services, town, answering):
    """However the name is written."""
    await office.catalogue(services.unit_of_work)
    asker = await office.asker(services.unit_of_work, "Ma Seo Páo")
    question = await office.question(
        services.unit_of_work, asker, town.id, text="ma seo páo hỏi: cần giấy gì?", public=True
    )
    await answering(question, "Cần tờ khai.")
    listed = (await moderator.get(PATH)).text
    assert "[họ tên] hỏi: cần giấy gì?" in listed
    assert "seo páo" not in listed


async def test_a_huge_text_is_refused_as_it_is(moderator, pending, monkeypatch):
    """Nobody else waits while it is looked through for nothing."""
    shown = hidden((await moderator.get(f"{PATH}/{pending}")).text, "publish")
    looked: list[int] = []

    def counted(text: str, known: Sequence[str] = (), public: Sequence[str] = ()) -> Scrubbed:
        looked.append(len(text))
        return scrub(text, known, public)

    monkeypatch.setattr(cleaning, "scrub", counted)
    huge = {"question": "Hỏi?", "answer": "Đáp. " * 20_000}
    for path, form in ((f"{PATH}/{pending}/publish", shown), (f"{LIVE}/new", {"form_id": str(uuid4())})):
        refused = await moderator.post(path, form | {"agency_code": "H26.1"} | huge)
        assert refused.status_code == 422
        assert "dài nhất 8000 ký tự" in refused.text
    assert max(looked) < 100


async def test_a_new_answer_meanwhile(moderator, pending, answering, services):
    """It is the new one that is to be looked at; what was typed stays."""
    form = hidden((await moderator.get(f"{PATH}/{pending}")).text, "publish")
    await answering(pending, "Cần thêm giấy chứng sinh.", seen=UUID(form["seen_answer"]))
    late = await moderator.post(f"{PATH}/{pending}/publish", form | {"question": "Hỏi?", "answer": "Cũ."})
    assert late.status_code == 409
    assert "Cần thêm giấy chứng sinh." in late.text
    assert typed(late.text, "answer") == "Cũ."
    assert await values(services, "SELECT id FROM published_answer") == []


async def test_private_questions_are_no_moderators(moderator, services, town, answering):
    """Neither in the list, nor by their address, nor by a form."""
    await office.catalogue(services.unit_of_work)
    asker = await office.asker(services.unit_of_work)
    question = await office.question(services.unit_of_work, asker, town.id)
    answer = await answering(question, "Riêng.")
    assert str(question) not in (await moderator.get(PATH)).text
    assert (await moderator.get(f"{PATH}/{question}")).status_code == 404
    form = {"seen_answer": str(answer), "seen": "private", "question": "Hỏi?", "answer": "Đáp."}
    for action in ("publish", "refuse"):
        assert (await moderator.post(f"{PATH}/{question}/{action}", form)).status_code == 404
    guessed = await moderator.post(f"{PATH}/{question}/publish", form | {"question": f"{NAME.lower()}?"})
    assert guessed.status_code == 404
    assert NAME.lower() in guessed.text
    assert await values(services, "SELECT id FROM published_answer") == []
    assert (await office.row_of(services.unit_of_work, question)).publication == Publication.PRIVATE


async def test_written_changed_and_taken_down(moderator, services, town):
    """What is asked often, for a procedure or a field; found, changed if nobody else did, taken down."""
    await office.catalogue(services.unit_of_work)
    new = (await moderator.get(f"{LIVE}/new")).text
    assert 'value="H26.1"' in new
    form = hidden(new, "new") | ENTRY
    looked = await moderator.post(f"{LIVE}/new", form | {"procedure_code": "1.001193", "look": "1"})
    assert (looked.status_code, office.BIRTH.name in looked.text) == (200, True)
    form |= hidden(looked.text, "new") | {"procedure_code": "1.001193"}
    for _ in range(2):
        sent = await moderator.post(f"{LIVE}/new", form)
        assert sent.headers["location"] == f"{LIVE}?done=written"
    ((entry,),) = await values(services, "SELECT id FROM published_answer")
    assert str(entry) == form["form_id"]
    for words, there in (("khai sinh", True), ("1.001193", True), ("kết hôn", False), ("\x00", True)):
        found = (await moderator.get(LIVE, params={"q": words})).text
        assert (str(entry) in found) is there, words
    await office.catalogue(services.unit_of_work, fee=" (mới)")
    assert str(entry) in (await moderator.get(LIVE, params={"stale": "1"})).text
    shown = (await moderator.get(f"{LIVE}/{entry}")).text
    change = hidden(shown, str(entry)) | ENTRY | {"procedure_code": "1.001193", "answer": "Xin trích lục."}
    assert (await moderator.post(f"{LIVE}/{entry}", change)).status_code == 303
    assert str(entry) not in (await moderator.get(LIVE, params={"stale": "1"})).text
    late = await moderator.post(f"{LIVE}/{entry}", change | {"answer": "Khác hẳn."})
    assert late.status_code == 409
    assert "Xin trích lục." in late.text
    assert typed(late.text, "answer") == "Khác hẳn."
    assert (await moderator.post(f"{LIVE}/{entry}/take-down")).headers["location"] == f"{LIVE}?done=down"
    assert str(entry) not in (await moderator.get(LIVE)).text
    down = (await moderator.get(f"{LIVE}/{entry}")).text
    assert "Đã gỡ" in down
    assert "take-down" not in down
    assert (await moderator.post(f"{LIVE}/{entry}", change)).status_code == 404


async def test_of_two_changes_at_once_the_second_is_told(moderator):
    """Neither overwrites what it has not seen."""
    entry = str(uuid4())
    await moderator.post(f"{LIVE}/new", {"form_id": entry} | ENTRY)
    path = f"{LIVE}/{entry}"
    form = hidden((await moderator.get(path)).text, entry) | ENTRY
    sent = await asyncio.gather(*(moderator.post(path, form | {"answer": f"Bản {n}."}) for n in range(3)))
    assert sorted(one.status_code for one in sent) == [303, 409, 409]


async def test_the_form_of_a_new_entry_takes_nothing_that_is_there(moderator, services, town):
    """Ids are public: neither another agency's entry, nor one changed or taken down since, goes by them."""
    foreign = await office.agency(services.unit_of_work, "H55")
    entry = Entry(id=new_id(), agency_id=foreign, question="Hỏi ở nơi khác?", answer="Đáp ở nơi khác.")
    async with services.unit_of_work() as uow:
        await publishing.put(uow, entry, by="test", now=office.NOW)
        await uow.commit()
    taken = await moderator.post(f"{LIVE}/new", {"form_id": str(entry.id)} | ENTRY)
    assert taken.status_code == 404
    rows = await values(services, "SELECT agency_id, answer FROM published_answer")
    assert rows == [(foreign, "Đáp ở nơi khác.")]
    form = {"form_id": str(uuid4())} | ENTRY
    path = f"{LIVE}/{form['form_id']}"
    await moderator.post(f"{LIVE}/new", form)
    change = hidden((await moderator.get(path)).text, form["form_id"]) | ENTRY
    await moderator.post(path, change | {"answer": "Đã sửa."})
    assert (await moderator.post(f"{LIVE}/new", form)).status_code == 409
    await moderator.post(f"{path}/take-down")
    assert (await moderator.post(f"{LIVE}/new", form | {"answer": "Đã sửa."})).status_code == 409
    assert await values(services, "SELECT answer FROM published_answer WHERE taken_down_at IS NOT NULL") == [
        ("Đã sửa.",)
    ]


async def test_a_change_sent_twice_is_one_and_hides_none_of_another(moderator, services):
    """Lines come ended by CR and LF; what is said of the procedure counts as the words do."""
    await office.catalogue(services.unit_of_work)
    form = {"form_id": str(uuid4())} | ENTRY
    path = f"{LIVE}/{form['form_id']}"
    await moderator.post(f"{LIVE}/new", form)
    shown = hidden((await moderator.get(path)).text, form["form_id"]) | ENTRY
    lines = shown | {"answer": "Một.\r\nHai."}
    assert [(await moderator.post(path, lines)).status_code for _ in range(2)] == [303, 303]
    late = shown | {"answer": "Một.\nHai.", "procedure_code": "1.001193"}
    late |= {"seen_code": "1.001193", "seen_version": "1"}
    assert (await moderator.post(path, late)).status_code == 409


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"question": " "}, ("question", "Hãy viết câu hỏi.")),
        ({"answer": "a" * 8001}, ("answer", "Câu trả lời dài nhất 8000 ký tự.")),
        ({"answer": f"Gọi số {PHONE}."}, ("answer", "Đã thay thông tin cá nhân")),
        ({"agency_code": "H99"}, ("agency_code", "Bạn không kiểm duyệt cho cơ quan 'H99'.")),
        ({"agency_code": "H55"}, ("agency_code", "Bạn không kiểm duyệt cho cơ quan 'H55'.")),
        ({"agency_code": "?"}, ("agency_code", "Mã cơ quan không đúng dạng.")),
        ({"field": "Hư cấu"}, ("field", "Không có lĩnh vực 'Hư cấu'.")),
        ({"procedure_code": "1.000894"}, ("procedure_code", "Hãy xem thủ tục 1.000894")),
        ({"procedure_code": "9.999999"}, ("procedure_code", "Không có thủ tục '9.999999'")),
        ({"procedure_code": "9.999999", "look": "1"}, ("procedure_code", "Không có thủ tục '9.999999'")),
    ],
)
async def test_an_entry_that_is_not_right(moderator, services, change, told):
    """Is told at its field, with what was typed, and not published."""
    await office.catalogue(services.unit_of_work)
    await office.agency(services.unit_of_work, "H55")
    form = {"form_id": str(uuid4())} | ENTRY
    refused = await moderator.post(f"{LIVE}/new", form | change)
    field, words = told
    assert refused.status_code == 422
    assert f'<a href="#{field}">' in refused.text
    assert words in plain(refused.text)
    assert await values(services, "SELECT id FROM published_answer") == []


async def test_what_came_from_a_question_is_taken_down_for_good(moderator, services, pending):
    """It is changed where it is moderated, not as an entry; down, it waits for nobody."""
    form = hidden((await moderator.get(f"{PATH}/{pending}")).text, "publish")
    await moderator.post(f"{PATH}/{pending}/publish", form | {"question": "Hỏi?", "answer": "Đáp."})
    ((published,),) = await values(services, "SELECT id FROM published_answer")
    shown = (await moderator.get(f"{LIVE}/{published}")).text
    assert f"{PATH}/{pending}" in shown
    entry = {"form_id": str(published), "shown": "2026-01-01T00:00:00Z"} | ENTRY
    assert (await moderator.post(f"{LIVE}/{published}", entry)).status_code == 404
    edited = (await moderator.get(f"{PATH}/{pending}")).text
    assert (typed(edited, "question"), typed(edited, "answer")) == ("Hỏi?", "Đáp.")
    again = hidden(edited, "publish")
    sent = await moderator.post(f"{PATH}/{pending}/publish", again | {"question": "Hỏi?", "answer": "Sửa."})
    assert sent.status_code == 303
    for _ in range(2):
        assert (await moderator.post(f"{LIVE}/{published}/take-down")).status_code == 303
    row = await office.row_of(services.unit_of_work, pending)
    assert row.publication == Publication.TAKEN_DOWN
    assert await values(services, "SELECT answer, taken_down_at IS NOT NULL FROM published_answer") == [
        ("Sửa.", True)
    ]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.SUPERVISOR, Role.OPERATOR])
async def test_only_moderators_moderate(desk, invite, services, pending, role):
    """Whatever else somebody is, their forms publish nothing."""
    await invite("staff-000002", role)
    await desk.sign_in("staff-000002")
    answer = (await values(services, "SELECT id::text FROM question_answer"))[0][0]
    form = {"form_id": str(uuid4()), "seen_answer": answer} | ENTRY
    for path in (PATH, LIVE, f"{LIVE}/new"):
        assert (await desk.get(path)).status_code == 403, path
    assert (await desk.get(f"{PATH}/{pending}")).status_code == 404
    for path in (f"{PATH}/{pending}/publish", f"{PATH}/{pending}/refuse", f"{LIVE}/{new_id()}/take-down"):
        assert (await desk.post(path, form)).status_code == 404, path
    assert (await desk.post(f"{LIVE}/new", form)).status_code == 403
    assert await values(services, "SELECT id FROM published_answer") == []
