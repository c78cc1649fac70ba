"""The page of a link to documents as people meet it, in a real browser on a whole installation."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from auth import opaque
from storage.cipher import Cipher
from storage.engine import Engine
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.settings import Environment, StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault import shares, states
from storage.vault.kinds import FileRole
from storage.vault.place import open_blobs
from storage.vault.shares import NewShare
from tests.api.callers import Citizen
from tests.api.documents import COPY, keep_document
from tests.storage.vault.keeping import AGENCY

pytestmark = [pytest.mark.verify, pytest.mark.timeout(120)]
ONCE = pytest.mark.parametrize("page", ["phone"], indirect=True)
BIRTH, LICENCE, OLD = "Giấy khai sinh", "Giấy phép xây dựng nhà ở riêng lẻ", "Giấy chứng nhận kết hôn"
WRONG = "Chưa mở được"


@dataclass(frozen=True, kw_only=True)
class Links:
    """Documents of somebody's in a running installation, and links to them."""

    url: str
    services: Any
    party_id: Any
    ids: list[Any]

    async def give(self, **told: Any) -> str:
        """Return the address of a new link."""
        now, secret = datetime.now(UTC), opaque.draw()
        new = NewShare(
            document_ids=self.ids,
            roles=frozenset(FileRole),
            purpose="Nộp hồ sơ nhập học cho con",
            **{"expires_at": now + timedelta(days=7), "uses_allowed": 3} | told,
        )
        async with self.services.unit_of_work() as uow:
            await shares.add(uow, self.party_id, new, token_hash=opaque.digest(secret), now=now)
            await uow.commit()
        return f"{self.url}/chia-se/{secret}"

    async def uses_made(self) -> int:
        """Return how often all links were used."""
        async with self.services.reading() as reading:
            query = "SELECT sum(uses_made) FROM share WHERE party_id = %s"
            row = await (await (await reading.driver()).execute(query, (self.party_id,))).fetchone()
        return row[0]


@pytest.fixture
async def links(theatre) -> AsyncIterator[Links]:
    """A valid document, one that has expired and one that was revoked, of a new person."""
    stack, _ = theatre
    settings = StorageSettings(
        env=Environment.DEVELOPMENT, data_dir=stack.data_dir, DATABASE_URL=stack.database_url
    )
    cipher = Cipher(master_key=settings.root_key("master_key"), index_key=settings.root_key("index_key"))
    engine = Engine(settings)
    services: Any = SimpleNamespace(
        unit_of_work=lambda: UnitOfWork(engine, cipher),
        reading=lambda: Reading(engine, cipher),
        blobs=open_blobs(settings),
    )
    number = f"001190{new_id().int % 10**6:06d}"
    async with services.unit_of_work() as uow:
        (key,) = await parties.find_or_create(uow, [PartyIdentity(kind=PartyKind.PERSON, number=number)])
        await uow.commit()
    owner = Citizen(party_id=key.party_id, kind=PartyKind.PERSON, number=number, name="", headers={})
    told = ({"title": BIRTH}, {"title": LICENCE, "expires_on": date(2026, 11, 20)}, {"title": OLD})
    ids = [await keep_document(services, owner, f"{number}/{n}", **one) for n, one in enumerate(told)]
    async with services.unit_of_work() as uow:
        await states.revoke(uow, [AGENCY], ids[2], reason="Cấp sai", now=datetime.now(UTC))
        await uow.commit()
    yield Links(url=stack.api_url, services=services, party_id=key.party_id, ids=ids)
    await engine.dispose()


async def test_a_link_is_opened_by_its_button(page, links, audit, asked):
    """In both languages and schemes; before it is pressed nothing is asked for and no use is counted."""
    where = await links.give()
    await page.goto(where)
    await expect(page).to_have_title("Giấy tờ được chia sẻ – TinDan")
    await audit(page, "share-closed-vi")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("h1")).to_have_text("Shared documents")
    await audit(page, "share-closed-en")
    assert await links.uses_made() == 0
    assert [urlsplit(request.url).path for request in asked] == [urlsplit(where).path] * 2
    await page.get_by_role("link", name="Tiếng Việt").click()
    await page.get_by_role("button", name="Mở giấy tờ").click()
    await expect(page.locator("#purpose")).to_have_text("Nộp hồ sơ nhập học cho con")
    await expect(page.locator("#purpose")).to_be_focused()
    assert await page.locator("h3").all_inner_texts() == [BIRTH, LICENCE, OLD]
    standings = await page.locator(".standing").all_inner_texts()
    assert standings[:2] == ["Còn hiệu lực", "Hết hạn"]
    assert standings[2].startswith("Đã thu hồi (từ ")
    await audit(page, "share-open-vi")
    await page.emulate_media(color_scheme="dark")
    await audit(page, "share-open-dark")
    assert await links.uses_made() == 1
    assert {urlsplit(request.url).netloc for request in asked} == {urlsplit(links.url).netloc}
    for request in asked:
        assert "referer" not in await request.all_headers()


@ONCE
async def test_a_file_is_downloaded_under_its_name(page, links):
    """By the page's own link, which is of no use to whoever has not opened the page."""
    await page.goto(await links.give())
    await page.get_by_role("button", name="Mở giấy tờ").click()
    link = page.get_by_role("link", name=f"Tải bản có mã QR (PDF, 1 kB): {BIRTH}")
    async with page.expect_download() as waiting:
        await link.click()
    download = await waiting.value
    assert download.suggested_filename == f"{BIRTH}.pdf"
    assert (await download.path()).read_bytes() == COPY
    address = links.url + await link.get_attribute("href")
    async with await page.context.browser.new_context() as stranger:
        assert (await stranger.request.get(address)).status == 404


@ONCE
async def test_loading_it_again_is_no_second_use(page, links):
    """The same browser goes on with its visit."""
    await page.goto(await links.give(uses_allowed=1))
    for _ in range(2):
        await page.get_by_role("button", name="Mở giấy tờ").click()
        await expect(page.locator("h3").first).to_have_text(BIRTH)
        await page.reload()
    assert await links.uses_made() == 1


@ONCE
@pytest.mark.parametrize("why", ["used up", "unknown"])
async def test_what_opens_nothing_is_explained(page, links, audit, why):
    """In the same words, with the focus on them."""
    where = await links.give(uses_allowed=1)
    if why == "used up":
        async with await page.context.browser.new_context() as other:
            token = where.rpartition("/")[2]
            assert (await other.request.post(f"{links.url}/v1/shares/{token}/visits")).status == 201
    await page.goto(where if why == "used up" else f"{links.url}/chia-se/unknown")
    await page.get_by_role("button", name="Mở giấy tờ").click()
    await expect(page.get_by_role("heading", name=WRONG)).to_be_focused()
    await expect(page.locator("#fault")).to_contain_text("Hãy hỏi lại người gửi")
    await expect(page.locator("#found")).to_be_hidden()
    await audit(page, "share-wrong")


@ONCE
async def test_by_keyboard_on_a_small_screen_without_a_network(page, links):
    """It says so, and opens once there is one; at 320 CSS pixels nothing has to be scrolled sideways."""
    await page.set_viewport_size({"width": 320, "height": 568})
    await page.goto(await links.give())
    for _ in range(3):
        await page.keyboard.press("Tab")
    await page.context.set_offline(True)
    await page.keyboard.press("Enter")
    await expect(page.locator("#fault")).to_contain_text("Kiểm tra mạng")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Mở giấy tờ").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#purpose")).to_be_focused()
    assert await page.evaluate("document.documentElement.scrollWidth") == 320


@ONCE
async def test_nothing_is_smuggled_in(page, links, smuggle):
    """Nor does a title become part of the page."""
    await page.goto(await links.give())
    await smuggle(page)
