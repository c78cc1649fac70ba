"""The app against the part of the public API that it uses."""

import html
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from infra.sandbox import launch
from infra.sandbox.ago import ago
from tests.contracts.sandbox.fake_api import CODE, FakeApi, serving


@pytest.fixture(scope="module")
async def api():
    async with serving(FakeApi()) as api:
        yield api


@pytest.fixture(scope="module")
def app_process(api):
    with launch.running(f"--api-url={api.url}") as running:
        yield running


@pytest.fixture
async def browser(app_process, api):
    """A browser without a session, and an API that remembers nothing."""
    api.forget()
    async with httpx.AsyncClient(
        base_url=app_process.http, follow_redirects=True, timeout=5, headers={"Accept-Language": "vi"}
    ) as browser:
        yield browser


@pytest.fixture
async def signed_in(browser):
    page = await browser.post("/app/sign-in")
    assert page.url.path == "/app/dossiers", page.text
    return browser


async def test_signing_in_registers_the_device(signed_in, api):
    """After the code flow the installation is known to the API under a push token of its own."""
    ((installation, device),) = api.devices.items()
    assert device == {
        "platform": "android",
        "push_token": f"app-{installation}",
        "confirms_receipt": True,
        "app_version": "1.0.0",
    }


@pytest.mark.parametrize(
    ("number", "sub"),
    [("001********1", "demo-000001"), ("990******4", "demo-000008"), ("999********9", None)],
)
async def test_the_phone_knows_who_signed_in(browser, api, number, sub):
    """By the masked number that the API shows; for somebody unknown the app works all the same."""
    before = await _phones(browser)
    api.number = number
    assert (await browser.post("/app/sign-in")).url.path == "/app/dossiers"
    after = await _phones(browser)
    assert {one: after[one] - before[one] for one in after if after[one] != before[one]} == (
        {sub: 1} if sub else {}
    )


async def _phones(browser):
    """Return how many phones the page says that each person has."""
    found = {}
    for sub in ("demo-000001", "demo-000007", "demo-000008"):
        page = await browser.get("/phone", params={"person": sub})
        number = re.search(r"trên (\d+) máy", page.text)
        found[sub] = int(number[1]) if number else 0
    return found


async def test_dossiers_and_their_timeline(signed_in):
    """A dossier is listed with status and due date in local time, and opens with its timeline as text."""
    page = await signed_in.get("/app/dossiers")
    assert "Yêu cầu bổ sung giấy tờ" in page.text
    assert "17:00, 25/11/2026" in page.text
    assert "còn 2 ngày làm việc" in re.sub(r"\s+", " ", page.text)
    page = await signed_in.get(f"/app/dossiers/{CODE}")
    assert html.escape("Bổ sung giấy chứng sinh <bản chính>") in page.text
    assert "Trái với trình tự" in page.text


async def test_what_is_arranged_is_shown(signed_in):
    """Appointments, payments, post and kin, as text; a link to pay where it is to be paid, and none else."""
    page = re.sub(r"\s+", " ", (await signed_in.get(f"/app/dossiers/{CODE}")).text)
    assert html.escape("Quầy <3>") in page
    assert "09:30, 25/11/2026" in page
    assert "1.150.000 ₫ · Chờ thanh toán" in page
    assert re.findall(r'href="(https://thanhtoan[^"]+)"', page) == ["https://thanhtoan.example.vn/TT-1"]
    assert "Biên lai: BL-7" in page
    assert "VNPost</span> EI123456789VN" in page
    assert "Một hồ sơ khác" in page
    assert 'href="/app/dossiers/000.00.00.H26-261121-0002"' in page
    assert "Cơ quan cập nhật lần cuối:" in page


@pytest.mark.parametrize(
    ("seconds", "vietnamese", "english"),
    [
        (-30, "vừa xong", "just now"),
        (59, "vừa xong", "just now"),
        (60, "1 phút trước", "1 minute ago"),
        (7199, "1 giờ trước", "1 hour ago"),
        (3 * 86_400, "3 ngày trước", "3 days ago"),
    ],
)
def test_how_long_ago_is_said_in_plain_words(seconds, vietnamese, english):
    """What is ahead of our clock is now."""
    now = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    moment = (now - timedelta(seconds=seconds)).isoformat()
    assert (ago(moment, "vi", now), ago(moment, "en", now)) == (vietnamese, english)


async def test_notices_are_confirmed_and_marked(signed_in, api):
    """Showing the inbox confirms receipt; marking sends the ids that were shown, and they are read then."""
    page = await signed_in.get("/app/notifications")
    assert "1 chưa đọc" in page.text
    assert api.received == ["n-1"]
    ids = re.findall(r'name="id" value="([^"]+)"', page.text)
    page = await signed_in.post("/app/notifications/read", data={"id": ids})
    assert api.read == ["n-1"]
    assert "0 chưa đọc" in page.text
    assert 'name="id"' not in page.text


async def test_a_stale_token_is_renewed(browser, api):
    """A token near its end is changed for a new one before the API is asked."""
    api.lifetime = 1
    assert (await browser.post("/app/sign-in")).url.path == "/app/dossiers"
    assert api.refreshed > 0


async def test_a_session_that_the_api_ended_leads_to_the_start(signed_in, api):
    """When the API takes no token any more, the app asks to sign in again."""
    api.known.clear()
    assert (await signed_in.get("/app/dossiers")).url.path == "/app"


async def test_the_app_follows_the_topics_that_it_is_told(signed_in, api):
    """Exactly those of its last registration, which is anew with each start; none after signing out."""
    (token,) = (f"app-{installation}" for installation in api.devices)

    async def followed():
        topics = (await signed_in.get("/sandbox/topics")).json()
        return {topic for topic, tokens in topics.items() if token in tokens}

    assert await followed() == {"broadcast-all-vi"}
    page = await signed_in.get("/phone", params={"person": "demo-000001"})
    assert "broadcast-all-vi" in page.text
    api.topics = ["broadcast-all-en", "broadcast-all-person-en"]
    await signed_in.get("/app/dossiers")
    assert await followed() == {"broadcast-all-en", "broadcast-all-person-en"}
    await signed_in.post("/app/sign-out")
    assert await followed() == set()


async def test_signing_out_ends_the_session(signed_in, api):
    """After signing out the old cookie opens nothing, and the API has let go of tokens and device."""
    cookie = signed_in.cookies["tindan_app"]
    assert (await signed_in.post("/app/sign-out")).url.path == "/app"
    assert (api.known, api.devices, len(api.revoked)) == (set(), {}, 1)
    page = await signed_in.get("/app/dossiers", headers={"Cookie": f"tindan_app={cookie}"})
    assert page.url.path == "/app"


async def test_the_link_of_a_notice_leads_to_its_dossier(browser):
    """Who has to sign in first comes to the dossier all the same, and never to another site."""
    path = f"/app/dossiers/{CODE}"
    page = await browser.get(path)
    assert page.url.path == "/app"
    wanted = re.search(r'name="next" value="([^"]+)"', page.text)[1]
    assert (await browser.post("/app/sign-in", data={"next": wanted})).url.path == path
    elsewhere = await browser.post("/app/sign-in", data={"next": "https://evil.example/app/"})
    assert elsewhere.url.path == "/app/dossiers"
    assert (await browser.get(f"/app?next={path}")).url.path == path


async def test_the_api_is_asked_in_the_language_of_the_page(signed_in, api):
    """What the API words is in the language that the reader chose."""
    await signed_in.get("/app/dossiers?lang=en")
    await signed_in.get("/app/notifications?lang=vi")
    assert api.languages[-3:] == ["en", "vi", "vi"]


async def test_an_answer_to_somebody_elses_sign_in_is_refused(browser, api):
    """A callback without the state of this browser signs nobody in."""
    await browser.post("/app/sign-in", follow_redirects=False)
    page = await browser.get("/app/callback?code=good&state=guess")
    assert page.status_code == 400
    assert api.devices == {}


async def test_what_is_not_there_is_said(signed_in):
    """A dossier that the API does not give is not found, whoever it belongs to."""
    page = await signed_in.get("/app/dossiers/H26-261121-9999")
    assert page.status_code == 404
    assert "Không tìm thấy" in page.text


async def test_an_api_that_is_away_is_said():
    """Without an API the sign-in fails with a page, not with a traceback."""
    with launch.running("--api-url=http://127.0.0.1:9") as running:
        async with httpx.AsyncClient(base_url=running.http) as browser:
            start = await browser.post("/app/sign-in")
            state = re.search(r"state=([^&]+)", start.headers["location"])[1]
            page = await browser.get(f"/app/callback?code=good&state={state}")
    assert page.status_code == 502
    assert "<h1>" in page.text
