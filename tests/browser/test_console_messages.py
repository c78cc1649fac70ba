"""Conversations on the officers' page, in a real browser on a whole installation."""

import pytest
from playwright.async_api import expect

from tests.api.results.handing import letter
from tests.browser.applicant import applicant, dossier
from tests.browser.console import CHIEF, RECEPTIONIST

pytestmark = [pytest.mark.verify, pytest.mark.timeout(120)]
ONCE = pytest.mark.parametrize("page", ["phone"], indirect=True)
LONG = "Tôi nộp hồ sơ từ tuần trước. " * 12


@pytest.fixture(scope="module")
def citizen(theatre):
    """A citizen's app that writes."""
    stack, _ = theatre
    with applicant(stack) as signed_in:
        yield signed_in


@pytest.fixture
def code(theatre, citizen):
    """A new dossier about which the citizen has written, with a file."""
    code = dossier(*theatre, citizen)
    citizen.write(code, LONG + "\n\nBao giờ có kết quả ạ? <b>Cảm ơn</b>")
    citizen.attach(code, letter(), "Giấy chứng sinh của bệnh viện phụ sản trung ương.pdf")
    return code


async def test_a_conversation_from_the_queue_to_the_answer(page, console, audit, citizen, code):
    """The queue, filtered to nothing and back; the conversation; an error; the answer, which the citizen reads."""
    await console.signed_in(page, RECEPTIONIST, "/messages")
    await audit(page, "console-queue-vi")
    await page.get_by_label("Bổ sung giấy tờ").select_option("supplied")
    await page.get_by_role("button", name="Lọc danh sách").click()
    await expect(page.locator(".note")).to_have_text("Không có hồ sơ nào đang chờ trả lời.")
    await audit(page, "console-queue-empty-vi")
    await page.goto(console.at("/messages?unread=true"))
    await expect(page.get_by_label("Chỉ hồ sơ có tin chưa đọc")).to_be_checked()
    await page.get_by_role("link", name=code).click()
    await expect(page.locator("h1")).to_have_text(f"Trao đổi về hồ sơ {code}")
    await expect(page.get_by_text("<b>Cảm ơn</b>")).to_be_visible()
    await audit(page, "console-thread-vi")
    async with page.expect_download() as found:
        await page.get_by_role("link", name="Tải về Giấy chứng sinh").click()
    assert (await (await found.value).path()).read_bytes() == letter()
    await page.get_by_label("Câu trả lời").fill("Thứ sáu này.")
    await page.set_input_files("#file", {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"PK\3\4"})
    await page.get_by_role("button", name="Gửi trả lời").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page).to_have_title(f"Lỗi: Trao đổi về hồ sơ {code} – Trang cán bộ TinDan")
    await audit(page, "console-thread-wrong-vi")
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_label("Tệp kèm theo")).to_be_focused()
    await expect(page.get_by_label("Câu trả lời")).to_have_value("Thứ sáu này.")
    await page.get_by_role("button", name="Gửi trả lời").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi trả lời cho người dân.")
    await expect(page.get_by_role("article").last).to_contain_text("Thứ sáu này.")
    await audit(page, "console-thread-answered-vi")
    await page.get_by_role("link", name="English").click()
    await page.emulate_media(color_scheme="dark")
    await audit(page, "console-thread-dark-en")
    answer = citizen.messages(code)[0]
    assert (answer["author"], answer["text"]) == ("officer", "Thứ sáu này.")
    await page.goto(console.at("/messages"))
    await expect(page.get_by_role("link", name=code)).to_have_count(0)


async def test_a_supplement_row_by_row(page, console, audit, citizen, code):
    """A row added, the focus in it; an error at it; sent, answered, and back in the queue as supplied."""
    await console.signed_in(page, RECEPTIONIST, f"/dossiers/{code}/messages")
    await page.get_by_role("link", name="Yêu cầu bổ sung giấy tờ").click()
    await audit(page, "console-supplement-vi")
    await page.locator("#name-1").fill("Giấy chứng sinh")
    await page.get_by_role("button", name="Thêm một dòng").click()
    await expect(page.locator("#name-4")).to_be_focused()
    await expect(page.locator("#name-1")).to_have_value("Giấy chứng sinh")
    await page.locator("#note-4").fill("Bản gốc, hoặc bản sao có chứng thực")
    await page.get_by_role("button", name="Gửi yêu cầu").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await audit(page, "console-supplement-wrong-vi")
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.locator("#name-4")).to_be_focused()
    await page.keyboard.type("Giấy chứng nhận kết hôn")
    await page.get_by_label("Cần có chậm nhất vào ngày").fill("2099-12-05")
    await page.get_by_role("button", name="Gửi yêu cầu").click()
    await expect(page.get_by_role("status")).to_contain_text("Thời hạn tạm dừng")
    await expect(page.locator(".clock")).to_have_text("đang tạm dừng")
    await audit(page, "console-thread-asked-vi")
    asked = citizen.messages(code)[0]
    citizen.write(code, "Tôi gửi ạ", reply_to=asked["id"], items=[1, 2])
    await page.goto(console.at("/messages?supply=supplied"))
    await audit(page, "console-queue-supplied-vi")
    await page.get_by_role("link", name=code).click()
    await expect(page.get_by_text("đã có trả lời")).to_have_count(2)
    await page.get_by_role("link", name="English").click()
    await audit(page, "console-thread-supplied-en")
    await page.get_by_role("button", name="No answer needed").click()
    await expect(page.get_by_role("status")).to_contain_text("The dossier is off the list.")


@ONCE
async def test_an_answer_by_keyboard_alone(page, console, citizen, code):
    """From the queue to the sent answer, and every stop shows where it is and is large enough."""
    await console.signed_in(page, RECEPTIONIST, "/messages")
    stop = """() => {
      const at = document.activeElement, box = at.getBoundingClientRect();
      const seen = getComputedStyle(at).outlineStyle !== "none" && Math.min(box.height, box.width) >= 24;
      return [at.innerText || at.id || at.name, seen];
    }"""

    async def reach(name: str) -> None:
        for _ in range(40):
            await page.keyboard.press("Tab")
            words, seen = await page.evaluate(stop)
            assert seen, words
            if words == name:
                return
        pytest.fail(f"nothing by the name of {name} is reached")

    await reach(code)
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text(code)
    await reach("text")
    await page.keyboard.type("Thứ hai.")
    await reach("Gửi trả lời")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi trả lời")
    assert citizen.messages(code)[0]["text"] == "Thứ hai."


async def test_a_template_begins_an_answer(page, console, audit, code):
    """Written by the chief of the city, chosen by an officer of the ward, its blanks filled."""
    name = f"Đang giải quyết {page.name}"
    await console.signed_in(page, CHIEF, "/templates/new")
    await page.get_by_label("Tên mẫu").fill(name)
    await page.get_by_label("Nội dung").fill("Hồ sơ {dossier_code} đang được giải quyết.")
    await page.get_by_role("button", name="Lưu mẫu").click()
    await page.goto(console.at(f"/dossiers/{code}/messages"))
    await page.get_by_label("Bắt đầu bằng mẫu trả lời").select_option(label=name)
    await page.get_by_role("button", name="Dùng mẫu").click()
    await expect(page.get_by_label("Câu trả lời")).to_have_value(f"Hồ sơ {code} đang được giải quyết.")
    await audit(page, "console-thread-template-vi")


async def test_it_works_without_a_script(chromium, console, citizen, code):
    """With scripts switched off a row is added, and an answer sent."""
    async with await chromium.new_context(java_script_enabled=False, locale="vi-VN") as context:
        page = await context.new_page()
        await console.signed_in(page, RECEPTIONIST, f"/dossiers/{code}/messages/supplement")
        await page.get_by_role("button", name="Thêm một dòng").click()
        await expect(page.locator("#name-4")).to_have_count(1)
        await page.goto(console.at(f"/dossiers/{code}/messages"))
        await page.get_by_label("Câu trả lời").fill("Chào")
        await page.get_by_role("button", name="Gửi trả lời").click()
        await expect(page.get_by_role("status")).to_contain_text("Đã gửi trả lời")
    assert citizen.messages(code)[0]["text"] == "Chào"


@ONCE
async def test_it_fits_a_small_screen(page, console, code):
    """At 320 CSS pixels nothing has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    for path in ("/messages", f"/dossiers/{code}/messages", f"/dossiers/{code}/messages/supplement"):
        await console.signed_in(page, RECEPTIONIST, path)
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
