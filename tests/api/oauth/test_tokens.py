"""The token endpoint, sign-out, and what the server says about itself."""

from base64 import b64encode
from urllib.parse import quote_plus

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.api.oauth.conftest import APP, OTHER_REDIRECT, code_form


def basic(client_id: str, secret: str) -> dict[str, str]:
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def assert_refused(answer: httpx.Response, error: str, status: int = 400) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.json().keys() == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"


async def test_code(browser, client):
    """A code gives tokens once; nobody may keep the answer."""
    code = (await browser.sign_in())["code"]
    first = await client.post("/oauth/token", data=code_form(code))
    assert first.status_code == 200
    assert first.json().keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert first.headers["cache-control"] == "no-store"
    assert_refused(await client.post("/oauth/token", data=code_form(code)), "invalid_grant")


@pytest.mark.parametrize(
    "changes", [{"code_verifier": "w" * 43}, {"redirect_uri": OTHER_REDIRECT}, {"code": "forged"}]
)
async def test_code_is_bound(browser, client, changes):
    """A code without its verifier or address gives nothing."""
    code = (await browser.sign_in())["code"]
    assert_refused(await client.post("/oauth/token", data=code_form(code, **changes)), "invalid_grant")
    assert (await client.post("/oauth/token", data=code_form(code))).status_code == 200


async def test_refresh(browser, client):
    """A refresh token gives another pair."""
    tokens = await browser.tokens()
    form = {"grant_type": "refresh_token", "client_id": APP, "refresh_token": tokens["refresh_token"]}
    answer = await client.post("/oauth/token", data=form)
    assert answer.status_code == 200
    assert answer.json()["refresh_token"] != tokens["refresh_token"]
    assert (await client.get("/try/citizen", headers=bearer(answer.json()["access_token"]))).is_success


async def test_reuse_is_committed(browser, client, services):
    """A stolen refresh token that turns up ends its session, although its bearer is refused."""
    tokens = await browser.tokens()
    form = {"grant_type": "refresh_token", "client_id": APP, "refresh_token": tokens["refresh_token"]}
    current = (await client.post("/oauth/token", data=form)).json()["refresh_token"]
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE refresh_token SET used_at = used_at - interval '61 s'")
        await uow.commit()
    assert_refused(await client.post("/oauth/token", data=form), "invalid_grant")
    again = await client.post("/oauth/token", data=form | {"refresh_token": current})
    assert_refused(again, "invalid_grant")


async def test_sign_out(browser, client):
    """Signing out ends the session; an unknown token is no error."""
    tokens = await browser.tokens()
    for token in (tokens["refresh_token"], tokens["refresh_token"], "unknown", "\x00"):
        answer = await client.post("/oauth/revoke", data={"client_id": APP, "token": token})
        assert (answer.status_code, answer.content) == (200, b"")
    form = {"grant_type": "refresh_token", "client_id": APP, "refresh_token": tokens["refresh_token"]}
    assert_refused(await client.post("/oauth/token", data=form), "invalid_grant")


@pytest.mark.parametrize(
    ("form", "error", "status"),
    [
        ({}, "invalid_request", 400),
        ({"token": "a"}, "invalid_request", 400),
        ({"client_id": APP}, "invalid_request", 400),
        ({"client_id": "another-app", "token": "a"}, "invalid_client", 401),
    ],
)
async def test_bad_sign_out(client, form, error, status):
    """Signing out needs a token and a registered app."""
    assert_refused(await client.post("/oauth/revoke", data=form), error, status)


@pytest.mark.parametrize("way", ["basic", "post"])
async def test_agency(client, portal, way):
    """An agency's client gets a token for all its scopes, whichever way it shows its secret."""
    form = {"grant_type": "client_credentials"}
    posted = {"client_id": "portal", "client_secret": portal} if way == "post" else {}
    headers = basic("portal", portal) if way == "basic" else {}
    answer = await client.post("/oauth/token", data=form | posted, headers=headers)
    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert answer.json()["scope"] == "documents events"
    tried = await client.get("/try/agency", headers=bearer(answer.json()["access_token"]))
    assert tried.json() == "portal"


async def test_encoded_secret(client, portal):
    """Id and secret may be percent-encoded in the header, as the RFC asks."""
    encoded = "".join(f"%{ord(letter):02X}" for letter in portal)
    headers = {"authorization": f"Basic {b64encode(f'%70ortal:{encoded}'.encode()).decode()}"}
    answer = await client.post("/oauth/token", data={"grant_type": "client_credentials"}, headers=headers)
    assert answer.status_code == 200


async def test_scope(client, portal):
    """A token for fewer scopes opens less."""
    form = {"grant_type": "client_credentials", "scope": "documents"}
    answer = await client.post("/oauth/token", data=form, headers=basic("portal", portal))
    tried = await client.get("/try/agency", headers=bearer(answer.json()["access_token"]))
    assert tried.status_code == 403
    assert 'error="insufficient_scope"' in tried.headers["www-authenticate"]
    more = await client.post("/oauth/token", data=form | {"scope": "all"}, headers=basic("portal", portal))
    assert_refused(more, "invalid_scope")


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic ?",
        "Basic",
        "Bearer abc",
        "Basic " + b64encode(b"portal").decode(),
        "Basic " + b64encode(b"\xff:a").decode(),
    ],
)
async def test_malformed_authorization(client, portal, authorization):
    """A malformed header is a refusal with a challenge."""
    answer = await client.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers={"authorization": authorization}
    )
    assert_refused(answer, "invalid_client", 401)
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_wrong_secrets(client, portal):
    """A wrong secret and an unknown client get the same refusal."""
    form = {"grant_type": "client_credentials"}
    wrong = await client.post("/oauth/token", data=form, headers=basic("portal", "wrong"))
    unknown = await client.post("/oauth/token", data=form, headers=basic("nobody", portal))
    assert_refused(wrong, "invalid_client", 401)
    assert wrong.content == unknown.content
    assert "www-authenticate" in wrong.headers
    silent = await client.post("/oauth/token", data=form)
    assert_refused(silent, "invalid_client", 401)
    assert "www-authenticate" not in silent.headers


async def test_two_ways_at_once(client, portal):
    """A secret in the header and in the form is one too many."""
    form = {"grant_type": "client_credentials", "client_id": "portal", "client_secret": portal}
    answer = await client.post("/oauth/token", data=form, headers=basic("portal", portal))
    assert_refused(answer, "invalid_request")


@pytest.mark.parametrize(
    ("form", "error", "status"),
    [
        ({}, "invalid_request", 400),
        ({"grant_type": ""}, "invalid_request", 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"grant_type": "authorization_code"}, "invalid_request", 400),
        ({"grant_type": "refresh_token", "client_id": APP}, "invalid_request", 400),
        ({"grant_type": "refresh_token", "client_id": "x", "refresh_token": "a"}, "invalid_client", 401),
        (code_form("a"), "invalid_grant", 400),
        ({**code_form("a"), "code": ["a", "a"]}, "invalid_request", 400),
        (code_form("a", client_id="another-app"), "invalid_client", 401),
    ],
)
async def test_bad_requests(client, form, error, status):
    """Whatever is wrong with a request is told in the RFC's own errors."""
    assert_refused(await client.post("/oauth/token", data=form), error, status)


async def test_json_is_no_form(client):
    """The endpoint reads forms; a JSON body holds no parameters for it."""
    answer = await client.post("/oauth/token", json={"grant_type": "client_credentials"})
    assert_refused(answer, "invalid_request")


async def test_tokens_keep_to_their_side(browser, client, portal):
    """A citizen's token opens nothing of agencies, an agency's nothing of citizens."""
    citizen = (await browser.tokens())["access_token"]
    answer = await client.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers=basic("portal", portal)
    )
    agency = answer.json()["access_token"]
    for path, good, bad in (("/try/citizen", citizen, agency), ("/try/agency", agency, citizen)):
        assert (await client.get(path, headers=bearer(good))).status_code == 200
        refused = await client.get(path, headers=bearer(bad))
        assert refused.status_code == 401
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]


async def test_published_keys(browser, client):
    """The published keys prove a citizen's token to others."""
    token = (await browser.tokens())["access_token"]
    published = await client.get("/.well-known/jwks.json")
    assert published.headers["cache-control"] == "public, max-age=600"
    keys = KeySet.import_key_set(published.json())
    assert jwt.decode(token, keys, algorithms=["ES256"]).claims["iss"] == "http://127.0.0.1:8080"
    assert all("d" not in key for key in published.json()["keys"])
