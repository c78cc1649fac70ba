"""The verification page with a camera: Chromium's own, to which a film is shown.

This system's Chromium has no detector of codes, as phones have: in its place stands one that reads the same
pictures by another library.
"""

import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import qrcode
import zxingcpp
from PIL import Image
from playwright.async_api import Page, async_playwright, expect
from qrcode.constants import ERROR_CORRECT_M

from tests.browser.conftest import ARGUMENTS
from tests.browser.verifying import FOREIGN, REVOKED, VALID, verdict

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]

FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
DETECTOR = """
globalThis.streams = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  const stream = await open(wish);
  streams.push(stream);
  return stream;
};
globalThis.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(video) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    const rawValue = await readPicture(canvas.toDataURL());
    return rawValue ? [{ rawValue }] : [];
  }
};
"""
REFUSE = """() => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };
}"""


@pytest.fixture
async def filmed(chromium_path, tmp_path):
    """Open a browser whose camera sees a QR code, and which reads codes by another library than ours."""

    @asynccontextmanager
    async def film(link: str) -> AsyncIterator[Page]:
        film = tmp_path / "camera.y4m"
        film.write_bytes(footage(link))
        arguments = [*ARGUMENTS, *FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}"]
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium_path, args=arguments)
            context = await browser.new_context(locale="vi-VN", viewport={"width": 390, "height": 844})
            await context.expose_function("readPicture", read_picture)
            await context.add_init_script(DETECTOR)
            yield await context.new_page()
            await browser.close()

    return film


async def test_the_camera_reads_a_code(filmed, papers):
    """It is asked for on a click alone, and is off again once a code was read; a code of others is a look-alike."""
    foreign = papers.link(papers.other).replace(papers.url, "https://xacthuc-gov.example")
    for link, words in ((papers.link(papers.other), VALID), (foreign, FOREIGN)):
        async with filmed(link) as page:
            await page.goto(papers.link(papers.revoked))
            await verdict(page, REVOKED)
            assert await page.evaluate("streams.length") == 0
            await page.get_by_role("button", name="Quét bằng camera").click()
            await expect(page.locator("#words")).to_have_text(words, timeout=15_000)
            assert await page.evaluate("streams[0].getTracks().map(({ readyState }) => readyState)") == [
                "ended"
            ]
            await expect(page.locator("#camera")).to_be_hidden()


async def test_the_camera_can_be_turned_off(filmed, papers):
    """By whoever turned it on; and where it is refused, that is said."""
    async with filmed("nothing that we know") as page:
        await page.goto(papers.link(papers.valid))
        await verdict(page, VALID)
        await page.get_by_role("button", name="Quét bằng camera").click()
        # A camera takes its time, the first of a machine above all.
        await expect(page.get_by_role("button", name="Tắt camera")).to_be_focused(timeout=20_000)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Quét bằng camera")).to_be_focused()
        assert await page.evaluate("streams[0].getTracks()[0].readyState") == "ended"
        await page.evaluate(REFUSE)
        await page.keyboard.press("Enter")
        await expect(page.locator("#denied")).to_contain_text("Không mở được camera")


def footage(text: str) -> bytes:
    """Return a film of one picture (YUV4MPEG2): a QR code on grey, as a camera sees it."""
    width, height = 640, 480
    picture = Image.new("L", (width, height), 200)
    code = qrcode.make(text, error_correction=ERROR_CORRECT_M, box_size=5, border=4).get_image().convert("L")
    picture.paste(code, ((width - code.width) // 2, (height - code.height) // 2))
    colours = bytes([128]) * (width * height // 2)
    return (
        f"YUV4MPEG2 W{width} H{height} F15:1 Ip A1:1 C420jpeg\nFRAME\n".encode() + picture.tobytes() + colours
    )


def read_picture(data: str) -> str | None:
    """Read the code in a picture, as a phone's own reader would."""
    picture = Image.open(io.BytesIO(base64.b64decode(data.partition(",")[2])))
    found = zxingcpp.read_barcodes(picture)
    return found[0].text if found else None
