"""The page of a procedure as people meet it, in a real browser on a whole installation."""

import os
import re

import pytest
from playwright.async_api import Page, expect

from storage.cipher import KEY_BYTES, Cipher
from storage.engine import Engine
from storage.procedures import repository as procedures
from storage.procedures.record import Paper, Procedure, Steps
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.api.procedure_examples import BIRTH, CODE, NO_REAL, REAL, real_catalogue

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]

GONE, HOSTILE = "9.000001", "9.000002"
UNBROKEN = "Nghịđịnh/TT-BTC-" * 20
SMUGGLED = '</script><script>window.smuggled=1</script><img src=x onerror="window.smuggled=1">'
SHOWN_OF_REAL = ("1.115774", "1.011473", "1.001193")
"""With steps in steps, without parts told apart, asked for most."""


def hostile() -> Procedure:
    """Make a procedure with texts that would break out, and words that would not fit."""
    paper = Paper(name=f"{SMUGGLED} {UNBROKEN}", case=SMUGGLED, form_name=UNBROKEN, copies=1)
    told = {
        "code": HOSTILE,
        "name": f"{SMUGGLED} {UNBROKEN}",
        "papers": (paper,),
        "steps": (Steps(text=f"Bước 1: {SMUGGLED}\n- {UNBROKEN}\n+ {UNBROKEN}", case=UNBROKEN),),
        "receiving_address": UNBROKEN,
        "portal_url": "javascript:window.smuggled=1",
    }
    return BIRTH.model_copy(update=told)


@pytest.fixture(scope="module")
def real() -> list[Procedure]:
    """Some of the real catalogue, where it is there; with codes of their own, as one of the examples is among them."""
    if not REAL.exists():
        return []
    known = {one.code: one for one in real_catalogue()}
    return [known[code].model_copy(update={"code": f"8{code[1:]}"}) for code in SHOWN_OF_REAL]


@pytest.fixture(scope="module")
async def where(theatre, real: list[Procedure]) -> str:
    """The address of the pages, with a catalogue of three versions behind them."""
    stack, _ = theatre
    engine = Engine(StorageSettings(DATABASE_URL=stack.database_url))
    cipher = Cipher(master_key=os.urandom(KEY_BYTES), index_key=os.urandom(KEY_BYTES))
    older = BIRTH.model_copy(update={"name": "Khai sinh"})
    gone = BIRTH.model_copy(update={"code": GONE})
    for given in ([older, gone], [BIRTH, hostile(), *real]):
        async with UnitOfWork(engine, cipher) as uow:
            await procedures.put(uow, given, author="an", source="thử", whole=True, shrink=True)
            await uow.commit()
    await engine.dispose()
    return f"{stack.api_url}/thu-tuc"


async def narrow(page: Page) -> None:
    """Make it a small phone's: 320 CSS pixels, which is also 1,280 enlarged fourfold (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    page.name = f"{page.name}-320"


async def test_it_is_accessible_in_both_languages(page, where, audit):
    """In the browser's language, and a link away in the other; also on the smallest screen."""
    await page.goto(f"{where}/{CODE}")
    await expect(page).to_have_title("Đăng ký khai sinh – TinDan")
    await audit(page, "procedure-vi")
    await page.click("text=English")
    await expect(page.get_by_role("heading", name="What to bring")).to_be_visible()
    assert await page.get_attribute("html", "lang") == "en"
    assert await page.get_attribute("h1", "lang") == "vi"
    await audit(page, "procedure-en")
    await narrow(page)
    await audit(page, "procedure-en")


async def test_in_the_dark(page, where, audit):
    """Contrast holds in the dark scheme, too."""
    await page.emulate_media(color_scheme="dark")
    await page.goto(f"{where}/{CODE}")
    await audit(page, "procedure-dark")


async def test_by_keyboard_alone(page, where):
    """Every stop shows where it is; papers are ticked by the space bar, and the sections are a jump away."""
    await page.goto(f"{where}/{CODE}")
    stops = []
    for _ in range(5):
        await page.keyboard.press("Tab")
        stops.append(await page.evaluate("document.activeElement.innerText"))
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    to_the_ways = ["Tùy cách nộp hoặc trường hợp"] * 2
    assert stops == ["Đến nội dung chính", "English", *to_the_ways, "Nộp hồ sơ trên Cổng dịch vụ công"]
    await page.get_by_role("link", name="Các bước thực hiện").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Các bước thực hiện")).to_be_in_viewport()
    box = page.get_by_role("checkbox", name="Giấy chứng sinh 1 bản chính, 2 bản sao")
    await box.focus()
    await page.keyboard.press("Space")
    await expect(box).to_be_checked()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("checkbox", name="Văn bản uỷ quyền 1 bản sao")).to_be_focused()


async def test_ticks_stay_in_the_browser(page, where, audit):
    """They are there when one comes back, in either language, are told to no server, and go when one wishes."""
    asked = []
    await page.goto(f"{where}/{CODE}")
    page.on("request", lambda request: asked.append((request.method, request.url)))
    await expect(page.get_by_role("button")).to_have_count(0)
    await page.get_by_role("checkbox", name="Tờ khai").check()
    await expect(page.get_by_role("status").first).to_have_text("Đã có 1 trên 2 giấy tờ")
    assert asked == []
    await page.goto(f"{where}/{CODE}?lang=en")
    await expect(page.get_by_role("checkbox", name="Tờ khai")).to_be_checked()
    await expect(page.get_by_role("status").first).to_have_text("1 of 2 papers are ready")
    await audit(page, "procedure-ticked")
    await page.goto(f"{where}/{HOSTILE}")
    await expect(page.get_by_role("checkbox")).not_to_be_checked()
    await page.goto(f"{where}/{CODE}")
    await page.get_by_role("button", name="Bỏ hết dấu").click()
    await expect(page.get_by_role("checkbox", name="Tờ khai")).not_to_be_checked()
    await expect(page.get_by_role("checkbox", name="Tờ khai")).to_be_focused()
    assert await page.evaluate("localStorage.length") == 0
    assert {method for method, _ in asked} == {"GET"}


async def test_what_was_kept_may_be_broken(page, where):
    """Whatever another script or an older page left behind, one can tick."""
    await page.goto(f"{where}/{CODE}")
    for kept in ("{", '{"a": 1}', "null", '["x", 1]'):
        await page.evaluate("kept => localStorage.setItem('tindan.papers.1.001193', kept)", kept)
        await page.reload()
        await page.get_by_role("checkbox", name="Tờ khai").check()
        await expect(page.get_by_role("status").first).to_have_text("Đã có 1 trên 2 giấy tờ")
    assert page.complaints == []


async def test_hostile_and_unbreakable_texts(page, where, audit):
    """Nothing that a text brings runs, and what can not be broken at a space is broken elsewhere."""
    await page.goto(f"{where}/{HOSTILE}")
    assert await page.evaluate("window.smuggled") is None
    assert await page.locator("img").count() == 0
    assert await page.locator("a.button").count() == 0
    await audit(page, "procedure-hostile")
    await narrow(page)
    await audit(page, "procedure-hostile")


async def test_nothing_else_may_run(page, where, smuggle):
    """A script, a style or an address that somebody smuggles in is stopped by the page's policy."""
    await page.goto(f"{where}/{CODE}")
    await smuggle(page)


async def test_others_of_the_catalogue(page, where, audit):
    """One that is gone, one as it was, and none at all."""
    await page.goto(f"{where}/{GONE}")
    await expect(page.get_by_role("heading", name="không còn trong danh mục")).to_be_visible()
    await audit(page, "procedure-gone")
    await page.goto(f"{where}/{CODE}")
    await page.get_by_role("link", name="Phiên bản 2").click()
    await expect(page.get_by_role("heading", name="Khai sinh", exact=True)).to_be_visible()
    await audit(page, "procedure-earlier")
    await page.get_by_role("link", name="Xem phiên bản hiện hành").click()
    await expect(page.get_by_role("heading", name="Đăng ký khai sinh")).to_be_visible()
    answer = await page.goto(f"{where}/7.777777")
    assert answer.status == 404
    await audit(page, "procedure-missing")
    await narrow(page)
    await audit(page, "procedure-missing")


async def test_real_ones(page, where, real, audit):
    """Long ones, and those that are not told in parts, are held to the same."""
    if not real:
        pytest.skip(NO_REAL)
    page.set_default_timeout(30_000)  # pictures of many screens
    for procedure in real:
        await page.goto(f"{where}/{procedure.code}")
        await audit(page, f"procedure-{procedure.code}")
    await narrow(page)
    for procedure in real:
        await page.goto(f"{where}/{procedure.code}")
        await audit(page, f"procedure-{procedure.code}")


async def test_without_script(chromium, where):
    """All of it is there, and papers can be ticked off on paper or until one leaves."""
    async with await chromium.new_context(java_script_enabled=False, locale="vi-VN") as context:
        page = await context.new_page()
        await page.goto(f"{where}/{CODE}")
        await page.get_by_role("checkbox", name="Tờ khai").check()
        assert "Luật Hộ tịch" in await page.inner_text("main")
        assert not await page.is_visible("button")


async def test_printed(page, where):
    """With boxes to tick and the address of the portal, without what only a screen has a use for."""
    await page.goto(f"{where}/{CODE}")
    await page.emulate_media(media="print")
    for selector in ("nav", "header a", ".skip"):
        assert not await page.is_visible(selector)
    assert await page.is_visible(".papers input")
    shown = await page.evaluate("getComputedStyle(document.querySelector('.button'), '::after').content")
    assert "dichvucong.gov.vn" in shown
    sheet = await page.pdf(format="A4")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", sheet)) <= 3
