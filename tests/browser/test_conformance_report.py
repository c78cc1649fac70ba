"""The report of the conformance kit as an integrator opens it: a file, in a real browser."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from api.conformance import faults
from api.conformance.facts import Draw
from api.conformance.report import draw_up
from api.conformance.report_page import page as page_of
from api.conformance.scenarios import SCENARIOS
from tests.conformance.tapes import Made

pytestmark = [pytest.mark.verify, pytest.mark.timeout(120)]

A4 = {"width": 680, "height": 1010}
"""CSS pixels between the margins."""
LONG_ID = "5f0e6c1b" * 15
"""As long as an id may be."""


def _bad() -> list[Made]:
    """An integration with a fault of many a kind."""
    facts = Draw().dossier()
    one, two = facts[:2]
    cut = Made(scenario="lost-answers", facts=facts, kept=[one], ending={"code": 1})
    cut.lost(one, two, action=faults.CUT_AFTER).told(one, at=0.15, names=[LONG_ID], agent="python-httpx/0.28")
    fast = Made(scenario="too-fast", facts=facts)
    fast.lost(*facts, action=faults.wait(429, 2)).told(*facts, at=0.3, leaks=["URL"])
    return [cut, fast]


@pytest.fixture(params=["bad", "good"])
def report(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A report of an integration, as a file."""
    made = _bad()
    if request.param == "good":
        made = [Made(scenario=scenario.name) for scenario in SCENARIOS]
        for one in made:
            one.told(*one.facts)
    found = draw_up([(one.evidence(), 1.5) for one in made], SCENARIOS, datetime(2026, 11, 21, 2, tzinfo=UTC))
    file = tmp_path / "report.html"
    file.write_text(page_of(found), "utf-8")
    return request.param, file.as_uri()


async def test_it_is_accessible(page: Page, report: tuple[str, str], audit):
    """In both languages, in the light and the dark, on the smallest screen and on paper."""
    name, address = report
    await page.goto(address)
    await audit(page, f"conformance-{name}-vi")
    await page.get_by_label("English").check()
    await audit(page, f"conformance-{name}-en")
    await page.emulate_media(color_scheme="dark")
    await audit(page, f"conformance-{name}-dark")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 320, "height": 568})
    page.name = f"{page.name}-320"
    await audit(page, f"conformance-{name}-en")
    await page.set_viewport_size(A4)
    await page.emulate_media(media="print")
    await audit(page, f"conformance-{name}-print")


async def test_a_language_is_chosen_by_keys(page: Page, report: tuple[str, str]):
    """One language is shown at a time, and the choice is a pair of radio buttons like any other."""
    _, address = report
    await page.goto(address)
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Báo cáo tương thích", use_inner_text=True)
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowRight")
    await expect(heading).to_have_text("Conformance report", use_inner_text=True)
    assert "Bắt buộc" not in await page.inner_text("main")


async def test_what_failed_leads_to_its_mending(page: Page, report: tuple[str, str]):
    """From the list of all checks to what was seen, why it matters and what to do."""
    name, address = report
    await page.goto(address)
    links = page.get_by_role("table", name="Mọi yêu cầu").get_by_role("link")
    if name == "good":
        await expect(links).to_have_count(0)
        await expect(page.get_by_text("Không có gì cần sửa.")).to_be_visible()
        return
    await links.filter(has_text="Gửi lại với cùng một mã").click()
    fault = page.locator("#stable-ids")
    await expect(fault).to_be_in_viewport()
    await expect(fault).to_contain_text("Vì sao quan trọng")
    await expect(fault).to_contain_text("Cách sửa")


async def test_it_needs_nothing_beside_itself(page: Page, report: tuple[str, str], asked):
    """No script runs, and nothing else is loaded: it can be sent by mail and opened anywhere."""
    _, address = report
    await page.goto(address)
    assert [request.url for request in asked] == [address]
    assert await page.locator("script").count() == 0
