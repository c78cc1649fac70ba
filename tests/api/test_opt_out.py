"""Whoever holds an address gives it up by the link in a message."""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import httpx
import pytest

from api.services import Services
from storage.contacts.opt_out import opt_out_token
from storage.ids import new_id
from tests.api.callers import NewCode, PushEvent


@pytest.fixture
async def token(services: Services, push_event: PushEvent, new_code: NewCode) -> str:
    """The token in a message to an address that an agency supplied."""
    await push_event(new_code(), 1, applicant={"email": "nguyen.an@example.vn"})
    async with services.reading() as reading:
        row: Any = await (await (await reading.driver()).execute("SELECT id FROM contact")).fetchone()
        return opt_out_token(reading.cipher, row[0])


async def given_up(services: Services) -> bool:
    """Return whether the one address is opted out."""
    query = "SELECT opted_out_at IS NOT NULL FROM contact"
    async with services.reading() as reading:
        row: Any = await (await (await reading.driver()).execute(query)).fetchone()
        return bool(row[0])


async def test_opening_the_link_changes_nothing(
    client: httpx.AsyncClient, services: Services, token: str
) -> None:
    """Mail scanners open links: the page only asks."""
    answer = await client.get(f"/opt-out/{token}")
    assert answer.status_code == 200
    assert "<h1>Ngừng nhận thông\u00a0báo về hồ\u00a0sơ này?</h1>" in answer.text
    assert '<form method="post">' in answer.text
    assert not await given_up(services)


async def test_the_button_gives_the_address_up(
    client: httpx.AsyncClient, services: Services, token: str
) -> None:
    """Confirming works, again and again, and the link then says that it is done."""
    for _ in range(2):
        answer = await client.post(f"/opt-out/{token}")
        assert (answer.status_code, "Đã ngừng gửi thông báo" in answer.text) == (200, True)
    assert await given_up(services)
    again = await client.get(f"/opt-out/{token}")
    assert "Đã ngừng gửi thông báo" in again.text
    assert "<form" not in again.text


@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
async def test_one_click_of_a_mail_program_is_enough(
    client: httpx.AsyncClient, services: Services, token: str, form: str
) -> None:
    """RFC 8058: the form may come in either encoding, without cookies, and is answered at once."""
    field = {"List-Unsubscribe": "One-Click"}
    body: Any = (
        {"data": field} if form == "urlencoded" else {"files": {"List-Unsubscribe": (None, "One-Click")}}
    )
    answer = await client.post(f"/opt-out/{token}", **body)
    assert answer.status_code == 200
    assert await given_up(services)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_wrong_link_says_so(
    client: httpx.AsyncClient, services: Services, token: str, method: str
) -> None:
    """Forged, cut, foreign and malformed tokens get the page with 404, and change nothing."""
    forged = ("B" if token[0] == "A" else "A") + token[1:]
    unknown = opt_out_token(services.cipher, new_id())
    for wrong in (forged, token[:-2], token + "AA", unknown, "x", "%C4%91", "a" * 500):
        answer = await client.request(method, f"/opt-out/{wrong}")
        assert (answer.status_code, "Liên kết không hợp lệ" in answer.text) == (404, True)
    assert not await given_up(services)


async def test_verified_addresses_are_not_given_up_by_link(
    client: httpx.AsyncClient, services: Services, token: str
) -> None:
    """Only its owner, signed in, removes a verified address."""
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE contact SET source = 'verified'")
        await uow.commit()
    assert (await client.post(f"/opt-out/{token}")).status_code == 404
    assert not await given_up(services)


@pytest.mark.parametrize(("preferred", "language"), [(None, "vi"), ("en-US,en;q=0.9", "en"), ("vi,en", "vi")])
async def test_the_page_speaks_the_readers_language(
    client: httpx.AsyncClient, token: str, preferred: str | None, language: str
) -> None:
    """The language is declared, for screen readers as for caches."""
    answer = await client.get(
        f"/opt-out/{token}", headers={"accept-language": preferred} if preferred else {}
    )
    assert f'<html lang="{language}">' in answer.text
    assert (answer.headers["content-language"], answer.headers["vary"]) == (language, "accept-language")


async def test_the_page_allows_nothing_but_its_own_style(client: httpx.AsyncClient, token: str) -> None:
    """The policy names the hash of the style that is there, and no script at all."""
    answer = await client.get(f"/opt-out/{token}")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "<script" not in answer.text
    assert 'href="https://app.tindan.example"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
