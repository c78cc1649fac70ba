"""The adapter for VNForm against its stand-in, over sockets: what the port says, when all is well and when not."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.connectors.surveys import client as client_module
from api.connectors.surveys.dialect import AnswerNames, FormNames, Paths, VnformDialect
from api.connectors.surveys.port import PlatformRefused, PlatformUnreachable, Prefilled
from storage.surveys import forms
from tests.contracts.surveys.conftest import SCHEMA

PREFILLED = Prefilled(
    respondent=bytes(range(16)),
    version=1,
    context={"agency_code": "H26.1", "procedure_code": "1.001193", "month": "2026-11"},
    expires=datetime.now(UTC).replace(microsecond=0) + timedelta(days=1),
)


async def every(platform, form_id, cursor=None):
    """All answers after a place, page by page, and the place after them."""
    found = []
    while True:
        page = await platform.answers(form_id, cursor)
        found += page.answers
        cursor = page.cursor
        if not page.more:
            return found, cursor


async def test_a_survey_is_shown_as_it_was_written(stage):
    """Its questions in their order, in both languages, each with its limits."""
    shown = (await stage.http.get(stage.platform.link(stage.form_id, None, locale="vi"))).text
    places = [shown.index(part["title"]) for part in SCHEMA["properties"].values()]
    assert places == sorted(places)
    assert "Bạn nộp bằng cách nào? (bắt buộc)" in shown
    assert re.findall(r'name="ease" value="(\d)"', shown) == ["1", "2", "3", "4", "5"]
    assert '<input class="written" name="name" maxlength="100"' in shown
    assert '<textarea class="written" name="why" rows="5" maxlength="1000"' in shown
    english = (await stage.http.get(stage.platform.link(stage.form_id, None, locale="en"))).text
    assert "At the desk" in english


async def test_another_version_is_the_same_form(stage):
    """And published again it stays one, as after an answer that never came."""
    changed = replace(stage.survey, version=2, form=forms.read(SCHEMA | {"title": "Một câu hỏi khác"}))
    assert await stage.platform.publish(changed) == stage.form_id
    assert await stage.platform.publish(changed) == stage.form_id
    await stage.answer()
    ((answer,), _) = await every(stage.platform, stage.form_id)
    assert answer.version == 2


async def test_what_is_answered_comes_as_it_was_meant(stage):
    """With its types, and with what the link had filled in."""
    where = stage.platform.link(stage.form_id, PREFILLED, locale="vi")
    given = {"way": "online", "ease": "5", "again": "true", "liked": ["fast"], "why": "Nhanh\r\nvà gọn"}
    assert (await stage.http.post(where, data=given)).status_code == 200
    ((answer,), _) = await every(stage.platform, stage.form_id)
    assert answer.values["ease"] == 5
    assert answer.values["again"] is True
    assert answer.values["liked"] == ["fast"]
    assert answer.context == PREFILLED.context
    assert answer.version == 1
    assert abs(answer.submitted_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_link_is_answered_once_and_says_not_who(stage):
    """What it says of somebody is not the reference that our database has."""
    where = stage.platform.link(stage.form_id, PREFILLED, locale="vi")
    assert PREFILLED.respondent.hex() not in where
    answers = [(await stage.http.post(where, data={"way": "desk"})).status_code for _ in range(2)]
    assert answers == [200, 409]
    other = replace(PREFILLED, respondent=bytes(16))
    sent = await stage.http.post(stage.platform.link(stage.form_id, other, locale="en"), data={"way": "desk"})
    assert sent.status_code == 200


async def test_a_link_that_was_changed_or_is_over_leads_nowhere(stage):
    """The signature holds all that it says; the language of the page is everybody's own."""
    where = stage.platform.link(stage.form_id, PREFILLED, locale="vi")
    assert (await stage.http.get(where.replace("lang=vi", "lang=en"))).status_code == 200
    assert (await stage.http.get(where.replace("2026-11", "2026-10"))).status_code == 403
    over = replace(PREFILLED, expires=datetime.now(UTC) - timedelta(seconds=5))
    assert (await stage.http.get(stage.platform.link(stage.form_id, over, locale="vi"))).status_code == 403


async def test_answers_are_read_by_their_place(stage):
    """Each once over many pages; later from where one was."""
    await stage.answer(count=103)
    found, cursor = await every(stage.platform, stage.form_id)
    assert len({one.id for one in found}) == len(found) == 103
    assert await every(stage.platform, stage.form_id, cursor) == ([], cursor)
    await stage.answer()
    assert len((await every(stage.platform, stage.form_id, cursor))[0]) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "code": 503},
        {"kind": "status", "code": 429, "retry_after": 1},
        {"kind": "cut"},
    ],
    ids=lambda fault: fault["kind"] + str(fault.get("code", "")),
)
async def test_what_passes_is_asked_again(stage, rests, fault):
    """Twice; the third try is the last."""
    await stage.answer(count=2)
    await stage.script(fault | {"times": 2})
    assert len((await every(stage.platform, stage.form_id))[0]) == 2
    assert len(rests) == 2
    await stage.script(fault | {"times": 3})
    with pytest.raises(PlatformUnreachable):
        await stage.platform.answers(stage.form_id, None)


@pytest.mark.parametrize("kind", ["delay", "accept_then_hang"])
async def test_who_says_nothing_is_not_waited_for(stage, kind):
    """And a form that was made in that silence is the same when it is put again."""
    await stage.script({"kind": kind, "seconds": 60, "times": 1})
    assert await stage.hasty.publish(stage.survey) == stage.form_id
    await stage.script({"kind": kind, "seconds": 60, "times": 3})
    with pytest.raises(PlatformUnreachable, match="Timeout"):
        await stage.hasty.publish(stage.survey)


async def test_a_page_that_is_repeated_holds_the_same_answers(stage):
    """By their names, so that whoever keeps them keeps each once; then it goes on."""
    await stage.answer(count=102)
    first = await stage.platform.answers(stage.form_id, None)
    await stage.script({"kind": "repeat"})
    again = await stage.platform.answers(stage.form_id, first.cursor)
    assert [one.id for one in again.answers] == [one.id for one in first.answers]
    assert len((await every(stage.platform, stage.form_id, again.cursor))[0]) == 2


async def test_what_is_refused_is_not_asked_again(stage, rests, account, connect):
    """A wrong key, a form that is gone, or the platform's own word against it."""
    with pytest.raises(PlatformRefused, match="401"):
        await connect(replace(account, key="wrong")).publish(stage.survey)
    with pytest.raises(PlatformRefused, match="404"):
        await stage.platform.answers("nothing", None)
    await stage.script({"kind": "refuse", "code": "QUOTA"})
    with pytest.raises(PlatformRefused, match="400"):
        await stage.platform.publish(stage.survey)
    assert rests == []


SOUND = {"id": "x1", "version": 1, "submittedAt": "2026-11-22T08:00:00+07:00", "context": {}, "answers": {}}


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"id": True},
        {"id": "a\x00b"},
        {"id": "x" * 300},
        {"version": "1"},
        {"version": 10**12},
        {"submittedAt": "yesterday"},
        {"submittedAt": "2026-11-22T08:00:00"},
        {"answers": ["way"]},
    ],
    ids=repr,
)
async def test_one_answer_that_is_none_holds_up_no_other(stage, change):
    """It is counted, and the next one read."""
    for item in (SOUND | change, SOUND, {"junk": 1} | SOUND | {"id": 7, "context": {"agency": 3}}):
        put = await stage.http.post(f"/sandbox/vnform/{stage.form_id}/answers", json=item)
        assert put.status_code == 204
    page = await stage.platform.answers(stage.form_id, None)
    assert [one.id for one in page.answers] == ["x1", "7"]
    assert page.unreadable == 1
    assert page.answers[1].context == {}


async def test_another_account_speaks_otherwise(account, connect, survey, speak):
    """Names and addresses are a matter of settings, both ways."""
    dialect = VnformDialect(
        paths=Paths(form="/v2/bieu-mau/{code}", answers="/v2/tra-loi/{form_id}", page="/xem/{form_id}"),
        form=FormNames(form_id="maBieuMau", title="tieuDe"),
        answer=AnswerNames(items="danhSach", id="ma", values="noiDung"),
    )
    server = await speak(
        b'{"maBieuMau": "f 9"}',
        b'{"danhSach": [{"ma": 5, "version": 1, "submittedAt": "2026-11-22T01:00:00Z", "noiDung": {}}],'
        b' "next": "p2", "more": false}',
    )
    platform = connect(replace(account, url=server.url, dialect=dialect))
    assert await platform.publish(survey) == "f 9"
    assert [one.id for one in (await platform.answers("f 9", "p1")).answers] == ["5"]
    assert server.asked[0].startswith(f"PUT /v2/bieu-mau/{survey.code} ")
    assert '"tieuDe"' in server.asked[0]
    assert server.asked[1].startswith("GET /v2/tra-loi/f%209?limit=100&after=p1 ")
    assert platform.link("f 9", None, locale="vi") == f"{server.url}/xem/f%209?lang=vi"


@pytest.mark.parametrize(
    "answer",
    [b"[]", b"{}", b'{"items": [], "next": 5, "more": false}', b'{"items": [], "next": "a", "more": "no"}'],
)
async def test_what_is_no_page_is_refused(account, connect, speak, answer):
    """Without a place to go on from, nothing would be certain."""
    platform = connect(replace(account, url=(await speak(answer)).url))
    with pytest.raises(PlatformRefused):
        await platform.answers("f1", None)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[" * 100_000, b'{"items": [1' + b"0" * 5000])
async def test_what_nobody_can_read_counts_as_no_answer(account, connect, speak, answer):
    """It may be whole the next time."""
    platform = connect(replace(account, url=(await speak(*[answer] * 3)).url))
    with pytest.raises(PlatformUnreachable):
        await platform.answers("f1", None)


async def test_no_answer_is_read_beyond_measure(account, connect, speak, monkeypatch):
    """Nor one that comes packed, of which nobody knows how large it is."""
    monkeypatch.setattr(client_module, "MOST_BYTES", 1000)
    with pytest.raises(PlatformRefused, match="large"):
        await connect(replace(account, url=(await speak(b" " * 1001)).url)).answers("f1", None)
    packed = await speak(b"{}", headers=b"content-encoding: gzip\r\n")
    with pytest.raises(PlatformRefused, match="packed"):
        await connect(replace(account, url=packed.url)).answers("f1", None)


async def test_a_line_that_breaks_is_asked_again(account, connect, speak, survey):
    """In the middle of an answer, and before any."""
    server = await speak(None, b'{"formId": "f1"', b'{"formId": "f1"}', lengths=16)
    assert await connect(replace(account, url=server.url)).publish(survey) == "f1"
    assert len(server.asked) == 3


async def test_nothing_secret_is_told(account):
    """Whatever is logged of an account."""
    assert account.key not in repr(account)
    assert account.link_key.decode() not in repr(account)


async def test_nobody_listens(account, connect, survey):
    """No port, no name: it is away, and that is all."""
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(PlatformUnreachable, match="ConnectError"):
        await connect(replace(account, url=f"http://127.0.0.1:{port}")).publish(survey)
