"""Access tokens that open nothing, and the very words of the refusal."""

import asyncio
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from auth.representation import ACCESS_TOKEN, GRANT_TYPE
from tests.api.oauth.conftest import APP, code_form
from tests.api.oauth.test_tokens import assert_refused, bearer
from tests.auth.test_tokens import parts, signing_key

SESSIONS = "/v1/sessions"
REFUSED = {
    "type": "urn:tindan:problem:unauthenticated",
    "title": "Sign-in is required",
    "status": 401,
    "detail": "The access token is missing, has expired, or is for other callers. Sign in again.",
}


async def refusal(client, token: str) -> None:
    """Ask with a token; see that it is refused in just these words."""
    answer = await client.get(SESSIONS, headers={**bearer(token), "accept-language": "en"})
    assert (answer.status_code, answer.json()) == (401, REFUSED)
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 31},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"aud": "https://another.example/citizens"},
        {"iss": "https://another.example"},
    ],
    ids=["expired", "future", "not yet", "another audience", "another issuer"],
)
async def test_other_statements(browser, client, services, claims: dict[str, Any]):
    """A token under our own key opens nothing outside its time, or for somebody else."""
    good = (await browser.tokens())["access_token"]
    header, said = parts(good)
    key = signing_key(services.tokens)
    again = jwt.encode(header, said, key, algorithms=["ES256"])
    assert (await client.get(SESSIONS, headers=bearer(again))).status_code == 200
    await refusal(client, jwt.encode(header, said | claims, key, algorithms=["ES256"]))


async def test_officers_token_at_a_citizens_endpoint(browser, client, services):
    """What is signed for officers opens nothing of citizens."""
    header, said = parts((await browser.tokens())["access_token"])
    said["aud"] = services.tokens.officer_audience
    token = jwt.encode(header, said, signing_key(services.tokens), algorithms=["ES256"])
    answer = await client.get("/try/citizen", headers=bearer(token))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')


async def test_withdrawn_key(browser, client):
    """A token of a key that is not ours, or is no longer, opens nothing."""
    header, said = parts((await browser.tokens())["access_token"])
    key = ECKey.generate_key("P-256")
    for kid in (key.thumbprint(), header["kid"]):
        await refusal(client, jwt.encode({**header, "kid": kid}, said, key, algorithms=["ES256"]))


@pytest.mark.parametrize("size", [4097, 30_000])
async def test_oversized(client, size):
    """A token of any size is refused like another."""
    await refusal(client, "a" * size)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "DPoP", "abc", "bearer"])
async def test_no_token(client, header):
    """Where there is no token the challenge names no error (RFC 6750, section 3.1)."""
    answer = await client.get(SESSIONS, headers={"authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "grant_type", ["authorization_code", "refresh_token", "client_credentials", GRANT_TYPE]
)
async def test_app_that_nothing_can_be_called(client, grant_type):
    """An id that the database could not even keep is refused like any other that is not known."""
    form = {
        "grant_type": grant_type,
        "client_id": "tindan\x00app",
        "refresh_token": "r",
        "code": "c",
        "redirect_uri": "https://example.vn/app/callback",
        "code_verifier": "v" * 43,
        "client_secret": "s",
        "subject_token": "t",
        "subject_token_type": ACCESS_TOKEN,
        "representation_id": "i",
    }
    answer = await client.post("/oauth/token", data=form)
    assert answer.status_code in {400, 401}
    assert answer.json()["error"] in {"invalid_client", "invalid_request"}


async def test_two_tokens_to_be_revoked(browser, client):
    """Where one parameter is given twice nothing is revoked, and nobody believes that both were (RFC 6749, 3.2)."""
    tokens = await browser.tokens()
    form = {"client_id": APP, "token": [tokens["refresh_token"], "another"]}
    assert_refused(await client.post("/oauth/revoke", data=form), "invalid_request")
    again = {"grant_type": "refresh_token", "client_id": APP, "refresh_token": tokens["refresh_token"]}
    assert (await client.post("/oauth/token", data=again)).status_code == 200


async def test_replayed_code(browser, client):
    """A code that is brought again is refused, and the session that it began ends (RFC 6749, 4.1.2)."""
    code = (await browser.sign_in())["code"]
    tokens = (await client.post("/oauth/token", data=code_form(code))).json()
    again = await client.post("/oauth/token", data=code_form(code))
    assert_refused(again, "invalid_grant")
    assert again.json()["error_description"] == "unknown, used, expired, or issued to another app"
    form = {"grant_type": "refresh_token", "client_id": APP, "refresh_token": tokens["refresh_token"]}
    assert_refused(await client.post("/oauth/token", data=form), "invalid_grant")


async def test_same_successor_from_each_process(browser, client, elsewhere):
    """A refresh whose answer was lost is answered the same by another process."""
    tokens = await browser.tokens()
    form = {"grant_type": "refresh_token", "client_id": APP, "refresh_token": tokens["refresh_token"]}
    answers = await asyncio.gather(*(one.post("/oauth/token", data=form) for one in (client, elsewhere) * 3))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_sign_out_reaches_other_processes(browser, client, elsewhere):
    """Within seconds of a sign-out at one process the access token opens nothing at another; others go on."""
    tokens, others = await browser.tokens(), await browser.tokens("demo-000002")
    for one in (tokens, others):
        assert (await elsewhere.get(SESSIONS, headers=bearer(one["access_token"]))).status_code == 200
    await client.post("/oauth/revoke", data={"client_id": APP, "token": tokens["refresh_token"]})
    async with asyncio.timeout(10):
        while (await elsewhere.get(SESSIONS, headers=bearer(tokens["access_token"]))).is_success:  # noqa: ASYNC110 - it looks by itself
            await asyncio.sleep(0.05)
    await refusal(elsewhere, tokens["access_token"])
    assert (await elsewhere.get(SESSIONS, headers=bearer(others["access_token"]))).status_code == 200


@pytest.mark.parametrize("name", ["a" * 101, "two\x00", "moc.elpmaxe\u202e"])
async def test_bad_device_name(browser, client, name):
    """A name of a device that can not be shown is refused, and the code is still good."""
    code = (await browser.sign_in())["code"]
    answer = await client.post("/oauth/token", data=code_form(code) | {"device_name": name})
    assert_refused(answer, "invalid_request")
    named = await client.post("/oauth/token", data=code_form(code, device_name="  Điện thoại   của bà "))
    items = (await client.get(SESSIONS, headers=bearer(named.json()["access_token"]))).json()["items"]
    assert [item["device_name"] for item in items] == ["Điện thoại của bà"]


async def test_metadata(client):
    """What the server says about itself is what it does."""
    told = (await client.get("/.well-known/oauth-authorization-server")).json()
    issuer = "http://127.0.0.1:8080"
    assert told["issuer"] == issuer
    assert told["dpop_signing_alg_values_supported"] == ["ES256", "Ed25519"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri"):
        path = told[name].removeprefix(issuer)
        method = "POST" if name in {"token_endpoint", "revocation_endpoint"} else "GET"
        assert (await client.request(method, path)).status_code in {200, 400}
    for grant in told["grant_types_supported"]:
        answer = await client.post("/oauth/token", data={"grant_type": grant})
        assert answer.json()["error"] in {"invalid_request", "invalid_client"}, grant
    assert (await client.get("/.well-known/openid-configuration")).status_code == 404
    assert json.dumps(told).isascii()


async def test_theft_is_told(browser, client):
    """Whose session was ended because its token was used twice reads so, once, in the inbox."""
    tokens = await browser.tokens()
    stolen = {"grant_type": "refresh_token", "client_id": APP, "refresh_token": tokens["refresh_token"]}
    renewed = (await client.post("/oauth/token", data=stolen)).json()
    await client.post("/oauth/token", data=stolen | {"refresh_token": renewed["refresh_token"]})
    for _ in range(2):
        assert_refused(await client.post("/oauth/token", data=stolen), "invalid_grant")
    headers = bearer((await browser.tokens())["access_token"]) | {"accept-language": "en"}
    (notice,) = (await client.get("/v1/notifications", headers=headers)).json()["items"]
    assert (notice["category"], notice["title"]) == ("security", "A device of yours was signed out")
    assert "its token was used twice" in notice["body"]
