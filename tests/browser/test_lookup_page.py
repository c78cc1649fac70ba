"""The look-up page and the slip as people meet them, in a real browser on a whole installation."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from api.demonstration.actors import AgencyActor, Person, people
from api.demonstration.load import CLIENT_ID

pytestmark = [pytest.mark.verify, pytest.mark.timeout(120)]

CODE = "H26.1-261121-0007"
STATUS = "Yêu cầu bổ sung giấy tờ"


@pytest.fixture(scope="module")
def person(theatre) -> Person:
    """The applicant."""
    stack, _ = theatre
    return people(stack.sandbox_url)[0]


@pytest.fixture(scope="module")
def agency(theatre, person: Person) -> Iterator[httpx.Client]:
    """The agency's connection; it has told of a dossier that waits for a paper."""
    stack, secret = theatre
    now = datetime.now(UTC)
    with AgencyActor(stack.api_url, CLIENT_ID, secret) as actor:
        for hours, status in ((50, 1), (26, 2), (3, 5)):
            actor.push(
                {
                    "event_id": f"lookup-{status}",
                    "dossier_code": CODE,
                    "status": status,
                    "occurred_at": (now - timedelta(hours=hours)).isoformat(),
                    "due_at": (now + timedelta(days=9)).isoformat(),
                    "procedure_code": "1.001193",
                    "agency_code": "H26.1",
                    "applicant": {"number": person.number, "name": person.name},
                }
            )
        yield actor._http


@pytest.fixture(scope="module")
def slip(agency: httpx.Client) -> dict[str, Any]:
    """The dossier's slip."""
    answer = agency.get(f"/v1/agency/dossiers/{CODE}/slip")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def where(theatre, slip: dict[str, Any]) -> str:
    """The address of the page."""
    stack, _ = theatre
    return f"{stack.api_url}/tra-cuu"


async def fill(page: Page, code: str, proof: str) -> None:
    """Fill the form in, in either language."""
    await page.fill("#code", code)
    await page.fill("#proof", proof)


async def test_the_form_is_accessible_in_both_languages(page, where, audit):
    """In the browser's language; the other one is a link away, with what was typed and without a server seeing it."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(where)
    await expect(page).to_have_title("Tra cứu hồ sơ – TinDan")
    await audit(page, "lookup-form-vi")
    await fill(page, CODE, "")
    await page.click("text=English")
    await expect(page.locator("h1")).to_have_text("Look up a dossier")
    assert await page.get_attribute("html", "lang") == "en"
    await expect(page.locator("#code")).to_have_value(CODE)
    await audit(page, "lookup-form-en")
    assert not [url for url in asked if CODE in url.split("#")[0]]


async def test_the_qr_code_opens_the_dossier(page, where, slip, person, audit):
    """What it holds reaches no server but in the look-up, and stays neither in the address nor in the history."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(slip["url"])
    await expect(page.get_by_role("heading", name=STATUS)).to_be_focused()
    assert await page.locator("ol li strong").all_inner_texts() == ["Mới đăng ký", "Được tiếp nhận", STATUS]
    shown = await page.inner_text("main")
    assert CODE in shown
    assert "khai sinh" in shown
    assert "tạm dừng tính hạn" in shown
    assert person.name not in shown
    assert page.url == where
    assert slip["secret"] not in await page.evaluate("JSON.stringify(history.state) + location.href")
    assert [url.split("#")[0] for url in asked] == [where, where.replace("/tra-cuu", "/v1/lookups/dossiers")]
    await audit(page, "lookup-found-vi")
    await page.click("text=English")
    await expect(page.get_by_role("heading", name="Supplement required")).to_be_focused()
    await audit(page, "lookup-found-en")
    await page.click("text=Look up another one")
    await expect(page.locator("#code")).to_be_focused()
    assert await page.input_value("#proof") == ""


async def test_in_the_dark(page, slip, audit):
    """Contrast holds in the dark scheme, too."""
    await page.emulate_media(color_scheme="dark")
    await page.goto(slip["url"])
    await expect(page.get_by_role("heading", name=STATUS)).to_be_focused()
    await audit(page, "lookup-found-dark")


async def test_by_keyboard_alone(page, where, slip):
    """Every stop shows where it is, Enter sends, and what is found is where one goes on."""
    await page.goto(where)
    stops = []
    for _ in range(2):
        await page.keyboard.press("Tab")
        stops.append(await page.evaluate("document.activeElement.innerText"))
    assert stops == [
        "Đến phần tra cứu",
        "Tiếng Việt" if await page.get_attribute("html", "lang") == "en" else "English",
    ]
    for text in (CODE, slip["secret"]):
        await page.keyboard.press("Tab")
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        await page.keyboard.type(text.lower())
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=STATUS)).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Tra cứu hồ sơ khác")).to_be_focused()


async def test_the_applicants_number_opens_it_too(page, where, person):
    """Typed in groups, as on the card."""
    number = person.number
    await page.goto(where)
    await fill(page, CODE, f"{number[:3]} {number[3:6]} {number[6:]}")
    await page.get_by_role("button", name="Tra cứu").click()
    await expect(page.get_by_role("heading", name=STATUS)).to_be_focused()


async def test_a_wrong_proof_is_explained(page, where, slip, audit):
    """In words, with what was typed still there, and nothing of the dossier."""
    await page.goto(where)
    await fill(page, CODE, "7K3M-0QXV-92TE")
    await page.get_by_role("button", name="Tra cứu").click()
    await expect(page.get_by_role("heading", name="Chưa tra cứu được")).to_be_focused()
    await expect(page.locator("#fault")).to_contain_text("Cả hai phải khớp")
    await expect(page.locator("#found")).to_be_hidden()
    await audit(page, "lookup-wrong")
    await page.fill("#proof", slip["secret"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=STATUS)).to_be_focused()
    await expect(page.locator("#fault")).to_be_hidden()


async def test_an_empty_field_is_pointed_at(page, where, audit):
    """The first one has the focus, and says what it lacks to a screen reader as well."""
    await page.goto(where)
    await page.fill("#code", CODE)
    await page.get_by_role("button", name="Tra cứu").click()
    await expect(page.locator("#proof")).to_be_focused()
    await expect(page.locator("#proof")).to_have_accessible_description(re.compile("Hãy nhập mục này"))
    await expect(page.locator("#code")).not_to_have_accessible_description(re.compile("Hãy nhập mục này"))
    await audit(page, "lookup-empty")


async def test_without_a_network(page, where, slip):
    """It is said so, and the same form works once there is one."""
    await page.goto(where)
    await fill(page, CODE, slip["secret"])
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Tra cứu").click()
    await expect(page.locator("#fault")).to_contain_text("Kiểm tra mạng")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Tra cứu").click()
    await expect(page.get_by_role("heading", name=STATUS)).to_be_focused()


async def test_it_fits_a_small_screen(page, where, slip):
    """At 320 CSS pixels nothing has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    for address in (where, slip["url"]):
        await page.goto("about:blank")
        await page.goto(address)
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate("document.documentElement.scrollWidth") == 320


async def test_without_script_it_says_so(chromium, where):
    """And names other ways."""
    async with await chromium.new_context(java_script_enabled=False, locale="vi-VN") as context:
        page = await context.new_page()
        await page.goto(where)
        assert "ứng dụng" in await page.inner_text("noscript")


async def test_nothing_else_may_run(page, where, smuggle):
    """A script, a style or an address that somebody smuggles in is stopped by the page's policy."""
    await page.goto(where)
    await smuggle(page)


@pytest.mark.parametrize("locale", ["vi", "en"])
async def test_the_slip_is_accessible_and_fits_a_sheet(page, agency, slip, audit, locale):
    """On the screen, and printed on one page of A5, with a code large enough to be scanned."""
    headers = {"authorization": agency.headers["authorization"], "accept-language": locale}
    await page.set_extra_http_headers(headers)
    await page.goto(f"{agency.base_url}/v1/agency/dossiers/{CODE}/slip?format=html")
    await expect(page.locator("dd")).to_have_text([CODE, slip["secret"]])
    await audit(page, f"slip-{locale}")
    sheet = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    await page.emulate_media(media="print")
    box = await page.locator(".qr svg").bounding_box()
    assert box
    assert box["width"] == box["height"]
    assert 180 < box["width"] < 200  # 50 mm at 96 pixels to the inch
