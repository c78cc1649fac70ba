"""The officers' page as officers come to it, in a real browser on a whole installation."""

import pytest
from playwright.async_api import expect

from tests.browser.console import BEGIN, CHIEF, OPERATOR, RECEPTIONIST, vouched

pytestmark = [pytest.mark.verify, pytest.mark.timeout(120)]
ONCE = pytest.mark.parametrize("page", ["phone"], indirect=True)
STOP = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  return [at.innerText || at.name || at.id, style.outlineStyle !== "none", box.height, box.width];
}"""


async def test_every_state_on_the_way_in_and_out(page, console, audit):
    """From a page that was asked for, through the provider, back to it, and out; in both languages."""
    await page.goto(console.at("/templates"))
    await expect(page).to_have_url(console.at("/sign-in?next=%2Fconsole%2Ftemplates"))
    await audit(page, "console-sign-in-vi")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("h1")).to_have_text("Sign-in for officers")
    await audit(page, "console-sign-in-en")
    await page.get_by_role("link", name="Tiếng Việt").click()
    await page.get_by_role("link", name=BEGIN).click()
    await vouched(page, CHIEF)
    await expect(page).to_have_url(console.at("/templates"))
    await page.get_by_role("link", name="Việc cần làm").click()
    await expect(page.get_by_role("link", name="Việc cần làm")).to_have_attribute("aria-current", "page")
    await expect(page.get_by_role("group", name="Tài khoản")).to_contain_text(CHIEF)
    await audit(page, "console-home-vi")
    await page.emulate_media(color_scheme="dark")
    await audit(page, "console-home-dark")
    await page.get_by_role("link", name="English").click()
    await audit(page, "console-home-en")
    await page.emulate_media(color_scheme="light", media="print")
    await expect(page.get_by_role("button")).to_be_hidden()
    await page.emulate_media(media="screen")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    await audit(page, "console-signed-out-en")
    await page.goto(console.at())
    await expect(page).to_have_url(console.at("/sign-in"))


async def test_refusals_are_told_in_words(page, console, audit):
    """Cancelled, come back twice, an unknown page, and an operator who has nothing to do here."""
    await page.goto(console.at("/sign-in"))
    await page.get_by_role("link", name=BEGIN).click()
    await page.get_by_role("button", name="Hủy").click()
    await expect(page.locator("h1")).to_have_text("Bạn chưa được vào trang này")
    await audit(page, "console-denied-vi")
    await page.goto(console.at("/callback?code=x&state=y"))
    await expect(page.locator("h1")).to_have_text("Lượt đăng nhập này không dùng được")
    await audit(page, "console-expired-vi")
    await page.get_by_role("link", name="Đăng nhập lần nữa").click()
    await console.signed_in(page, OPERATOR)
    await expect(page.locator(".note")).to_contain_text("Bạn vận hành hệ thống.")
    assert await page.get_by_role("navigation").get_by_role("link").all_inner_texts() == [
        "Việc cần làm",
        "Đối soát",
    ]
    await audit(page, "console-operator-vi")
    await page.goto(console.at("/nowhere"))
    await expect(page.locator("h1")).to_have_text("Không tìm thấy trang")
    await audit(page, "console-missing-vi")


@ONCE
async def test_by_keyboard_alone(page, console):
    """Every stop shows where it is and is large enough; Enter signs in, and out again."""
    await console.signed_in(page, RECEPTIONIST)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    sections = ["Việc cần làm", "Tin nhắn", "Câu hỏi", "Phản ánh, kiến nghị", "Đánh giá", "Mẫu trả lời"]
    expected, stops = ["TinDan Trang cán bộ", "English", "Đăng xuất", *sections], []
    for _ in expected:
        await page.keyboard.press("Tab")
        name, outlined, height, width = await page.evaluate(STOP)
        assert outlined, name
        assert min(height, width) >= 24, name
        stops.append(name)
    assert stops == expected
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(console.at("/templates"))
    for _ in range(4):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Bạn đã đăng xuất.")


@ONCE
async def test_the_skip_link(page, console):
    """It leads past the navigation, into the content."""
    await console.signed_in(page)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"


@ONCE
async def test_a_form_that_outlives_its_session(page, console, audit):
    """What was typed is not lost: after signing in in another tab, loading again sends it once more."""
    await console.signed_in(page, path="/templates/new")
    await page.get_by_label("Tên mẫu").fill("Viết rất lâu")
    await page.get_by_label("Nội dung").fill("Một câu trả lời dài.")
    kept = [one for one in await page.context.cookies() if one["name"] != "tindan-console"]
    await page.context.clear_cookies()
    await page.context.add_cookies(kept)
    await page.get_by_role("button", name="Lưu mẫu").click()
    await expect(page.locator("h1")).to_have_text("Phiên làm việc đã hết")
    await audit(page, "console-session-over-vi")
    async with page.context.expect_page() as opening:
        await page.get_by_role("link", name="Đăng nhập (mở thẻ mới)").click()
    other = await opening.value
    await other.get_by_role("link", name=BEGIN).click()
    await vouched(other, CHIEF)
    await expect(other).to_have_url(console.at())
    await page.reload()
    await expect(page.get_by_role("status")).to_contain_text("Đã lưu mẫu trả lời.")
    await expect(page.get_by_role("heading", name="Viết rất lâu")).to_have_count(1)


async def test_no_script_is_needed(chromium, console):
    """With scripts switched off everything works as before."""
    async with await chromium.new_context(java_script_enabled=False, locale="vi-VN") as context:
        page = await context.new_page()
        await console.signed_in(page, path="/templates")
        await page.get_by_role("button", name="Đăng xuất").click()
        await expect(page.get_by_role("status")).to_contain_text("Bạn đã đăng xuất.")


async def test_templates(page, console, audit):
    """Written with an error first, then listed, changed and retired; each state holds to WCAG 2.2 AA."""
    name = f"Hướng dẫn bổ sung {page.name}"
    await console.signed_in(page, path="/templates/new")
    await audit(page, "console-template-new-vi")
    await page.get_by_label("Tên mẫu").fill(name)
    await page.get_by_label("Nội dung").fill("Kính gửi {applicant},")
    await page.get_by_role("button", name="Lưu mẫu").click()
    await expect(page).to_have_title("Lỗi: Viết mẫu trả lời – Trang cán bộ TinDan")
    await expect(page.get_by_role("alert")).to_be_focused()
    await audit(page, "console-template-wrong-vi")
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_label("Nội dung")).to_be_focused()
    await expect(page.get_by_label("Tên mẫu")).to_have_value(name)
    await page.get_by_label("Nội dung").fill("Về hồ sơ {dossier_code}: xin bổ sung giấy chứng sinh.")
    await page.get_by_role("button", name="Lưu mẫu").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã lưu mẫu trả lời.")
    await audit(page, "console-templates-vi")
    await page.get_by_role("link", name="English").click()
    await audit(page, "console-templates-en")
    await page.get_by_role("link", name=f"Change the template “{name}”").click()
    await audit(page, "console-template-change-en")
    await page.get_by_role("button", name="Use this template no more").click()
    await expect(page.get_by_role("status")).to_contain_text("The template is used no more.")
    await expect(page.get_by_role("heading", name=name)).to_have_count(0)


@ONCE
async def test_it_fits_a_small_screen(page, console):
    """At 320 CSS pixels nothing has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    for path in ("", "/templates", "/templates/new", "/messages", "/questions", "/moderation", "/published"):
        await console.signed_in(page, path=path)
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
