"""A dossier is rated in a browser by the link of its notice, on a whole installation."""

import json
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.async_api import expect

from storage.ratings.links import proof_of
from tests.browser.applicant import applicant
from tests.browser.rating import open_ward

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]
ONCE = pytest.mark.parametrize("page", ["phone"], indirect=True)


@pytest.fixture(scope="module")
async def ward(theatre):
    """Where dossiers end."""
    async with open_ward(theatre) as opened:
        yield opened


@pytest.fixture
def where(theatre) -> str:
    """The address of the page."""
    stack, _ = theatre
    return f"{stack.api_url}/danh-gia"


@pytest.fixture
async def link(theatre, ward, where) -> str:
    """The link of a notice about a closed dossier."""
    stack, _ = theatre
    with applicant(stack) as who:
        code = await ward.close(who)
    return f"{where}#{urlencode({'c': code, 'p': proof_of(ward.cipher, code)})}"


async def rated(ward, before):
    """Return what was said since."""
    said = await ward.opinions()
    return [said[spent] for spent in said.keys() - before.keys()]


async def test_rated_and_changed(page, link, ward, audit, asked):
    """Blinded and unblinded in the page; what is sent in the end names neither dossier, proof nor reader."""
    where = link.partition("#")[0]
    before = await ward.opinions()
    await page.goto(link)
    await expect(page.locator("h1")).to_have_text("Đánh giá việc giải quyết hồ sơ")
    await expect(page.get_by_role("radio")).to_have_count(3)
    assert page.url == where
    await audit(page, "rating-page-vi")
    await page.get_by_role("button", name="Gửi đánh giá").click()
    await expect(page.get_by_text("Hãy chọn một mức độ.")).to_be_visible()
    await expect(page.get_by_role("radio").first).to_be_focused()
    await page.keyboard.press("Space")
    await expect(page.get_by_text("Hãy chọn một mức độ.")).to_be_hidden()
    await page.get_by_label("Trả kết quả trễ hẹn").check()
    await page.get_by_label("Ý kiến khác").fill("Chờ lâu.")
    await audit(page, "rating-page-chosen-vi")
    await page.get_by_role("button", name="Gửi đánh giá").click()
    await expect(page.locator("#done")).to_be_focused()
    await expect(page.locator("#done")).to_contain_text(
        "Đã gửi đánh giá. Bạn sửa được ở trang này đến hết ngày"
    )
    await audit(page, "rating-page-sent-vi")
    assert await rated(ward, before) == [("dissatisfied", ["late"], "Chờ lâu.")]
    await page.click("text=English")
    await expect(page.get_by_label("Dissatisfied", exact=True)).to_be_checked()
    await expect(page.get_by_label("The result came late")).to_be_checked()
    await page.get_by_label("Very satisfied").check()
    await page.get_by_role("button", name="Send the rating").click()
    await expect(page.locator("#done")).to_contain_text("Your rating was sent.")
    await audit(page, "rating-page-sent-en")
    assert await rated(ward, before) == [("very_satisfied", [], "Chờ lâu.")]

    held = [value for pair in urlsplit(link).fragment.split("&") for value in [pair.partition("=")[2]]]
    sent = [one for one in asked if one.url.endswith("/v1/ratings")]
    assert len(sent) == 2
    blinded = [json.loads(one.post_data)["blinded"] for one in asked if one.url.endswith("/tokens")]
    assert len(blinded) == 1
    for one in sent:
        told = one.post_data + str(await one.all_headers()) + one.url
        assert not [value for value in [*held, *blinded] if value in told]
    assert {urlsplit(one.url).netloc for one in asked} == {urlsplit(where).netloc}
    assert not [one.url for one in asked if held[1] in one.url.partition("#")[0]]


@ONCE
@pytest.mark.parametrize("what", ["key", "signature"])
async def test_a_server_that_cheats_gets_no_rating(page, link, ward, audit, what):
    """A key that is not everybody's, or a number that is no signature, is told; nothing is sent."""
    before = await ward.opinions()

    async def cheat(route):
        answer = await route.fetch()
        told = await answer.json()
        lie = {"kid": "A" * 43} if what == "key" else {"signed": "B" * 341 + "A"}
        await route.fulfill(response=answer, json=told | lie)

    await page.route("**/v1/agencies/*/ratings?*" if what == "key" else "**/v1/rating-links/tokens", cheat)
    await page.goto(link)
    await page.get_by_label("Hài lòng", exact=True).check()
    await page.get_by_label("Ý kiến khác").fill("Giữ lại.")
    await page.get_by_role("button", name="Gửi đánh giá").click()
    await expect(page.get_by_role("alert")).to_contain_text("Chưa gửi gì")
    await expect(page.get_by_label("Ý kiến khác")).to_have_value("Giữ lại.")
    await audit(page, f"rating-page-cheated-{what}-vi")
    assert await rated(ward, before) == []
    await page.unroute_all()
    await page.get_by_role("button", name="Gửi đánh giá").click()
    await expect(page.locator("#done")).to_be_visible()
    assert await rated(ward, before) == [("satisfied", [], "Giữ lại.")]


@ONCE
async def test_rated_elsewhere(page, chromium, link):
    """The place that was given the token keeps it, for as long as its tab is open."""
    async with await chromium.new_context(locale="vi-VN") as context:
        other = await context.new_page()
        await other.goto(link)
        await expect(other.get_by_role("radio")).to_have_count(3)
        await page.goto(link)
        await page.get_by_label("Rất hài lòng").check()
        await page.get_by_role("button", name="Gửi đánh giá").click()
        await expect(page.locator("#done")).to_be_visible()
        await other.get_by_label("Không hài lòng").check()
        await other.get_by_role("button", name="Gửi đánh giá").click()
        await expect(other.get_by_role("alert")).to_be_visible()
        await other.reload()
        await expect(other.locator("#note")).to_contain_text("ở nơi khác")
    await page.reload()
    await expect(page.get_by_label("Rất hài lòng")).to_be_checked()


@ONCE
async def test_without_a_network(page, link, audit):
    """It is said so; the same form is sent once there is one, by the token that was drawn."""
    await page.goto(link)
    await page.get_by_label("Hài lòng", exact=True).check()
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Gửi đánh giá").click()
    await expect(page.get_by_role("alert")).to_contain_text("Kiểm tra mạng")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Gửi đánh giá").click()
    await expect(page.locator("#done")).to_be_visible()


async def test_without_a_link(page, where, link, audit):
    """The page says what to open; a wrong proof is explained, and nothing of the dossier told."""
    await page.goto(where)
    await expect(page.locator("#note")).to_contain_text("liên kết trong thông báo")
    await audit(page, "rating-page-missing-vi")
    await page.goto(f"{link[:-22]}{'A' * 22}")
    await expect(page.get_by_role("alert")).to_contain_text("Hãy mở lại đúng liên kết")
    await expect(page.get_by_role("radio")).to_have_count(0)
    await audit(page, "rating-page-wrong-vi")


@ONCE
async def test_it_fits_a_small_screen_in_the_dark(page, link, audit):
    """At 320 CSS pixels, and where the reader's colours are dark."""
    await page.set_viewport_size({"width": 320, "height": 568})
    await page.emulate_media(color_scheme="dark")
    await page.goto(link)
    await page.get_by_label("Không hài lòng").check()
    await audit(page, "rating-page-dark-vi")


async def test_without_script_it_says_so(chromium, where):
    """And names another way."""
    async with await chromium.new_context(java_script_enabled=False, locale="vi-VN") as context:
        page = await context.new_page()
        await page.goto(where)
        assert "ứng dụng" in await page.inner_text("noscript")


async def test_nothing_else_may_run(page, where, smuggle):
    """A script, a style or an address that somebody smuggles in is stopped by the page's policy."""
    await page.goto(where)
    await smuggle(page)
