"""A dossier is rated in the citizen's app, on a whole installation."""

import pytest
from playwright.async_api import expect

from tests.browser.applicant import applicant
from tests.browser.rating import open_ward

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
async def ward(theatre):
    """Where dossiers end."""
    async with open_ward(theatre) as opened:
        yield opened


@pytest.fixture
async def signed_in(page, theatre):
    """The app, with somebody signed in; returns who."""
    stack, _ = theatre
    with applicant(stack) as who:
        await page.goto(f"{stack.sandbox_url}/app")
        await page.click("text=Đăng nhập bằng định danh điện tử")
        await page.wait_for_url("**/idp/authorize?*")
        await page.check(f"text={who.person.name}")
        await page.get_by_role("button", name="Tiếp tục").click()
        await page.wait_for_url("**/app/dossiers")
        yield who


async def test_rated_and_changed(page, theatre, audit, ward, signed_in):
    """From the dossier; a level is asked for; it is sent, and changed by the same token."""
    stack, _ = theatre
    code, before = await ward.close(signed_in), await ward.opinions()
    await page.goto(f"{stack.sandbox_url}/app/dossiers/{code}")
    await page.get_by_role("link", name="Đánh giá hồ sơ này").click()
    await expect(page.locator("h1")).to_have_text("Bạn có hài lòng không?")
    await audit(page, "app-rating-vi")
    await page.get_by_label("Ý kiến khác").fill("Cảm ơn.")
    await page.get_by_role("button", name="Gửi đánh giá").click()
    await expect(page.get_by_role("alert")).to_have_text("Hãy chọn một mức độ.")
    await audit(page, "app-rating-wrong-vi")
    await expect(page.get_by_role("checkbox")).to_have_count(0)
    await page.get_by_label("Không hài lòng", exact=True).check()
    await page.get_by_label("Trả kết quả trễ hẹn").check()
    await page.get_by_role("button", name="Gửi đánh giá").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi đánh giá. Bạn sửa được đến hết ngày")
    await expect(page.get_by_label("Ý kiến khác (không bắt buộc)")).to_have_value("Cảm ơn.")
    await audit(page, "app-rating-sent-vi")
    await page.get_by_role("link", name="English").click()
    await page.get_by_label("Very satisfied", exact=True).check()
    await expect(page.get_by_label("The result came late")).to_be_hidden()
    await page.get_by_role("button", name="Send again").click()
    await expect(page.get_by_role("status")).to_contain_text("Your rating was sent.")
    await audit(page, "app-rating-sent-en")
    said = await ward.opinions()
    assert [said[spent] for spent in said.keys() - before.keys()] == [("very_satisfied", [], "Cảm ơn.")]


async def test_it_fits_a_small_screen(page, theatre, ward, signed_in):
    """At 320 CSS pixels nothing has to be scrolled sideways."""
    stack, _ = theatre
    code = await ward.close(signed_in)
    await page.set_viewport_size({"width": 320, "height": 568})
    await page.goto(f"{stack.sandbox_url}/app/dossiers/{code}/rating")
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
