"""The pages of scores as people meet them, in a real browser on a whole installation."""

import asyncio
import os
import re

import httpx
import pytest
from playwright.async_api import Page, expect

from storage.cipher import KEY_BYTES, Cipher
from storage.engine import Engine
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.browser import scores

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]

NEWEST = f"{scores.MONTHS[-1]:%Y-%m}"
PLACES = {
    "months": "",
    "country": f"/{NEWEST}",
    "province": f"/{NEWEST}/{scores.PROVINCE}?by=digitised&page=2",
    "commune": f"/{NEWEST}/{scores.COMMUNE}",
    "hidden": f"/{NEWEST}/{scores.SMALL}",
    "missing": f"/{NEWEST}/Z99",
}


@pytest.fixture(scope="module")
async def where(theatre) -> str:
    """The address of the pages, with a country behind them."""
    stack, _ = theatre
    engine = Engine(StorageSettings(DATABASE_URL=stack.database_url))
    cipher = Cipher(master_key=os.urandom(KEY_BYTES), index_key=os.urandom(KEY_BYTES))
    async with UnitOfWork(engine, cipher) as uow:
        await scores.keep(uow)
        await uow.commit()
    await engine.dispose()
    address = f"{stack.api_url}/cham-diem"
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        # A busy machine may not have made the trend in time for the first page.
        while 'class="columns"' not in (await client.get(f"{address}/{NEWEST}")).text:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.1)
    return address


async def narrow(page: Page) -> None:
    """Make it a small phone's: 320 CSS pixels, which is also 1,280 enlarged fourfold (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    page.name = f"{page.name}-320"


@pytest.mark.parametrize("place", PLACES)
async def test_they_are_accessible(page, where, audit, place):
    """In both languages, in the light and the dark, and on the smallest screen."""
    address = where + PLACES[place]
    await page.goto(address)
    await audit(page, f"scores-{place}-vi")
    await page.emulate_media(color_scheme="dark")
    await audit(page, f"scores-{place}-dark")
    await page.click("text=English")
    assert await page.get_attribute("html", "lang") == "en"
    await page.emulate_media(color_scheme="light")
    await audit(page, f"scores-{place}-en")
    await narrow(page)
    await audit(page, f"scores-{place}-en")


async def test_from_the_months_to_a_commune(page, where):
    """Down by links alone, keeping what is compared, and back up; each number as its language writes it."""
    await page.goto(where)
    await page.get_by_role("link", name="Xem tháng 9/2026").click()
    await expect(page).to_have_title("Cả nước, tháng 9/2026 – Chấm điểm phục vụ – TinDan")
    await page.get_by_role("link", name="Số hóa kết quả", exact=True).click()
    await expect(page.get_by_role("link", name="Số hóa kết quả", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    await page.get_by_role("table", name="Tỉnh, thành phố").get_by_role("link", name="Hà Nội").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Thành phố Hà Nội")
    await page.get_by_role("link", name="Trang sau").click()
    await expect(page.get_by_text(f"51–{scores.COMMUNES} trong {scores.COMMUNES}")).to_be_visible()
    await page.get_by_role("link", name="Trang trước").click()
    await page.get_by_role("link", name="Phường Hoàn Kiếm").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Phường Hoàn Kiếm")
    assert re.search(r"\d,\d\d%", await page.inner_text("main"))
    await page.get_by_role("link", name="English").click()
    assert re.search(r"\d\.\d\d%", await page.inner_text("main"))
    await page.get_by_role("link", name="Thành phố Hà Nội").click()
    await expect(page.get_by_role("heading", name="Agencies below")).to_be_visible()
    await expect(page.get_by_role("link", name="Digital results")).to_have_attribute("aria-current", "true")


async def test_charts_say_what_the_tables_say(page, where):
    """Each bar and column is as long as the number beside it, and there is none where no number is."""
    await page.goto(f"{where}/{NEWEST}/{scores.PROVINCE}")
    lengths = await page.evaluate(
        """() => [...document.querySelectorAll(".compared")].map((cell) => {
          const fill = cell.querySelector(".fill")?.getBoundingClientRect().width;
          const track = cell.querySelector(".track")?.getBoundingClientRect().width;
          return [cell.innerText.trim(), fill === undefined ? null : 100 * fill / track];
        })"""
    )
    assert len(lengths) > 50
    for text, length in lengths:
        if length is None:
            assert text == "không hiển thị"
        else:
            assert abs(float(text.rstrip("%").replace(",", ".")) - length) < 0.1
    heights = await page.evaluate(
        'document.querySelectorAll(".columns rect").values().map((one) => one.height.baseVal.value / 1.2).toArray()'
    )
    told = await page.locator("table[aria-labelledby=trend] tbody tr td:nth-child(3)").all_inner_texts()
    shares = [float(text.split(" / ")[0].replace(",", ".")) / 72 * 100 for text in reversed(told)]
    assert len(heights) == len(shares) == 12
    assert all(abs(one - other) < 0.1 for one, other in zip(heights, shares, strict=True))


async def test_by_keyboard_alone(page, where):
    """Every stop shows where it is."""
    await page.goto(f"{where}/{NEWEST}")
    stops = []
    for _ in range(4):
        await page.keyboard.press("Tab")
        stops.append(await page.evaluate("document.activeElement.innerText"))
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert stops == ["Đến nội dung chính", "English", "Chấm điểm phục vụ", "Tổng điểm"]


async def test_nothing_else_may_run(page, where, smuggle):
    """A script, a style or an address that somebody smuggles in is stopped by the page's policy."""
    await page.goto(f"{where}/{NEWEST}")
    await smuggle(page)


async def test_printed(page, where):
    """On paper are the charts and tables, without what only a screen has a use for."""
    await page.goto(f"{where}/{NEWEST}")
    await page.emulate_media(media="print")
    for selector in ("nav", "header a", ".skip"):
        assert not await page.locator(selector).first.is_visible()
    assert await page.is_visible(".columns")
    sheet = await page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", sheet)) <= 5
