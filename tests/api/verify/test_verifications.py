"""How a sealed document stands: told to whoever holds its code, and nothing to whoever does not."""

import json
import math
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from api.services import Services
from api.verify.service import BY_ADDRESS
from storage.seals import repository as seals
from storage.seals.repository import Seal
from storage.seals.statuses import ENTRIES, SealState, read_status_list
from storage.seals.verifying import Outcome, verify
from tests.api.statements import recorded
from tests.api.verify.sealing import FILE, ISSUER, sealed

PATH = "/v1/verifications"
KEYS = "/.well-known/tindan-seal-keys.json"
LISTS = "/v1/status-lists"
UNKNOWN = "000000000000"
MALFORMED = [
    "0",
    "U00000000000",
    "0" * 13,
    "ｏ" * 12,
    "%00",
    "x" * 2000,
    "....",
    "' OR 1=1",
    "7K3M0QXV92T%C3%89",
]


async def superseded(services: Services, seal: Seal, *, now: datetime, reason: str = "Đính chính") -> Seal:
    """Put another document in the place of one."""
    successor = await sealed(services)
    async with services.unit_of_work() as uow:
        await seals.supersede(uow, seal.id, successor_id=successor.id, reason=reason, now=now)
        await uow.commit()
    return successor


async def revoked(services: Services, seal: Seal, *, now: datetime, reason: str = "Cấp sai") -> None:
    """Take a document back."""
    async with services.unit_of_work() as uow:
        await seals.revoke(uow, seal.id, reason=reason, now=now)
        await uow.commit()


async def ask(client: httpx.AsyncClient, code: str, **headers: str) -> httpx.Response:
    """Ask how a document stands."""
    return await client.get(f"{PATH}/{code}", headers=headers)


async def test_a_valid_document(client: httpx.AsyncClient, services: Services) -> None:
    """All that is told of it, which is nothing of its holder."""
    seal = await sealed(services)
    answer = await ask(client, seal.code)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "public, max-age=15"
    found = answer.json()
    as_of = datetime.fromisoformat(found.pop("as_of"))
    assert timedelta(0) <= datetime.now(UTC) - as_of < timedelta(minutes=1)
    assert found == {
        "code": seal.code,
        "seal_id": str(seal.id),
        "status": "valid",
        "issuer": ISSUER,
        "issued_at": "2026-11-02T03:04:05Z",
        "expires_at": None,
        "since": None,
        "reason": None,
        "superseded_by": None,
        "file_hash": sha256(FILE).hexdigest()[:32],
    }


async def test_a_superseded_document(client: httpx.AsyncClient, services: Services) -> None:
    """By which other one, when and why."""
    seal, now = await sealed(services), datetime.now(UTC).replace(microsecond=0)
    successor = await superseded(services, seal, now=now)
    found = (await ask(client, seal.code)).json()
    assert (found["status"], found["reason"]) == ("superseded", "Đính chính")
    assert datetime.fromisoformat(found["since"]) == now
    assert found["superseded_by"] == {"code": successor.code, "issued_at": "2026-11-02T03:04:05Z"}


async def test_a_revoked_document(client: httpx.AsyncClient, services: Services) -> None:
    """Also where it had expired, or was superseded before: what is worse is told."""
    ended = datetime.now(UTC) - timedelta(days=1)
    seal, now = await sealed(services, expires_at=ended), datetime.now(UTC)
    assert (await ask(client, seal.code)).json()["status"] == "expired"
    await superseded(services, seal, now=now)
    assert (await ask(client, seal.code)).json()["status"] == "superseded"
    await revoked(services, seal, now=now)
    found = (await ask(client, seal.code)).json()
    assert (found["status"], found["reason"]) == ("revoked", "Cấp sai")


async def test_a_reserved_seal_has_no_file_yet(client: httpx.AsyncClient, services: Services) -> None:
    """So there is nothing to compare with."""
    seal = await sealed(services, sha256=None)
    assert (await ask(client, seal.code)).json()["file_hash"] is None


async def test_a_code_may_be_written_as_people_write(client: httpx.AsyncClient, services: Services) -> None:
    """In small letters, with spaces and hyphens, with O for 0 and l for 1."""
    code = (await sealed(services)).code
    spread = f"{code[:4]}-{code[4:8]} {code[8:]}"
    for written in (code.lower(), spread, code.replace("0", "O").replace("1", "l")):
        assert (await ask(client, written)).json()["code"] == code, written


async def test_what_has_not_changed_is_not_sent_again(client: httpx.AsyncClient, services: Services) -> None:
    """The time alone changes no ETag; a revocation does, at once."""
    seal = await sealed(services)
    first = await ask(client, seal.code)
    tag = first.headers["etag"]
    again = await ask(client, seal.code, **{"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"]
    await revoked(services, seal, now=datetime.now(UTC))
    after = await ask(client, seal.code, **{"if-none-match": tag})
    assert (after.status_code, after.json()["status"]) == (200, "revoked")


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_unknown_and_malformed_codes_are_answered_alike(
    client: httpx.AsyncClient, services: Services, language: str
) -> None:
    """Same status, body, headers and questions to the database, and in a time that nobody can tell apart."""
    await sealed(services)
    seen, taken = {}, dict.fromkeys((UNKNOWN, *MALFORMED), math.inf)
    # In turn, and the best of each: whatever else the machine does hits all of them alike.
    for code in [*taken] * 7:
        with recorded() as sent:
            begun = time.perf_counter()
            answer = await ask(client, code, **{"accept-language": language})
            taken[code] = min(taken[code], time.perf_counter() - begun)
        headers = {
            name: value for name, value in answer.headers.items() if name not in {"x-request-id", "ratelimit"}
        }
        seen[code] = (answer.status_code, answer.text, tuple(sorted(headers.items())), len(sent))
    assert len(set(seen.values())) == 1, seen
    ((status, body, _, _),) = set(seen.values())
    assert status == 404
    assert json.loads(body)["type"] == "urn:tindan:problem:no-such-seal"
    print({code[:20]: f"{seconds * 1000:.2f} ms" for code, seconds in taken.items()})  # noqa: T201 - the evidence
    assert max(taken.values()) < 5 * min(taken.values())


async def test_one_network_may_not_ask_without_end(client: httpx.AsyncClient, services: Services) -> None:
    """Found or not, with script or without, all of it counts as one; the page itself costs nothing."""
    code = (await sealed(services)).code
    urls = [f"{PATH}/{code}", f"{PATH}/{UNKNOWN}", f"/V/{code}?status=1"]
    for number in range(BY_ADDRESS.burst):
        answer = await client.get(urls[number % len(urls)])
        assert answer.status_code in {200, 404}
        assert answer.headers["ratelimit-policy"].startswith('"verifications";q=120')
    # A token comes back each half second: of several asked for at once one is refused all the same.
    refused = [answer for answer in [await client.get(url) for url in urls * 20] if answer.status_code == 429]
    assert refused
    by_itself = [await client.get(urls[2]) for _ in range(20)]
    assert any(answer.status_code == 429 for answer in by_itself)
    for answer in (*refused, *(one for one in by_itself if one.status_code == 429)):
        assert int(answer.headers["retry-after"]) >= 1
    assert (await client.get(f"/V/{code}")).status_code == 200
    assert (await client.get(KEYS)).status_code == 200


async def test_head_is_get_without_a_body(client: httpx.AsyncClient, services: Services) -> None:
    """Wherever something is given out (RFC 9110, 9.3.2)."""
    seal = await sealed(services)
    number = seal.status_index // ENTRIES
    for path in (f"{PATH}/{seal.code}", KEYS, f"{LISTS}/{number}", f"/V/{seal.code}", "/V/sw.js", "/v/x"):
        got, head = await client.get(path), await client.head(path)
        volatile = {"x-request-id", "ratelimit"}
        assert head.status_code == got.status_code, path
        assert {name: value for name, value in head.headers.items() if name not in volatile} == {
            name: value for name, value in got.headers.items() if name not in volatile
        }, path


async def test_the_keys_verify_what_was_sealed(client: httpx.AsyncClient, services: Services) -> None:
    """Published without their secret halves, to be kept for minutes, for anybody's page."""
    seal = await sealed(services)
    answer = await client.get(KEYS)
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {name for key in answer.json()["keys"] for name in key} == {
        "kty",
        "crv",
        "x",
        "y",
        "kid",
        "use",
        "alg",
    }
    assert verify(seal.token, services.seal_keys.key_set, time.time()).outcome is Outcome.VALID
    same = await client.get(KEYS, headers={"if-none-match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_a_status_list_tells_of_all(client: httpx.AsyncClient, services: Services) -> None:
    """Signed, as a JWT of its own type, kept by caches for its time, and anew once a seal changes."""
    first, second = await sealed(services), await sealed(services)
    number = first.status_index // ENTRIES
    answer = await client.get(f"{LISTS}/{number}")
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    assert answer.headers["cache-control"] == f"public, max-age={services.status_lists.ttl}"
    assert answer.headers["access-control-allow-origin"] == "*"
    tag: Any = {"if-none-match": answer.headers["etag"]}
    assert (await client.get(f"{LISTS}/{number}", headers=tag)).status_code == 304
    await revoked(services, second, now=datetime.now(UTC))
    changed = await client.get(f"{LISTS}/{number}", headers=tag)
    assert changed.status_code == 200
    found = read_status_list(changed.text, services.seal_keys.key_set, time.time())
    assert found.state_of(first.status_index) is SealState.VALID
    assert found.state_of(second.status_index) is SealState.REVOKED


@pytest.mark.parametrize(
    "number", ["999999", "999999999999", "9" * 30, "-1", "00", "+0", "1.0", "²", "x", "%00", " 1"]
)
async def test_there_is_no_other_list(client: httpx.AsyncClient, services: Services, number: str) -> None:
    """Whatever it is called, and nothing of it is kept."""
    await sealed(services)
    answer = await client.get(f"{LISTS}/{number}")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:tindan:problem:not-found")
    assert answer.headers["cache-control"] == "no-store"
