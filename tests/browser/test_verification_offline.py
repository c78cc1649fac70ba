"""The verification page without a network, or with a poor one; and files, which never travel."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.api.verify.sealing import FILE
from tests.browser.verifying import (
    DAY,
    EXPIRED,
    FOREIGN,
    NO_PAPER,
    ONCE,
    REVOKED,
    SUPERSEDED,
    UNCHECKED,
    VALID,
    chosen,
    ready_for_offline,
    verdict,
)

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]

KEYS = "/.well-known/tindan-seal-keys.json"
PATIENCE = 7000
"""Milliseconds after which the page gives up what it asked for."""
LARGE = 50 * 1024 * 1024
"""Bytes of the largest file that agencies may hand over."""


@ONCE
async def test_offline_after_a_first_visit(page, papers, audit):
    """Another document than the one seen: its seal by the keys, its status by the signed list, and since when."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await ready_for_offline(page)
    await page.context.set_offline(True)
    await page.goto(papers.link(papers.other))
    await expect(page.locator("#words")).to_have_text(re.compile(r"Còn hiệu lực tính đến \d\d:\d\d ngày"))
    await expect(page.locator("#as-of")).to_have_text(re.compile("danh sách đã ký"))
    assert "Mã: chưa đối chiếu" in await page.inner_text("#checks")
    await audit(page, "verify-offline")
    for one, words in (
        (papers.revoked, REVOKED),
        (papers.superseded, SUPERSEDED),
        (papers.expired, EXPIRED),
    ):
        await page.goto("about:blank")
        await page.goto(papers.link(one))
        await verdict(page, words)
    await page.goto(papers.link(papers.valid, papers.forged))
    await verdict(page, FOREIGN)
    # Keys that the browser has from minutes ago are as good as new; so they are taken away from it.
    await (await page.context.new_cdp_session(page)).send("Network.clearBrowserCache")
    await page.goto(papers.link(papers.valid, papers.strange))
    await verdict(page, UNCHECKED)
    assert "khoá mà thiết bị này chưa biết" in await page.inner_text("#verdict")
    await page.goto(f"{papers.url}/V/{papers.valid.code}")
    await verdict(page, UNCHECKED)
    await audit(page, "verify-offline-nothing")
    await page.context.set_offline(False)
    await page.goto(papers.link(papers.other))
    await verdict(page, VALID)
    kept = await page.evaluate(
        """async () => {
          const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
          const kept = await Promise.all(caches_.map(async (cache) => (await cache.keys()).map(({ url }) => url)));
          return kept.flat().map((url) => new URL(url).pathname).sort();
        }"""
    )
    assert kept == [KEYS, "/V/-", "/v1/status-lists/0"], "nothing of a document"


@ONCE
@pytest.mark.parametrize("lure", ["{code}?%73tatus=1", "{code}?a=1&st%61tus", "sw.js"])
async def test_nothing_else_takes_the_place_of_the_page(page, papers, lure):
    """What tells of one document, or is no page, is not kept as the page for all: there it would be believed."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await ready_for_offline(page)
    await page.goto(f"{papers.url}/V/{lure.format(code=papers.other.code)}")
    await page.context.set_offline(True)
    await page.goto(papers.link(papers.valid, papers.forged))
    await verdict(page, FOREIGN)


@ONCE
async def test_an_old_list_says_nothing_good(page, papers):
    """After a day it is not enough to call a document valid, and still enough to call one revoked."""
    await page.clock.install()
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await ready_for_offline(page)
    await page.context.set_offline(True)
    await page.clock.set_system_time(datetime.now(UTC) + 2 * DAY)
    await page.get_by_role("button", name="Kiểm tra lại").click()
    await verdict(page, UNCHECKED)
    assert "đã cũ" in await page.inner_text("#verdict")
    assert "Tình trạng tính đến" in await page.inner_text("#verdict")
    await page.goto(papers.link(papers.revoked))
    await verdict(page, REVOKED)


async def test_a_service_that_fails_is_no_verdict(chromium, papers):
    """Where the status can not be asked, the list speaks; where nothing answers, nothing is claimed."""
    async with await chromium.new_context(service_workers="block", locale="vi-VN") as context:
        page = await context.new_page()
        await page.route("**/v1/verifications/*", lambda route: route.fulfill(status=503))
        await page.goto(papers.link(papers.valid))
        await expect(page.locator("#words")).to_have_text(re.compile("Còn hiệu lực tính đến"))
        await page.route("**/v1/status-lists/*", lambda route: route.abort())
        await again(page, "Con dấu điện tử là thật")
        await page.route("**/.well-known/*", lambda route: route.fulfill(status=500))
        await again(page, "Chưa tải được khoá")
        await page.unroute("**/v1/verifications/*")
        await page.route("**/v1/verifications/*", lambda route: route.fulfill(status=429))
        await again(page, "hỏi quá nhiều lần")
        await page.route(
            "**/v1/verifications/*", lambda route: route.fulfill(status=404, body="<h1>Not here</h1>")
        )
        await again(page, UNCHECKED)


async def test_a_service_that_does_not_answer_is_not_waited_for(chromium, papers):
    """After some seconds the list speaks in its place; whoever stands at a counter is told meanwhile what goes on."""
    async with await chromium.new_context(service_workers="block", locale="vi-VN") as context:
        page = await context.new_page()
        await page.clock.install()
        await page.route("**/v1/verifications/*", lambda _: None)
        await page.goto(papers.link(papers.valid))
        await expect(page.locator("#busy")).to_have_text("Đang kiểm tra…")
        await expect(page.locator("#verdict")).to_be_hidden()
        await page.clock.fast_forward(PATIENCE)
        await expect(page.locator("#words")).to_have_text(re.compile("Còn hiệu lực tính đến"))


async def again(page: Page, said: str) -> None:
    """Check again, and expect no verdict, and why."""
    await page.get_by_role("button", name="Kiểm tra lại").click()
    await expect(page.locator("#verdict")).to_contain_text(said)
    await verdict(page, UNCHECKED)


@ONCE
async def test_a_file_is_compared_and_sent_nowhere(page, papers, audit, asked, tmp_path):
    """The original to the letter, anything else with what to do; 40 MB of it stay on the device."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    compared = page.locator("#compared")
    await page.set_input_files("#file", chosen("ket-qua.pdf", FILE))
    await expect(compared).to_have_text("ket-qua.pdf: đúng là tệp gốc, không khác một chữ.")
    assert "Tệp: đúng là tệp gốc" in await page.inner_text("#checks")
    await audit(page, "verify-file-same")
    await page.set_input_files("#file", chosen("ban-in.pdf", FILE + b" stamped"))
    await expect(compared).to_have_text(re.compile("ban-in.pdf: khác tệp gốc. Bản có in mã QR luôn khác"))
    await audit(page, "verify-file-other")
    large = tmp_path / "lon.pdf"
    large.write_bytes(bytes(LARGE))
    await page.set_input_files("#file", large)
    await expect(compared).to_have_text(re.compile("lon.pdf: khác tệp gốc"))
    assert {(request.method, request.post_data) for request in asked} == {("GET", None)}
    paths = {re.sub("[0-9A-Z]{12}$", "…", urlsplit(request.url).path) for request in asked}
    assert paths <= {"/V/…", "/V/-", "/V/sw.js", "/v1/verifications/…", KEYS, "/v1/status-lists/0"}


@ONCE
async def test_a_dropped_file_is_compared(page, papers):
    """Wherever it falls, it does not replace the page."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    transfer = await page.evaluate_handle(
        """text => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], "tha.pdf", { type: "application/pdf" }));
          return transfer;
        }""",
        FILE.decode(),
    )
    for target in ("#drop", "h1"):
        await page.set_input_files("#file", chosen("khac.pdf", b"x"))
        await expect(page.locator("#compared")).to_contain_text("khac.pdf")
        await page.dispatch_event(target, "drop", {"dataTransfer": transfer})
        await expect(page.locator("#compared")).to_have_text(re.compile("tha.pdf: đúng là tệp gốc"))


@ONCE
async def test_a_reserved_seal_offline_leaves_the_file_unchecked(page, papers):
    """Its token has no hash; the status would tell one once the file is there."""
    await page.goto(papers.link(papers.reserved))
    await verdict(page, NO_PAPER)
    await ready_for_offline(page)
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Kiểm tra lại").click()
    await expect(page.locator("#words")).to_have_text(re.compile("Còn hiệu lực tính đến"))
    await page.set_input_files("#file", chosen("ket-qua.pdf", FILE))
    await expect(page.locator("#compared")).to_have_text(re.compile("chưa được kiểm tra"))
    assert "Tệp: chưa kiểm tra" in await page.inner_text("#checks")
