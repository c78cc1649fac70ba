"""The app's screens as people meet them."""

import pytest

from infra.sandbox import launch
from tests.contracts.sandbox.fake_api import CODE, FakeApi, serving

pytestmark = pytest.mark.verify


@pytest.fixture(scope="module")
async def app():
    async with serving(FakeApi()) as api:
        with launch.running(f"--api-url={api.url}") as running:
            yield f"{running.http}/app"


async def test_every_screen_is_accessible(page, app, audit):
    """From the welcome to the inbox, by the links that a person would follow."""
    await page.goto(app)
    await audit(page, "app-welcome")
    await page.click("text=Đăng nhập bằng định danh điện tử")
    await page.wait_for_url("**/app/dossiers")
    await audit(page, "app-dossiers")
    await page.click("text=Đăng ký khai sinh")
    await page.wait_for_url("**/app/dossiers/*")
    await audit(page, "app-dossier")
    await page.goto(f"{page.url}?lang=en")
    await audit(page, "app-dossier-en")
    await page.goto(page.url.replace("lang=en", "lang=vi"))
    await page.click("nav >> text=Thông báo")
    await page.wait_for_url("**/app/notifications")
    await audit(page, "app-notifications")
    await page.goto(f"{app}/dossiers/H26-261121-9999")
    await audit(page, "app-missing")
    await page.click("text=Đăng xuất")
    await page.wait_for_url(app)


async def test_it_fits_a_small_screen(page, app):
    """At 320 CSS pixels nothing has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    await page.goto(app)
    await page.click("button")
    for screen in ("dossiers", f"dossiers/{CODE}", "notifications"):
        await page.goto(f"{app}/{screen}")
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
