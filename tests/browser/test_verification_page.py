"""The page that verifies documents as people meet it, in a real browser on a whole installation."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.browser.verifying import CASES, FOREIGN, NO_PAPER, ONCE, REVOKED, VALID, address, verdict
from tests.contracts.seals.tokens import twin

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]

HEAVIEST = 60_000
"""Bytes of the page and its worker, as they are sent without compression."""


@pytest.mark.parametrize("case", CASES)
async def test_each_verdict(page, papers, audit, asked, case):
    """In words and by an icon, in both languages and both schemes, by a script that tells the fragment to nobody."""
    name, words, tone = case.name, case.words, case.tone
    where = address(papers, name)
    await page.goto(where)
    await verdict(page, words)
    shown = await page.inner_text("main")
    for sentence in case.said:
        assert sentence in shown
    icon = page.locator("#verdict > svg use")
    assert await icon.get_attribute("href") == f"#icon-{tone}"
    assert await page.get_attribute("#announced", "role") == ("alert" if tone == "bad" else "status")
    assert await page.locator("#claims").is_hidden() == (words == FOREIGN)
    await audit(page, f"verify-{name}-vi")
    await page.emulate_media(color_scheme="dark")
    await audit(page, f"verify-{name}-dark")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("#words")).not_to_have_text(words)
    assert await page.get_attribute("html", "lang") == "en"
    assert not re.search(
        "[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]",
        await page.inner_text("h1, #words, #checks, #checks-title"),
    )
    await audit(page, f"verify-{name}-en-dark")
    fragment = urlsplit(where).fragment
    assert asked
    for request in asked:
        assert urlsplit(request.url).netloc == urlsplit(papers.url).netloc
        assert request.post_data is None
        told = request.url.split("#")[0] + str(await request.all_headers())
        assert not fragment or fragment[:24] not in told


@ONCE
async def test_the_other_signature_that_is_as_good(page, papers):
    """(r, n-s) is no other document."""
    await page.goto(papers.link(papers.valid, twin(papers.valid.token)))
    await verdict(page, VALID)


@ONCE
@pytest.mark.parametrize("change", [str.lower, lambda text: text[:30] + "%20" + text[30:] + "%20"])
async def test_the_fragment_may_come_in_another_form(page, papers, change):
    """Scanners change case, and add spaces; the path may be in small letters as well."""
    head, fragment = papers.link(papers.valid).split("#")
    code = papers.valid.code.lower()
    await page.goto(f"{papers.url}/v/{code}#{change(fragment)}")
    await verdict(page, VALID)
    assert page.url.split("#")[0] == head


@ONCE
async def test_by_keyboard_alone(page, papers):
    """Every stop shows where it is; a code is typed and checked, and the result is where one goes on."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    for stop in ("#again", "#file", "#code"):
        await page.keyboard.press("Tab")
        await expect(page.locator(stop)).to_be_focused()
        ring = "el => getComputedStyle(el.id === 'file' ? el.nextElementSibling : el).outlineStyle"
        assert await page.eval_on_selector(stop, ring) != "none"
    await page.keyboard.type("7K3M")
    await page.keyboard.press("Enter")
    await expect(page.locator("#code")).to_be_focused()
    await expect(page.locator("#code")).to_have_accessible_description(
        re.compile("12 chữ và số. Hãy xem lại")
    )
    await page.keyboard.press("Control+A")
    code = papers.revoked.code
    await page.keyboard.type(f"{code[:4]}-{code[4:8]} {code[8:]}".lower())
    await page.keyboard.press("Enter")
    await verdict(page, REVOKED)
    assert page.url == f"{papers.url}/V/{code}"
    await page.go_back()
    await verdict(page, VALID)


@ONCE
async def test_a_link_that_leads_elsewhere_is_a_look_alike(page, papers, audit):
    """Whatever it holds, also a good seal of ours; a link that leads here is followed."""
    await page.goto(f"{papers.url}/V/{papers.valid.code}")
    await verdict(page, NO_PAPER)
    link = papers.link(papers.other)
    for foreign in (
        link.replace(papers.url, "https://xacthuc-gov.example"),
        "https://evil.example/",
        "http://127.0.0.1.evil.example/V/0",
    ):
        await page.fill("#code", foreign)
        await page.keyboard.press("Enter")
        await expect(page.locator("#words")).to_have_text(FOREIGN)
        assert "Đừng mở địa chỉ đó" in await page.inner_text("#verdict")
        assert urlsplit(foreign).netloc in await page.inner_text("#verdict")
    await audit(page, "verify-look-alike")
    await page.fill("#code", link.upper().replace("HTTP://", "http://"))
    await page.keyboard.press("Enter")
    await verdict(page, VALID)


@ONCE
async def test_it_fits_a_small_screen(page, papers, audit):
    """At 320 CSS pixels, which is also 1,280 enlarged fourfold, nothing is scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 640})
    page.name = f"{page.name}-320"
    for name in ("valid", "superseded", "forged", "no-seal"):
        await page.goto("about:blank")
        await page.goto(address(papers, name))
        await expect(page.locator("#words")).to_be_focused()
        await audit(page, f"verify-{name}")


@ONCE
async def test_without_a_code_one_is_asked_for(page, papers, audit, asked):
    """Where nothing was scanned yet, nothing is judged; a code with letters that look like others is understood."""
    await page.goto(f"{papers.url}/V/-")
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", name="Check another document")).to_be_visible()
    await expect(page.locator("#verdict")).to_be_hidden()
    await expect(page.locator("#busy")).to_be_empty()
    assert not [request for request in asked if "/v1/" in request.url]
    await audit(page, "verify-start")
    await page.fill("#code", papers.expired.code.replace("0", "o").replace("1", "l"))
    await page.keyboard.press("Enter")
    await verdict(page, "This document has expired")
    await page.reload()
    await verdict(page, "This document has expired")


@ONCE
async def test_an_old_browser_is_told_nothing_false(page, papers):
    """Without WebCrypto nothing is said for or against a seal, and the status is that of the code."""
    await page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    await page.goto(papers.link(papers.valid, papers.forged))
    await verdict(page, NO_PAPER)
    assert "Con dấu điện tử: chưa kiểm tra" in await page.inner_text("#checks")


@ONCE
async def test_it_prints_what_counts(page, papers):
    """The result and what the seal says, on one sheet, without what can only be clicked."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await page.emulate_media(media="print")
    assert await page.locator("#claims").is_visible()
    assert not await page.locator("#drop").is_visible()
    assert not await page.locator("#form").is_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", await page.pdf(format="A4"))) == 1


async def test_without_script_the_status_is_a_link_away(chromium, papers):
    """Made by the service, for the code alone: it says that the paper itself was not checked."""
    async with await chromium.new_context(java_script_enabled=False, locale="vi-VN") as context:
        page = await context.new_page()
        await page.goto(papers.link(papers.superseded))
        await page.click("noscript a")
        shown = await page.inner_text("main")
        for sentence in ("đã được thay thế", "Đính chính họ tên", "con dấu trong mã QR chưa được kiểm tra"):
            assert sentence in shown
        await page.goto(f"{papers.url}/V/000000000000?status=1&lang=en")
        assert "No document has this code" in await page.inner_text("main")


@ONCE
async def test_nothing_else_may_run(page, papers, smuggle):
    """A script, a style or an address that somebody smuggles in is stopped by the page's policy."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await smuggle(page)


@ONCE
async def test_it_is_light(page, papers):
    """The page in both languages with all its scripts, and the worker, before compression."""
    sizes = []
    for path in (f"/V/{papers.valid.code}", "/V/sw.js"):
        answer = await page.request.get(papers.url + path)
        sizes.append(len(await answer.body()))
    print(sizes)  # noqa: T201 - the evidence
    assert sum(sizes) < HEAVIEST


@ONCE
async def test_where_no_code_can_be_read_it_says_how_to_scan(page, papers, asked):
    """A browser without a detector is told of the phone's own camera; nothing asks for one."""
    await page.add_init_script("delete globalThis.BarcodeDetector")
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await expect(page.get_by_role("button", name="Quét bằng camera")).to_be_hidden()
    assert "mở ứng dụng Camera của điện thoại" in await page.inner_text("#another")
