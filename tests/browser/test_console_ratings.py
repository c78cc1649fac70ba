"""Ratings at the officers' page, in a real browser: the alarm, the answer, few, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from storage.dossiers.working_days import VIETNAM
from tests.browser.console import CHIEF
from tests.browser.rating import open_ward
from tests.storage.ratings import crowd

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]
MONTH = datetime.now(UTC).astimezone(VIETNAM).date().replace(day=1)
BEFORE = (MONTH - timedelta(days=1)).replace(day=1)
EARLIER = (BEFORE - timedelta(days=1)).replace(day=1)
SAID = [
    "Chờ rất lâu mà không ai giải thích vì sao. Lần sau xin báo trước cho người dân biết để sắp xếp công việc.",
    "Cán bộ lịch sự.",
    "Trang nộp trực tuyến báo lỗi khi tải tệp lên,\nphải làm lại ba lần.",
]
ONE = f"/ratings/H26.1/{MONTH:%Y-%m}"


@pytest.fixture
async def ward(theatre):
    """A ward that many were content with last month, and fewer now; few rated it the month before that."""
    async with open_ward(theatre) as opened:
        agency_id = await opened.agency_id()
        for month in (MONTH, BEFORE, EARLIER):
            await opened.forget(month)
        await crowd.rated(opened.open_unit, agency_id, EARLIER, satisfied=4)
        await crowd.rated(opened.open_unit, agency_id, BEFORE, dissatisfied=1, satisfied=30, very_satisfied=9)
        await crowd.rated(
            opened.open_unit,
            agency_id,
            MONTH,
            texts=SAID,
            reasons=["late", "unclear_guidance"],
            dissatisfied=12,
            satisfied=20,
        )
        yield opened
        for month in (MONTH, BEFORE, EARLIER):
            await opened.forget(month)


async def test_from_the_alarm_to_the_answer(page, console, audit, ward):
    """The home page tells of it; numbers and texts are read; a wrong form is told at its field; answered."""
    await console.signed_in(page)
    tile = page.locator(".tiles li", has_text="Đánh giá")
    await expect(tile).to_contain_text("1 cơ quan có tỷ lệ không hài lòng tăng")
    await tile.get_by_role("link").click()
    await expect(page.locator("h1")).to_have_text("Đánh giá của người dân")
    await expect(page.locator(".clock.late")).to_have_text("Không hài lòng tăng: 3% → 38%")
    await audit(page, "console-ratings-vi")
    await page.locator(f'a[href="/console{ONE}"]').click()
    await expect(page.locator("p.entry")).to_have_count(len(SAID))
    await audit(page, "console-rating-vi")
    await page.get_by_role("button", name="Công khai câu trả lời").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_label("Nội dung")).to_be_focused()
    await page.get_by_label("Trả lời ai").select_option(label="Không hài lòng")
    await page.get_by_label("Nội dung").fill("Gọi số 0912345678: đã thêm một quầy tiếp nhận.")
    await page.get_by_role("button", name="Công khai câu trả lời").click()
    await expect(page.get_by_role("alert")).to_contain_text("Đã thay thông tin cá nhân")
    await expect(page.get_by_label("Trả lời ai")).to_have_value("dissatisfied")
    await audit(page, "console-rating-wrong-vi")
    await page.get_by_label("Nội dung").fill("Chúng tôi đã thêm một quầy tiếp nhận.\nCảm ơn mọi người.")
    await page.get_by_role("button", name="Công khai câu trả lời").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã công khai câu trả lời.")
    await audit(page, "console-rating-answered-vi")
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", name="To those who chose: Dissatisfied")).to_be_visible()
    await audit(page, "console-rating-answered-en")
    await page.get_by_role("link", name="Write it anew").click()
    await expect(page.get_by_label("Text")).to_have_value(
        "Chúng tôi đã thêm một quầy tiếp nhận.\nCảm ơn mọi người."
    )
    await page.get_by_role("button", name="Take down").click()
    await expect(page.get_by_role("status")).to_contain_text("The answer was taken down.")
    await expect(page.get_by_text("The agency has not answered.")).to_be_visible()


async def test_another_month_and_few(page, console, audit, ward):
    """Chosen by keyboard; of few nothing is told, and why."""
    await console.signed_in(page, CHIEF, path="/ratings")
    await page.get_by_label("Tháng kết thúc hồ sơ").focus()
    await page.keyboard.press("End")
    await page.get_by_label("Tháng kết thúc hồ sơ").select_option(f"{EARLIER:%Y-%m}")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("table")).to_contain_text("Chưa đủ 5 đánh giá")
    await audit(page, "console-ratings-few-vi")
    await page.locator(f'a[href$="{EARLIER:%Y-%m}"]').first.click()
    await expect(page.locator(".note")).to_contain_text("để không ai đoán được")
    await expect(page.get_by_role("button", name="Công khai câu trả lời")).to_have_count(0)
    await audit(page, "console-rating-few-vi")


async def test_it_fits_a_small_screen_in_the_dark(page, console, audit, ward):
    """At 320 CSS pixels, and where the reader's colours are dark."""
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.emulate_media(color_scheme="dark")
    await console.signed_in(page, path="/ratings")
    await audit(page, "console-ratings-dark-vi")
    await page.goto(console.at(ONE))
    await audit(page, "console-rating-dark-vi")
