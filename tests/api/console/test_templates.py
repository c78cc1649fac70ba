"""Answer templates at the officers' page."""

import re
from uuid import UUID, uuid4

import pytest

from storage.officers.roles import Role

PATH = "/console/templates"
WORDS = {"agency": "H26.1", "name": "Đã nhận", "text": "Đã nhận hồ sơ {dossier_code}.\r\nXin cảm ơn."}


@pytest.fixture
async def chief(desk, invite):
    """Somebody in charge of the town."""
    await invite("staff-000002", Role.SUPERVISOR)
    await desk.sign_in("staff-000002")
    return desk


async def rows(
    services, query="SELECT id, name, text, retired_at IS NOT NULL, written_by FROM answer_template"
):
    async with services.reading() as reading:
        return await (await (await reading.driver()).execute(query)).fetchall()


def hidden(page: str, name: str) -> str:
    return re.search(f'name="{name}" value="([^"]*)"', page)[1]


async def test_written_offered_changed_and_retired(chief, services, open_desk, invite):
    """From the empty list to the end, and each form leads on by a redirect that says what was done."""
    assert "Chưa có mẫu nào" in (await chief.get(PATH)).text
    new = await chief.get(f"{PATH}/new")
    form = WORDS | {"form_id": hidden(new.text, "form_id")}
    for _ in range(2):
        sent = await chief.post(f"{PATH}/new", form)
        assert (sent.status_code, sent.headers["location"]) == (303, f"{PATH}?done=written")
    ((template_id, _, text, _, _),) = await rows(services)
    assert text == "Đã nhận hồ sơ {dossier_code}.\nXin cảm ơn."
    assert "Đã lưu mẫu trả lời." in (await chief.get(sent.headers["location"])).text

    worker_id = await invite("staff-000001", Role.OFFICER)
    worker = open_desk()
    await worker.sign_in("staff-000001")
    listed = (await worker.get(PATH)).text
    assert "Đã nhận hồ sơ {dossier_code}." in listed
    assert f"{PATH}/{template_id}" not in listed
    assert (await worker.get(f"{PATH}/{template_id}")).status_code == 404
    assert (await worker.post(f"{PATH}/{template_id}/retire")).status_code == 404
    assert (await worker.get(f"{PATH}/new")).status_code == 403
    assert (await worker.post(f"{PATH}/new", form)).status_code == 403

    page = (await chief.get(f"{PATH}/{template_id}")).text
    shown = {name: hidden(page, name) for name in ("form_id", "shown")}
    changed = await chief.post(f"{PATH}/{template_id}", WORDS | shown | {"text": "Cảm ơn."})
    assert changed.status_code == 303
    stale = await chief.post(f"{PATH}/{template_id}", WORDS | shown | {"text": "Bản của tôi."})
    assert stale.status_code == 409
    assert "Bản của tôi." in stale.text
    assert "Cảm ơn." in stale.text
    again = await chief.post(
        f"{PATH}/{template_id}", WORDS | {name: hidden(stale.text, name) for name in shown} | {"text": "Sau."}
    )
    assert again.status_code == 303
    retired = await chief.post(f"{PATH}/{template_id}/retire")
    assert retired.headers["location"] == f"{PATH}?done=retired"
    assert "Chưa có mẫu nào" in (await worker.get(PATH)).text
    ((_, _, text, gone, writer),) = await rows(services)
    assert (text, gone) == ("Sau.", True)
    assert writer != worker_id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"text": ""}, "text"),
        ({"text": "t" * 4001}, "text"),
        ({"text": "Kính gửi {applicant},"}, "text"),
        ({"agency": "H55"}, "agency"),
        ({"agency": ""}, "agency"),
    ],
)
async def test_what_is_wrong_is_told_and_what_was_typed_is_kept(chief, services, change, field):
    """The title begins with the error, the summary links to the field, and nothing is kept."""
    form = WORDS | {"form_id": str(uuid4())} | change
    answer = await chief.post(f"{PATH}/new", form)
    assert answer.status_code == 422
    assert "<title>Lỗi: Viết mẫu trả lời" in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert f'aria-describedby="{field}-hint {field}-error" aria-invalid="true"' in answer.text
    assert hidden(answer.text, "form_id") == form["form_id"]
    assert form["text"].replace("\r\n", "\n") in answer.text.replace("\r\n", "\n")
    assert await rows(services) == []


async def test_html_in_a_template_stays_text(chief):
    """Markup is shown as it was typed, wherever it shows."""
    evil = '</textarea><script>alert(1)</script>"><img src=x onerror=alert(1)>'
    form = WORDS | {"form_id": str(uuid4()), "name": evil[:90], "text": evil}
    assert (await chief.post(f"{PATH}/new", form)).status_code == 303
    for path in (PATH, hidden_address((await chief.get(PATH)).text)):
        page = (await chief.get(path)).text
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(1)" in page


def hidden_address(page: str) -> str:
    return re.search(rf'href="({PATH}/[0-9a-f-]{{36}})"', page)[1]


@pytest.mark.parametrize(
    "path", [f"{PATH}/{UUID(int=1)}", f"{PATH}/nonsense", f"{PATH}/{UUID(int=1)}/retire"]
)
async def test_what_is_not_there(chief, path):
    """A page says so, in the frame."""
    answer = await chief.get(path)
    assert answer.status_code in {404, 405, 422}
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_form_without_its_id(chief, services):
    """Nothing is kept, and a page says that the form is not right."""
    answer = await chief.post(f"{PATH}/new", WORDS)
    assert answer.status_code == 422
    assert "Địa chỉ hoặc biểu mẫu không đúng" in answer.text
    assert await rows(services) == []
