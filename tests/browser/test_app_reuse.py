"""An owner answers agencies that ask for documents in the citizen's app, on a whole installation."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.browser.applicant import applicant
from tests.browser.reuse import asker

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def ward(theatre):
    """Who asks."""
    with asker(*theatre) as opened:
        yield opened


@pytest.fixture
def kind():
    """A kind of paper that is nobody's yet."""
    return f"KQ.{uuid4().hex[:8]}"


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


async def test_asked_granted_fetched_and_withdrawn(page, theatre, audit, ward, *, signed_in, kind):
    """The notice leads there; nothing is chosen beforehand; what was opened is shown; it is withdrawn."""
    stack, _ = theatre
    ward.hand(signed_in, "Giấy khai sinh của con", kind)
    request_id = ward.ask(signed_in, kind)
    await page.goto(f"{stack.sandbox_url}/app/notifications")
    await audit(page, "app-notices-reuse-vi")
    await page.locator(f"a[href$='{request_id}']").click()
    await expect(page.locator("h1")).to_have_text("Cơ quan xin dùng lại giấy tờ của bạn")
    await expect(page.get_by_text("Xác minh quan hệ cha con")).to_be_visible()
    await audit(page, "app-reuse-asked-vi")
    choice = page.get_by_label("Giấy khai sinh của con")
    await expect(choice).not_to_be_checked()
    await page.get_by_role("button", name="Tôi đồng ý").click()
    await expect(page.get_by_role("alert")).to_have_text("Hãy chọn ít nhất một giấy tờ.")
    await audit(page, "app-reuse-wrong-vi")
    assert ward.state(request_id) == "asked"
    await page.get_by_role("link", name="English").click()
    await choice.check()
    await audit(page, "app-reuse-chosen-en")
    await page.get_by_role("button", name="I agree").click()
    await expect(page.get_by_role("status")).to_contain_text("You granted it")
    files = ward.fetch(request_id)
    assert [one.status_code for one in files] == [200, 200]
    assert all(one.content.startswith(b"%PDF") for one in files)
    await page.reload()
    await expect(page.get_by_text("the copy with its QR code")).to_be_visible()
    await audit(page, "app-reuse-opened-en")
    await page.get_by_role("button", name="Withdraw my consent").click()
    await expect(page.get_by_role("status")).to_contain_text("You withdrew it")
    assert ward.state(request_id) == "withdrawn"
    await page.get_by_role("link", name="All requests").click()
    await expect(page.locator("h1")).to_have_text("Agencies that ask for documents")
    await audit(page, "app-reuse-list-en")


async def test_declined_without_a_document(page, theatre, audit, ward, *, signed_in, kind):
    """Whoever has none is told that the agency does not know, and declines; small screens hold it all."""
    stack, _ = theatre
    request_id = ward.ask(signed_in, kind)
    await page.set_viewport_size({"width": 320, "height": 568})
    await page.goto(f"{stack.sandbox_url}/app/result-requests/{request_id}")
    await expect(page.get_by_text("Cơ quan không biết điều đó.")).to_be_visible()
    await audit(page, "app-reuse-none-320-vi")
    await page.get_by_role("button", name="Từ chối").click()
    await expect(page.get_by_role("status")).to_contain_text("Bạn đã từ chối")
    assert ward.state(request_id) == "declined"
    await page.goto(f"{stack.sandbox_url}/app/result-requests")
    await audit(page, "app-reuse-list-320-vi")
    missing = await page.goto(f"{stack.sandbox_url}/app/result-requests/{uuid4()}")
    assert missing.status == 404
