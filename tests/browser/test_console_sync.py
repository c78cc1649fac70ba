"""Where portals and we differ, at the officers' page, in a real browser: piles, a note, a day, both languages."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from storage.dossiers.working_days import VIETNAM
from storage.reconciliation import days, differences
from storage.reconciliation.differences import Dossier
from storage.reconciliation.figures import Figures
from storage.reconciliation.findings import Change, Finding
from storage.reconciliation.kinds import Action, DifferenceKind, DifferenceState, Field, Rule
from tests.browser.console import CHIEF, OPERATOR
from tests.browser.rating import open_ward

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]
DAY = datetime.now(VIETNAM).date() - timedelta(days=1)
"""The last one: the worker of the installation reports those before it."""
STATUS = Finding(
    kind=DifferenceKind.FIELD_DIFFERS,
    field=Field.STATUS,
    ours="2@2026-11-21T09:00:00+07:00",
    theirs="4@2026-11-21T15:00:00+07:00",
    rule=Rule.STATUS_SAME_TIME,
    action=Action.PERSON,
)
APPLICANT = Finding(
    kind=DifferenceKind.FIELD_DIFFERS, field=Field.APPLICANT, rule=Rule.APPLICANT, action=Action.PERSON
)
MISSING = Finding(
    kind=DifferenceKind.MISSING_THERE,
    ours="10@2026-11-20T16:30:00+07:00",
    rule=Rule.MISSING_THERE,
    action=Action.REPORT,
)
HAD = (
    ("000.00.00.H26-261121-0001", STATUS, DifferenceState.LEFT),
    ("H26.1-261121-0002", APPLICANT, DifferenceState.LEFT),
    ("H26.1-261121-0003", MISSING, DifferenceState.OPEN),
)
TOLD = Figures(
    pushed=1234,
    filed=12,
    pulled=345,
    reported=1200,
    lag_median=42,
    lag_p95=7500,
    silent=3,
    holes=1,
    contradictions=2,
    differences=3,
    differences_left=2,
    strays=1,
)


@pytest.fixture
async def ward(theatre):
    """A ward of which a portal says something else, and a day that was reported."""
    async with open_ward(theatre) as opened:
        agency_id = await opened.agency_id()
        async with opened.open_unit() as uow:
            driver = await uow.driver()
            await driver.execute("DELETE FROM portal_difference")
            await driver.execute("DELETE FROM portal_day")
            for code, finding, state in HAD:
                told = (
                    Dossier(code=code, agency_id=agency_id),
                    Change(id=None, finding=finding, state=state),
                )
                await differences.write(uow, "cong-quoc-gia", [told], datetime.now(UTC))
            await days.keep(uow, DAY, {agency_id: TOLD}, datetime.now(UTC))
            await uow.commit()
        yield opened


async def test_from_the_home_page_to_what_may_stay(page, console, audit, ward):
    """A tile leads to the list; without a note the form says so; with one the difference stays."""
    await console.signed_in(page)
    tile = page.locator(".tiles li", has_text="Đối soát")
    await expect(tile).to_contain_text("2 khác biệt với cổng chờ người xem")
    await tile.get_by_role("link").click()
    await expect(page.locator("h1")).to_have_text("Đối soát")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await expect(page.locator("tbody")).to_contain_text("khác nhau (không hiển thị)")
    await audit(page, "console-sync-vi")
    await page.get_by_role("link", name="Đang tự sửa").click()
    await expect(page.locator("tbody")).to_contain_text("10. Đã trả kết quả")
    await page.get_by_role("link", name="Chờ người xem").click()
    await page.get_by_label("Mã hồ sơ").fill("000.00.00.h26-261121-0001")
    await page.get_by_role("button", name="Lọc").click()
    await page.get_by_role("link", name="000.00.00.H26-261121-0001").click()
    await audit(page, "console-sync-one-vi")
    await page.get_by_role("button", name="Để nguyên").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_label("Vì sao để nguyên")).to_be_focused()
    await audit(page, "console-sync-one-wrong-vi")
    await page.get_by_label("Vì sao để nguyên").fill("Cổng sẽ sửa trong tuần sau.")
    await page.get_by_role("button", name="Để nguyên").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã ghi nhận.")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("main")).to_contain_text("May stay")
    await audit(page, "console-sync-one-settled-en")
    await page.goto(console.at("/sync"))
    await audit(page, "console-sync-en")
    await page.get_by_role("link", name="Each day in numbers").click()
    await expect(page.locator("tbody")).to_contain_text("one half within 42 s, 95% within 2 h")
    await audit(page, "console-sync-day-en")


async def test_an_operator_sees_to_all_portals(page, console, audit, ward):
    """Without an agency of one's own; a day of which there is no report says so."""
    await console.signed_in(page, OPERATOR, path="/sync")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await page.goto(console.at("/sync/day?day=2026-01-01"))
    await expect(page.locator(".note")).to_contain_text("Chưa có số liệu của ngày này")
    await audit(page, "console-sync-day-none-vi")


async def test_it_fits_a_small_screen_in_the_dark(page, console, audit, ward):
    """At 320 CSS pixels, and where the reader's colours are dark."""
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.emulate_media(color_scheme="dark")
    await console.signed_in(page, CHIEF, path="/sync")
    await audit(page, "console-sync-dark-vi")
    await page.locator("tbody a").first.click()
    await audit(page, "console-sync-one-dark-vi")
    await page.goto(console.at("/sync/day"))
    await audit(page, "console-sync-day-dark-vi")
