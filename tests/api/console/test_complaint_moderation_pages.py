"""Complaints moderated at the officers' page, over HTTP."""

import re
from collections.abc import Collection
from html import unescape
from uuid import UUID

import pytest

from storage.complaints import filing
from storage.complaints.publishing import Published
from storage.ids import new_id
from storage.officers.roles import Role
from storage.questions.kinds import Publication
from tests.api.console.complaining import bureau_of
from tests.api.console.shown import hidden, plain, typed, values
from tests.storage.complaints.bureau import Bureau
from tests.storage.questions import office

PATH = "/console/complaint-moderation"
WORKER, MODERATOR = "staff-000001", "staff-000003"
NAME, PHONE = "Nguyễn Thị An", "0912345678"
WRITTEN = f"Tôi là {NAME}, số điện thoại {PHONE}. Chờ mãi không thấy gì."


@pytest.fixture
async def bureau(services, town, invite) -> Bureau:
    """Somebody who complains, and an officer who answers and moderates without a page."""
    sender = await office.asker(services.unit_of_work, NAME)
    officer_id = await invite(WORKER, Role.OFFICER, Role.MODERATOR)
    return bureau_of(services.unit_of_work, sender, town.id, officer_id)


@pytest.fixture
async def pending(bureau) -> UUID:
    """A complaint that waits for a moderator."""
    complaint = await bureau.file(WRITTEN, public=True)
    await bureau.accept(complaint)
    await bureau.answer(complaint, f"Chào chị {NAME}, đã nhắc bộ phận một cửa.")
    return complaint


@pytest.fixture
async def moderator(desk, invite):
    """A moderator of the town, signed in."""
    await invite(MODERATOR, Role.MODERATOR)
    await desk.sign_in(MODERATOR)
    return desk


async def published(services) -> list[tuple[str, str, bool]]:
    """Return what is kept of what was published: both texts, and whether they can be read."""
    return await values(services, "SELECT text, answer, taken_down_at IS NULL FROM published_complaint")


async def test_read_edited_and_published(moderator, services, pending):
    """From the list to the public: nothing personal is shown on the way, and what was taken out is marked."""
    assert "1 phản ánh, kiến nghị chờ kiểm duyệt" in plain((await moderator.get("/console")).text)
    listed, shown = (await moderator.get(PATH)).text, (await moderator.get(f"{PATH}/{pending}")).text
    for page in (listed, shown):
        assert NAME not in page
        assert PHONE not in page
        assert "ngày làm việc" in page
    assert f"{PATH}/{pending}" in listed
    assert shown.count("<mark>") == 3
    assert "họ tên (1)" in shown
    text, answer = typed(shown, "text"), typed(shown, "answer")
    form = hidden(shown, "publish") | {"text": text, "answer": f"{answer} Xin lỗi."}
    for _ in range(2):
        done = await moderator.post(f"{PATH}/{pending}/publish", form)
        assert done.headers["location"] == f"{PATH}?done=published"
    assert await published(services) == [(text, f"{answer} Xin lỗi.", True)]
    told = await values(services, "SELECT params FROM notification")
    assert [params["complaint"] for (params,) in told] == ["published"]
    noted = await values(services, "SELECT object_kind, object_id FROM access_log")
    assert set(noted) == {("complaints", None), ("complaint", pending)}
    assert "Không có phản ánh, kiến nghị nào đang chờ" in plain((await moderator.get(PATH)).text)


async def test_what_is_typed_in_again_is_shown_before_it_is_published(moderator, services, pending):
    """A name or a number that a moderator writes back comes back in brackets, and nothing is published."""
    form = hidden((await moderator.get(f"{PATH}/{pending}")).text, "publish")
    form |= {"text": f"Chị {NAME.lower()} chờ.", "answer": f"Gọi {PHONE}."}
    refused = await moderator.post(f"{PATH}/{pending}/publish", form)
    assert refused.status_code == 422
    assert all(f'href="#{field}"' in refused.text for field in ("text", "answer"))
    assert NAME.lower() not in refused.text
    assert PHONE not in refused.text
    assert "[họ tên]" in typed(refused.text, "text")
    assert await published(services) == []


@pytest.mark.parametrize(
    "case",
    [
        ("text", " ", "Hãy viết nội dung."),
        ("answer", "", "Hãy viết nội dung."),
        ("answer", "Đáp. " * 20_000, "Nội dung dài nhất 8000 ký tự."),
    ],
)
async def test_what_is_no_text_is_told_at_its_field(moderator, services, pending, case):
    """The huge is refused as it is."""
    field, words, told = case
    shown = (await moderator.get(f"{PATH}/{pending}")).text
    form = hidden(shown, "publish") | {"text": "Chậm.", "answer": "Đã nhắc."} | {field: words}
    refused = await moderator.post(f"{PATH}/{pending}/publish", form)
    assert (refused.status_code, f'href="#{field}"' in refused.text) == (422, True)
    assert told in plain(refused.text)
    assert await published(services) == []


async def test_refused(moderator, services, bureau, pending):
    """It is published by nobody afterwards; what another moderator wrote is given back."""
    shown = (await moderator.get(f"{PATH}/{pending}")).text
    for _ in range(2):
        done = await moderator.post(f"{PATH}/{pending}/refuse")
        assert done.headers["location"] == f"{PATH}?done=refused"
    assert (await bureau.held(pending)).publication == Publication.REFUSED
    form = hidden(shown, "publish") | {"text": "Chậm.", "answer": "Đã sửa rất lâu."}
    late = await moderator.post(f"{PATH}/{pending}/publish", form)
    assert late.status_code == 409
    assert "Đã sửa rất lâu.</textarea>" in late.text
    assert (await moderator.get(f"{PATH}/{pending}")).status_code == 404
    assert await published(services) == []


async def test_consent_that_is_taken_back_meanwhile_counts(moderator, services, bureau, pending):
    """Nothing is published, nothing of the sender is shown any more, and what was typed is given back."""
    shown = (await moderator.get(f"{PATH}/{pending}")).text
    async with services.unit_of_work() as uow:
        await filing.disagree(uow, bureau.party_id, pending, now=office.NOW)
        await uow.commit()
    form = hidden(shown, "publish") | {"text": "Chậm.", "answer": "Đã sửa rất lâu."}
    late = await moderator.post(f"{PATH}/{pending}/publish", form)
    assert late.status_code == 404
    assert "Đã sửa rất lâu.</textarea>" in late.text
    assert await published(services) == []


async def test_changed_and_taken_down(moderator, services, pending, bureau):
    """What is published is listed, and goes on from what was published; taken down, it stays so."""
    await bureau.publish(pending, Published(text="Chậm.", answer="Đã nhắc."))
    listed = (await moderator.get(f"{PATH}/published")).text
    assert f"{PATH}/{pending}" in listed
    assert "Chậm." in listed
    shown = (await moderator.get(f"{PATH}/{pending}")).text
    assert (typed(shown, "text"), typed(shown, "answer")) == ("Chậm.", "Đã nhắc.")
    assert "/refuse" not in shown
    form = hidden(shown, "publish") | {"text": "Chậm trễ.", "answer": "Đã nhắc."}
    assert (await moderator.post(f"{PATH}/{pending}/publish", form)).status_code == 303
    assert await published(services) == [("Chậm trễ.", "Đã nhắc.", True)]
    for _ in range(2):
        down = await moderator.post(f"{PATH}/{pending}/take-down")
        assert down.headers["location"] == f"{PATH}?done=down"
    assert await published(services) == [("Chậm trễ.", "Đã nhắc.", False)]
    assert "Chưa có phản ánh, kiến nghị nào" in plain((await moderator.get(f"{PATH}/published")).text)
    late = await moderator.post(f"{PATH}/{pending}/publish", form)
    assert (late.status_code, "Chậm trễ.</textarea>" in late.text) == (409, True)


async def test_private_ones_are_no_moderators(moderator, services, bureau):
    """Neither in the list, nor by their address, nor by a form."""
    complaint = await bureau.answered(public=False)
    assert str(complaint) not in (await moderator.get(PATH)).text
    assert (await moderator.get(f"{PATH}/{complaint}")).status_code == 404
    for deed in ("publish", "refuse", "take-down"):
        form = {"text": f"{NAME.lower()}?", "answer": "Đáp.", "seen": "private"}
        guessed = await moderator.post(f"{PATH}/{complaint}/{deed}", form)
        assert guessed.status_code == 404
    assert await published(services) == []


async def test_what_waits_too_long_alarms(moderator, services, pending):
    """The moderator, on the home page; the list says by when it was due."""
    async with services.unit_of_work() as uow:
        past = "UPDATE complaint SET publish_by = now() - interval '9 days'"
        await (await uow.driver()).execute(past)
        await uow.commit()
    home = (await moderator.get("/console")).text
    assert f'<a href="{PATH}">1 phản ánh, kiến nghị quá hạn công khai</a>' in home
    assert 'class="clock late"' in (await moderator.get(PATH)).text


async def test_pages_of_both_lists(moderator, bureau):
    """Page by page each once, whether it waits or is published; what is no page says so."""
    texts = {}
    for number in range(26):
        text = f"Số {number}."
        complaint = await bureau.file(text, public=True)
        await bureau.accept(complaint)
        await bureau.answer(complaint)
        texts[complaint] = text
    await _turned(moderator, PATH, texts.values())
    for complaint, text in texts.items():
        await bureau.publish(complaint, Published(text=text, answer="Đã nhắc."))
    await _turned(moderator, f"{PATH}/published", texts.values())


async def _turned(moderator, path: str, texts: Collection[str]) -> None:
    """Turn the page of a list of two, and find each text once."""
    first = (await moderator.get(path)).text
    following = unescape(re.search(r'rel="next" href="([^"]*)"', first)[1])
    found = re.findall(r"Số \d+\.", first + (await moderator.get(following)).text)
    assert sorted(found) == sorted(texts)
    assert (await moderator.get(f"{path}?cursor=x")).status_code == 422


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.SUPERVISOR, Role.OPERATOR])
async def test_only_moderators_moderate(desk, invite, bureau, pending, role):
    """Whatever else somebody is, their forms publish nothing."""
    await invite("staff-000002", role)
    await desk.sign_in("staff-000002")
    for path in (PATH, f"{PATH}/published"):
        assert (await desk.get(path)).status_code == 403, path
    assert (await desk.get(f"{PATH}/{pending}")).status_code == 404
    for deed in ("publish", "refuse", "take-down"):
        done = await desk.post(f"{PATH}/{pending}/{deed}", {"text": "Chậm.", "answer": "Đã nhắc."})
        assert done.status_code == 404, deed
    assert (await bureau.held(pending)).publication == Publication.PENDING


async def test_a_foreign_page_decides_nothing(moderator, bureau, pending):
    """Only a page of ours does; what is not there at all answers as what is not theirs."""
    form = {"text": "Chậm.", "answer": "Đã nhắc."}
    for deed in ("publish", "refuse", "take-down"):
        foreign = await moderator.post(f"{PATH}/{pending}/{deed}", form, **{"sec-fetch-site": "cross-site"})
        assert foreign.status_code == 403
        assert (await moderator.post(f"{PATH}/{new_id()}/{deed}", form)).status_code == 404
    assert (await bureau.held(pending)).publication == Publication.PENDING
