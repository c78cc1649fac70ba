"""Officers of the demonstration at their page, in a real browser: `signed_in` goes through the real sign-in."""

from dataclasses import dataclass
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from api.stack import Stack

RECEPTIONIST = "Lê Thị Tiếp Nhận"
"""Officer of the ward H26.1."""
CHIEF = "Phạm Văn Giám Sát"
"""Officer, supervisor and moderator of the city H26, and so of its ward."""
MODERATOR = "Hoàng Thị Kiểm Duyệt"
"""Moderator of the ministry G09."""
OPERATOR = "Vũ Văn Vận Hành"
"""Operates the installation, and has no agency."""
BEGIN = "Đăng nhập bằng tài khoản công vụ"


@dataclass(frozen=True, kw_only=True)
class Console:
    """The officers' page of a running installation."""

    stack: Stack

    def at(self, path: str = "") -> str:
        """Return the address of a page below /console."""
        return f"{self.stack.api_url}/console{path}"

    async def signed_in(self, page: Page, officer: str = CHIEF, path: str = "") -> None:
        """Sign an officer in, in Vietnamese, and open a page below /console."""
        await page.goto(f"{self.at('/sign-in')}?next={quote(f'/console{path}', safe='')}")
        await page.get_by_role("link", name=BEGIN).click()
        await vouched(page, officer)
        await expect(page).to_have_url(self.at(path))


async def vouched(page: Page, officer: str) -> None:
    """Choose an account at the provider, in Vietnamese."""
    await page.check(f"text={officer}")
    await page.get_by_role("button", name="Tiếp tục").click()


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until something is reached; every stop shows where it is and is large enough.

    Links within a sentence may be as small as its letters (WCAG 2.2, 2.5.8).
    """
    stop = """() => {
      const at = document.activeElement, box = at.getBoundingClientRect();
      const shown = getComputedStyle(at).outlineStyle !== "none" || at.id === "main";
      const inline = getComputedStyle(at).display === "inline";
      return [at.innerText || at.name || at.id, shown, inline ? 24 : Math.min(box.height, box.width)];
    }"""
    for _ in range(60):
        await page.keyboard.press("Tab")
        reached, shown, size = await page.evaluate(stop)
        assert shown, reached
        assert size >= 24 or reached == "Đến nội dung chính", reached
        if reached == name:
            return
    pytest.fail(f"no stop is called {name}")
