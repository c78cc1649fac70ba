"""Questions at the officers' page, over HTTP."""

import re
from datetime import UTC, datetime
from html import unescape
from uuid import UUID, uuid4

import pytest

from auth.principals import Citizen
from storage.ids import new_id
from storage.officers.roles import Role
from storage.questions.kinds import Publication, QuestionState
from tests.api.console.shown import hidden, plain, values
from tests.storage.questions import office

PATH = "/console/questions"
OFFICER, CHIEF, FOREIGN = "staff-000001", "staff-000002", "staff-000003"


@pytest.fixture
async def asked(services, town) -> UUID:
    """A question about a procedure, to the town."""
    await office.catalogue(services.unit_of_work)
    asker = await office.asker(services.unit_of_work)
    return await office.question(
        services.unit_of_work, asker, town.id, procedure_code=office.BIRTH.code, public=True
    )


@pytest.fixture
async def officer(desk, invite):
    """An officer of the town, signed in."""
    await invite(OFFICER, Role.OFFICER)
    await desk.sign_in(OFFICER)
    return desk


async def test_asked_listed_read_and_answered(officer, services, asked):
    """From the home page to the answer; the asker is told once, and sees who read what."""
    home = plain((await officer.get("/console")).text)
    assert "1 câu hỏi chờ trả lời" in home
    listed = (await officer.get(PATH)).text
    assert office.ASKED in listed
    assert f"{PATH}/{asked}" in listed
    shown = await officer.get(f"{PATH}/{asked}")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert "Nguyễn Thị An" not in shown.text
    form = hidden(shown.text, "answer") | {"text": "Cần tờ khai.\r\nVà giấy chứng sinh."}
    form["procedure_code"] = office.BIRTH.code
    for _ in range(2):
        sent = await officer.post(f"{PATH}/{asked}/answer", form)
        assert (sent.status_code, sent.headers["location"]) == (303, f"{PATH}/{asked}?done=answered")
    after = (await officer.get(sent.headers["location"])).text
    assert "Đã gửi câu trả lời." in after
    assert "Cần tờ khai.\nVà giấy chứng sinh." in after
    row = await office.row_of(services.unit_of_work, asked)
    assert (row.state, row.publication) == (QuestionState.ANSWERED, Publication.PENDING)
    ((category, params),) = await values(services, "SELECT category, params FROM notification")
    assert (category, params["question"]) == ("answer", "answered")
    assert params["link"].endswith(str(asked))
    noted = await values(services, "SELECT object_kind, object_id, purpose, reader_kind FROM access_log")
    assert set(noted) == {
        ("questions", None, "question", "officer"),
        ("question", asked, "question", "officer"),
    }


async def test_of_two_officers_the_second_keeps_what_was_written(officer, open_desk, invite, services, asked):
    """It is told of the answer that came meanwhile, sees it, and may send its own after all."""
    await invite(CHIEF, Role.SUPERVISOR)
    second = open_desk()
    await second.sign_in(CHIEF)
    forms = [hidden((await one.get(f"{PATH}/{asked}")).text, "answer") for one in (officer, second)]
    await officer.post(f"{PATH}/{asked}/answer", forms[0] | {"text": "Câu thứ nhất."})
    refused = await second.post(f"{PATH}/{asked}/answer", forms[1] | {"text": "Câu thứ hai."})
    assert refused.status_code == 409
    assert "<title>Lỗi:" in refused.text
    assert 'href="#text"' in refused.text
    assert all(words in refused.text for words in ("Câu thứ nhất.", "Câu thứ hai.", "đã có câu trả lời mới"))
    again = await second.post(
        f"{PATH}/{asked}/answer", hidden(refused.text, "answer") | {"text": "Câu thứ hai."}
    )
    assert again.status_code == 303
    assert len(await values(services, "SELECT id FROM question_answer")) == 2


async def test_a_withdrawn_question_gives_back_what_was_written(officer, services, asked):
    """Nothing is sent; the words can be copied; there is no form any more."""
    form = hidden((await officer.get(f"{PATH}/{asked}")).text, "answer")
    await office.withdraw(services.unit_of_work, asked)
    refused = await officer.post(f"{PATH}/{asked}/answer", form | {"text": "Viết rất lâu."})
    assert refused.status_code == 409
    assert "đã rút lại câu hỏi" in refused.text
    assert "Viết rất lâu.</textarea>" in refused.text
    assert "/answer" not in refused.text
    for action, more in (("decline", {"reason": "unclear"}), ("forward", {"agency_code": "H55"})):
        late = await officer.post(f"{PATH}/{asked}/{action}", {"form_id": str(uuid4())} | more)
        assert late.status_code == (409 if action == "decline" else 422)
        assert 'href="#state"' in late.text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"text": "  "}, ("text", "Hãy viết câu trả lời.")),
        ({"text": "a" * 8001}, ("text", "Câu trả lời dài nhất 8000 ký tự.")),
        ({"text": "a\x01b"}, ("text", "ký tự điều khiển")),
        ({"procedure_code": "khai sinh"}, ("procedure_code", "Mã thủ tục không đúng dạng.")),
        ({"procedure_code": "1.000894"}, ("procedure_code", "Hãy xem thủ tục 1.000894")),
        ({"procedure_code": "9.999999"}, ("procedure_code", "Không có thủ tục '9.999999' trong danh mục.")),
        ({"seen_version": "99"}, ("procedure_code", "chưa từng có phiên bản này")),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(officer, services, asked, change, told):
    """With what was typed still there, and nothing kept."""
    field, words = told
    form = hidden((await officer.get(f"{PATH}/{asked}")).text, "answer")
    sent = {"text": "Cần tờ khai.", "procedure_code": office.BIRTH.code}
    refused = await officer.post(f"{PATH}/{asked}/answer", form | sent | change)
    assert refused.status_code == 422
    assert f'<a href="#{field}">' in refused.text
    assert words in plain(refused.text)
    assert (sent | change)["text"].strip() in refused.text
    assert await values(services, "SELECT id FROM question_answer") == []
    assert await values(services, "SELECT id FROM notification") == []


async def test_another_procedure_is_looked_at_first(officer, services, asked):
    """The button shows it with its version and keeps the words; then the answer rests on it."""
    form = hidden((await officer.get(f"{PATH}/{asked}")).text, "answer")
    typed = {"text": "Đang viết dở.", "procedure_code": " 1.000894.000.00.00.h26 "}
    looked = await officer.post(f"{PATH}/{asked}/answer", form | typed | {"look": "1"})
    assert looked.status_code == 200
    assert all(words in looked.text for words in (office.MARRIAGE.name, "Đang viết dở.", "/thu-tuc/1.000894"))
    sent = hidden(looked.text, "answer") | {"text": "Đang viết dở.", "procedure_code": "1.000894"}
    assert (await officer.post(f"{PATH}/{asked}/answer", sent)).status_code == 303
    assert await values(services, "SELECT procedure_code, procedure_version FROM question_answer") == [
        ("1.000894", 1)
    ]


@pytest.mark.parametrize(
    ("code", "told"),
    [("khai sinh <b>", "Mã thủ tục không đúng dạng."), ("9.999999", "Không có thủ tục '9.999999'")],
)
async def test_a_procedure_that_is_not_there_is_not_looked_at_in_silence(officer, asked, code, told):
    """Why nothing is shown is told at the field, and what was written stays."""
    form = hidden((await officer.get(f"{PATH}/{asked}")).text, "answer")
    typed = {"text": "Đang viết dở.", "procedure_code": code, "look": "1"}
    looked = await officer.post(f"{PATH}/{asked}/answer", form | typed)
    assert looked.status_code == 422
    assert '<a href="#procedure_code">' in looked.text
    assert plain(looked.text).count(told) == 2
    assert all(words in unescape(looked.text) for words in ("Đang viết dở.", f'value="{code}"'))
    assert 'name="seen_code"' not in looked.text


async def test_hostile_text_is_but_text(officer, services, town):
    """Nothing that a citizen or an officer writes becomes a part of the page."""
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'
    asker = await office.asker(services.unit_of_work)
    question = await office.question(services.unit_of_work, asker, town.id, text=hostile)
    for page in (await officer.get(PATH), await officer.get(f"{PATH}/{question}")):
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert "{{ 7*7 }}" in page.text
    form = hidden(page.text, "answer") | {"text": hostile, "procedure_code": '"><b>'}
    refused = await officer.post(f"{PATH}/{question}/answer", form)
    assert refused.status_code == 422
    assert "<b>" not in refused.text
    assert "<script" not in refused.text


async def test_declined_with_a_reason(officer, services, asked):
    """Without one it is not; with one the asker is told, once."""
    form = hidden((await officer.get(f"{PATH}/{asked}")).text, "decline")
    none = await officer.post(f"{PATH}/{asked}/decline", form)
    assert (none.status_code, 'href="#reason"' in none.text) == (422, True)
    for _ in range(2):
        sent = await officer.post(f"{PATH}/{asked}/decline", form | {"reason": "unclear"})
        assert sent.headers["location"] == f"{PATH}/{asked}?done=declined"
    after = plain((await officer.get(f"{PATH}/{asked}")).text)
    assert "Nội dung chưa rõ" in after
    assert "Câu hỏi đã kết thúc" in after
    assert [row[0]["question"] for row in await values(services, "SELECT params FROM notification")] == [
        "declined"
    ]


async def test_sent_on_to_another_agency(officer, services, asked):
    """By any code of one in force; the same form again is no error; afterwards it is not theirs to see."""
    other = await office.agency(services.unit_of_work, "H55.1")
    await office.agency(services.unit_of_work, "H56", valid_to=office.NOW.date().replace(year=2020))
    form = hidden((await officer.get(f"{PATH}/{asked}")).text, "forward")
    for code, words in (
        ("H99", "Không có cơ quan 'H99'."),
        ("?", "Mã cơ quan không đúng dạng."),
        ("H26.1", "đang ở cơ quan này"),
        ("H56", "không còn hiệu lực"),
    ):
        refused = await officer.post(f"{PATH}/{asked}/forward", form | {"agency_code": code})
        assert (refused.status_code, words in plain(refused.text)) == (422, True), code
    for _ in range(2):
        sent = await officer.post(f"{PATH}/{asked}/forward", form | {"agency_code": "000.00.1.H55"})
        assert (sent.status_code, sent.headers["location"]) == (303, f"{PATH}?done=forwarded")
    assert (await office.row_of(services.unit_of_work, asked)).agency_id == other
    answer = {"form_id": str(uuid4()), "text": "Đã viết xong."}
    gone = await officer.post(f"{PATH}/{asked}/answer", answer)
    missing = await officer.post(f"{PATH}/{new_id()}/answer", answer)
    for page in (gone, missing):
        assert page.status_code == 404
        assert "Đã viết xong.</textarea>" in page.text
    assert (await officer.get(f"{PATH}/{asked}")).status_code == 404
    assert await values(services, "SELECT id FROM notification") == []


async def test_sent_on_by_an_old_form_to_yet_another_agency(officer, services, asked, town):
    """Where the officer still reaches it, it goes there, too: no form says that it did and does not."""
    below = [await office.agency(services.unit_of_work, f"H26.1.{n}", parent=town.id) for n in (1, 2)]
    form = hidden((await officer.get(f"{PATH}/{asked}")).text, "forward")
    for number, agency in enumerate(below, start=1):
        sent = await officer.post(f"{PATH}/{asked}/forward", form | {"agency_code": f"H26.1.{number}"})
        assert sent.status_code == 303
        assert (await office.row_of(services.unit_of_work, asked)).agency_id == agency


async def test_a_question_of_one_word_can_be_opened(officer, services, town):
    """Its link has a name, however long the word is."""
    asker = await office.asker(services.unit_of_work)
    await office.question(services.unit_of_work, asker, town.id, text="a" * 4000)
    assert f">{'a' * 159}…</a>" in (await officer.get(PATH)).text


async def test_stale_answers_are_confirmed(officer, services, asked):
    """After the catalogue changed: listed, looked at and confirmed, of which nobody is told."""
    form = hidden((await officer.get(f"{PATH}/{asked}")).text, "answer")
    await officer.post(f"{PATH}/{asked}/answer", form | {"text": "Một.", "procedure_code": "1.001193"})
    assert "/confirm" not in (await officer.get(f"{PATH}/{asked}")).text
    await office.catalogue(services.unit_of_work, fee=" (mới)")
    assert "1 câu trả lời đã cũ" in plain((await officer.get("/console")).text)
    assert office.ASKED in (await officer.get(f"{PATH}?tab=stale")).text
    shown = (await officer.get(f"{PATH}/{asked}")).text
    assert "Đã cũ: thủ tục này đã thay đổi" in shown
    sent = await officer.post(f"{PATH}/{asked}/confirm", hidden(shown, "confirm"))
    assert sent.headers["location"] == f"{PATH}/{asked}?done=confirmed"
    assert office.ASKED not in (await officer.get(f"{PATH}?tab=stale")).text
    assert len(await values(services, "SELECT id FROM notification")) == 1
    await office.catalogue(services.unit_of_work, fee=" (mới nữa)")
    shown = (await officer.get(f"{PATH}/{asked}")).text
    await office.catalogue(services.unit_of_work, fee=" (lại mới)")
    overtaken = await officer.post(f"{PATH}/{asked}/confirm", hidden(shown, "confirm"))
    assert (overtaken.status_code, "phiên bản mới" in overtaken.text) == (409, True)
    await office.catalogue(services.unit_of_work, without=office.BIRTH.code)
    removed = await officer.post(f"{PATH}/{asked}/confirm", hidden(overtaken.text, "confirm"))
    assert (removed.status_code, 'href="#state"' in removed.text) == (422, True)
    gone = (await officer.get(f"{PATH}/{asked}")).text
    assert "không còn trong danh mục" in gone
    assert "/confirm" not in gone


@pytest.mark.parametrize("role", Role)
async def test_each_role_does_its_part(desk, invite, services, asked, role):
    """What a role may not, its page does not offer, and its form does not do."""
    reads, works = role in {"viewer", "officer", "supervisor"}, role in {"officer", "supervisor"}
    await invite(OFFICER, role)
    await desk.sign_in(OFFICER)
    assert (await desk.get(PATH)).status_code == (200 if reads else 403)
    shown = await desk.get(f"{PATH}/{asked}")
    assert shown.status_code == (200 if reads else 404)
    assert ("/answer" in shown.text) is works
    forms = {
        "answer": {"text": "Đáp."},
        "decline": {"reason": "unclear"},
        "forward": {"agency_code": "H26.1"},
        "confirm": {"seen_answer": str(uuid4()), "version": "1"},
    }
    for action, form in forms.items():
        done = await desk.post(f"{PATH}/{asked}/{action}", {"form_id": str(uuid4())} | form)
        assert (done.status_code != 404) is works, action
        if action == "answer":
            assert len(await values(services, "SELECT id FROM question_answer")) == works


async def test_a_foreign_page_sends_no_form(officer, services, asked):
    """Only a page of ours does, whoever is signed in; and whoever is not, is asked to."""
    form = hidden((await officer.get(f"{PATH}/{asked}")).text, "answer") | {"text": "Đáp."}
    for action in ("answer", "decline", "forward", "confirm"):
        foreign = await officer.post(f"{PATH}/{asked}/{action}", form, **{"sec-fetch-site": "cross-site"})
        assert foreign.status_code == 403
    officer.client.cookies.clear()
    assert (await officer.get(f"{PATH}/{asked}")).status_code == 303
    assert (await officer.post(f"{PATH}/{asked}/answer", form)).status_code == 401
    assert await values(services, "SELECT id FROM question_answer") == []


async def test_pages_filters_and_bad_addresses(officer, services, town):
    """Page by page each once; a filter by agency; what is no page is a page that says so."""
    below = await office.agency(services.unit_of_work, "H26.1.9", parent=town.id)
    asker = await office.asker(services.unit_of_work)
    for number in range(27):
        agency = below if number == 3 else town.id
        await office.question(services.unit_of_work, asker, agency, text=f"Câu số {number}?")
    first = (await officer.get(PATH, params={"tab": "all"})).text
    following = unescape(re.search(r'rel="next" href="([^"]*)"', first)[1])
    second = (await officer.get(following)).text
    numbers = [re.findall(r"Câu số (\d+)\?", page) for page in (first, second)]
    assert [len(page) for page in numbers] == [25, 2]
    assert len({*numbers[0], *numbers[1]}) == 27
    filtered = (await officer.get(PATH, params={"agency": "H26.1.9"})).text
    assert re.findall(r"Câu số (\d+)\?", filtered) == ["3"]
    for bad in ("?tab=none", "?cursor=x", "/not-an-id", "?tab=all&cursor=e30", "?agency=%00"):
        assert (await officer.get(PATH + bad)).status_code in {404, 422}, bad


async def test_in_english(officer, asked):
    """The page speaks it; what people wrote is marked as Vietnamese."""
    for path in (PATH, f"{PATH}/{asked}"):
        page = (await officer.get(path, params={"lang": "en"})).text
        assert '<html lang="en">' in page
        assert "A citizen’s question" in page or "Questions" in page
        assert f'lang="vi">{office.ASKED}' in page


async def test_templates_begin_an_answer(officer, services, asked, town):
    """Words of the agency, with the procedure filled in, stand in the form once they are chosen."""
    template_id = new_id()
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute(
            "INSERT INTO answer_template (id, agency_id, name, text, written_by, created_at, updated_at)"
            " SELECT %s, %s, 'Mẫu chung', 'Về {procedure_name} tại {agency_name}, mã {dossier_code}:', id, now(), now()"
            " FROM officer LIMIT 1",
            (template_id, town.id),
        )
        await uow.commit()
    shown = (await officer.get(f"{PATH}/{asked}")).text
    assert "Mẫu chung" in shown
    filled = (await officer.get(f"{PATH}/{asked}", params={"template": str(template_id)})).text
    assert f"Về {office.BIRTH.name} tại {town.name}, mã …:</textarea>" in filled
    assert (await officer.get(f"{PATH}/{asked}", params={"template": ""})).status_code == 200


async def test_the_asker_sees_who_has_read(officer, services, asked):
    """In the access log: an officer, what for, and which question; of what was not theirs to read nothing."""
    party_id = (await office.row_of(services.unit_of_work, asked)).party_id
    await officer.get(f"{PATH}/{asked}")
    await officer.get(f"{PATH}/{new_id()}")
    who = Citizen(party_id=party_id, session_id=new_id(), assurance=2, signed_in_at=datetime.now(UTC))
    token = services.tokens.for_citizen(who, client_id="tindan-app")
    log = await officer.get("/v1/me/access-log", headers={"authorization": f"Bearer {token}"})
    (entry,) = log.json()["items"]
    assert (entry["reader_kind"], entry["purpose"], entry["object_kind"]) == (
        "officer",
        "question",
        "question",
    )
    assert entry["question_id"] == str(asked)


async def test_nothing_that_people_wrote_is_logged(officer, asked, capsys):
    """Neither question nor answer nor what was refused stands in the log; the deed and the ids do."""
    form = hidden((await officer.get(f"{PATH}/{asked}")).text, "answer")
    await officer.post(f"{PATH}/{asked}/answer", form | {"text": "Bí mật.", "procedure_code": "Lộ ra"})
    await officer.post(f"{PATH}/{asked}/answer", form | {"text": "Bí mật."})
    logged = "".join(capsys.readouterr())
    assert "question_answered" in logged
    assert str(asked) in logged
    for words in ("Bí mật", "Lộ ra", office.ASKED):
        assert words not in logged
