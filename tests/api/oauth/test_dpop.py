"""Tokens bound to a key of the device (RFC 9449), from the authorization request to the resource."""

import time
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from tests.api.oauth.conftest import APP, BOUND_APP, answer_of, code_form
from tests.api.oauth.test_tokens import assert_refused, basic, bearer
from tests.auth.device import Device

SERVER = "http://127.0.0.1:8080"
TOKEN = f"{SERVER}/oauth/token"
SESSIONS = "/v1/sessions"
CHALLENGE = 'DPoP error="{}", algs="ES256 Ed25519"'


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def thief() -> Device:
    return Device()


async def ask(client: httpx.AsyncClient, device: Device | None, form: dict[str, str], **claims: Any):
    """Ask for tokens, with a proof where there is a device."""
    headers = {"dpop": device.proof("POST", TOKEN, **claims)} if device else {}
    return await client.post("/oauth/token", data=form, headers=headers)


async def signed_in(browser, client, device: Device | None, app: str = APP) -> dict[str, Any]:
    code = (await browser.sign_in(client_id=app))["code"]
    answer = await ask(client, device, code_form(code, client_id=app))
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def refresh_form(token: str, app: str = APP) -> dict[str, str]:
    return {"grant_type": "refresh_token", "client_id": app, "refresh_token": token}


def shown(
    token: str, device: Device, path: str = SESSIONS, method: str = "GET", **more: Any
) -> dict[str, str]:
    """Return the headers of a request with a bound token."""
    proof = device.proof(method, f"{SERVER}{path}", token=token, **more)
    return {"authorization": f"DPoP {token}", "dpop": proof}


def assert_challenged(answer: httpx.Response, error: str, kind: str) -> None:
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, CHALLENGE.format(error))
    assert answer.json()["type"] == f"urn:tindan:problem:{kind}"


async def test_bound_all_the_way(browser, client, device):
    """With a proof at each step a device gets bound tokens, uses and renews them; no step needs another one."""
    tokens = await signed_in(browser, client, device, BOUND_APP)
    assert tokens["token_type"] == "DPoP"
    for _ in range(2):
        used = await client.get(SESSIONS, headers=shown(tokens["access_token"], device))
        assert used.status_code == 200, used.text
        answer = await ask(client, device, refresh_form(tokens["refresh_token"], BOUND_APP))
        tokens = answer.json()
        assert (answer.status_code, tokens["token_type"]) == (200, "DPoP")


async def test_query_is_not_compared(browser, client, device):
    """A proof names the address without its query, which the request may have."""
    tokens = await signed_in(browser, client, device)
    headers = shown(tokens["access_token"], device)
    assert (await client.get(f"{SESSIONS}?limit=1", headers=headers)).status_code == 200


async def test_app_that_must_prove_its_key(browser, client, device):
    """An app registered with `dpop` gets nothing without a proof, and its code is not burnt by that."""
    code = (await browser.sign_in(client_id=BOUND_APP))["code"]
    form = code_form(code, client_id=BOUND_APP)
    assert_refused(await ask(client, None, form), "invalid_dpop_proof")
    tokens = (await ask(client, device, form)).json()
    assert_refused(
        await ask(client, None, refresh_form(tokens["refresh_token"], BOUND_APP)), "invalid_dpop_proof"
    )


async def test_code_bound_to_a_key(browser, client, device, thief):
    """A code that was asked for with a key's thumbprint is good with that key alone."""
    code = (await browser.sign_in(dpop_jkt=device.thumbprint))["code"]
    for wrong in (thief, None):
        assert_refused(await ask(client, wrong, code_form(code)), "invalid_grant")
    assert (await ask(client, device, code_form(code))).status_code == 200


@pytest.mark.parametrize("thumbprint", ["short", "!" * 43, ""])
async def test_malformed_thumbprint(browser, thumbprint):
    """A thumbprint that is none is told to the app at once."""
    assert answer_of(await browser.authorize(dpop_jkt=thumbprint))["error"] == "invalid_request"


async def test_refresh_from_a_second_device(browser, client, device, thief):
    """A refresh token shown without its key ends the session for its owner, too."""
    tokens = await signed_in(browser, client, device)
    assert_refused(await ask(client, thief, refresh_form(tokens["refresh_token"])), "invalid_grant")
    assert_refused(await ask(client, device, refresh_form(tokens["refresh_token"])), "invalid_grant")


async def test_bound_token_shown_alone(browser, client, device):
    """A bound token is refused as a bearer token, with a proof and without one."""
    token = (await signed_in(browser, client, device))["access_token"]
    proof = {"dpop": shown(token, device)["dpop"]}
    for headers in (bearer(token), bearer(token) | proof):
        answer = await client.get(SESSIONS, headers=headers)
        assert_challenged(answer, "invalid_dpop_proof", "unproved-key")


async def test_unbound_token_shown_with_a_proof(browser, client, device):
    """A token that is bound to no key is refused where a bound one is announced."""
    token = (await signed_in(browser, client, None))["access_token"]
    answer = await client.get(SESSIONS, headers=shown(token, device))
    assert_challenged(answer, "invalid_token", "unauthenticated")


@pytest.mark.parametrize(
    "change",
    [
        {"method": "POST"},
        {"path": "/v1/dossiers"},
        {"iat": -600},
        {"iat": 600},
        {"ath": "another"},
        {"more": "m" * 5000},
    ],
    ids=["method", "path", "past", "future", "token", "size"],
)
async def test_wrong_proofs(browser, client, device, change):
    """A proof of another request, of another time, for another token, or of any size, opens nothing."""
    token = (await signed_in(browser, client, device))["access_token"]
    if "iat" in change:
        change = {"iat": time.time() + change["iat"]}
    answer = await client.get(SESSIONS, headers=shown(token, device, **change))
    assert_challenged(answer, "invalid_dpop_proof", "unproved-key")


async def test_stolen_token(browser, client, device, thief):
    """A bound token opens nothing to who lacks its key: with a key of their own, none, or two proofs."""
    token = (await signed_in(browser, client, device))["access_token"]
    twice = [("authorization", f"DPoP {token}")]
    twice += [("dpop", shown(token, one)["dpop"]) for one in (device, thief)]
    for headers in (shown(token, thief), {"authorization": f"DPoP {token}"}, twice):
        assert_challenged(await client.get(SESSIONS, headers=headers), "invalid_dpop_proof", "unproved-key")


async def test_proof_works_once_in_all_processes(browser, client, elsewhere, device):
    """A proof seen by one process is known to the other, at a resource and for tokens."""
    tokens = await signed_in(browser, client, device)
    headers = shown(tokens["access_token"], device)
    assert (await client.get(SESSIONS, headers=headers)).status_code == 200
    for again in (elsewhere, client):
        answer = await again.get(SESSIONS, headers=headers)
        assert_challenged(answer, "invalid_dpop_proof", "unproved-key")
    form = refresh_form(tokens["refresh_token"])
    assert (await ask(client, device, form, jti="once")).status_code == 200
    answer = await ask(elsewhere, device, form, jti="once")
    assert_refused(answer, "invalid_dpop_proof")
    assert "used before" in answer.json()["error_description"]


async def test_clock_is_told(browser, client, device):
    """A phone whose clock is off learns that from the refusal, and its code is still good."""
    code = (await browser.sign_in())["code"]
    answer = await ask(client, device, code_form(code), iat=time.time() - 600)
    assert_refused(answer, "invalid_dpop_proof")
    assert answer.json()["error_description"] == "iat is too far from the server's clock"
    assert (await ask(client, device, code_form(code))).status_code == 200


async def test_challenge_of_a_scope(client, portal, device):
    """Who shows a bound token of another scope is challenged by the scheme that it came by (RFC 9449, 7.1)."""
    form = {"grant_type": "client_credentials", "scope": "documents"}
    headers = basic("portal", portal) | {"dpop": device.proof("POST", TOKEN)}
    token = (await client.post("/oauth/token", data=form, headers=headers)).json()["access_token"]
    answer = await client.get("/try/agency", headers=shown(token, device, "/try/agency"))
    challenge = 'DPoP error="insufficient_scope", scope="events"'
    assert (answer.status_code, answer.headers["www-authenticate"]) == (403, challenge)


async def test_agency(client, portal, device, thief):
    """An agency's client may have its tokens bound as well."""
    headers = basic("portal", portal) | {"dpop": device.proof("POST", TOKEN)}
    answer = await client.post("/oauth/token", data={"grant_type": "client_credentials"}, headers=headers)
    token = answer.json()["access_token"]
    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP")
    path = "/try/agency"
    assert (await client.get(path, headers=shown(token, device, path))).json() == "portal"
    assert (await client.get(path, headers=shown(token, thief, path))).status_code == 401


def test_no_connection_waits_for_another(app):
    """Wherever an endpoint holds a connection, its caller was known before, as a proof takes one to spend."""
    callers = {"get_citizen", "get_holder", "agency", "get_officer"}
    for route in app.routes:
        if isinstance(route, APIRoute):
            order = [getattr(one.call, "__name__", "") for one in _in_order(route.dependant)]
            held = [place for place, name in enumerate(order) if name in {"get_uow", "get_reading"}]
            known = [place for place, name in enumerate(order) if name in callers]
            assert not held or not known or known[0] < held[0], route.path


def _in_order(dependant):
    """Yield dependencies in the order in which they are called."""
    for one in dependant.dependencies:
        yield from _in_order(one)
        yield one
