"""The identity provider's page as people meet it."""

import urllib.parse

import pytest

pytestmark = pytest.mark.verify


@pytest.fixture
def sign_in_url(sandbox):
    def url(**changed):
        # Another origin than the provider's, so that its form-action policy is put to the test.
        callback = sandbox.http.replace("127.0.0.1", "localhost") + "/health"
        parameters = {
            "response_type": "code",
            "client_id": "tindan",
            "redirect_uri": callback,
            "scope": "openid",
            "state": "s-1",
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
        }
        return f"{sandbox.http}/idp/authorize?{urllib.parse.urlencode(parameters | changed)}"

    return url


def answer(page):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.url).query))


async def test_the_page_is_accessible_in_both_languages(page, sign_in_url, audit):
    """Nothing on the page speaks against WCAG 2.2 AA, and the switch keeps the request."""
    await page.goto(sign_in_url())
    await page.check("text=Trần Văn Mẫu")
    await audit(page, "sign-in-vi")
    await page.click("text=English")
    assert await page.get_attribute("html", "lang") == "en"
    await audit(page, "sign-in-en")
    await page.check("text=Trần Văn Mẫu")
    await page.get_by_role("button", name="Continue").click()
    assert answer(page)["state"] == "s-1"


async def test_choosing_an_organisation(page, sign_in_url):
    """One tap on the card and one on the button lead back with a code."""
    await page.goto(sign_in_url())
    await page.click("text=Công ty TNHH Ví Dụ Mẫu")
    await page.get_by_role("button", name="Tiếp tục").click()
    await page.wait_for_url("**/health?*")
    assert answer(page)["code"]
    assert page.complaints == []


async def test_by_keyboard_alone(page, sign_in_url):
    """Skip link, choice by arrow and Enter sign in, and every stop on the way shows where it is."""
    await page.goto(sign_in_url())
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    chosen = await page.evaluate("document.querySelector('input:checked').closest('label').innerText")
    assert chosen.startswith("Trần Văn Mẫu")
    stops = []
    for _ in range(2):
        assert await page.evaluate(
            "(e => [e, e.closest('label') ?? e].some(x => getComputedStyle(x).outlineStyle !== 'none'))"
            "(document.activeElement)"
        )
        await page.keyboard.press("Tab")
        stops.append(await page.evaluate("document.activeElement.innerText"))
    assert stops == ["Tiếp tục", "Hủy"]
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/health?*")
    assert answer(page)["code"]


async def test_cancelling(page, sign_in_url):
    """Cancelling needs no choice and tells the relying party."""
    await page.goto(sign_in_url())
    await page.get_by_role("button", name="Hủy").click()
    await page.wait_for_url("**/health?*")
    assert answer(page)["error"] == "access_denied"


async def test_no_choice_is_explained(page, sign_in_url, audit):
    """Where the browser does not insist on a choice, the page does, and names the error first."""
    await page.goto(sign_in_url())
    await page.evaluate("document.querySelector('form').noValidate = true")
    await page.get_by_role("button", name="Tiếp tục").click()
    assert await page.title() == "Lỗi: Đăng nhập – môi trường thử nghiệm"
    assert await page.inner_text("[role=alert]") == "Hãy chọn một danh tính."
    await audit(page, "sign-in-missing")
    await page.click("text=English")
    assert await page.inner_text("h1") == "Sign in"


async def test_the_other_pages_are_accessible(page, sandbox, sign_in_url, audit):
    """So are the page for a request that cannot be trusted and the one after logging out."""
    await page.goto(sign_in_url(redirect_uri="https://evil.example/"))
    await audit(page, "sign-in-refused")
    await page.goto(f"{sandbox.http}/idp/logout")
    await audit(page, "signed-out")


async def test_it_fits_a_small_screen(page, sign_in_url):
    """At 320 CSS pixels nothing has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    await page.goto(sign_in_url())
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
