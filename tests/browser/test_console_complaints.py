"""Complaints at the officers' page, in a real browser: every state, by hand and by keyboard, in both languages."""

import pytest
from playwright.async_api import expect

from storage.complaints.kinds import ComplaintKind
from tests.browser.applicant import applicant, dossier
from tests.browser.complaints import Letterbox
from tests.browser.console import CHIEF, RECEPTIONIST, tab_to
from tests.browser.questions import NAME, PHONE, open_counter
from tests.storage.complaints.bureau import ago

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]
ONCE = pytest.mark.parametrize("page", ["phone"], indirect=True)
LONG = "Tôi nộp hồ sơ khai sinh cho con đã hơn một tháng, lần nào hỏi cũng được bảo chờ thêm. "


@pytest.fixture(scope="module")
async def letterbox(theatre):
    """Where people complain."""
    stack, _ = theatre
    async with open_counter(stack) as counter:
        yield Letterbox(counter=counter)


async def test_from_the_alarm_to_the_answer(page, console, audit, letterbox):
    """What is overdue is told first; it is accepted, an error is told at its field, and it is answered."""
    bureau = await letterbox.bureau()
    sent = await bureau.file(LONG * 3 + page.name, public=True, at=ago(days=60))
    await bureau.file(f"Mới gửi hôm nay. {page.name}", kind=ComplaintKind.SUGGESTION)
    await console.signed_in(page)
    await audit(page, "console-home-alarm-vi")
    await page.get_by_role("link", name="phản ánh, kiến nghị quá hạn xử lý").click()
    await expect(page.locator(".clock.late").first).to_contain_text("quá hạn")
    await audit(page, "console-complaints-overdue-vi")
    await page.goto(console.at("/complaints"))
    await audit(page, "console-complaints-vi")
    await page.locator(f'a[href="/console/complaints/{sent}"]').click()
    await expect(page.locator("h1")).to_contain_text("Phản ánh PA-")
    await expect(page.locator("main")).not_to_contain_text(NAME)
    await audit(page, "console-complaint-vi")
    await page.get_by_role("button", name="Tiếp nhận").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã tiếp nhận.")
    await page.get_by_role("button", name="Gửi kết quả xử lý").click()
    await expect(page).to_have_title("Lỗi: Phản ánh " + await _code(page) + " – Trang cán bộ TinDan")
    await expect(page.get_by_role("alert")).to_be_focused()
    await audit(page, "console-complaint-wrong-vi")
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_label("Kết quả xử lý")).to_be_focused()
    await page.get_by_label("Kết quả xử lý").fill("Hồ sơ bị thất lạc, đã tìm lại được.\n\nXin lỗi bạn.")
    await page.get_by_role("button", name="Gửi kết quả xử lý").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi kết quả xử lý.")
    await audit(page, "console-complaint-answered-vi")
    await page.get_by_role("link", name="English").click()
    await audit(page, "console-complaint-answered-en")
    await page.goto(console.at("/complaints?tab=all"))
    await expect(page.get_by_role("heading", name="Complaints", exact=True)).to_be_visible()
    await audit(page, "console-complaints-all-en")


async def _code(page):
    return (await page.locator("h1").inner_text()).split()[-1]


async def test_more_is_asked_and_supplied(page, console, audit, letterbox):
    """Meanwhile the clock stands; what the sender adds is shown, and the rest goes on."""
    bureau = await letterbox.bureau()
    sent = await bureau.file(f"Cán bộ đòi thêm giấy tờ. {page.name}")
    await console.signed_in(page, path=f"/complaints/{sent}")
    await page.get_by_label("Cần người gửi bổ sung điều gì").fill("Bạn nộp hồ sơ ngày nào?")
    await page.get_by_role("button", name="Gửi yêu cầu bổ sung").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi yêu cầu bổ sung.")
    await expect(page.locator(".clock.stopped")).to_have_text("đang tạm dừng")
    await audit(page, "console-complaint-awaited-vi")
    await bureau.supply(sent)
    await page.reload()
    await expect(page.get_by_text("Ngày 3.")).to_be_visible()
    await expect(page.get_by_role("button", name="Tiếp nhận")).to_be_visible()
    await audit(page, "console-complaint-supplied-vi")


async def test_somebody_else_was_first(page, console, audit, letterbox):
    """What was typed is still there, above it what came meanwhile; a second time it is sent."""
    bureau = await letterbox.bureau()
    sent = await bureau.file(f"Ai xử lý trước? {page.name}")
    await bureau.accept(sent)
    await console.signed_in(page, path=f"/complaints/{sent}")
    await page.get_by_label("Kết quả xử lý").fill("Câu của tôi.")
    await bureau.ask_more(sent)
    await page.get_by_role("button", name="Gửi kết quả xử lý").click()
    await expect(page.get_by_role("alert")).to_contain_text("Trong lúc đó đã có việc mới")
    await expect(page.get_by_text("Nộp ngày nào?")).to_be_visible()
    await expect(page.get_by_label("Kết quả xử lý")).to_have_value("Câu của tôi.")
    await audit(page, "console-complaint-overtaken-vi")
    await page.get_by_role("button", name="Gửi kết quả xử lý").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi kết quả xử lý.")


async def test_declined_and_sent_on(page, console, audit, letterbox):
    """Each asks for what it needs first, and says what was done."""
    sent = await (await letterbox.bureau()).file(f"Tố cáo cán bộ nhận tiền. {page.name}")
    await console.signed_in(page, path=f"/complaints/{sent}")
    await page.get_by_label("Giải thích thêm").fill("Hãy gửi đơn tố cáo.")
    await page.get_by_role("button", name="Từ chối xử lý").click()
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_label("Lý do từ chối")).to_be_focused()
    await expect(page.get_by_label("Giải thích thêm")).to_have_value("Hãy gửi đơn tố cáo.")
    await page.get_by_label("Lý do từ chối").select_option("other_way")
    await page.get_by_role("button", name="Từ chối xử lý").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã từ chối.")
    await audit(page, "console-complaint-declined-vi")
    other = await (await letterbox.bureau()).file(f"Gửi nhầm nơi. {page.name}")
    await page.goto(console.at(f"/complaints/{other}"))
    await page.get_by_label("Mã cơ quan nhận").fill("H99")
    await page.get_by_label("Lý do chuyển").fill("Thuộc nơi khác.")
    await page.get_by_role("button", name="Chuyển đi").click()
    await expect(page.get_by_role("alert")).to_contain_text("Không có cơ quan 'H99'.")
    await expect(page.get_by_label("Lý do chuyển")).to_have_value("Thuộc nơi khác.")
    await page.get_by_label("Mã cơ quan nhận").fill("H26.2")
    await page.get_by_role("button", name="Chuyển đi").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã chuyển cơ quan khác.")
    await page.goto(console.at(f"/complaints/{other}"))
    await expect(page.get_by_text("Thuộc nơi khác.")).to_be_visible()
    await audit(page, "console-complaint-forwarded-vi")


@ONCE
async def test_gone_while_somebody_wrote(page, console, audit, letterbox):
    """Sent on by another, it is not the ward's any more; what was typed can be copied."""
    bureau = await letterbox.bureau()
    sent = await bureau.file("Của ai?")
    await console.signed_in(page, RECEPTIONIST, path=f"/complaints/{sent}")
    await page.get_by_label("Cần người gửi bổ sung điều gì").fill("Viết rất lâu.")
    await bureau.forward(sent)
    await page.get_by_role("button", name="Gửi yêu cầu bổ sung").click()
    await expect(page.locator("h1")).to_have_text("Việc này không còn ở cơ quan của bạn")
    await expect(page.get_by_label("Nội dung bạn đã viết")).to_have_value("Viết rất lâu.")
    await audit(page, "console-complaint-gone-vi")


@ONCE
async def test_its_dossier_is_a_click_away(page, console, theatre):
    """A citizen complains about a dossier through the API; its messages open from the complaint."""
    stack, _ = theatre
    with applicant(stack) as citizen:
        code = dossier(*theatre, citizen)
        told = citizen.complain(
            text="Hồ sơ này chậm.", kind="complaint", topic="delay", dossier_code=code, public=False
        )
    await console.signed_in(page, path=f"/complaints/{told['id']}")
    await page.get_by_role("link", name=f"Trao đổi về hồ sơ {code}").click()
    await expect(page.locator("h1")).to_have_text(f"Trao đổi về hồ sơ {code}")


async def test_moderated_and_published(page, console, audit, letterbox):
    """What was taken out is marked; what is typed back in is taken out again; it is published and taken down."""
    words = f"Tôi là {NAME}, số điện thoại {PHONE}, chờ mãi không được {page.name}."
    bureau = await letterbox.bureau()
    sent = await bureau.file(words, public=True)
    await bureau.accept(sent)
    await bureau.answer(sent, f"Chào chị {NAME}, đã nhắc bộ phận một cửa.")
    await console.signed_in(page, path="/complaint-moderation")
    await expect(page.locator("main")).not_to_contain_text(NAME)
    await audit(page, "console-complaint-moderation-vi")
    await page.locator(f'a[href="/console/complaint-moderation/{sent}"]').click()
    await expect(page.locator("mark")).to_have_count(3)
    await audit(page, "console-complaint-moderation-one-vi")
    await page.get_by_role("textbox", name="Câu trả lời").fill(f"Gọi {PHONE} nhé.")
    await page.get_by_role("button", name="Công khai", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Đã thay thông tin cá nhân")
    await audit(page, "console-complaint-moderation-wrong-vi")
    await page.get_by_role("textbox", name="Câu trả lời").fill("Đã nhắc bộ phận một cửa.")
    await page.get_by_role("button", name="Công khai", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("Đã công khai.")
    await page.get_by_role("link", name="Phản ánh, kiến nghị đã công khai").click()
    await audit(page, "console-complaints-published-vi")
    await page.get_by_role("link", name=page.name).click()
    await page.get_by_role("link", name="English").click()
    await audit(page, "console-complaint-published-en")
    await page.get_by_role("button", name="Take down").click()
    await expect(page.get_by_role("status")).to_contain_text("Taken down.")


@ONCE
async def test_in_the_dark(page, console, audit, letterbox):
    """Where somebody's system is dark, the pages are, and what they say can be read."""
    await page.emulate_media(color_scheme="dark")
    sent = await (await letterbox.bureau()).file(LONG, at=ago(days=40))
    for name, path in (("home", ""), ("list", "/complaints"), ("one", f"/complaints/{sent}")):
        await console.signed_in(page, path=path)
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(21, 21, 21)"
        await audit(page, f"console-complaints-dark-{name}")


@ONCE
async def test_by_keyboard_alone(page, console, letterbox):
    """From the home page to what was asked, with Tab, Enter and what is typed."""
    sent = await (await letterbox.bureau()).file("Chỉ dùng bàn phím.", at=ago(days=300))
    await console.signed_in(page)
    await tab_to(page, "Phản ánh, kiến nghị")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(console.at("/complaints"))
    code = await page.locator(f'a[href="/console/complaints/{sent}"]').inner_text()
    await tab_to(page, code)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(console.at(f"/complaints/{sent}"))
    await tab_to(page, "more")
    await page.keyboard.type("Bạn nộp ngày nào?")
    await tab_to(page, "Gửi yêu cầu bổ sung")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi yêu cầu bổ sung.")
    await expect(page.locator(".entry .text")).to_have_text("Bạn nộp ngày nào?")


async def test_no_script_is_needed(chromium, console, letterbox):
    """With scripts switched off a complaint is accepted as before."""
    sent = await (await letterbox.bureau()).file("Không có JavaScript.")
    async with await chromium.new_context(java_script_enabled=False, locale="vi-VN") as context:
        page = await context.new_page()
        await console.signed_in(page, CHIEF, path=f"/complaints/{sent}")
        await page.get_by_role("button", name="Tiếp nhận").click()
        await expect(page.get_by_role("status")).to_contain_text("Đã tiếp nhận.")


@ONCE
async def test_it_fits_a_small_screen(page, console, letterbox):
    """At 320 CSS pixels nothing has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 568})
    bureau = await letterbox.bureau()
    sent = await bureau.file(f"{LONG}{'dài' * 60}", public=True)
    open_one = await (await letterbox.bureau()).file("dài" * 60, at=ago(days=50))
    await bureau.accept(sent)
    await bureau.answer(sent, "https://example.vn/" + "a" * 200)
    for path in (
        "",
        "/complaints?tab=all",
        f"/complaints/{sent}",
        f"/complaints/{open_one}",
        "/complaint-moderation",
        f"/complaint-moderation/{sent}",
        "/complaint-moderation/published",
    ):
        await console.signed_in(page, path=path)
        assert await page.evaluate("document.documentElement.scrollWidth") == 320, path
