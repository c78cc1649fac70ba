"""Complaints and suggestions at the officers' page, over HTTP."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest

from auth.principals import Citizen
from storage.complaints.kinds import ComplaintKind, ComplaintState
from storage.ids import new_id
from storage.officers.roles import Role
from storage.questions.kinds import Publication
from tests.api.console.complaining import bureau_of
from tests.api.console.shown import hidden, plain, typed, values
from tests.storage.complaints.bureau import WRITTEN, Bureau
from tests.storage.questions import office

PATH = "/console/complaints"
OFFICER, CHIEF = "staff-000001", "staff-000002"
LONG_AGO = datetime.now(UTC) - timedelta(days=90)
DEEDS = {
    "accept": {},
    "answer": {"text": "Đã nhắc bộ phận liên quan."},
    "ask": {"more": "Hồ sơ nào?"},
    "forward": {"agency_code": "H55.1"},
    "decline": {"reason": "unclear"},
}


@pytest.fixture
async def sender(services) -> UUID:
    """Somebody who complains."""
    return await office.asker(services.unit_of_work)


@pytest.fixture
async def bureau(services, town, sender, invite) -> Bureau:
    """Another officer of the town, who uses no page, and moderates."""
    officer_id = await invite(CHIEF, Role.OFFICER, Role.MODERATOR)
    return bureau_of(services.unit_of_work, sender, town.id, officer_id)


@pytest.fixture
async def sent(bureau) -> UUID:
    """A complaint to the town, which its sender would have published."""
    return await bureau.file(public=True)


@pytest.fixture
async def officer(desk, invite):
    """An officer of the town, signed in."""
    await invite(OFFICER, Role.OFFICER)
    await desk.sign_in(OFFICER)
    return desk


async def form_of(officer, complaint: UUID, deed: str, **given: str) -> dict[str, str]:
    """Open a complaint; return what its form of a deed sends."""
    shown = await officer.get(f"{PATH}/{complaint}")
    assert shown.status_code == 200, shown.text
    return hidden(shown.text, deed) | DEEDS[deed] | given


async def test_listed_read_accepted_and_answered(officer, services, sent, bureau):
    """From the home page to the answer; its sender is told of each step once, and sees who read what."""
    assert "1 phản ánh, kiến nghị chờ xử lý" in plain((await officer.get("/console")).text)
    listed = (await officer.get(PATH)).text
    assert WRITTEN in listed
    assert f"{PATH}/{sent}" in listed
    shown = await officer.get(f"{PATH}/{sent}")
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert "Nguyễn Thị An" not in shown.text
    form = hidden(shown.text, "accept")
    for _ in range(2):
        done = await officer.post(f"{PATH}/{sent}/accept", form)
        assert (done.status_code, done.headers["location"]) == (303, f"{PATH}/{sent}?done=accepted")
    form = await form_of(officer, sent, "answer", text="Đã nhắc.\r\nXin lỗi bạn.")
    for _ in range(2):
        done = await officer.post(f"{PATH}/{sent}/answer", form)
        assert (done.status_code, done.headers["location"]) == (303, f"{PATH}/{sent}?done=answered")
    after = (await officer.get(done.headers["location"])).text
    assert "Đã gửi kết quả xử lý." in after
    assert "Đã nhắc.\nXin lỗi bạn." in after
    assert "Việc đã kết thúc" in plain(after)
    row = await bureau.held(sent)
    assert (row.state, row.publication) == (ComplaintState.ANSWERED, Publication.PENDING)
    told = await values(services, "SELECT category, params FROM notification ORDER BY id")
    assert [(category, params["complaint"]) for category, params in told] == [
        ("answer", "accepted"),
        ("answer", "answered"),
    ]
    assert all(params["link"].endswith(str(sent)) for _, params in told)
    noted = await values(services, "SELECT object_kind, object_id, purpose, reader_kind FROM access_log")
    assert set(noted) == {
        ("complaints", None, "complaint", "officer"),
        ("complaint", sent, "complaint", "officer"),
    }


async def test_whoever_is_second_keeps_what_was_written(officer, services, sent, bureau):
    """It is told what happened meanwhile, sees it, and may go on from there."""
    await bureau.accept(sent)
    form = await form_of(officer, sent, "answer", text="Viết rất lâu.")
    await bureau.ask_more(sent)
    late = await officer.post(f"{PATH}/{sent}/answer", form)
    assert late.status_code == 409
    assert "<title>Lỗi:" in late.text
    assert 'href="#text"' in late.text
    assert "Nộp ngày nào?" in late.text
    assert typed(late.text, "text") == "Viết rất lâu."
    again = hidden(late.text, "answer") | {"text": "Viết rất lâu."}
    assert (await officer.post(f"{PATH}/{sent}/answer", again)).status_code == 303
    kinds = await values(services, "SELECT kind FROM complaint_entry ORDER BY at")
    assert [kind for (kind,) in kinds] == ["received", "accepted", "more_asked", "answered"]


@pytest.mark.parametrize(
    "case",
    [
        ("ask", "more", "Hỏi rất kỹ."),
        ("decline", "explanation", "Nói rất rõ."),
        ("forward", "note", "Vì sao."),
    ],
)
async def test_a_withdrawn_complaint_gives_back_what_was_written(officer, services, sent, bureau, case):
    """Nothing is sent; the words can be copied; there is no form any more."""
    deed, field, told = case
    form = await form_of(officer, sent, deed)
    await office.agency(services.unit_of_work, "H55.1")
    await bureau.withdraw(sent)
    refused = await officer.post(f"{PATH}/{sent}/{deed}", form | {field: told})
    assert refused.status_code == 409
    assert 'href="#state"' in refused.text
    assert f"{told}</textarea>" in refused.text
    assert '<form method="post" action="/console/complaints' not in refused.text
    assert await values(services, "SELECT id FROM notification") == []


@pytest.mark.parametrize(
    "case",
    [
        ("answer", {"text": "  "}, ("text", "Hãy viết nội dung.")),
        ("answer", {"text": "a" * 8001}, ("text", "Nội dung dài nhất 8000 ký tự.")),
        ("answer", {"text": "a\x01b"}, ("text", "ký tự điều khiển")),
        ("ask", {"more": ""}, ("more", "Hãy viết nội dung.")),
        ("ask", {"more": "a" * 8001}, ("more", "Nội dung dài nhất 8000 ký tự.")),
        ("forward", {"agency_code": "H99"}, ("agency_code", "Không có cơ quan 'H99'.")),
        ("forward", {"agency_code": "?"}, ("agency_code", "Mã cơ quan không đúng dạng.")),
        ("forward", {"agency_code": "H26.1"}, ("agency_code", "đang ở cơ quan này")),
        ("forward", {"agency_code": "H56"}, ("agency_code", "không còn hiệu lực")),
        ("forward", {"note": "a" * 8001}, ("note", "Nội dung dài nhất 8000 ký tự.")),
        ("decline", {"reason": ""}, ("reason", "Hãy chọn lý do.")),
        ("decline", {"reason": "because"}, ("reason", "Hãy chọn lý do.")),
        ("decline", {"explanation": "a" * 8001}, ("explanation", "Nội dung dài nhất 8000 ký tự.")),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(officer, services, sent, bureau, case):
    """With what was typed still there, and nothing done."""
    deed, change, (field, words) = case
    await office.agency(services.unit_of_work, "H55.1")
    await office.agency(services.unit_of_work, "H56", valid_to=office.NOW.date().replace(year=2020))
    if deed == "answer":
        await bureau.accept(sent)
    before = await values(services, "SELECT state FROM complaint")
    form = await form_of(officer, sent, deed, **change)
    refused = await officer.post(f"{PATH}/{sent}/{deed}", form)
    assert refused.status_code == 422
    assert f'<a href="#{field}">' in refused.text
    assert f'id="{field}-error"' in refused.text
    assert words in plain(refused.text)
    for value in (form | change).values():
        assert value.strip() in unescape(refused.text) or value in {"because", form["form_id"]}
    assert await values(services, "SELECT state FROM complaint") == before
    assert await values(services, "SELECT id FROM notification") == []


async def _as_received(_bureau: Bureau, _sent: UUID) -> None:
    """Leave it."""


async def _as_accepted(bureau: Bureau, sent: UUID) -> None:
    await bureau.accept(sent)


async def _asked_at_once(bureau: Bureau, sent: UUID) -> None:
    await bureau.ask_more(sent)


async def _asked_later(bureau: Bureau, sent: UUID) -> None:
    await bureau.accept(sent)
    await bureau.ask_more(sent)


async def _as_answered(bureau: Bureau, sent: UUID) -> None:
    await bureau.accept(sent)
    await bureau.answer(sent)


STATES = [
    (_as_received, {"accept", "ask", "forward", "decline"}),
    (_as_accepted, {"answer", "ask", "forward"}),
    (_asked_at_once, {"decline"}),
    (_asked_later, {"answer"}),
    (_as_answered, set()),
]
"""How a complaint may stand, and what may be done with it then."""


@pytest.mark.parametrize("case", [(*state, deed) for state in STATES for deed in DEEDS])
async def test_what_is_offered_is_what_is_taken(officer, services, sent, bureau, case):
    """In each state a form that is there does what it says, and another one changes nothing."""
    bring, offered, deed = case
    await office.agency(services.unit_of_work, "H55.1")
    await bring(bureau, sent)
    shown = (await officer.get(f"{PATH}/{sent}")).text
    assert (f'action="{PATH}/{sent}/{deed}"' in shown) is (deed in offered)
    ((seen,),) = await values(services, "SELECT id FROM complaint_entry ORDER BY at DESC LIMIT 1")
    form = {"form_id": str(uuid4()), "seen": str(seen)} | DEEDS[deed]
    done = await officer.post(f"{PATH}/{sent}/{deed}", form)
    assert done.status_code == (303 if deed in offered else 409)


async def test_more_is_asked_and_supplied(officer, services, sent, bureau):
    """While the sender is awaited the clock stands; what comes is shown, and it goes on where it was."""
    form = await form_of(officer, sent, "ask", more="Bạn nộp ngày nào?")
    assert (await officer.post(f"{PATH}/{sent}/ask", form)).headers["location"].endswith("done=asked")
    awaited = plain((await officer.get(f"{PATH}/{sent}")).text)
    assert "Chờ người gửi bổ sung" in awaited
    assert "đang tạm dừng" in awaited
    assert str(sent) not in (await officer.get(PATH)).text
    ((category, params),) = await values(services, "SELECT category, params FROM notification")
    assert (category, params["complaint"]) == ("supplement_required", "more_asked")
    await bureau.supply(sent)
    after = (await officer.get(f"{PATH}/{sent}")).text
    assert "Ngày 3." in after
    assert f'action="{PATH}/{sent}/accept"' in after
    assert str(sent) in (await officer.get(PATH)).text


async def test_declined_with_a_reason(officer, services, sent):
    """Its sender is told, once, and the reason is shown."""
    form = await form_of(officer, sent, "decline", reason="other_way", explanation="Hãy gửi đơn khiếu nại.")
    for _ in range(2):
        done = await officer.post(f"{PATH}/{sent}/decline", form)
        assert done.headers["location"] == f"{PATH}/{sent}?done=declined"
    after = plain((await officer.get(f"{PATH}/{sent}")).text)
    assert "Là khiếu nại hoặc tố cáo" in after
    assert "Hãy gửi đơn khiếu nại." in after
    told = await values(services, "SELECT params FROM notification")
    assert [params["complaint"] for (params,) in told] == ["declined"]


async def test_sent_on_to_another_agency(officer, services, sent):
    """By any code of it; the same form again is no error; what else is written is given back."""
    other = await office.agency(services.unit_of_work, "H55.1")
    ((before,),) = await values(services, "SELECT process_by FROM complaint")
    form = await form_of(officer, sent, "forward", agency_code="000.00.1.H55", note="Thuộc nơi đó.")
    answer = await form_of(officer, sent, "ask", more="Đã viết xong.")
    for _ in range(2):
        done = await officer.post(f"{PATH}/{sent}/forward", form)
        assert (done.status_code, done.headers["location"]) == (303, f"{PATH}?done=forwarded")
    assert "Đã chuyển cơ quan khác." in plain((await officer.get(done.headers["location"])).text)
    assert await values(services, "SELECT agency_id, process_by FROM complaint") == [(other, before)]
    gone = await officer.post(f"{PATH}/{sent}/ask", answer)
    missing = await officer.post(f"{PATH}/{new_id()}/ask", answer)
    for page in (gone, missing):
        assert page.status_code == 404
        assert "Đã viết xong.</textarea>" in page.text
    assert (await officer.get(f"{PATH}/{sent}")).status_code == 404


async def test_where_it_came_from_is_told(officer, services, town, bureau):
    """An agency that gets one sees who sent it on, and when."""
    below = await office.agency(services.unit_of_work, "H26.1.9", parent=town.id)
    sent = await bureau.file()
    await replace(bureau, other_agency_id=below).forward(sent)
    shown = plain((await officer.get(f"{PATH}/{sent}")).text)
    assert "Đã chuyển cơ quan khác" in shown
    assert town.name in shown
    assert "Ủy ban nhân dân H26.1.9" in shown


async def test_what_is_late_alarms(officer, services, town, bureau):
    """On the home page and above the list, by agency; what is done late is done, and marked so."""
    below = await office.agency(services.unit_of_work, "H26.1.9", parent=town.id)
    for agency in (town.id, below, below):
        late = await bureau.file(agency_id=agency, at=LONG_AGO)
    await bureau.file("Mới gửi.")
    home = (await officer.get("/console")).text
    assert 'href="/console/complaints?tab=overdue"' in home
    assert "Đã quá hạn theo quy định 3 phản ánh, kiến nghị quá hạn xử lý" in plain(home)
    listed = (await officer.get(PATH)).text
    assert "3 phản ánh, kiến nghị đã quá hạn" in plain(listed)
    assert "Ủy ban nhân dân H26.1.9: 2" in plain(listed)
    (address,) = re.findall(r'href="([^"]*agency=H26\.1\.9[^"]*)"', listed)
    overdue = (await officer.get(unescape(address))).text
    assert overdue.count(WRITTEN) == 2
    assert "Mới gửi." not in overdue
    await officer.post(f"{PATH}/{late}/accept", await form_of(officer, late, "accept"))
    marked = plain((await officer.get(f"{PATH}/{late}")).text)
    assert "Đã tiếp nhận quá hạn" in marked
    await bureau.ask_more(late)
    assert "2 phản ánh, kiến nghị đã quá hạn" in plain((await officer.get(PATH)).text)


async def test_nothing_late_alarms_nobody(officer, services, sent, bureau):
    """Nor what is late at an agency that is not the visitor's."""
    foreign = await office.agency(services.unit_of_work, "H55.1")
    await bureau.file(agency_id=foreign, at=LONG_AGO)
    for page in ("/console", PATH):
        assert 'id="alarm"' not in (await officer.get(page)).text


async def test_what_is_due_soon_is_told(officer, services, sent):
    """Within a working day, as the calendar has it."""
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE complaint SET next_due_at = now() + interval '1 minute'")
        await uow.commit()
    assert "1 phản ánh, kiến nghị đến hạn trong 1 ngày làm việc" in plain(
        (await officer.get("/console")).text
    )


@pytest.mark.parametrize("role", Role)
async def test_each_role_does_its_part(desk, invite, services, sent, role):
    """What a role may not, its page does not offer, and its form does not do."""
    reads, works = role in {"viewer", "officer", "supervisor"}, role in {"officer", "supervisor"}
    await office.agency(services.unit_of_work, "H55.1")
    await invite(OFFICER, role)
    await desk.sign_in(OFFICER)
    assert (await desk.get(PATH)).status_code == (200 if reads else 403)
    shown = await desk.get(f"{PATH}/{sent}")
    assert shown.status_code == (200 if reads else 404)
    assert ("/accept" in shown.text) is works
    assert ("không được xử lý" in shown.text) is (reads and not works)
    for deed, form in DEEDS.items():
        given = {"form_id": str(uuid4()), "seen": str(uuid4())} | form
        done = await desk.post(f"{PATH}/{sent}/{deed}", given)
        assert done.status_code == (409 if works else 404), deed


async def test_a_foreign_page_sends_no_form(officer, bureau, sent):
    """Only a page of ours does, whoever is signed in; and whoever is not, is asked to."""
    form = await form_of(officer, sent, "decline")
    for deed in DEEDS:
        foreign = await officer.post(f"{PATH}/{sent}/{deed}", form, **{"sec-fetch-site": "cross-site"})
        assert foreign.status_code == 403
    officer.client.cookies.clear()
    assert (await officer.get(f"{PATH}/{sent}")).status_code == 303
    assert (await officer.post(f"{PATH}/{sent}/decline", form)).status_code == 401
    assert (await bureau.held(sent)).state == ComplaintState.RECEIVED


async def test_pages_filters_and_bad_addresses(officer, services, town, bureau):
    """Page by page each once; a filter by agency; what is no page is a page that says so."""
    below = await office.agency(services.unit_of_work, "H26.1.9", parent=town.id)
    for number in range(27):
        agency = below if number == 3 else town.id
        await bureau.file(f"Việc số {number}.", agency_id=agency)
    for tab in ("all", "waiting"):
        first = (await officer.get(PATH, params={"tab": tab})).text
        following = unescape(re.search(r'rel="next" href="([^"]*)"', first)[1])
        second = (await officer.get(following)).text
        numbers = [re.findall(r"Việc số (\d+)\.", page) for page in (first, second)]
        assert [len(page) for page in numbers] == [25, 2]
        assert len({*numbers[0], *numbers[1]}) == 27
    filtered = (await officer.get(PATH, params={"agency": "H26.1.9"})).text
    assert re.findall(r"Việc số (\d+)\.", filtered) == ["3"]
    for bad in ("?tab=none", "?cursor=x", "/not-an-id", "?tab=all&cursor=e30", "?agency=%00"):
        assert (await officer.get(PATH + bad)).status_code in {404, 422}, bad


async def test_hostile_text_is_but_text(officer, bureau):
    """Nothing that a citizen or an officer writes becomes a part of the page."""
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'
    sent = await bureau.file(hostile, kind=ComplaintKind.SUGGESTION)
    await officer.post(f"{PATH}/{sent}/ask", await form_of(officer, sent, "ask", more=hostile))
    await bureau.supply(sent)
    form = await form_of(officer, sent, "forward", agency_code='"><b>', note=hostile)
    refused = await officer.post(f"{PATH}/{sent}/forward", form)
    assert refused.status_code == 422
    for page in (await officer.get(PATH), await officer.get(f"{PATH}/{sent}"), refused):
        assert "<script" not in page.text
        assert "<img" not in page.text
        assert "<b>" not in page.text
        assert "{{ 7*7 }}" in page.text


async def test_the_sender_sees_who_has_read_it(officer, services, sender, sent):
    """One entry for a page that was opened, none for one that was not there."""
    await officer.get(f"{PATH}/{sent}")
    await officer.get(f"{PATH}/{new_id()}")
    who = Citizen(party_id=sender, session_id=new_id(), assurance=2, signed_in_at=datetime.now(UTC))
    token = services.tokens.for_citizen(who, client_id="tindan-app")
    log = await officer.get("/v1/me/access-log", headers={"authorization": f"Bearer {token}"})
    (entry,) = log.json()["items"]
    assert (entry["reader_kind"], entry["purpose"], entry["object_kind"]) == (
        "officer",
        "complaint",
        "complaint",
    )


async def test_nothing_that_people_wrote_is_logged(officer, sent, capsys):
    """Neither complaint nor answer nor what was refused stands in the log; the deed and the ids do."""
    form = await form_of(officer, sent, "ask", more="Bí mật.")
    await officer.post(f"{PATH}/{sent}/forward", form | {"agency_code": "Lộ ra", "note": "Bí mật."})
    await officer.post(f"{PATH}/{sent}/ask", form)
    logged = "".join(capsys.readouterr())
    assert "complaint_handled" in logged
    assert str(sent) in logged
    for words in ("Bí mật", "Lộ ra", WRITTEN):
        assert words not in logged
