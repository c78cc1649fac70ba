"""Ratings at the officers' page, over HTTP."""

from datetime import UTC, date, datetime, timedelta

import pytest

from api.ratings.officer_service import AgencyPlace
from storage.dossiers.working_days import VIETNAM
from storage.officers.roles import Role
from tests.api.console.writing import Page, opened
from tests.storage.questions import office
from tests.storage.ratings import crowd

PATH = "/console/ratings"
OFFICER, CHIEF, FOREIGN = "staff-000001", "staff-000002", "staff-000003"
TODAY = datetime.now(UTC).astimezone(VIETNAM).date()
MONTH = TODAY.replace(day=1)
BEFORE = (MONTH - timedelta(days=1)).replace(day=1)
ONE = f"{PATH}/H26.1/{MONTH:%Y-%m}"


@pytest.fixture
async def rated(services, town) -> None:
    """Ten were content last month; of ten now, four are not."""
    await crowd.rated(services.unit_of_work, town.id, BEFORE, satisfied=10)
    await crowd.rated(
        services.unit_of_work,
        town.id,
        MONTH,
        texts=["Chờ lâu <b>quá</b>"],
        reasons=["late"],
        dissatisfied=5,
        satisfied=6,
    )


@pytest.fixture
async def officer(desk, invite):
    """An officer of the town, signed in."""
    await invite(OFFICER, Role.OFFICER)
    await desk.sign_in(OFFICER)
    return desk


async def test_from_the_alarm_to_the_answer(officer, rated):
    """The home page tells of a rise until it is answered; the numbers, reasons and texts are there."""
    assert "1 cơ quan có tỷ lệ không hài lòng tăng" in (await opened(officer, "/console")).text
    listed = await opened(officer, PATH)
    assert ONE in listed.links
    assert "Không hài lòng tăng: 0% → 45%" in listed.text
    assert "5 (45%) 6 (55%) 0 (0%)" in listed.text
    shown = await officer.get(ONE)
    assert shown.headers["cache-control"] == "no-store"
    page = Page(shown)
    assert "Trả kết quả trễ hẹn: 1" in page.text
    assert "Chờ lâu <b>quá</b>" in page.text
    form = page.form("/answers")
    for _ in range(2):
        sent = await officer.post(
            form.action, form.fields | {"level": "", "text": "Đã thêm quầy.\r\nCảm ơn."}
        )
        assert (sent.status_code, sent.headers["location"]) == (303, f"{ONE}?done=answered")
    after = await officer.get(sent.headers["location"])
    assert "Đã công khai câu trả lời." in after.text
    assert "Đã thêm quầy.\nCảm ơn." in after.text
    assert "tỷ lệ không hài lòng tăng" not in (await opened(officer, "/console")).text
    assert "Đã trả lời" in (await opened(officer, PATH)).text
    down = Page(after).form("/take-down")
    sent = await officer.post(down.action, down.fields)
    assert sent.headers["location"] == f"{ONE}?done=down"
    assert "Cơ quan chưa trả lời." in (await opened(officer, ONE)).text


async def test_an_answer_is_written_anew(officer, rated):
    """The form begins with it, and takes its place."""
    form = (await opened(officer, ONE)).form("/answers")
    await officer.post(form.action, form.fields | {"level": "dissatisfied", "text": "Lần một."})
    shown = await opened(officer, ONE)
    link = next(one for one in shown.links if "edit=" in one)
    again = (await opened(officer, link.partition("#")[0])).form("/answers")
    assert again.fields["text"] == "Lần một."
    assert 'value="dissatisfied" selected' in (await officer.get(link.partition("#")[0])).text
    await officer.post(again.action, again.fields | {"level": "dissatisfied", "text": "Lần hai."})
    text = (await opened(officer, ONE)).text
    assert "Lần hai." in text
    assert "Lần một." not in text


@pytest.mark.parametrize(
    ("typed", "told", "left"),
    [
        ({"text": "   "}, "Hãy viết câu trả lời.", ""),
        ({"text": "Dài" * 2000}, "dài nhất 4000 ký tự", "DàiDài"),
        ({"text": "Gọi số 0912345678 nhé."}, "Đã thay thông tin cá nhân", "Gọi số [số điện thoại] nhé."),
        ({"text": "Được.", "level": "very_satisfied"}, "Chưa đủ 5 đánh giá", "Được."),
        ({"text": "Được.", "level": "angry"}, "Không có giá trị", "Được."),
        ({"text": "Được\x00."}, "ký tự", "Được"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_lost(officer, rated, typed, told, left):
    """In a summary and at its field; what was typed is still there, but for what is personal."""
    form = (await opened(officer, ONE)).form("/answers")
    refused = await officer.post(form.action, form.fields | {"level": ""} | typed)
    assert refused.status_code == 422
    assert "<title>Lỗi:" in refused.text
    page = Page(refused)
    assert told in page.text
    assert left in page.form("/answers").fields["text"]
    assert "0912345678" not in refused.text
    assert "Cơ quan chưa trả lời." in page.text


async def test_of_two_officers_the_second_keeps_what_was_written(officer, open_desk, invite, rated):
    """It sees what came meanwhile, and may send its own after all."""
    await invite(CHIEF, Role.SUPERVISOR)
    second = open_desk()
    await second.sign_in(CHIEF)
    forms = [(await opened(one, ONE)).form("/answers") for one in (officer, second)]
    await officer.post(forms[0].action, forms[0].fields | {"level": "", "text": "Câu thứ nhất."})
    refused = await second.post(forms[1].action, forms[1].fields | {"level": "", "text": "Câu thứ hai."})
    assert refused.status_code == 409
    page = Page(refused)
    assert all(words in page.text for words in ("Câu thứ nhất.", "Câu thứ hai.", "đã có câu trả lời mới"))
    again = page.form("/answers")
    sent = await second.post(again.action, again.fields | {"level": ""})
    assert sent.status_code == 303
    assert "Câu thứ nhất." not in (await opened(officer, ONE)).text


async def test_of_few_there_is_nothing(officer, services, town):
    """Neither numbers, texts nor a form; what is posted nevertheless is refused, and kept."""
    await crowd.rated(services.unit_of_work, town.id, MONTH, texts=["Bí mật"], dissatisfied=4)
    assert "Chưa đủ 5 đánh giá" in (await opened(officer, PATH)).text
    shown = await opened(officer, ONE)
    assert "không hiển thị gì" in shown.text
    assert "Bí mật" not in shown.text
    assert not [one for one in shown.forms if one.action.endswith("/answers")]
    form = {"form_id": "01900000-0000-7000-8000-000000000000", "text": "Cảm ơn.", "seen": "x y"}
    refused = await officer.post(f"{ONE}/answers", form)
    assert refused.status_code == 422
    assert Page(refused).form("/answers").fields["text"] == "Cảm ơn."
    assert "Bí mật" not in refused.text


async def test_who_reads_alone_is_offered_no_form(desk, invite, rated, services, town):
    """What is sent nevertheless is given back to be copied; a foreign agency is not there."""
    await invite(OFFICER, Role.VIEWER)
    await desk.sign_in(OFFICER)
    shown = await opened(desk, ONE)
    assert "không được trả lời" in shown.text
    assert not [one for one in shown.forms if "/answers" in one.action]
    form = {"form_id": "01900000-0000-7000-8000-000000000000", "text": "Viết rất lâu."}
    refused = await desk.post(f"{ONE}/answers", form)
    assert refused.status_code == 404
    assert "Viết rất lâu.</textarea>" in refused.text
    other = await office.agency(services.unit_of_work, "H55")
    await crowd.rated(services.unit_of_work, other, MONTH, satisfied=9)
    assert (await desk.get(f"{PATH}/H55/{MONTH:%Y-%m}")).status_code == 404
    assert "H55" not in (await opened(desk, PATH)).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PATH}?month=1999-01", 200),
        (f"{PATH}?month=0001-01", 200),
        (f"{PATH}?month=x", 422),
        (f"{PATH}?cursor=x", 422),
        (f"{PATH}?cursor={AgencyPlace.model_construct(code='H' + chr(0)).encode()}", 422),
        (f"{PATH}/H26.1/0001-01", 404),
        (f"{PATH}/H26.1/2026-13", 422),
        (f"{PATH}/H%00/2026-11", 422),
        (f"{ONE}?cursor=eyJkaWdlc3QiOiAieCJ9", 422),
        (f"{ONE}?edit=x", 200),
    ],
)
async def test_any_address_is_answered(officer, rated, path, status):
    """By a page, whatever is wrong with it."""
    answer = await officer.get(path)
    assert answer.status_code == status
    assert "Trang cán bộ" in answer.text


async def test_many_texts_and_agencies_stand_on_pages(officer, services, town, invite):
    """Each once."""
    said = [f"Ý kiến {n:03d}." for n in range(70)]
    await crowd.rated(services.unit_of_work, town.id, MONTH, texts=said, satisfied=70)
    first = await opened(officer, ONE)
    following = f"{ONE}?cursor="
    second = await opened(officer, next(one for one in first.links if one.startswith(following)))
    assert not [one for one in second.links if one.startswith(following)]
    for one in said:
        assert (one in first.text) + (one in second.text) == 1


async def test_nobody_was_asked_yet(officer):
    """Then the page says so."""
    assert "Chưa có ai được mời" in (await opened(officer, PATH)).text


async def test_in_english(officer, rated):
    """All of it, and the month's name."""
    headers = {"accept-language": "en"}
    for path in (PATH, ONE):
        text = (await officer.get(path, headers=headers)).text
        assert f"{date.today():%Y}" in text  # noqa: DTZ011 - a year
        assert "Dissatisfied" in text
        assert "Không hài lòng" not in text
