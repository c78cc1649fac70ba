"""A real browser: Debian's Chromium, driven by Playwright, and axe-core to judge what it shows."""

import os
import pathlib

import pytest
from playwright.async_api import async_playwright

from infra.sandbox import launch
from tests.browser.console import Console
from tests.browser.verifying import make_papers

VERIFY = pathlib.Path(__file__).parents[2] / ".tindan" / "verify"
CHROMIUM = pathlib.Path(os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium"))
AXE = pathlib.Path(os.environ.get("AXE_PATH", VERIFY / "node_modules" / "axe-core" / "axe.min.js"))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIOLATIONS = """async (rules) =>
  (await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})).violations
"""
"""These alone are handed over: of all that was found to be right there is much more."""


@pytest.fixture(scope="session")
def sandbox():
    with launch.running() as running:
        yield running


@pytest.fixture(scope="session")
def chromium_path():
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: install Chromium, or name another one in CHROMIUM_PATH")
    return CHROMIUM


@pytest.fixture(scope="session")
async def chromium(chromium_path):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture(params=SIZES)
async def page(request, chromium, note_complaints):
    """A page of a fresh Vietnamese browser, once as a phone and once as a desktop."""
    async with await chromium.new_context(viewport=SIZES[request.param], locale="vi-VN") as context:
        page = await context.new_page()
        page.set_default_timeout(5000)
        note_complaints(page)
        page.name = request.param
        yield page


@pytest.fixture(scope="session")
def note_complaints():
    """Have a page keep what its console says of errors, for `audit`."""

    def keep(page):
        page.complaints = []
        page.on("console", lambda message: _note(page, message))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))

    return keep


def _note(page, message):
    # An error page is announced as an error, whatever it shows.
    if message.type == "error" and "Failed to load resource" not in message.text:
        page.complaints.append(message.text)


@pytest.fixture(scope="session")
def axe_source():
    if not AXE.exists():
        pytest.fail(f"{AXE} is missing: npm install --prefix {VERIFY} axe-core, or name it in AXE_PATH")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
async def papers(theatre):
    """Sealed documents in a whole installation."""
    stack, _ = theatre
    return await make_papers(stack)


@pytest.fixture
def console(theatre):
    """The officers' page of a whole installation."""
    stack, _ = theatre
    return Console(stack=stack)


@pytest.fixture
async def asked(page):
    """Every request that a page and its worker make."""
    found = []
    # A method of a list bears no attribute, which the driver would set.
    page.context.on("request", lambda request: found.append(request))  # noqa: PLW0108
    return found


@pytest.fixture
def audit(axe_source):
    async def audit(page, name):
        """Keep a picture of a page, and hold it to WCAG 2.2 AA, to its width and to its own policy."""
        pictures = VERIFY / "screens"
        pictures.mkdir(parents=True, exist_ok=True)
        # A PNG would cost twice as much.
        await page.screenshot(path=pictures / f"{name}-{page.name}.jpg", full_page=True, quality=80)
        if not await page.evaluate("'axe' in window"):
            await page.evaluate(axe_source)
        violations = [
            f"{one['id']}: {node['html']} {node['failureSummary']}"
            for one in await page.evaluate(VIOLATIONS, RULES)
            for node in one["nodes"]
        ]
        assert violations == []
        overhang = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(overhang) == 0
        assert page.complaints == []

    return audit


@pytest.fixture
def smuggle():
    """Bring a script, a style and an address into a page, and see its policy stop them all."""
    tried = """async () => {
      const seen = [];
      document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.smuggled = 1";
      document.body.append(script);
      document.body.setAttribute("style", "color: red");
      await fetch("https://evil.example/").catch(() => {});
      await new Promise((done) => setTimeout(done));
      return [window.smuggled ?? null, seen.sort()];
    }"""

    async def run(page):
        assert await page.evaluate(tried) == [None, ["connect-src", "script-src-elem", "style-src-attr"]]

    return run
