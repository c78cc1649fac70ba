"""Officers read and answer conversations on their pages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api.services import Services
from storage.answer_templates import repository as templates
from storage.answer_templates.repository import Wording
from storage.engine import Engine
from storage.ids import new_id
from storage.officers import repository as officers
from storage.officers.roles import Role
from tests.api.acting import sign_in
from tests.api.callers import Agency, Citizen, MakeAgency, NewCode, PushEvent
from tests.api.console.conftest import STAFF, Desk
from tests.api.console.writing import Page, answered, opened
from tests.api.conversations.writing import Talk
from tests.api.results.handing import letter
from tests.api.telling import notices

QUEUE = "/console/messages"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> {{7*7}} \"' & \u202etxt"
Enter = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def talk(
    client: httpx.AsyncClient,
    services: Services,
    citizen: Citizen,
    push_event: PushEvent,
    new_code: NewCode,
) -> Talk:
    """A citizen's conversation about a dossier with a due time."""
    citizen, code = await sign_in(services, citizen), new_code()
    due = (datetime.now(UTC) + timedelta(days=10)).isoformat()
    await push_event(code, 4, citizen=citizen, due_at=due)
    return Talk(client=client, citizen=citizen, code=code)


@pytest.fixture
def enter(open_desk, services: Services, agency: Agency) -> Enter:
    """Have an officer with a role, of the agency unless another is named, sign in."""

    async def enter(role: Role = Role.OFFICER, of: Agency = agency, account: str = "staff-000001") -> Desk:
        async with services.unit_of_work() as uow:
            who = await officers.invite(uow, email=STAFF[account], invited_by="test")
            await officers.grant(uow, who, role, agency_id=of.id, granted_by="test")
            await uow.commit()
        desk: Desk = open_desk()
        await desk.sign_in(account)
        return desk

    return enter


@pytest.fixture
async def desk(enter: Enter) -> AsyncIterator[Desk]:
    """The browser of an officer of the agency."""
    return await enter()


def path(talk: Talk, more: str = "") -> str:
    """Return where the conversation is for officers."""
    return f"/console/dossiers/{talk.code}/messages{more}"


async def test_a_message_waits_is_read_and_answered(talk: Talk, desk: Desk, engine: Engine):
    """In the queue and on the home page, until an answer is sent; the citizen reads it as an officer's."""
    empty = await opened(desk, QUEUE)
    assert "Không có hồ sơ nào" in empty.text
    await talk.say("Bao giờ có kết quả ạ?")
    home = await opened(desk, "/console")
    assert "1 hồ sơ chờ trả lời" in home.text
    queue = await opened(desk, QUEUE)
    assert path(talk) in queue.links
    assert "1 tin" in queue.text
    assert "Chưa đọc" in queue.text
    assert "còn" in queue.text
    before = len(await notices(engine))
    thread = await opened(desk, path(talk))
    assert "Bao giờ có kết quả ạ?" in thread.text
    assert "Chưa đọc" not in (await opened(desk, QUEUE)).text
    sent = await answered(desk, thread.form("/messages"), text="Thứ sáu này.\r\nXin cảm ơn.")
    assert (sent.status_code, sent.headers["location"]) == (303, f"{path(talk)}?done=answered")
    assert "Đã gửi trả lời" in (await opened(desk, path(talk), done="answered")).text
    assert (await notices(engine))[before:] == ["message"]
    answer = (await talk.page())["items"][0]
    assert (answer["author"], answer["text"]) == ("officer", "Thứ sáu này.\nXin cảm ơn.")
    assert path(talk) not in (await opened(desk, QUEUE)).links


async def test_a_form_sent_twice_is_one_message(talk: Talk, desk: Desk):
    """Pressed twice it is sent once; sent with other words it is asked about, and can then be sent."""
    form = (await opened(desk, path(talk))).form("/messages")
    for _ in range(2):
        assert (await answered(desk, form, text="Một")).status_code == 303
    other = await answered(desk, form, text="Hai")
    assert other.status_code == 409
    again = Page(other)
    assert "đã gửi với nội dung khác" in again.text
    assert len((await talk.page())["items"]) == 1
    assert (await answered(desk, again.form("/messages"))).status_code == 303
    assert [one["text"] for one in (await talk.page())["items"]] == ["Hai", "Một"]


async def test_files_go_both_ways(talk: Talk, desk: Desk):
    """The citizen's is downloaded whole and in part, and noted; the officer's reaches the citizen as it was."""
    await talk.attach(letter(), text="Đây ạ")
    thread = await opened(desk, path(talk))
    (href,) = [link for link in thread.links if "/attachments/" in link]
    assert "Tải về Giấy chứng sinh (PDF," in thread.text
    whole = await desk.get(href)
    assert (whole.status_code, whole.content) == (200, letter())
    assert whole.headers["content-disposition"].startswith("attachment")
    part = await desk.get(href, headers={"range": "bytes=10-29"})
    assert (part.status_code, part.content) == (206, letter()[10:30])
    log = await talk.client.get("/v1/me/access-log", headers=talk.citizen.headers)
    kinds = [(one["reader_kind"], one["object_kind"]) for one in log.json()["items"]]
    assert kinds == [("officer", "messages")] * 3
    form = thread.form("/messages")
    sent = await answered(desk, form, ("Mẫu đơn.pdf", letter(lines=3)))
    assert sent.status_code == 303, sent.text
    (file,) = (await talk.page())["items"][0]["attachments"]
    assert file["name"] == "Mẫu đơn"
    answer = await talk.client.get(file["href"], headers=talk.citizen.headers)
    assert answer.content == letter(lines=3)


@pytest.mark.parametrize(
    "case",
    [
        ("", ("", b""), 422, "text"),
        ("a" * 4001, ("", b""), 422, "text"),
        ("a\x00b", ("", b""), 422, "text"),
        ("Đây", ("x.pdf", b"PK\x03\x04 a zip"), 422, "file"),
        ("Đây", ("x.pdf", bytes((50 << 20) + 1)), 413, "file"),
    ],
    ids=["nothing", "long", "control", "zip", "large"],
)
async def test_what_can_not_be_sent_is_explained_and_kept(
    talk: Talk, desk: Desk, case: tuple[str, tuple[str, bytes], int, str]
):
    """What was typed is there again, the error leads to its field, and nothing was written."""
    typed, file, status, field = case
    form = (await opened(desk, path(talk))).form("/messages")
    answer = await answered(desk, form, file, text=typed)
    assert answer.status_code == status
    page = Page(answer)
    assert f"#{field}" in page.links
    assert "<title>Lỗi: " in answer.text
    again = page.form("/messages").fields
    assert again["text"] == typed
    assert again["form_id"] == form.fields["form_id"]
    assert (await talk.page())["items"] == []


async def test_a_flood_of_one_officer_is_slowed_and_loses_nothing(talk: Talk, desk: Desk):
    """What is too much is told, with when again, and what was typed is there to be sent then."""
    form = (await opened(desk, path(talk))).form("/messages")
    taken, answer = 0, None
    while answer is None or answer.status_code == 303:
        assert taken < 100
        answer = await answered(desk, form, form_id=str(new_id()), text=f"tin {taken}")
        taken += answer.status_code == 303
    assert (answer.status_code, taken >= 60) == (429, True)
    assert int(answer.headers["retry-after"]) >= 1
    assert Page(answer).form("/messages").fields["text"] == f"tin {taken}"
    assert len((await talk.page(limit=100))["items"]) == taken


async def test_two_hundred_megabytes_are_not_read_on(talk: Talk, desk: Desk):
    """Neither where the length is told beforehand, nor where it is not; then the words are kept."""
    form = (await opened(desk, path(talk))).form("/messages")
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for name, value in (form.fields | {"text": "Đây ạ"}).items():
            yield f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        yield b'--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n'
        while sent < 200 << 20:
            sent += 1 << 16
            yield bytes(1 << 16)

    kind = {"content-type": "multipart/form-data; boundary=b", "sec-fetch-site": "same-origin"}
    answer = await desk.client.post(form.action, content=body(), headers=kind)
    assert answer.status_code == 413
    assert sent < 60 << 20
    assert Page(answer).form("/messages").fields["text"] == "Đây ạ"
    sent = 0
    told = kind | {"content-length": str(200 << 20)}
    answer = await desk.client.post(form.action, content=body(), headers=told)
    assert (answer.status_code, sent) == (413, 0)


async def test_markup_stays_text(talk: Talk, desk: Desk):
    """Whatever a citizen writes, or calls a file, is read as letters."""
    await talk.attach(letter(), text=HOSTILE, file_name=HOSTILE)
    answer = await desk.get(path(talk))
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert HOSTILE in Page(answer).text
    sent = await answered(desk, Page(answer).form("/messages"), text=HOSTILE + "a" * 4000)
    assert sent.status_code == 422
    assert "<script" not in sent.text


async def test_a_supplement_is_asked_for_row_by_row(talk: Talk, desk: Desk, engine: Engine):
    """Rows are added by a button, empty ones left out; the clock stops, and what was answered shows."""
    await talk.say()
    thread = await opened(desk, path(talk))
    (link,) = [one for one in thread.links if "/supplement?" in one]
    form = (await opened(desk, link)).form("/supplement")
    log = (await talk.client.get("/v1/me/access-log", headers=talk.citizen.headers)).json()["items"]
    assert [one["object_kind"] for one in log] == ["dossier", "messages"]
    form.fields |= {"name-1": "Giấy chứng sinh", "form_code-1": "TP/HT-1", "note-3": "Bản gốc"}
    grown = await desk.post(form.action, form.fields | {"action": "add"})
    assert grown.status_code == 200
    form = Page(grown).form("/supplement")
    assert (form.fields["name-1"], form.fields["note-3"], form.fields["name-4"]) == (
        "Giấy chứng sinh",
        "Bản gốc",
        "",
    )
    refused = await desk.post(form.action, form.fields | {"action": "send", "due_on": "2020-01-01"})
    assert refused.status_code == 422
    assert {"#name-3", "#due_on"} <= set(Page(refused).links)
    before = len(await notices(engine))
    form.fields |= {"name-4": "Giấy kết hôn", "note-3": "", "due_on": "2099-12-05", "text": "Kính gửi"}
    for _ in range(2):
        asked = await desk.post(form.action, form.fields | {"action": "send"})
        assert (asked.status_code, asked.headers["location"]) == (303, f"{path(talk)}?done=asked")
    assert (await notices(engine))[before:] == ["supplement_required"]
    request = (await talk.page())["items"][0]
    assert [one["name"] for one in request["request"]["items"]] == ["Giấy chứng sinh", "Giấy kết hôn"]
    assert path(talk) not in (await opened(desk, QUEUE)).links
    thread = await opened(desk, path(talk))
    assert "đang tạm dừng" in thread.text
    assert "05/12/2099" in thread.text
    await talk.say("Đây ạ", reply_to=request["id"], items=[1])
    thread = await opened(desk, path(talk))
    assert "đã có trả lời" in thread.text
    assert "chưa có trả lời" in thread.text
    assert path(talk) in (await opened(desk, QUEUE, supply="awaited")).links
    await talk.say("Chưa ạ", reply_to=request["id"], items=[2])
    assert path(talk) in (await opened(desk, QUEUE, supply="supplied")).links
    assert path(talk) not in (await opened(desk, QUEUE, supply="awaited")).links


async def test_what_was_asked_for_elsewhere_shows_as_supplied(talk: Talk, desk: Desk, push_event: PushEvent):
    """Where the agency's system pushed status 5, the citizen's word that this is it stands with the message."""
    await push_event(talk.code, 5)
    await talk.say("Tôi gửi ạ", supplies=True)
    assert path(talk) in (await opened(desk, QUEUE, supply="supplied")).links
    thread = await opened(desk, path(talk))
    assert "Người dân báo đã nộp đủ" in thread.text
    assert "Người dân đã bổ sung đủ" in thread.text


async def test_a_request_settles_what_was_seen(talk: Talk, desk: Desk):
    """What the citizen wrote after the conversation was opened goes on waiting."""
    await talk.say("Một")
    (link,) = [one for one in (await opened(desk, path(talk))).links if "/supplement?" in one]
    await talk.say("Hai")
    form = (await opened(desk, link)).form("/supplement")
    fields = form.fields | {"name-1": "Giấy chứng sinh", "action": "send"}
    assert (await desk.post(form.action, fields)).status_code == 303
    queue = await opened(desk, QUEUE)
    assert path(talk) in queue.links
    assert "1 tin" in queue.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "name-1"),
        ({"name-2": "a" * 501}, "name-2"),
        ({"name-2": "a", "form_code-2": "a" * 65}, "form_code-2"),
        ({"name-1": "a", "due_on": "31/02/2099"}, "due_on"),
        ({"name-1": "a", "text": "a" * 4001}, "text"),
        ({"name-1": "a", "form_id": ""}, "source_id"),
    ],
)
async def test_a_request_that_makes_no_sense_is_explained(talk: Talk, desk: Desk, typed, field):
    """Each error leads to its field, also where rows before it are empty, and all that was typed is kept."""
    form = (await opened(desk, path(talk, "/supplement"))).form("/supplement")
    answer = await desk.post(form.action, form.fields | typed | {"action": "send"})
    assert answer.status_code == 422
    page = Page(answer)
    assert f"#{field}" in page.links
    again = page.form("/supplement").fields
    assert {name: again[name] for name in typed} == typed
    assert (await talk.page())["items"] == []


async def test_rows_are_no_more_than_may_be(talk: Talk, desk: Desk):
    """However many a body names."""
    form = (await opened(desk, path(talk, "/supplement"))).form("/supplement")
    many = {f"name-{n}": str(n) for n in range(1, 100)}
    answer = await desk.post(form.action, form.fields | many | {"action": "add"})
    assert answer.status_code == 400
    few = {f"name-{n}": str(n) for n in (1, 99)}
    await desk.post(form.action, form.fields | few | {"action": "send"})
    (told,) = (await talk.page())["items"]
    assert [one["name"] for one in told["request"]["items"]] == ["1"]


async def test_no_answer_needed(talk: Talk, desk: Desk):
    """The dossier leaves the queue by what was seen; what came since the page was opened stays."""
    await talk.say("Cảm ơn")
    form = (await opened(desk, path(talk))).form("/settle")
    await talk.say("Còn nữa")
    settled = await desk.post(form.action, form.fields)
    assert settled.status_code == 303
    assert path(talk) in (await opened(desk, QUEUE)).links
    form = (await opened(desk, path(talk))).form("/settle")
    assert (await desk.post(form.action, form.fields)).headers["location"].endswith("done=settled")
    assert path(talk) not in (await opened(desk, QUEUE)).links
    assert (await desk.post(form.action, form.fields)).headers["location"].endswith("done=nothing_waited")


@pytest.fixture
async def template(services: Services, agency: Agency) -> str:
    """The id of a template of the agency's."""
    wording, template_id = Wording(name="Chào", text="Về hồ sơ {dossier_code}, {procedure_name}:"), new_id()
    async with services.unit_of_work() as uow:
        who = await officers.invite(uow, email="chi@example.vn", invited_by="test")
        await officers.grant(uow, who, Role.SUPERVISOR, agency_id=agency.id, granted_by="test")
        now = datetime.now(UTC)
        await templates.add(uow, who, wording, template_id=template_id, agency_code=agency.code, now=now)
        await uow.commit()
    return str(template_id)


async def test_an_answer_begins_with_a_template(talk: Talk, desk: Desk, template: str):
    """Chosen by GET, its blanks filled; one that is not there fills nothing in."""
    page = await opened(desk, path(talk), template=template)
    assert page.form("/messages").fields["text"] == f"Về hồ sơ {talk.code}, Thủ tục đăng ký khai sinh:"
    for nothing in (str(new_id()), "x"):
        page = await opened(desk, path(talk), template=nothing)
        assert page.form("/messages").fields["text"] == ""


async def test_a_long_conversation_is_read_page_by_page(talk: Talk, desk: Desk):
    """Older messages by a link, and there no form, as the answer is to the newest."""
    form = (await opened(desk, path(talk))).form("/messages")
    for n in range(51):
        sent = await answered(desk, form, form_id=str(new_id()), text=f"tin {n:02d}.")
        assert sent.status_code == 303
    newest = await opened(desk, path(talk))
    assert "tin 00." not in newest.text
    (link,) = [one for one in newest.links if "cursor=" in one]
    older = await opened(desk, link)
    assert "tin 00." in older.text
    assert not [one for one in older.forms if one.action.endswith("/messages")]
    assert (await desk.get(path(talk), params={"cursor": "x"})).status_code == 422
    assert (await desk.get(QUEUE, params={"agency": "\x00"})).status_code == 422


async def test_a_viewer_reads_and_is_offered_nothing_else(talk: Talk, enter: Enter):
    """No form is shown, and what is sent all the same is answered as a missing dossier."""
    await talk.say("Xin chào")
    viewer = await enter(Role.VIEWER)
    thread = await opened(viewer, path(talk))
    assert "chỉ được xem" in thread.text
    assert [one.action for one in thread.forms] == ["/console/sign-out"]
    await refused(viewer, talk)


async def refused(desk: Desk, talk: Talk) -> None:
    """See that nothing can be written, and nothing comes of trying."""
    before = len((await talk.page())["items"])
    fields = {"form_id": str(new_id()), "seen": str(new_id()), "text": "x"}
    sent = [
        await desk.client.post(
            path(talk),
            files={name: (None, value) for name, value in fields.items()} | {"file": ("", b"")},
            headers={"sec-fetch-site": "same-origin"},
        ),
        await desk.get(path(talk, "/supplement")),
        await desk.post(path(talk, "/supplement"), fields | {"name-1": "x", "action": "send"}),
        await desk.post(path(talk, "/settle"), {"seen": fields["seen"]}),
    ]
    assert [one.status_code for one in sent] == [404] * 4
    assert len((await talk.page())["items"]) == before


@pytest.fixture(params=["below", "foreign", "ended", "moderator"])
async def outsider(
    request: pytest.FixtureRequest, enter: Enter, agency: Agency, make_agency: MakeAgency, services: Services
) -> Desk:
    """The browser of an officer whom the conversation does not concern."""
    if request.param == "moderator":
        return await enter(Role.MODERATOR)
    of = await make_agency("H55", parent=agency if request.param == "below" else None)
    if request.param == "ended":
        async with services.unit_of_work() as uow:
            query = "UPDATE agency SET valid_to = '2020-01-01' WHERE id = %s"
            await (await uow.driver()).execute(query, (of.id,))
            await uow.commit()
    return await enter(Role.OFFICER, of)


async def test_a_foreign_conversation_is_not_there(talk: Talk, outsider: Desk):
    """Read, downloaded and written as one that does not exist."""
    told = (await talk.attach(letter(), text="riêng")).json()
    desk = outsider
    attachment = f"/{told['id']}/attachments/{told['attachments'][0]['id']}"
    missing = await desk.get("/console/dossiers/H26.1-261121-8888/messages")
    for one in (path(talk), path(talk, attachment), "/console/dossiers/nonsense/messages"):
        answer = await desk.get(one)
        assert answer.status_code == missing.status_code == 404
        assert "riêng" not in answer.text
    assert path(talk) not in Page(await desk.get(QUEUE)).links
    await refused(desk, talk)
    log = await talk.client.get("/v1/me/access-log", headers=talk.citizen.headers)
    assert log.json()["items"] == []


async def test_forms_of_other_sites_and_strangers_get_nothing(talk: Talk, desk: Desk, open_desk):
    """A form that another site sends is refused; who is not signed in is led to the sign-in."""
    form = (await opened(desk, path(talk))).form("/messages")
    for end, fields in (("", form.fields), ("/supplement", form.fields), ("/settle", form.fields)):
        answer = await desk.client.post(
            path(talk, end), data=fields, headers={"sec-fetch-site": "cross-site"}
        )
        assert answer.status_code == 403
    stranger: Desk = open_desk()
    for one in (QUEUE, path(talk), path(talk, "/supplement")):
        answer = await stranger.get(one)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/console/sign-in?next=")
    assert (await stranger.post(path(talk, "/settle"), form.fields)).status_code == 401
    assert (await talk.page())["items"] == []


async def test_the_pages_speak_english_too(talk: Talk, desk: Desk):
    """All of them, with the same fields."""
    await talk.say("Xin chào")
    for one in (QUEUE, path(talk), path(talk, "/supplement")):
        page = await desk.get(one, params={"lang": "en"})
        assert page.headers["content-language"] == "en"
        assert 'lang="en"' in page.text
        assert Page(page).ids >= {"main"}
