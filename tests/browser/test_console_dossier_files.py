"""Tables of dossiers at the officers' page, in a real browser: tried, kept, mended; in both languages."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from storage.dossiers.working_days import VIETNAM
from tests.browser.applicant import PROCEDURE
from tests.browser.console import RECEPTIONIST

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]
HEAD = ["Mã hồ sơ", "Trạng thái", "Thời điểm", "Mã thủ tục", "Số định danh", "Chủ hồ sơ"]


def table(*statuses: str, name: str) -> dict[str, object]:
    """Return a file to choose: one dossier a status, with serials that no other test has."""
    at = (datetime.now(UTC) - timedelta(hours=1)).astimezone(VIETNAM)
    serial = 700 if name == "phone" else 800
    rows = [
        [
            f"H26.1-{at:%y%m%d}-{serial + number:05d}",
            status,
            f"{at:%d/%m/%Y %H:%M}",
            PROCEDURE,
            "001190000777",
            "Nguyễn Thị Thử Nghiệm",
        ]
        for number, status in enumerate(statuses, start=1)
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([HEAD, *rows])
    return {"name": "ho-so.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode("utf-8-sig")}


async def test_from_the_file_to_what_was_kept(page, console, audit):
    """A file that is none is told at its field; a good one is tried, its faults fetched, its rows kept."""
    await console.signed_in(page, RECEPTIONIST, "/dossier-files")
    await expect(page.locator("h1")).to_have_text("Nhập hồ sơ từ tệp")
    await audit(page, "console-files-vi")
    workbook = {"name": "ho-so.xlsx", "mimeType": "application/octet-stream", "buffer": b"PK\3\4"}
    await page.set_input_files("#file", workbook)
    await page.get_by_role("button", name="Kiểm tra tệp").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await audit(page, "console-files-wrong-vi")
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.locator("#file")).to_be_focused()

    await page.set_input_files("#file", table("Mới đăng ký", "lạc đề", "Được tiếp nhận", name=page.name))
    await page.get_by_role("button", name="Kiểm tra tệp").click()
    await expect(page.get_by_role("status")).to_contain_text("Chưa có gì được ghi nhận.")
    await audit(page, "console-files-checked-vi")
    async with page.expect_download() as found:
        await page.get_by_role("button", name="Tải các dòng bị từ chối").click()
    lines = (await (await found.value).path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "lạc đề" in lines[1]
    await page.get_by_role("button", name="Ghi nhận 2 dòng").click()
    await expect(page.locator("h1")).to_have_text("Kết quả ghi nhận")
    await audit(page, "console-files-kept-vi")
    await expect(page.get_by_role("button", name="Ghi nhận")).to_have_count(0)


async def test_it_is_in_english_and_fits_a_small_screen(page, console, audit):
    """At 320 CSS pixels nothing has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    await console.signed_in(page, RECEPTIONIST, "/dossier-files")
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    await page.get_by_role("link", name="English").click()
    await audit(page, "console-files-320-en")
    await page.set_input_files("#file", table("x", "1", name=f"{page.name}-en"))
    await page.get_by_role("button", name="Check the file").click()
    await expect(page.locator("h1")).to_have_text("What the check found")
    await audit(page, "console-files-checked-320-en")
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
