"""The phone's page as plain HTML, and the news that its script asks for."""

import asyncio
import base64
import hashlib
import html
import re

import pytest

from tests.contracts.sandbox.providers import Providers

SUB = "demo-000002"
EMAIL, PHONE = "tran.mau@example.vn", "+84900000002"


@pytest.fixture
def providers(http, sandbox):
    return Providers(http, (sandbox.smtp_host, sandbox.smtp_port))


@pytest.fixture
def look(http, sandbox):
    async def look(sub=SUB, language="vi"):
        page = await http.get("/phone", params={"person": sub, "lang": language})
        assert page.status_code == 200, page.text
        return html.unescape(page.text)

    return look


@pytest.fixture
async def last(http, sandbox):
    return (await http.get("/sandbox/outbox/counts")).json()["last"]


@pytest.fixture
def ask(http):
    async def ask(after, sub=SUB):
        answer = await http.get("/phone/news", params={"person": sub, "after": after, "lang": "vi"})
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text), int(answer.headers["X-Last"])

    return ask


async def test_all_channels_of_one_person_meet(providers, look, http):
    """Mail, text message, Zalo and push are on that person's page, newest first, and on nobody else's."""
    assert (await http.put("/sandbox/phones/t-2", json={"account": SUB})).status_code == 204
    await providers.mail(EMAIL, "Thư một", "Nội dung thư")
    await providers.sms(PHONE, "Tin nhắn hai")
    await providers.zalo(PHONE.removeprefix("+"), "otp", otp="333333")
    await providers.push("Thông báo bốn", "Nội dung", token="t-2", data={"link": "https://example.vn/d/4"})
    page = await look()
    signs = ["Thông báo bốn", 'href="https://example.vn/d/4"', "333333", "Tin nhắn hai", "Thư một"]
    positions = [page.index(sign) for sign in signs]
    assert positions == sorted(positions)
    assert "Nội dung thư" in page
    assert "Từ tin@example.vn" in page
    assert "Từ TinDan · 1 tin (UCS-2)" in page
    other = await look("demo-000003")
    assert not any(sign in other for sign in signs)
    assert "Chưa có tin nào." in other


async def test_a_push_to_a_topic_reaches_its_devices(providers, look, http):
    """Who holds a device on the topic sees it; others do not."""
    await http.put("/sandbox/phones/t-2", json={"account": SUB})
    await http.post(
        "/fcm/v1/projects/p/registrations/t-2/topicSubscriptions?topic_name=tin-chung",
        headers=await providers.google(),
    )
    await providers.push("Tin chung", "Cho mọi người", topic="tin-chung")
    assert "Cho mọi người" in await look()
    assert "Cho mọi người" not in await look("demo-000003")


async def test_a_repeat_is_marked(providers, look):
    """The second of two equal messages says that it is a repeat."""
    await providers.sms(PHONE, "Một tin")
    assert "Lặp lại" not in await look()
    await providers.sms(PHONE, "Một tin")
    assert (await look()).count("Lặp lại một tin đã nhận") == 1


async def test_news_come_when_there_are_some(providers, ask, last):
    """An open question is answered by what comes for this person, not by what comes for others."""
    waiting = asyncio.create_task(ask(last))
    await providers.sms("+84900000003", "Cho người khác")
    assert not waiting.done()
    await providers.sms(PHONE, "Vừa đến")
    async with asyncio.timeout(5):
        text, reached = await waiting
    assert text.count("<li") == 1
    assert "Vừa đến" in text
    assert "<html" not in text
    assert reached == last + 2


async def test_news_of_a_phone_that_is_registered_while_they_are_awaited(providers, ask, last, http):
    """A push to a device that was nobody's when the question came is answered with all the same."""
    waiting = asyncio.create_task(ask(last))
    await http.put("/sandbox/phones/t-new", json={"account": SUB})
    await providers.push("Cho máy mới", "x", token="t-new")
    async with asyncio.timeout(5):
        assert "Cho máy mới" in (await waiting)[0]


async def test_news_leave_the_language_of_other_pages_alone(providers, http, last):
    """A page that asks in the background does not switch what somebody reads elsewhere."""
    await providers.sms(PHONE, "Vừa đến")
    news = await http.get("/phone/news", params={"person": SUB, "after": last, "lang": "en"})
    assert "Text message" in news.text
    assert "Set-Cookie" not in news.headers


async def test_a_sandbox_that_began_anew_says_so(ask, last):
    """A sequence from the future is answered at once, by a lower one."""
    async with asyncio.timeout(5):
        text, reached = await ask(last + 1000)
    assert (text.strip(), reached) == ("", last)


async def test_what_came_is_text(providers, http, sandbox):
    """Nothing that a message says becomes part of the page, and a link opens only what is on the web."""
    await http.put("/sandbox/phones/t-2", json={"account": SUB})
    await providers.sms(PHONE, "<img src=x onerror=alert(1)>")
    await providers.push("<b>đậm</b>", "x", token="t-2", data={"link": "javascript:alert(1)"})
    page = (await http.get("/phone", params={"person": SUB})).text
    assert "<img" not in page
    assert "<b>" not in page
    assert "javascript:" not in page


async def test_only_the_script_of_the_page_may_run(http, sandbox):
    """The policy allows exactly the inline script, and questions to the sandbox; other pages run none."""
    page = await http.get("/phone")
    script = re.search(r"<script>(.*?)</script>", page.text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert f"script-src 'sha256-{digest}'" in policy
    assert "connect-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in (await http.get("/app")).headers["Content-Security-Policy"]


async def test_both_languages(look):
    """The page is there in English, too, where names stay Vietnamese and say so."""
    page = await look(language="en")
    assert "Nothing yet." in page
    assert '<h1 id="owner" lang="vi">Trần Văn Mẫu</h1>' in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/phone?person=nobody", 404),
        ("/phone/news?person=nobody&after=0", 422),
        ("/phone/news?person=demo-000001", 422),
        ("/phone/news?person=demo-000001&after=x", 422),
    ],
)
async def test_a_bad_question_is_told_so(http, sandbox, path, status):
    """Nobody's phone cannot be looked at, and news are news after something."""
    assert (await http.get(path)).status_code == status


@pytest.mark.parametrize("body", ["x", "{}", "[]", '{"account": "nobody"}', '{"account": ["demo-000001"]}'])
async def test_a_phone_belongs_to_somebody(http, sandbox, body):
    """A token can be given only to a person whom the sandbox knows."""
    assert (await http.put("/sandbox/phones/t", content=body)).status_code == 422
