"""Questions at the officers' page, in a real browser: every state, by hand and by keyboard, in both languages."""

import pytest
from playwright.async_api import expect

from tests.browser.console import CHIEF, RECEPTIONIST, tab_to
from tests.browser.questions import NAME, PHONE, open_counter

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]
ONCE = pytest.mark.parametrize("page", ["phone"], indirect=True)
LONG = "Tôi mới sinh con ở tỉnh khác, nay muốn làm giấy khai sinh ở nơi tạm trú. "


@pytest.fixture(scope="module")
async def counter(theatre):
    """Where people ask."""
    stack, _ = theatre
    async with open_counter(stack) as opened:
        yield opened


async def test_from_the_list_to_the_answer(page, console, audit, counter):
    """Overdue first; a wrong form is told at its field; a procedure is looked at; the answer is sent."""
    asked = LONG * 3 + page.name
    question = await counter.ask(asked, public=True)
    await counter.ask(f"Đã quá hạn chưa? {page.name}", days=-4)
    await console.signed_in(page, path="/questions")
    await expect(page.locator(".clock.late").first).to_contain_text("quá hạn")
    await audit(page, "console-questions-vi")
    await page.locator(f'a[href="/console/questions/{question}"]').click()
    await expect(page.locator("h1")).to_have_text("Câu hỏi của người dân")
    await expect(page.locator("main")).not_to_contain_text(NAME)
    await audit(page, "console-question-vi")
    await page.get_by_role("button", name="Gửi câu trả lời").click()
    await expect(page).to_have_title("Lỗi: Câu hỏi của người dân – Trang cán bộ TinDan")
    await expect(page.get_by_role("alert")).to_be_focused()
    await audit(page, "console-question-wrong-vi")
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_label("Nội dung trả lời")).to_be_focused()
    await page.get_by_label("Nội dung trả lời").fill("Được. Cần tờ khai.")
    await page.get_by_label("Thủ tục mà câu trả lời dựa vào").fill("1.000894")
    await page.get_by_label("Thủ tục mà câu trả lời dựa vào").press("Enter")
    await expect(page.get_by_role("link", name="Đăng ký kết hôn")).to_be_visible()
    await expect(page.get_by_label("Nội dung trả lời")).to_have_value("Được. Cần tờ khai.")
    await page.get_by_role("button", name="Gửi câu trả lời").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi câu trả lời.")
    await audit(page, "console-question-answered-vi")
    await page.get_by_role("link", name="English").click()
    await audit(page, "console-question-answered-en")
    await page.goto(console.at("/questions?tab=all"))
    await expect(page.get_by_role("heading", name="Questions")).to_be_visible()
    await audit(page, "console-questions-all-en")


async def test_somebody_else_was_first(page, console, audit, counter):
    """What was typed is still there, above it what came meanwhile; a second time it is sent."""
    question = await counter.ask(f"Ai trả lời trước? {page.name}")
    await console.signed_in(page, path=f"/questions/{question}")
    await page.get_by_label("Nội dung trả lời").fill("Câu của tôi.")
    await counter.answer(question, "Câu của đồng nghiệp.")
    await page.get_by_role("button", name="Gửi câu trả lời").click()
    await expect(page.get_by_role("alert")).to_contain_text("đã có câu trả lời mới")
    await expect(page.locator(".entry")).to_contain_text("Câu của đồng nghiệp.")
    await expect(page.get_by_label("Nội dung trả lời")).to_have_value("Câu của tôi.")
    await audit(page, "console-question-overtaken-vi")
    await page.get_by_role("button", name="Gửi câu trả lời").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi câu trả lời.")


async def test_stale_answers(page, console, audit, counter):
    """After the procedure changed they are listed, and confirmed."""
    question = await counter.ask(f"Còn đúng không? {page.name}")
    await counter.answer(question, "Cần tờ khai.")
    await counter.change_procedure()
    await console.signed_in(page, path="/questions?tab=stale")
    await audit(page, "console-questions-stale-vi")
    await page.locator(f'a[href="/console/questions/{question}"]').click()
    await expect(page.locator(".entry")).to_contain_text("Đã cũ")
    await audit(page, "console-question-stale-vi")
    await page.get_by_role("button", name="Xác nhận vẫn đúng").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã xác nhận")
    await expect(page.get_by_text("Đã cũ")).to_have_count(0)


async def test_declined_and_sent_on(page, console, audit, counter):
    """Each asks for what it needs first, and says what was done."""
    question = await counter.ask(f"Chào mọi người {page.name}")
    await console.signed_in(page, path=f"/questions/{question}")
    await page.get_by_role("button", name="Từ chối câu hỏi").click()
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_label("Lý do")).to_be_focused()
    await page.get_by_label("Lý do").select_option(label="Không phải câu hỏi")
    await page.get_by_role("button", name="Từ chối câu hỏi").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã từ chối câu hỏi.")
    await expect(page.get_by_role("button", name="Gửi câu trả lời")).to_have_count(0)
    await audit(page, "console-question-declined-vi")
    other = await counter.ask(f"Hỏi nhầm nơi {page.name}")
    await page.goto(console.at(f"/questions/{other}"))
    await page.get_by_label("Mã cơ quan nhận").fill("H99")
    await page.get_by_role("button", name="Chuyển câu hỏi").click()
    await expect(page.get_by_role("alert")).to_contain_text("Không có cơ quan 'H99'.")
    await page.get_by_label("Mã cơ quan nhận").fill("H26.2")
    await page.get_by_role("button", name="Chuyển câu hỏi").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã chuyển câu hỏi.")


@ONCE
async def test_gone_while_somebody_wrote(page, console, audit, counter):
    """Sent on by another, it is not the ward's any more; what was typed can be copied."""
    question = await counter.ask("Của ai?")
    await console.signed_in(page, RECEPTIONIST, path=f"/questions/{question}")
    await page.get_by_label("Nội dung trả lời").fill("Viết rất lâu.")
    async with counter.open_unit() as uow:
        await (await uow.driver()).execute(
            "UPDATE question SET agency_id = (SELECT id FROM agency WHERE code = 'H26.2') WHERE id = %s",
            (question,),
        )
        await uow.commit()
    await page.get_by_role("button", name="Gửi câu trả lời").click()
    await expect(page.locator("h1")).to_have_text("Câu hỏi không còn ở cơ quan của bạn")
    await expect(page.get_by_label("Nội dung bạn đã viết")).to_have_value("Viết rất lâu.")
    await audit(page, "console-question-gone-vi")


async def test_moderated_and_published(page, console, audit, counter):
    """What was taken out is marked; what is typed back in is taken out again; then everybody may read it."""
    words = f"Tôi là {NAME}, số điện thoại {PHONE}, hỏi về giấy khai sinh {page.name}."
    question = await counter.ask(words, public=True)
    await counter.answer(question, f"Chào chị {NAME}, cần tờ khai.")
    await console.signed_in(page, path="/moderation")
    await expect(page.locator("main")).not_to_contain_text(NAME)
    await audit(page, "console-moderation-vi")
    await page.locator(f'a[href="/console/moderation/{question}"]').click()
    await expect(page.locator("mark")).to_have_count(3)
    await expect(page.locator("main")).not_to_contain_text(PHONE)
    await audit(page, "console-moderation-one-vi")
    await page.get_by_role("textbox", name="Câu trả lời").fill(f"Gọi {PHONE} nhé.")
    await page.get_by_role("button", name="Công khai", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Đã thay thông tin cá nhân")
    await expect(page.get_by_role("textbox", name="Câu trả lời")).not_to_have_value(f"Gọi {PHONE} nhé.")
    await audit(page, "console-moderation-wrong-vi")
    await page.get_by_role("textbox", name="Câu trả lời").fill("Cần tờ khai.")
    await page.get_by_role("button", name="Công khai", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("Đã công khai.")
    await page.goto(console.at("/published"))
    await audit(page, "console-published-vi")
    await page.get_by_role("link", name=page.name).click()
    await audit(page, "console-published-one-vi")
    await page.get_by_role("link", name="Sửa ở trang kiểm duyệt").click()
    await page.get_by_role("link", name="English").click()
    await audit(page, "console-moderation-published-en")
    await page.get_by_role("link", name="See what is published").click()
    await page.get_by_role("button", name="Take down").click()
    await expect(page.get_by_role("status")).to_contain_text("Taken down.")


async def test_asked_often(page, console, audit):
    """Written for a procedure, found by words, changed, and taken down."""
    asked = f"Mất giấy khai sinh thì làm thế nào, xem trên {page.name}?"
    await console.signed_in(page, path="/published/new")
    await audit(page, "console-published-new-vi")
    await page.get_by_label("Thủ tục").fill("1.001193")
    await page.get_by_label("Thủ tục").press("Enter")
    await expect(page.get_by_text("Phiên bản hiện hành:")).to_be_visible()
    await page.get_by_label("Câu hỏi", exact=True).fill(asked)
    await page.get_by_role("button", name="Công khai").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await audit(page, "console-published-new-wrong-vi")
    await page.get_by_label("Câu trả lời", exact=True).fill("Xin cấp bản sao trích lục.")
    await page.get_by_role("button", name="Công khai").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã công khai.")
    await page.get_by_label("Tìm trong hỏi đáp").fill(f"trên {page.name}")
    await page.get_by_role("button", name="Tìm").click()
    await expect(page.locator(".entry")).to_have_count(1)
    await page.get_by_role("link", name=page.name).click()
    await page.get_by_role("link", name="English").click()
    await audit(page, "console-published-change-en")
    await page.get_by_label("Answer", exact=True).fill("Xin trích lục.")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_role("status")).to_contain_text("Published.")
    await page.goto(console.at("/published?q=nothing+like+this"))
    await expect(page.locator(".note")).to_have_text("There is nothing.")
    await audit(page, "console-published-none-en")


@ONCE
async def test_by_keyboard_alone(page, console, counter):
    """From the home page to the answer that was sent, with Tab, Enter and what is typed."""
    question = await counter.ask("Chỉ dùng bàn phím?", days=-30)
    await console.signed_in(page)
    await tab_to(page, "Câu hỏi")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(console.at("/questions"))
    await tab_to(page, "Chỉ dùng bàn phím?")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(console.at(f"/questions/{question}"))
    await tab_to(page, "text")
    await page.keyboard.type("Dùng được.")
    await tab_to(page, "Gửi câu trả lời")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi câu trả lời.")
    await expect(page.locator(".entry .text")).to_have_text("Dùng được.")


async def test_no_script_is_needed(chromium, console, counter):
    """With scripts switched off an answer is sent as before."""
    question = await counter.ask("Không có JavaScript?")
    async with await chromium.new_context(java_script_enabled=False, locale="vi-VN") as context:
        page = await context.new_page()
        await console.signed_in(page, CHIEF, path=f"/questions/{question}")
        await page.get_by_label("Nội dung trả lời").fill("Vẫn được.")
        await page.get_by_role("button", name="Gửi câu trả lời").click()
        await expect(page.get_by_role("status")).to_contain_text("Đã gửi câu trả lời.")


@ONCE
async def test_it_fits_a_small_screen(page, console, counter):
    """At 320 CSS pixels nothing has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    question = await counter.ask(f"{LONG}{'dài' * 60}", public=True)
    await counter.answer(question, "https://example.vn/" + "a" * 200)
    for path in ("/questions?tab=all", f"/questions/{question}", f"/moderation/{question}", "/published/new"):
        await console.signed_in(page, path=path)
        assert await page.evaluate("document.documentElement.scrollWidth") == 320, path
