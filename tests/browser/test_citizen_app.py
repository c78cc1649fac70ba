"""A citizen with a phone, on a whole installation: from the mail's link to the end of the dossier."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from api.demonstration.actors import AgencyActor, Person, people
from api.demonstration.arrivals import Arrivals
from api.demonstration.load import CLIENT_ID

pytestmark = [pytest.mark.verify, pytest.mark.timeout(120)]

CODE = "H26.1-261121-0001"
Tell = Callable[..., None]


@pytest.fixture
async def phone(chromium, note_complaints):
    """A page of a fresh Vietnamese browser on a phone."""
    size = {"width": 390, "height": 844}
    async with await chromium.new_context(viewport=size, locale="vi-VN", has_touch=True) as context:
        page = await context.new_page()
        page.set_default_timeout(10_000)
        note_complaints(page)
        page.name = "phone"
        yield page


@pytest.fixture
def person(theatre) -> Person:
    """The citizen."""
    stack, _ = theatre
    return people(stack.sandbox_url)[0]


@pytest.fixture
def tell(theatre, person: Person) -> Iterator[Tell]:
    """Push a status of the dossier as its agency; wait until every channel asked for has its notice."""
    stack, secret = theatre
    with AgencyActor(stack.api_url, CLIENT_ID, secret) as agency, Arrivals(stack.sandbox_url) as arrivals:

        def push(status: int, *channels: str, **more: Any) -> None:
            event = {
                "event_id": f"e-{status}",
                "dossier_code": CODE,
                "status": status,
                "occurred_at": datetime.now(UTC).isoformat(),
                "procedure_code": "1.001193",
                "agency_code": "H26.1",
                "applicant": {"number": person.number, "name": person.name, "email": person.email},
            }
            before = len(arrivals.seen)
            agency.push(event | more)
            wanted = {(channel, CODE) for channel in channels}
            assert arrivals.wait_until(
                lambda: {(one.channel, one.dossier_code) for one in arrivals.seen[before:]} >= wanted, 20
            )

        yield push


async def test_a_citizen_follows_a_dossier(theatre, phone, audit, person: Person, tell: Tell):
    """By the link of a mail to the sign-in and the dossier; a push seen on the way; read; signed out."""
    stack, _ = theatre
    tell(2, "email", step="Bộ phận một cửa", due_at=(datetime.now(UTC) + timedelta(days=14)).isoformat())
    await phone.goto(f"{stack.sandbox_url}/app/dossiers/{CODE}")
    await expect(phone.locator("h1")).to_have_text("Theo dõi hồ sơ của bạn")
    await audit(phone, "citizen-welcome")
    await _sign_in(phone, person)
    await phone.wait_for_url(f"**/app/dossiers/{CODE}")
    await expect(phone.locator("h1")).to_have_text("Đăng ký khai sinh")
    await expect(phone.locator(".due")).to_have_text(re.compile(r"Hẹn trả: .*\s+· còn \d+ ngày làm việc"))
    await expect(phone.locator(".timeline li")).to_have_count(1)

    tell(5, "push", "email", step="Tư pháp - hộ tịch", note="Bổ sung bản chụp giấy chứng sinh.")
    await phone.reload()
    newest = phone.locator(".timeline li").last
    await expect(newest).to_contain_text("Yêu cầu bổ sung giấy tờ")
    await expect(newest).to_contain_text("Bổ sung bản chụp giấy chứng sinh.")
    await expect(phone.locator(".due")).to_contain_text("tạm dừng, chờ bạn")
    await audit(phone, "citizen-dossier")
    await phone.click("nav >> text=Hồ sơ")
    await expect(phone.locator(".list .tile")).to_have_count(1)
    await expect(phone.locator(".badge")).to_have_text("Yêu cầu bổ sung giấy tờ")
    await audit(phone, "citizen-dossiers")

    await _read_notices(phone, audit)

    await phone.click("text=English")
    await phone.locator(".list h2 a", has_text="more papers").click()
    await expect(phone.locator(".badge")).to_have_text("Supplement required")
    # Official names and agencies' own words are Vietnamese, and say so (WCAG 2.2, 3.1.2).
    await expect(phone.locator("h1[lang=vi]")).to_have_text("Đăng ký khai sinh")
    await audit(phone, "citizen-dossier-en")
    await phone.click("text=Sign out")
    await phone.wait_for_url("**/app")
    await phone.goto(f"{stack.sandbox_url}/app/dossiers")
    await expect(phone.locator("h1")).to_have_text("Follow your dossiers")


async def _sign_in(phone, person: Person) -> None:
    await phone.click("text=Đăng nhập bằng định danh điện tử")
    await phone.wait_for_url("**/idp/authorize?*")
    await phone.check(f"text={person.name}")
    await phone.get_by_role("button", name="Tiếp tục").click()


async def _read_notices(phone, audit) -> None:
    await phone.click("nav >> text=Thông báo")
    await expect(phone.locator(".tile.unread")).to_have_count(2)
    await expect(phone.locator(".lead")).to_have_text("2 chưa đọc")
    await audit(phone, "citizen-notifications")
    await phone.click("text=Đánh dấu đã đọc")
    await expect(phone.locator(".tile.unread")).to_have_count(0)
    await expect(phone.locator(".lead")).to_have_text("0 chưa đọc")
    await audit(phone, "citizen-notifications-read")
