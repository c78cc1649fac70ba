"""The page at `/V/{code}` as it is served: one for all codes, and let do no more than it must."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import httpx
import pytest

from api.edge import SECURITY_HEADERS
from api.services import Services
from api.verify.page_texts import TEXTS
from api.verify.templates import worker
from storage.seals import repository as seals
from tests.api.procedure_pages import read_page
from tests.api.verify.sealing import sealed
from tests.api.verify.test_verifications import UNKNOWN

HEAVIEST = 60_000
PATHS = [
    UNKNOWN,
    "0",
    "-",
    "nghị định",
    "%3Cscript%3Ealert(1)",
    '"><svg onload=alert(1)>',
    "x" * 2000,
]


async def test_it_is_one_page_for_all_codes(client: httpx.AsyncClient, services: Services) -> None:
    """So it tells by itself neither what there is nor who asks, and nothing of an address stands in it."""
    known = (await sealed(services)).code
    pages = {(await client.get(f"/V/{code}")).content for code in (known, known.lower(), *PATHS)}
    assert len(pages) == 1
    (page,) = pages
    assert b"alert(1)" not in page
    assert services.settings.seals.host().encode() in page
    found = read_page(page.decode())
    assert found.unclosed == []
    assert not [tag for tag in ("iframe", "img", "object") if found.all(tag)]
    assert [script.get("src") for script in found.all("script")] == [None, None]


async def test_it_is_light(client: httpx.AsyncClient) -> None:
    """The page with all that it needs, in both languages, and its worker."""
    sizes = [len((await client.get(path)).content) for path in ("/V/-", "/V/sw.js")]
    assert sum(sizes) < HEAVIEST, sizes


async def test_its_policy_lets_in_its_own_script_alone(client: httpx.AsyncClient) -> None:
    """By their hashes; it alone may ask for the camera."""
    answer = await client.get("/V/-")
    policy = answer.headers["content-security-policy"]
    for tag in ("style", "script"):
        (source,) = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
        assert f"{tag}-src 'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert {"connect-src 'self'", "worker-src 'self'", "frame-ancestors 'none'", "form-action 'none'"} <= set(
        policy.split("; ")
    )
    assert "unsafe" not in policy
    assert answer.headers["permissions-policy"] == SECURITY_HEADERS["permissions-policy"].replace(
        "camera=()", "camera=(self)"
    )
    for path in ("/tra-cuu", f"/V/{UNKNOWN}?status=1", "/V/sw.js", f"/v1/verifications/{UNKNOWN}"):
        assert "camera=()" in (await client.get(path)).headers["permissions-policy"], path


async def test_it_is_in_the_language_of_the_browser(client: httpx.AsyncClient) -> None:
    """Or in the one that is asked for; both are in it, and browsers keep each until it changes."""
    for header, query, language in (
        ("vi", "", "vi"),
        ("en-GB, vi;q=0.1", "", "en"),
        ("vi", "?lang=en", "en"),
    ):
        answer = await client.get(f"/V/-{query}", headers={"accept-language": header})
        assert (answer.headers["content-language"], answer.headers["vary"]) == (language, "accept-language")
        assert answer.headers["cache-control"] == "no-cache"
        assert f'<html lang="{language}">' in answer.text
        again = await client.get(
            f"/V/-{query}", headers={"accept-language": header, "if-none-match": answer.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["content-security-policy"] == answer.headers["content-security-policy"]


def test_its_words_are_there_in_both_languages() -> None:
    """With the same blanks, and none is hidden by a method of the mapping that holds them."""
    vietnamese, english = TEXTS["vi"], TEXTS["en"]
    assert list(vietnamese) == list(english)
    assert not {name for name in vietnamese if hasattr(dict, name)}
    for name, words in vietnamese.items():
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", english[name])), name


@pytest.mark.parametrize(
    "code", ["7k3m0qxv92te", "7K3M0qxv92te", "é", "%5cevil.example", "x%0d%0aset-cookie:a"]
)
async def test_small_letters_lead_to_it(client: httpx.AsyncClient, code: str) -> None:
    """Within this service, whatever the rest is; a browser takes the fragment along."""
    answer = await client.get(f"/v/{code}")
    assert answer.status_code == 308
    assert re.fullmatch(r"/V/[A-Z0-9.%-]+", answer.headers["location"])


async def test_nothing_lies_below_a_code(client: httpx.AsyncClient) -> None:
    """A slash, written out or not, leads to no other host."""
    for path in ("/v//evil.example", "/v/%2F%2Fevil.example", "/V/a/b", "/V/", "/v/"):
        assert (await client.get(path)).status_code == 404, path


async def test_the_worker_is_new_when_the_page_is(client: httpx.AsyncClient, services: Services) -> None:
    """Browsers look for it each time; it may speak to this service alone."""
    answer = await client.get("/V/sw.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "connect-src 'self'" in answer.headers["content-security-policy"]
    assert "{{" not in answer.text
    assert worker("one.example") != worker("two.example")


async def test_without_script_the_status_is_told(client: httpx.AsyncClient, services: Services) -> None:
    """In words, for each way that a document can stand, and that its seal was not checked."""
    now = datetime.now(UTC)
    old = await sealed(services, expires_at=now - timedelta(days=1))
    gone, new = await sealed(services), await sealed(services)
    async with services.unit_of_work() as uow:
        await seals.supersede(uow, gone.id, successor_id=new.id, reason="Sửa <b>tên</b>", now=now)
        await uow.commit()
    cases = [
        (new.code, 200, "Mã này còn hiệu lực, nhưng tờ giấy chưa được kiểm tra"),
        (old.code, 200, "Giấy tờ này đã hết hạn"),
        (gone.code, 200, "Giấy tờ này đã được thay thế"),
        (UNKNOWN, 404, "Đây không phải giấy tờ do chúng tôi cấp"),
        ("nghị định", 404, "Đây không phải giấy tờ do chúng tôi cấp"),
    ]
    for code, status, words in cases:
        answer = await client.get(f"/V/{code}?status=1")
        page = read_page(answer.text)
        assert (answer.status_code, page.unclosed) == (status, [])
        assert (2, words) in page.headings
        assert answer.headers["cache-control"] == "no-store"
        assert "script-src" not in answer.headers["content-security-policy"]
        assert status == 404 or "con dấu trong mã QR chưa được kiểm tra" in page.text
    shown = await client.get(f"/V/{gone.code}?status=1&lang=en")
    assert "Sửa &lt;b&gt;tên&lt;/b&gt;" in shown.text
    assert "This document was replaced" in shown.text
    assert " ".join(re.findall("....", new.code)) in shown.text


async def test_a_code_whose_paper_never_came_is_not_said_to_be_good(
    client: httpx.AsyncClient, services: Services
) -> None:
    """A seal is reserved before there is a paper: whoever has the code may print it on anything."""
    seal = await sealed(services, sha256=None)
    for language, words in (("vi", "chưa gửi giấy tờ mang mã"), ("en", "has not handed over the document")):
        assert words in (await client.get(f"/V/{seal.code}?status=1&lang={language}")).text
    async with services.unit_of_work() as uow:
        await seals.revoke(uow, seal.id, reason="Cấp sai", now=datetime.now(UTC))
        await uow.commit()
    assert "chưa gửi" not in (await client.get(f"/V/{seal.code}?status=1&lang=vi")).text
