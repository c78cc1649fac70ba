"""The phone's page as people meet it: live, by keyboard, in the dark, and without a script."""

import httpx
import pytest
from playwright.async_api import expect

from api.free_ports import free_port
from infra.sandbox import launch
from tests.contracts.sandbox.providers import Providers

pytestmark = pytest.mark.verify

SUB, EMAIL, PHONE = "demo-000004", "trai.nghiem@example.vn", "+84900000004"
LINK = "https://example.vn/d/000.00.00.H26-261121-0001"


@pytest.fixture
async def providers(sandbox):
    async with httpx.AsyncClient(base_url=sandbox.http, timeout=10) as http:
        await http.delete("/sandbox/outbox")
        await http.put("/sandbox/phones/t-4", json={"account": SUB})
        yield Providers(http, (sandbox.smtp_host, sandbox.smtp_port))


@pytest.fixture
async def received(providers):
    """One message on each channel, and a repeat; the mail came first."""
    await providers.mail(EMAIL, "Hồ sơ cần bổ sung giấy tờ", f"Kính gửi Quý công dân,\n\nMở hồ sơ: {LINK}\n")
    await providers.push("Hồ sơ cần bổ sung", "Đăng ký khai sinh", token="t-4", data={"link": LINK})
    await providers.zalo(
        PHONE.removeprefix("+"),
        "status_change",
        code="000.00.00.H26-261121-0001",
        status="Yêu cầu bổ sung giấy tờ",
        procedure="Đăng ký khai sinh",
        link=LINK,
    )
    for _ in range(2):
        await providers.sms(PHONE, f"Hồ sơ cần bổ sung giấy tờ. Xem {LINK}")


@pytest.fixture
def url(sandbox):
    return f"{sandbox.http}/phone?person={SUB}"


@pytest.mark.usefixtures("received")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_it_is_accessible(page, url, audit, scheme, language):
    """Nothing speaks against WCAG 2.2 AA, by day and by night, in both languages, with the mail open."""
    await page.emulate_media(color_scheme=scheme)
    await page.goto(f"{url}&lang={language}")
    await expect(page.locator(".arrival")).to_have_count(5)
    await page.click("summary")
    await expect(page.locator("details")).to_contain_text("Kính gửi Quý công dân")
    await audit(page, f"phone-{language}-{scheme}")


async def test_an_empty_phone_is_accessible(page, sandbox, providers, audit):
    """So is the page of somebody who has no message and no app."""
    await page.goto(f"{sandbox.http}/phone?person=demo-000005")
    await expect(page.locator("#nothing")).to_be_visible()
    await audit(page, "phone-empty")


async def test_what_comes_is_shown_at_once(page, url, providers):
    """Messages appear on top without a reload, where a screen reader is told of them."""
    await page.goto(url)
    await expect(page.locator("#live")).to_have_text("Tin mới hiện ra ngay khi đến.")
    await providers.sms(PHONE, "Tin thứ nhất")
    await expect(page.locator(".arrival")).to_have_count(1)
    await expect(page.locator("#nothing")).to_be_hidden()
    await providers.push("Tin thứ hai", "x", token="t-4")
    await expect(page.locator(".arrival")).to_have_count(2)
    await expect(page.locator("[aria-live=polite] > .arrival").first).to_contain_text("Tin thứ hai")
    await expect(page.locator(".sms")).to_contain_text("1 tin (UCS-2)")
    assert page.complaints == []


async def test_choosing_a_person_by_keyboard(page, url, received):
    """Skip link, choice, button and every link can be reached, and show where one is."""
    await page.goto(url)
    await page.focus("#person")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/phone?person=demo-000005")
    await page.goto(url)
    await page.focus("summary")
    await page.keyboard.press("Enter")
    assert await page.locator("details").get_attribute("open") is not None


async def test_without_a_script(chromium, url, received, providers):
    """Where none may run, the same list is there, and a link reloads it."""
    async with await chromium.new_context(java_script_enabled=False, locale="vi-VN") as context:
        page = await context.new_page()
        await page.goto(url)
        await expect(page.locator(".arrival")).to_have_count(5)
        await providers.sms(PHONE, "Tin sau")
        await page.click("text=Tải lại để xem tin mới")
        await expect(page.locator(".arrival")).to_have_count(6)


async def test_a_lost_connection_is_said_and_found_again(page):
    """While the sandbox is away the page says so; when it comes back, anew, so does the page."""
    port = free_port()
    with launch.running(f"--http-port={port}") as sandbox:
        async with httpx.AsyncClient(base_url=sandbox.http) as http:
            await Providers(http, ("", 0)).sms(PHONE, "Trước")
        await page.goto(f"{sandbox.http}/phone?person={SUB}")
        await expect(page.locator(".arrival")).to_have_count(1)
    await expect(page.locator("#live")).to_have_text("Mất kết nối, đang thử lại…")
    with launch.running(f"--http-port={port}") as sandbox:
        await expect(page.locator("#live")).to_have_text("Tin mới hiện ra ngay khi đến.")
        await expect(page.locator(".arrival")).to_have_count(0)
        async with httpx.AsyncClient(base_url=sandbox.http) as http:
            await Providers(http, ("", 0)).sms(PHONE, "Sau")
        await expect(page.locator(".arrival")).to_contain_text("Sau")


async def test_it_fits_a_small_screen(page, url, received):
    """At 320 CSS pixels nothing has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    await page.goto(url)
    await page.click("summary")
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
