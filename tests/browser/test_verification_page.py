"""The page that verifies documents as people meet it, in a real browser on a whole installation."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request, expect

from storage.cipher import KEY_BYTES, Cipher
from storage.engine import Engine
from storage.seals import repository as seals
from storage.seals.keys import SealKeys
from storage.seals.repository import Seal
from storage.settings import StorageSettings
from storage.signing import new_key, read_keys
from storage.unit_of_work import UnitOfWork
from tests.api.verify.sealing import FILE, seal
from tests.contracts.seals.tokens import twin

pytestmark = [pytest.mark.verify, pytest.mark.timeout(180)]

HEAVIEST = 60_000
"""Bytes of the page and its worker, as they are sent without compression."""
VALID, NO_PAPER = "Giấy tờ này còn hiệu lực", "Mã này còn hiệu lực, nhưng tờ giấy chưa được kiểm tra"
FOREIGN, UNCHECKED = "Đây không phải giấy tờ do chúng tôi cấp", "Chưa kiểm tra được"
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Papers:
    """Sealed documents, and where they are verified."""

    url: str
    valid: Seal
    other: Seal
    superseded: Seal
    revoked: Seal
    expired: Seal
    reserved: Seal
    forged: bytes
    strange: bytes

    def link(self, one: Seal, token: bytes | None = None) -> str:
        """Return what the QR code of a document holds."""
        text = base64.b32encode(token or one.token).decode().rstrip("=")
        return f"{self.url}/V/{one.code}#{text}"


@pytest.fixture(scope="module")
async def papers(theatre) -> Papers:
    """One of each kind, by the installation's own key, and one by a key that is not its own."""
    stack, _ = theatre
    now = datetime.now(UTC)
    engine = Engine(StorageSettings(DATABASE_URL=stack.database_url))
    cipher = Cipher(master_key=bytes(KEY_BYTES), index_key=bytes(range(KEY_BYTES)))
    keys = SealKeys(read_keys((stack.data_dir / "secrets" / "seal_key").read_text()))
    stranger = SealKeys(read_keys(new_key()))
    async with UnitOfWork(engine, cipher) as uow:
        made = {
            name: await seal(uow, keys, expires_at=now + 900 * DAY)
            for name in ("valid", "other", "superseded", "revoked")
        }
        made["expired"] = await seal(uow, keys, expires_at=now - DAY)
        made["reserved"] = await seal(uow, keys, sha256=None)
        strange = (await seal(uow, stranger)).token
        successor = await seal(uow, keys)
        await seals.supersede(
            uow, made["superseded"].id, successor_id=successor.id, reason="Đính chính họ tên", now=now
        )
        await seals.revoke(uow, made["revoked"].id, reason="Cấp sai thẩm quyền", now=now)
        await uow.commit()
    await engine.dispose()
    forged = made["valid"].token.replace(b"N.T.A.", b"N.T.B.")
    assert forged != made["valid"].token
    return Papers(url=stack.api_url, **made, forged=forged, strange=strange)


@pytest.fixture
def asked(page) -> list[Request]:
    """Every request that the page and its worker make."""
    found: list[Request] = []
    page.context.on("request", lambda request: found.append(request))  # noqa: PLW0108 - no attribute can be set on a method of a list
    return found


async def verdict(page: Page, words: str) -> None:
    """Expect a verdict, with the focus on it."""
    heading = page.locator("#words")
    await expect(heading).to_have_text(words)
    await expect(heading).to_be_focused()


async def ready_for_offline(page: Page) -> None:
    """Wait until the worker has what it needs: the page, the keys, and the list that was seen."""
    await page.wait_for_function(
        """async () => {
          if (!navigator.serviceWorker.controller) return false;
          const names = (await caches.keys()).filter((name) => name.startsWith("tindan-verify-"));
          const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
          return kept.flat().some(({ url }) => url.includes("/v1/status-lists/"));
        }"""
    )


@dataclass(frozen=True, kw_only=True)
class Case:
    """Something that is looked at, and what is said of it."""

    name: str
    words: str
    said: tuple[str, ...]
    tone: str


def case(name: str, words: str, *said: str, tone: str) -> Any:
    """Make a case."""
    return pytest.param(Case(name=name, words=words, said=said, tone=tone), id=name)


CASES = [
    case(
        "valid",
        VALID,
        "Con dấu điện tử: là thật",
        "Hiệu lực: đã hỏi trực tuyến",
        "N.T.A.",
        "H26.1-261102-0001",
        tone="good",
    ),
    case(
        "superseded",
        "Giấy tờ này đã được thay thế",
        "Bản mới có mã",
        "cấp ngày 02/11/2026",
        "Lý do: Đính chính họ tên",
        tone="warn",
    ),
    case("revoked", "Giấy tờ này đã bị thu hồi", "Lý do: Cấp sai thẩm quyền", "Từ ", tone="bad"),
    case("expired", "Giấy tờ này đã hết hạn", "đã quá ngày hết hạn", tone="warn"),
    case("reserved", VALID, "Không ghi thời hạn", tone="good"),
    case("forged", FOREIGN, "nội dung đã bị sửa", "Con dấu điện tử: không đúng", tone="bad"),
    case("strange", FOREIGN, "khoá không phải của chúng tôi", tone="bad"),
    case("mismatch", FOREIGN, "thuộc về hai giấy tờ khác nhau", "Mã: không thuộc về con dấu này", tone="bad"),
    case("cut", FOREIGN, "Không đọc được con dấu", tone="bad"),
    case("unknown", FOREIGN, "Không có giấy tờ nào mang mã này", tone="bad"),
    case("malformed", FOREIGN, "Không có giấy tờ nào mang mã này", tone="bad"),
    case(
        "no-seal",
        NO_PAPER,
        "địa chỉ không kèm con dấu",
        "Con dấu điện tử: không có trong địa chỉ",
        tone="warn",
    ),
]


def address(papers: Papers, name: str) -> str:
    """Return where a case is looked at."""
    special = {
        "forged": papers.link(papers.valid, papers.forged),
        "strange": papers.link(papers.valid, papers.strange),
        "mismatch": papers.link(papers.other, papers.valid.token),
        "cut": papers.link(papers.valid)[:-40],
        "unknown": f"{papers.url}/V/000000000000#" + papers.link(papers.valid).split("#")[1],
        "malformed": f"{papers.url}/V/Nghị%20định",
        "no-seal": f"{papers.url}/V/{papers.valid.code}",
    }
    return special.get(name) or papers.link(getattr(papers, name))


@pytest.mark.parametrize("case", CASES)
async def test_each_verdict(page, papers, audit, asked, case):
    """In words and by an icon, in both languages and both schemes, by a script that tells the fragment to nobody."""
    name, words, tone = case.name, case.words, case.tone
    where = address(papers, name)
    await page.goto(where)
    await verdict(page, words)
    shown = await page.inner_text("main")
    for sentence in case.said:
        assert sentence in shown
    icon = page.locator("#verdict > svg use")
    assert await icon.get_attribute("href") == f"#icon-{tone}"
    assert await page.get_attribute("#announced", "role") == ("alert" if tone == "bad" else "status")
    assert await page.locator("#claims").is_hidden() == (words == FOREIGN)
    await audit(page, f"verify-{name}-vi")
    await page.emulate_media(color_scheme="dark")
    await audit(page, f"verify-{name}-dark")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("#words")).not_to_have_text(words)
    assert await page.get_attribute("html", "lang") == "en"
    assert not re.search(
        "[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]",
        await page.inner_text("h1, #words, #checks, #checks-title"),
    )
    await audit(page, f"verify-{name}-en-dark")
    fragment = urlsplit(where).fragment
    assert asked
    for request in asked:
        assert urlsplit(request.url).netloc == urlsplit(papers.url).netloc
        assert request.post_data is None
        told = request.url.split("#")[0] + str(await request.all_headers())
        assert not fragment or fragment[:24] not in told


async def test_the_other_signature_that_is_as_good(page, papers):
    """(r, n-s) is no other document."""
    await page.goto(papers.link(papers.valid, twin(papers.valid.token)))
    await verdict(page, VALID)


@pytest.mark.parametrize("change", [str.lower, lambda text: text[:30] + "%20" + text[30:] + "%20"])
async def test_the_fragment_may_come_in_another_form(page, papers, change):
    """Scanners change case, and add spaces; the path may be in small letters as well."""
    head, fragment = papers.link(papers.valid).split("#")
    code = papers.valid.code.lower()
    await page.goto(f"{papers.url}/v/{code}#{change(fragment)}")
    await verdict(page, VALID)
    assert page.url.split("#")[0] == head


async def test_offline_after_a_first_visit(page, papers, audit, asked):
    """Another document than the one seen: its seal by the keys, its status by the signed list, and since when."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await ready_for_offline(page)
    await page.context.set_offline(True)
    await page.goto(papers.link(papers.other))
    await expect(page.locator("#words")).to_have_text(re.compile(r"Còn hiệu lực tính đến \d\d:\d\d ngày"))
    await expect(page.locator("#as-of")).to_have_text(re.compile("danh sách đã ký"))
    assert "Mã: chưa đối chiếu" in await page.inner_text("#checks")
    await audit(page, "verify-offline")
    for one, words in (
        (papers.revoked, "Giấy tờ này đã bị thu hồi"),
        (papers.superseded, "Giấy tờ này đã được thay thế"),
        (papers.expired, "Giấy tờ này đã hết hạn"),
    ):
        await page.goto("about:blank")
        await page.goto(papers.link(one))
        await verdict(page, words)
    await page.goto(papers.link(papers.valid, papers.forged))
    await verdict(page, FOREIGN)
    await page.goto(papers.link(papers.valid, papers.strange))
    await verdict(page, UNCHECKED)
    assert "khoá mà thiết bị này chưa biết" in await page.inner_text("#verdict")
    await page.goto(f"{papers.url}/V/{papers.valid.code}")
    await verdict(page, UNCHECKED)
    await audit(page, "verify-offline-nothing")
    await page.context.set_offline(False)
    await page.goto(papers.link(papers.other))
    await verdict(page, VALID)
    kept = await page.evaluate(
        """async () => {
          const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
          const kept = await Promise.all(caches_.map(async (cache) => (await cache.keys()).map(({ url }) => url)));
          return kept.flat().map((url) => new URL(url).pathname).sort();
        }"""
    )
    assert kept == ["/.well-known/tindan-seal-keys.json", "/V/-", "/v1/status-lists/0"], (
        "nothing of a document"
    )


async def test_an_old_list_says_nothing_good(page, papers):
    """After a day it is not enough to call a document valid, and still enough to call one revoked."""
    await page.clock.install()
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await ready_for_offline(page)
    await page.context.set_offline(True)
    await page.clock.set_system_time(datetime.now(UTC) + 2 * DAY)
    await page.get_by_role("button", name="Kiểm tra lại").click()
    await verdict(page, UNCHECKED)
    assert "đã cũ" in await page.inner_text("#verdict")
    assert "Tình trạng tính đến" in await page.inner_text("#verdict")
    await page.goto(papers.link(papers.revoked))
    await verdict(page, "Giấy tờ này đã bị thu hồi")


async def test_a_service_that_fails_is_no_verdict(page, papers):
    """Where the status can not be asked, the list speaks; where nothing answers, nothing is claimed."""
    await page.route("**/v1/verifications/*", lambda route: route.fulfill(status=503))
    await page.goto(papers.link(papers.valid))
    await expect(page.locator("#words")).to_have_text(re.compile("Còn hiệu lực tính đến"))
    await page.route("**/v1/status-lists/*", lambda route: route.abort())
    await page.get_by_role("button", name="Kiểm tra lại").click()
    await verdict(page, UNCHECKED)
    assert "Con dấu điện tử là thật" in await page.inner_text("#verdict")
    await page.route("**/.well-known/*", lambda route: route.fulfill(status=500))
    await page.get_by_role("button", name="Kiểm tra lại").click()
    await verdict(page, UNCHECKED)
    assert "Chưa tải được khoá" in await page.inner_text("#verdict")
    await page.unroute("**/v1/verifications/*")
    await page.route("**/v1/verifications/*", lambda route: route.fulfill(status=429))
    await page.get_by_role("button", name="Kiểm tra lại").click()
    await verdict(page, UNCHECKED)
    assert "hỏi quá nhiều lần" in await page.inner_text("#verdict")


def chosen(name: str, content: bytes) -> Any:
    """Return a file as a person chooses it."""
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


async def test_a_file_is_compared_and_sent_nowhere(page, papers, audit, asked):
    """The original to the letter, anything else with what to do; 40 MB of it stay on the device."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await ready_for_offline(page)
    asked.clear()
    compared = page.locator("#compared")
    await page.set_input_files("#file", chosen("ket-qua.pdf", FILE))
    await expect(compared).to_have_text("ket-qua.pdf: đúng là tệp gốc, không khác một chữ.")
    assert "Tệp: đúng là tệp gốc" in await page.inner_text("#checks")
    await audit(page, "verify-file-same")
    await page.set_input_files("#file", chosen("ban-in.pdf", FILE + b" stamped"))
    await expect(compared).to_have_text(re.compile("ban-in.pdf: khác tệp gốc. Bản có in mã QR luôn khác"))
    await audit(page, "verify-file-other")
    await page.set_input_files("#file", chosen("lon.pdf", bytes(40 * 1024 * 1024)))
    await expect(compared).to_have_text(re.compile("lon.pdf: khác tệp gốc"))
    assert [request.url for request in asked] == []


async def test_a_dropped_file_is_compared(page, papers):
    """Wherever it falls, it does not replace the page."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    transfer = await page.evaluate_handle(
        """text => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([text], "tha.pdf", { type: "application/pdf" }));
          return transfer;
        }""",
        FILE.decode(),
    )
    for target in ("#drop", "h1"):
        await page.set_input_files("#file", chosen("khac.pdf", b"x"))
        await expect(page.locator("#compared")).to_contain_text("khac.pdf")
        await page.dispatch_event(target, "drop", {"dataTransfer": transfer})
        await expect(page.locator("#compared")).to_have_text(re.compile("tha.pdf: đúng là tệp gốc"))


async def test_a_reserved_seal_offline_leaves_the_file_unchecked(page, papers):
    """Its token has no hash; the status would tell one once the file is there."""
    await page.goto(papers.link(papers.reserved))
    await verdict(page, VALID)
    await ready_for_offline(page)
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Kiểm tra lại").click()
    await expect(page.locator("#words")).to_have_text(re.compile("Còn hiệu lực tính đến"))
    await page.set_input_files("#file", chosen("ket-qua.pdf", FILE))
    await expect(page.locator("#compared")).to_have_text(re.compile("chưa được kiểm tra"))
    assert "Tệp: chưa kiểm tra" in await page.inner_text("#checks")


async def test_by_keyboard_alone(page, papers):
    """Every stop shows where it is; a code is typed and checked, and the result is where one goes on."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    for stop in ("#again", "#file", "#code"):
        await page.keyboard.press("Tab")
        await expect(page.locator(stop)).to_be_focused()
        ring = "el => getComputedStyle(el.id === 'file' ? el.previousElementSibling : el).outlineStyle"
        assert await page.eval_on_selector(stop, ring) != "none"
    await page.keyboard.type("7K3M")
    await page.keyboard.press("Enter")
    await expect(page.locator("#code")).to_be_focused()
    await expect(page.locator("#code")).to_have_accessible_description(
        re.compile("12 chữ và số. Hãy xem lại")
    )
    await page.keyboard.press("Control+A")
    code = papers.revoked.code
    await page.keyboard.type(f"{code[:4]}-{code[4:8]} {code[8:]}".lower())
    await page.keyboard.press("Enter")
    await verdict(page, "Giấy tờ này đã bị thu hồi")
    assert page.url == f"{papers.url}/V/{code}"
    await page.go_back()
    await verdict(page, VALID)
    await page.reload()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")


async def test_a_link_that_leads_elsewhere_is_a_look_alike(page, papers, audit):
    """Whatever it holds, also a good seal of ours; a link that leads here is followed."""
    await page.goto(f"{papers.url}/V/{papers.valid.code}")
    await verdict(page, NO_PAPER)
    link = papers.link(papers.other)
    for foreign in (
        link.replace(papers.url, "https://xacthuc-gov.example"),
        "https://evil.example/",
        "http://127.0.0.1.evil.example/V/0",
    ):
        await page.fill("#code", foreign)
        await page.keyboard.press("Enter")
        await expect(page.locator("#words")).to_have_text(FOREIGN)
        assert "Đừng mở địa chỉ đó" in await page.inner_text("#verdict")
        assert urlsplit(foreign).netloc in await page.inner_text("#verdict")
    await audit(page, "verify-look-alike")
    await page.fill("#code", link.upper().replace("HTTP://", "http://"))
    await page.keyboard.press("Enter")
    await verdict(page, VALID)


async def test_it_fits_a_small_screen(page, papers, audit):
    """At 320 CSS pixels, which is also 1,280 enlarged fourfold, nothing is scrolled sideways (WCAG 2.2, 1.4.10)."""
    await page.set_viewport_size({"width": 320, "height": 640})
    page.name = f"{page.name}-320"
    for name in ("valid", "superseded", "forged", "no-seal"):
        await page.goto("about:blank")
        await page.goto(address(papers, name))
        await expect(page.locator("#words")).to_be_focused()
        await audit(page, f"verify-{name}")


async def test_it_prints_what_counts(page, papers):
    """The result and what the seal says, on one sheet, without what can only be clicked."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await page.emulate_media(media="print")
    assert await page.locator("#claims").is_visible()
    assert not await page.locator("#drop").is_visible()
    assert not await page.locator("#form").is_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", await page.pdf(format="A4"))) == 1


async def test_without_script_the_status_is_a_link_away(chromium, papers):
    """Made by the service, for the code alone: it says that the paper itself was not checked."""
    async with await chromium.new_context(java_script_enabled=False, locale="vi-VN") as context:
        page = await context.new_page()
        await page.goto(papers.link(papers.superseded))
        await page.click("text=Xem tình trạng của mã này")
        shown = await page.inner_text("main")
        for sentence in ("đã được thay thế", "Đính chính họ tên", "con dấu trong mã QR chưa được kiểm tra"):
            assert sentence in shown
        await page.goto(f"{papers.url}/V/000000000000?status=1&lang=en")
        assert "No document has this code" in await page.inner_text("main")


async def test_nothing_else_may_run(page, papers, smuggle):
    """A script, a style or an address that somebody smuggles in is stopped by the page's policy."""
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await smuggle(page)


async def test_it_is_light(page, papers):
    """The page in both languages with all its scripts, and the worker, before compression."""
    sizes = []
    for path in (f"/V/{papers.valid.code}", "/V/sw.js"):
        answer = await page.request.get(papers.url + path)
        sizes.append(len(await answer.body()))
    print(sizes)  # noqa: T201 - the evidence
    assert sum(sizes) < HEAVIEST


async def test_where_no_code_can_be_read_it_says_how_to_scan(page, papers, asked):
    """A browser without a detector is told of the phone's own camera; nothing asks for one."""
    await page.add_init_script("delete globalThis.BarcodeDetector")
    await page.goto(papers.link(papers.valid))
    await verdict(page, VALID)
    await expect(page.get_by_role("button", name="Quét bằng camera")).to_be_hidden()
    assert "mở ứng dụng Camera của điện thoại" in await page.inner_text("#another")
