"""What befalls accounts at the identity provider, and its siblings for staff and after VNeID's manner."""

import contextlib
import http.server
import threading
import urllib.parse

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from infra.sandbox import launch
from infra.sandbox.idp.grants import s256

REDIRECT = "http://127.0.0.1:9/oauth/callback"
BASIC = ("tindan", "development-only")
PERSON, VERIFIER = "001190000001", "v" * 43


async def signed_in(http, realm="idp", who=PERSON, scope="openid offline_access") -> dict:
    """Sign in without a page, and return the tokens."""
    asked = {
        "response_type": "code",
        "client_id": "tindan",
        "redirect_uri": REDIRECT,
        "scope": scope,
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
        "prompt": "none",
        "login_hint": who,
    }
    back = (await http.get(f"/{realm}/authorize", params=asked)).headers["location"]
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))
    if "error" in answer:
        return answer
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": REDIRECT}
    tokens = await http.post(f"/{realm}/token", data=form | {"code_verifier": VERIFIER}, auth=BASIC)
    return tokens.json()


async def renew(http, token: str, realm="idp") -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return await http.post(f"/{realm}/token", data=form, auth=BASIC)


async def test_refresh_tokens_rotate(http):
    """A refresh token is good once; its second use ends the family."""
    first = (await signed_in(http))["refresh_token"]
    second = (await renew(http, first)).json()["refresh_token"]
    third = (await renew(http, second)).json()["refresh_token"]
    assert len({first, second, third}) == 3
    assert (await renew(http, first)).json()["error"] == "invalid_grant"
    assert (await renew(http, third)).json()["error"] == "invalid_grant"


async def test_without_offline_access(http):
    """Who did not ask to be able to ask later is given nothing to ask with."""
    assert "refresh_token" not in await signed_in(http, scope="openid")


async def test_suspension(http):
    """A suspended account signs in nowhere and is not renewed, until it is restored."""
    token = (await signed_in(http))["refresh_token"]
    assert (await http.put("/sandbox/idp/suspended/demo-000001")).status_code == 204
    try:
        assert (await renew(http, token)).json()["error"] == "invalid_grant"
        assert (await signed_in(http))["error"] == "access_denied"
        assert "id_token" in await signed_in(http, who="demo-000002")
    finally:
        await http.delete("/sandbox/idp/suspended/demo-000001")
    assert "id_token" in await signed_in(http)
    assert (await http.put("/sandbox/idp/suspended/nobody")).status_code == 404


async def test_claims_of_a_session(http):
    """The ID token names its session and the level, by which a relying party steps up and signs out."""
    tokens = await signed_in(http, who="demo-000005")
    keys = KeySet.import_key_set((await http.get("/idp/jwks")).json())
    claims = jwt.decode(tokens["id_token"], keys).claims
    assert claims["acr"] == "1"
    assert claims["sid"] in (await http.get("/sandbox/idp/sessions/demo-000005")).json()["items"]


async def test_staff(http):
    """Officers have a provider of their own, with keys of its own."""
    metadata = (await http.get("/staff/.well-known/openid-configuration")).json()
    tokens = await signed_in(http, "staff", "tiep.nhan@hanoi.example.vn")
    keys = KeySet.import_key_set((await http.get(metadata["jwks_uri"])).json())
    claims = jwt.decode(tokens["id_token"], keys).claims
    assert claims["iss"] == metadata["issuer"]
    assert (claims["sub"], claims["email"], claims["email_verified"]) == (
        "staff-000001",
        "tiep.nhan@hanoi.example.vn",
        True,
    )
    citizens = (await http.get("/idp/jwks")).json()["keys"]
    assert {key["kid"] for key in citizens}.isdisjoint(key.kid for key in keys.keys)
    assert (await signed_in(http, "staff", PERSON))["error"] == "login_required"
    listed = (await http.get("/sandbox/officers")).json()["items"]
    assert len(listed) == 4


async def test_staff_page(http):
    """The page lists officers, and no citizens."""
    asked = {
        "response_type": "code",
        "client_id": "tindan",
        "redirect_uri": REDIRECT,
        "scope": "openid",
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
    }
    page = (await http.get("/staff/authorize", params=asked)).text
    assert "Lê Thị Tiếp Nhận" in page
    assert 'action="/staff/authorize"' in page
    assert PERSON not in page


async def test_like_vneid(http):
    """The third one publishes nothing, signs nothing, and tells in an envelope who signed in."""
    for path in ("/vneid/.well-known/openid-configuration", "/vneid/jwks"):
        assert (await http.get(path)).status_code == 404
    tokens = await signed_in(http, "vneid")
    assert "id_token" not in tokens
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = (await http.get("/vneid/userinfo", headers=headers)).json()
    assert told["code"] == "00"
    assert told["data"]["SoDinhDanh"] == PERSON
    assert "sub" not in told["data"]


@contextlib.contextmanager
def relying_party():
    """Listen for logout tokens."""
    heard: list[dict[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            heard.append({"path": self.path} | dict(urllib.parse.parse_qsl(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_back_channel_logout():
    """A sign-out is told to the relying party in a signed token, and what was granted ends."""
    with relying_party() as (address, heard), launch.running(f"--api-url={address}") as sandbox:
        async with httpx.AsyncClient(base_url=sandbox.http) as http:
            refresh = (await signed_in(http))["refresh_token"]
            (sid,) = (await http.get("/sandbox/idp/sessions/demo-000001")).json()["items"]
            answer = await http.post("/sandbox/idp/logout", json={"sub": "demo-000001", "sid": sid})
            assert answer.json() == {"told": 200}
            keys = KeySet.import_key_set((await http.get("/idp/jwks")).json())
            assert (await renew(http, refresh)).json()["error"] == "invalid_grant"
    (told,) = heard
    assert told["path"] == "/oauth/backchannel-logout"
    token = jwt.decode(told["logout_token"], keys)
    assert token.header["typ"] == "logout+jwt"
    assert (token.claims["sub"], token.claims["sid"]) == ("demo-000001", sid)
    assert token.claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in token.claims


@pytest.mark.parametrize("body", ["", "{}", '{"sub": 1}', '{"sub": "a", "more": 1}'])
async def test_malformed_logout(http, body):
    """What is no sign-out is refused with what is wrong."""
    assert (await http.post("/sandbox/idp/logout", content=body)).status_code == 422


async def test_logout_that_nobody_hears():
    """When the relying party can not be reached, the caller learns it."""
    with launch.running("--api-url=http://127.0.0.1:1") as sandbox:
        async with httpx.AsyncClient(base_url=sandbox.http) as http:
            answer = await http.post("/sandbox/idp/logout", json={"sub": "demo-000001"})
    assert (answer.status_code, answer.json()) == (502, {"told": "ConnectError"})
