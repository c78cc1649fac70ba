"""A dossier is rated by the link of its notice: once, and by nothing that its agency has."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.services import Services
from storage.dossiers.working_days import VIETNAM
from storage.ratings.links import proof_of
from tests.api.callers import Agency, Citizen, NewCode, PushEvent
from tests.api.ratings.rating import close, draw, take, watch
from tests.api.telling import pointed

MONTH = f"{datetime.now(UTC).astimezone(VIETNAM):%Y-%m}"
Links = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
async def link(push_event: PushEvent, new_code: NewCode, services: Services) -> dict[str, str]:
    """What the notice of a closed dossier holds."""
    code = new_code()
    await close(push_event, code)
    await watch(services).ask_once()
    return {"code": code, "proof": proof_of(services.cipher, code)}


async def invitation(client: httpx.AsyncClient, link: dict[str, str]) -> dict[str, Any]:
    """Return what the page is told."""
    answer = await client.post("/v1/rating-links/invitations", json=link)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_dossier_is_rated_by_a_link(
    client: httpx.AsyncClient, agency: Agency, link: dict[str, str]
) -> None:
    """By the same key as by any app; the same number is signed again, and no other one."""
    told = await invitation(client, link | {"code": f" {link['code'].lower()} "})
    assert (told["state"], told["issued"], told["month"]) == ("open", False, MONTH)
    assert told["agency"] == {"code": agency.code, "name": agency.name}
    public = (await client.get(f"/v1/agencies/{agency.code}/ratings?month={MONTH}")).json()
    assert told["key"]["kid"] == public["kid"]
    drawn = draw(told["key"])
    for _ in range(2):
        signed = await client.post("/v1/rating-links/tokens", json=link | drawn.body)
        assert signed.status_code == 200, signed.text
    rated = await client.post("/v1/ratings", json=drawn.rating(signed.json()["signed"]))
    assert rated.status_code == 201
    second = await client.post("/v1/rating-links/tokens", json=link | draw(told["key"]).body)
    assert (second.status_code, second.json()["type"].endswith("rating-token-issued")) == (409, True)
    assert (await invitation(client, link))["issued"] is True


async def test_app_and_link_share_one_token(
    client: httpx.AsyncClient, citizen: Citizen, link: dict[str, str]
) -> None:
    """Who has rated in the app does not rate once more in a browser."""
    key = (await invitation(client, link))["key"]
    await take(client, citizen, link["code"])
    answer = await client.post("/v1/rating-links/tokens", json=link | draw(key).body)
    assert answer.status_code == 409


async def test_nothing_else_proves_a_dossier(
    client: httpx.AsyncClient, citizen: Citizen, agency: Agency, services: Services, link: dict[str, str]
) -> None:
    """Neither slip nor number, which its agency has; what is wrong and what is not there are answered alike."""
    slip = await client.get(f"/v1/agency/dossiers/{link['code']}/slip", headers=agency.headers)
    key = (await invitation(client, link))["key"]
    missing = {"code": "H26.1-200101-0001", "proof": proof_of(services.cipher, "H26.1-200101-0001")}
    told = set()
    for guess in (
        link | {"proof": slip.json()["secret"].ljust(22, "A").replace(" ", "-")[:22]},
        link | {"proof": citizen.number.ljust(22, "A")},
        link | {"proof": "A" * 22},
        {"code": "H26.1-261121-9998", "proof": link["proof"]},
        {"code": "x!", "proof": link["proof"]},
        missing,
    ):
        for path, more in (("invitations", {}), ("tokens", draw(key).body)):
            answer = await client.post(f"/v1/rating-links/{path}", json=guess | more)
            assert answer.status_code == 404, answer.text
            told.add((answer.json()["type"], answer.json()["detail"]))
    assert len(told) == 1
    assert (await invitation(client, link))["issued"] is False


async def test_before_anybody_was_asked(
    client: httpx.AsyncClient, push_event: PushEvent, new_code: NewCode, services: Services
) -> None:
    """There is no key, nor a token, nor a month."""
    code = new_code()
    await push_event(code, 2)
    link = {"code": code, "proof": proof_of(services.cipher, code)}
    told = await invitation(client, link)
    assert (told["state"], told["key"], told["agency"], told["month"]) == ("not_yet", None, None, None)
    body = link | {"blinded": "A" * 342}
    assert (await client.post("/v1/rating-links/tokens", json=body)).status_code == 409


@pytest.mark.parametrize("proof", ["", "A" * 21, "A" * 23, "é" * 22, 7])
async def test_what_is_no_proof_is_pointed_at(
    client: httpx.AsyncClient, link: dict[str, str], proof: object
) -> None:
    """By its field."""
    answer = await client.post("/v1/rating-links/invitations", json=link | {"proof": proof})
    assert answer.status_code == 422
    assert [pointer for pointer, _ in pointed(answer.json())] == ["/proof"]


async def test_one_address_asks_only_so_often(client: httpx.AsyncClient, link: dict[str, str]) -> None:
    """Signing takes long."""
    wrong = link | {"proof": "A" * 22}
    answers = [(await client.post("/v1/rating-links/invitations", json=wrong)).status_code for _ in range(32)]
    assert answers[:29] == [404] * 29
    assert 429 in answers


async def test_the_page_is_the_same_for_everybody(client: httpx.AsyncClient) -> None:
    """In both languages, under a policy that lets its own script call this service alone."""
    for lang, words in (("vi", "Bạn có hài lòng không?"), ("en", "Are you satisfied?")):
        page = await client.get("/danh-gia", params={"lang": lang})
        assert (page.status_code, page.headers["content-language"]) == (200, lang)
        assert words in page.text
        assert "connect-src 'self'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in page.headers
