"""Whoever was given a link sees what was chosen, as often as was said, and leaves a receipt."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog

from api.services import Services
from storage.vault import states
from tests.api.documents import COPY, ORIGINAL, keep_document
from tests.api.shares.giving import Giver, page_of, path_of
from tests.storage.vault.keeping import AGENCY

LOG = "/v1/me/access-log"


async def opened(guest: httpx.AsyncClient, share: dict[str, Any]) -> dict[str, Any]:
    """Open a link; return what it leads to."""
    answer = await guest.post(f"{path_of(share)}/visits")
    assert answer.status_code == 201, answer.text
    visit: dict[str, Any] = answer.json()
    return visit


async def test_a_link_shows_what_was_chosen(giver: Giver) -> None:
    """In the owner's order, the copies alone, with the purpose; no holder, dossier or party."""
    share = await giver.give()
    async with giver.guest() as guest:
        visit = await opened(guest, share)
        assert visit["purpose"] == "Nộp hồ sơ nhập học"
        assert [one["id"] for one in visit["documents"]] == [str(one) for one in giver.ids]
        assert {file["role"] for one in visit["documents"] for file in one["files"]} == {"copy"}
        assert not {"holder", "dossier_code", "procedure", "agency", "reason"} & set(visit["documents"][0])
        answer = await guest.get(visit["documents"][0]["files"][0]["href"])
        assert (answer.status_code, answer.content) == (200, COPY)
        assert "no-store" in answer.headers["cache-control"]
        part = await guest.get(visit["documents"][0]["files"][0]["href"], headers={"range": "bytes=1-3"})
        assert (part.status_code, part.content) == (206, COPY[1:4])


async def test_both_files_where_both_are_chosen(giver: Giver) -> None:
    """Each under its own address."""
    share = await giver.give(roles=["original", "copy"], document_ids=[str(giver.ids[0])])
    async with giver.guest() as guest:
        (document,) = (await opened(guest, share))["documents"]
        got = {file["role"]: (await guest.get(file["href"])).content for file in document["files"]}
    assert got == {"original": ORIGINAL, "copy": COPY}


async def test_looking_is_no_use(giver: Giver) -> None:
    """A program that opens every link, page or JSON, uses nothing up and learns nothing of the documents."""
    share = await giver.give(uses=1)
    async with giver.guest() as guest:
        for _ in range(5):
            page = await guest.get(page_of(share))
            assert page.status_code == 200
            look = await guest.get(path_of(share))
            assert look.json() == {
                "expires_at": share["expires_at"],
                "uses_left": 1,
                "roles": ["copy"],
                "documents": 2,
            }
            assert "Nộp" not in page.text + look.text
        await opened(guest, share)
    (shown,) = await giver.listed()
    assert (shown["uses_made"], shown["open"]) == (1, False)


async def test_a_visit_is_one_use(giver: Giver) -> None:
    """However many files are opened in it, and however often its page is loaded; another browser is another."""
    share = await giver.give(uses=2)
    async with giver.guest() as guest, giver.guest() as other, giver.guest() as third:
        first = await opened(guest, share)
        for document in first["documents"]:
            for _ in range(3):
                assert (await guest.get(document["files"][0]["href"])).status_code == 200
        assert await opened(guest, share) == first
        await opened(other, share)
        assert (await third.post(f"{path_of(share)}/visits")).status_code == 404
        assert (await guest.get(first["documents"][0]["files"][0]["href"])).status_code == 200
        assert await opened(guest, share) == first
    assert (await giver.listed())[0]["uses_made"] == 2


async def test_uses_hold_under_a_crowd(giver: Giver) -> None:
    """Of twelve browsers at once three get in."""
    share = await giver.give(uses=3)

    async def attempt() -> int:
        async with giver.guest() as guest:
            return (await guest.post(f"{path_of(share)}/visits")).status_code

    codes = await asyncio.gather(*(attempt() for _ in range(12)))
    assert sorted(codes) == [201] * 3 + [404] * 9


async def test_files_open_within_a_visit_alone(giver: Giver) -> None:
    """Neither by the link without one, nor by one of another link, nor by a made-up one."""
    share, other = await giver.give(), await giver.give()
    async with giver.guest() as guest, giver.guest() as elsewhere:
        href = (await opened(guest, share))["documents"][0]["files"][0]["href"]
        await opened(elsewhere, other)
        secret = next(iter(elsewhere.cookies.jar)).value
        for cookie in (None, "tindan-visit=x", f"tindan-visit={secret}"):
            async with giver.guest() as stranger:
                headers = {"cookie": cookie} if cookie else {}
                assert (await stranger.get(href, headers=headers)).status_code == 404
        assert (await guest.get(href)).status_code == 200


async def test_a_visit_reaches_what_was_chosen_alone(giver: Giver, services: Services) -> None:
    """No other document of the owner's, and no other file of the chosen one."""
    third = await keep_document(services, giver.owner, "third")
    share = await giver.give(document_ids=[str(giver.ids[0])])
    async with giver.guest() as guest:
        await opened(guest, share)
        base = f"{path_of(share)}/documents"
        assert (await guest.get(f"{base}/{giver.ids[0]}/copy")).status_code == 200
        for below in (f"{giver.ids[0]}/original", f"{giver.ids[1]}/copy", f"{third}/copy", f"{uuid4()}/copy"):
            answer = await guest.get(f"{base}/{below}")
            assert (answer.status_code, answer.json()["type"]) == (404, "urn:tindan:problem:no-such-share")


Spoil = Callable[[Giver, dict[str, Any]], Awaitable[None]]


async def _expire(giver: Giver, share: dict[str, Any]) -> None:
    async with giver.services.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE share SET expires_at = now() - interval '1 second'")
        await uow.commit()


async def _revoke(giver: Giver, share: dict[str, Any]) -> None:
    assert await giver.end(share["id"]) == 204


async def _use_up(giver: Giver, share: dict[str, Any]) -> None:
    async with giver.guest() as guest:
        await opened(guest, share)


async def _erase(giver: Giver, share: dict[str, Any]) -> None:
    async with giver.services.unit_of_work() as uow:
        await (await uow.driver()).execute("DELETE FROM party_key")
        await uow.commit()


def lasting(answer: httpx.Response) -> dict[str, str]:
    """Return the headers that do not differ from one request to the next."""
    return {k: v for k, v in answer.headers.items() if k not in {"x-request-id", "ratelimit"}}


@pytest.mark.parametrize("spoil", [_expire, _revoke, _use_up, _erase])
async def test_what_opens_nothing_answers_alike(giver: Giver, spoil: Spoil) -> None:
    """Over, taken back, used up, its owner gone, never there, or no link at all: one answer to the byte."""
    share = await giver.give(uses=1)
    await spoil(giver, share)
    paths = [
        path_of(share),
        f"/v1/shares/{'A' * 43}",
        "/v1/shares/x",
        "/v1/shares/%00%F0%9F",
        f"/v1/shares/{'x' * 1500}",
    ]
    async with giver.guest() as guest:
        looks = [await guest.get(path) for path in paths]
        visits = [await guest.post(f"{path}/visits") for path in paths]
        files = [await guest.get(f"{path}/documents/{giver.ids[0]}/copy") for path in paths]
        for answers in (looks, visits, files):
            assert {(one.status_code, one.content) for one in answers} == {(404, looks[0].content)}
            assert all(lasting(one) == lasting(answers[0]) for one in answers)
        assert not guest.cookies


async def test_a_visit_ends_with_the_owners_word(giver: Giver) -> None:
    """Also in the midst of it."""
    share = await giver.give()
    async with giver.guest() as guest:
        href = (await opened(guest, share))["documents"][0]["files"][0]["href"]
        assert (await guest.get(href)).status_code == 200
        await giver.end(share["id"])
        assert (await guest.get(href)).status_code == 404
        assert (await guest.post(f"{path_of(share)}/visits")).status_code == 404


async def test_the_owner_gets_receipts(giver: Giver) -> None:
    """When, and which files, each once a visit, in the list and the access log; nothing of who it was."""
    share = await giver.give()
    async with giver.guest() as guest, giver.guest() as other:
        visit = await opened(guest, share)
        href = visit["documents"][1]["files"][0]["href"]
        for value in ("bytes=0-1", "bytes=2-3", "bytes=4-"):
            await guest.get(href, headers={"range": value})
        await opened(other, share)
    (shown,) = await giver.listed()
    first, second = shown["visits"]
    assert [(one["document_id"], one["role"]) for one in first["files"]] == [(str(giver.ids[1]), "copy")]
    assert second["files"] == []
    assert datetime.now(UTC) - datetime.fromisoformat(first["opened_at"]) < timedelta(minutes=1)
    log = (await giver.client.get(LOG, headers=giver.owner.headers)).json()["items"]
    assert [(one["object_kind"], one["document_id"]) for one in reversed(log)] == [
        ("share", None),
        ("document", str(giver.ids[1])),
        ("share", None),
    ]
    assert {(one["reader_kind"], one["reader"], one["purpose"], one["share_id"]) for one in log} == {
        ("anonymous", None, "share", share["id"])
    }
    assert {one["representation_id"] for one in log} == {None}


async def test_no_address_is_kept(giver: Giver, services: Services) -> None:
    """Nor program: no table knows where a visitor came from."""
    share = await giver.give()
    async with giver.guest() as guest:
        guest.headers["user-agent"] = "Unmistakable/7"
        visit = await opened(guest, share)
        await guest.get(visit["documents"][0]["files"][0]["href"])
    async with services.reading() as reading:
        driver = await reading.driver()
        for table in ("share", "share_visit", "share_reading", "access_log", "rate_bucket"):
            rows = await (await driver.execute(f"SELECT t::text FROM {table} t".encode())).fetchall()
            assert rows
            assert "127.0.0.1" not in str(rows)
            assert "Unmistakable" not in str(rows)


@pytest.mark.parametrize("state", ["revoked", "superseded"])
async def test_documents_say_how_they_stand(giver: Giver, services: Services, state: str) -> None:
    """As they are when the link is opened, not when it was made."""
    share = await giver.give()
    old, new = giver.ids
    async with services.unit_of_work() as uow:
        now = datetime.now(UTC)
        if state == "revoked":
            await states.revoke(uow, [AGENCY], old, reason="Cấp sai", now=now)
        else:
            await states.supersede(uow, [AGENCY], old, by=new, reason="Cấp lại", now=now)
        await uow.commit()
    async with giver.guest() as guest:
        document = (await opened(guest, share))["documents"][0]
    assert document["standing"]["code"] == state
    assert document["standing"]["since"]
    assert "Cấp" not in json.dumps(document, ensure_ascii=False)


async def test_what_is_damaged_or_gone_is_not_shown(giver: Giver, services: Services) -> None:
    """The others are."""
    share = await giver.give()
    hurt, well = giver.ids
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE document SET state = 'revoked' WHERE id = %s", (hurt,))
        await uow.commit()
    async with giver.guest() as guest:
        visit = await opened(guest, share)
        assert [one["id"] for one in visit["documents"]] == [str(well)]
        answer = await guest.get(f"{path_of(share)}/documents/{hurt}/copy")
        assert answer.json()["type"] == "urn:tindan:problem:document-damaged"


async def test_the_cookie_is_of_this_link_alone(giver: Giver) -> None:
    """No script reads it, no other site sends it, and it ends with the visit."""
    share = await giver.give()
    async with giver.guest() as guest:
        answer = await guest.post(f"{path_of(share)}/visits")
    cookie = answer.headers["set-cookie"]
    assert f"Path={path_of(share)}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert 3500 < int(cookie.partition("Max-Age=")[2].partition(";")[0]) <= 3600


async def test_the_page_is_the_same_for_every_link(giver: Giver) -> None:
    """Small, in both languages, loading nothing, named to nobody; whether there is such a link it does not know."""
    share = await giver.give()
    token = share["link"].rpartition("/")[2]
    async with giver.guest() as guest:
        pages = [await guest.get(f"/chia-se/{one}") for one in (token, "A" * 43, "x")]
        english = await guest.get(f"/chia-se/{token}", headers={"accept-language": "en"})
    assert len({page.content for page in pages}) == 1
    assert len(pages[0].content) < 20_000
    assert pages[0].headers["content-language"] == "vi"
    assert '<html lang="en">' in english.text
    assert pages[0].headers["referrer-policy"] == "no-referrer"
    assert pages[0].headers["cache-control"] == "no-store"
    assert "noindex" in pages[0].headers["x-robots-tag"]
    assert "http" not in pages[0].text
    assert "Tải bản có mã QR" in pages[0].text
    assert "object at" not in pages[0].text + english.text
    assert token not in pages[0].text


async def test_the_secret_is_in_no_log(giver: Giver, capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever is asked of a link, its route is logged and not its path."""
    share = await giver.give()
    with structlog.testing.capture_logs() as events:
        async with giver.guest() as guest:
            await guest.get(page_of(share))
            visit = await opened(guest, share)
            secret = next(iter(guest.cookies.jar)).value
            await guest.get(visit["documents"][0]["files"][0]["href"])
    said = json.dumps(events, default=str) + "".join(capfd.readouterr())
    assert secret
    assert share["link"].rpartition("/")[2] not in said
    assert secret not in said
    assert any(event.get("route") == "/v1/shares/{token}/visits" for event in events)


async def test_nobody_tries_for_long(giver: Giver) -> None:
    """An address that guesses is held up, however it guesses."""
    async with giver.guest() as guest:
        codes = [(await guest.get(f"/v1/shares/{n:043d}")).status_code for n in range(70)]
    assert codes[:60] == [404] * 60
    assert 429 in codes[60:]
