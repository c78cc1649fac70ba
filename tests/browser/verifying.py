"""Sealed documents of every kind, and what the verification page is to say of each."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from api.stack import Stack
from storage.cipher import KEY_BYTES, Cipher
from storage.engine import Engine
from storage.seals import repository as seals
from storage.seals.keys import SealKeys
from storage.seals.repository import Seal
from storage.settings import StorageSettings
from storage.signing import new_key, read_keys
from storage.unit_of_work import UnitOfWork
from tests.api.verify.sealing import seal
from tests.faults.polling import until

VALID, NO_PAPER = "Giấy tờ này còn hiệu lực", "Mã này còn hiệu lực, nhưng tờ giấy chưa được kiểm tra"
FOREIGN, UNCHECKED = "Đây không phải giấy tờ do chúng tôi cấp", "Chưa kiểm tra được"
REVOKED, SUPERSEDED = "Giấy tờ này đã bị thu hồi", "Giấy tờ này đã được thay thế"
EXPIRED = "Giấy tờ này đã hết hạn"
DAY = timedelta(days=1)
ONCE = pytest.mark.parametrize("page", ["phone"], indirect=True)
"""For what does not depend on the size of the window."""


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


async def make_papers(stack: Stack) -> Papers:
    """Seal one of each kind by the installation's own key, and one by a key that is not its own."""
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


async def verdict(page: Page, words: str) -> None:
    """Expect a verdict, with the focus on it."""
    heading = page.locator("#words")
    await expect(heading).to_have_text(words)
    await expect(heading).to_be_focused()


KEPT = """async () => {
  if (navigator.serviceWorker.controller?.state !== "activated") return false;
  const names = (await caches.keys()).filter((name) => name.startsWith("tindan-verify-"));
  const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return kept.flat().some(({ url }) => url.includes("/v1/status-lists/"));
}"""


async def ready_for_offline(page: Page) -> None:
    """Wait until the worker has what it needs: the page, the keys, and the list that was seen."""
    # Not wait_for_function: it takes the promise of an answer for the answer.
    await until(lambda: page.evaluate(KEPT))


def chosen(name: str, content: bytes) -> Any:
    """Return a file as a person chooses it."""
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


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
        "Hiệu lực: còn (hỏi trực tuyến)",
        "N.T.A.",
        "H26.1-261102-0001",
        tone="good",
    ),
    case(
        "superseded",
        SUPERSEDED,
        "Bản mới có mã",
        "cấp ngày 02/11/2026",
        "Lý do: Đính chính họ tên",
        tone="warn",
    ),
    case(
        "revoked",
        REVOKED,
        "Lý do: Cấp sai thẩm quyền",
        "Hiệu lực: đã bị thu hồi (hỏi trực tuyến)",
        "Từ ",
        tone="bad",
    ),
    case("expired", EXPIRED, "đã quá ngày hết hạn", tone="warn"),
    case("reserved", NO_PAPER, "Không ghi thời hạn", "chưa gửi giấy tờ mang mã", tone="warn"),
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
