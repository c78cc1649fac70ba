"""The identity provider against Authlib and joserfc."""

import base64
import contextlib
import hashlib
import secrets
import time
import urllib.parse
import warnings

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

with warnings.catch_warnings(
    record=True
):  # Authlib would rather have httpx2, which firebase-admin does not allow
    from authlib.integrations.base_client.errors import OAuthError
    from authlib.integrations.httpx_client import AsyncOAuth2Client

REDIRECT = "http://127.0.0.1:9/oauth/callback?from=idp"
PERSON, COMPANY = "001190000001", "9900000016"


@pytest.fixture
async def metadata(sandbox, http):
    return (await http.get("/idp/.well-known/openid-configuration")).json()


@pytest.fixture
def relying_party(sandbox):
    @contextlib.asynccontextmanager
    async def make(method="client_secret_basic", secret="development-only", **options):
        async with AsyncOAuth2Client(
            "tindan",
            secret,
            token_endpoint_auth_method=method,
            redirect_uri=REDIRECT,
            code_challenge_method="S256",
            **{"scope": "openid"} | options,
        ) as client:
            yield client

    return make


@pytest.fixture
def code_for(http, metadata):
    """Signs somebody in without a page, and returns where the browser is sent."""

    async def code_for(client, *, who=PERSON, verifier, **parameters):
        url, _state = client.create_authorization_url(
            metadata["authorization_endpoint"],
            code_verifier=verifier,
            prompt="none",
            login_hint=who,
            **parameters,
        )
        response = await http.get(url)
        assert response.status_code == 303
        return response.headers["location"]

    return code_for


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_code_flow_with_pkce(relying_party, code_for, http, metadata, method):
    """A stock client gets an ID token that verifies against the published key, with all its claims."""
    verifier = secrets.token_urlsafe(48)
    async with relying_party(method) as client:
        location = await code_for(client, verifier=verifier, nonce="n-1", state="s-1")
        tokens = await client.fetch_token(
            metadata["token_endpoint"], authorization_response=location, code_verifier=verifier, state="s-1"
        )
    keys = KeySet.import_key_set((await http.get(metadata["jwks_uri"])).json())
    token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    claims = token.claims
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": metadata["issuer"]},
        aud={"essential": True, "value": "tindan"},
        nonce={"essential": True, "value": "n-1"},
        exp={"essential": True},
        iat={"essential": True},
    ).validate(claims)
    assert token.header["kid"]
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert abs(claims["auth_time"] - time.time()) < 60
    assert {name: claims[name] for name in claims if name[0].isupper()} == {
        "TechID": "DEMO000001",
        "SoDinhDanh": PERSON,
        "HoVaTen": "Nguyễn Thị Ví Dụ",
        "NgayThangNamSinh": "19900214",
        "LoaiTaiKhoan": "1",
        "IAL": "2",
    }


async def test_an_organisation_is_named_by_its_tax_code(relying_party, code_for, metadata):
    """An organisation's account says who represents it, and what its tax code and name are."""
    verifier = secrets.token_urlsafe(48)
    async with relying_party(scope="openid email") as client:
        location = await code_for(client, who=COMPANY, verifier=verifier)
        await client.fetch_token(
            metadata["token_endpoint"], authorization_response=location, code_verifier=verifier
        )
        claims = (await client.get(metadata["userinfo_endpoint"])).json()
    assert (claims["LoaiTaiKhoan"], claims["MaSoThue"]) == ("2", COMPANY)
    assert claims["TenToChuc"] == "Công ty TNHH Ví Dụ Mẫu"
    assert claims["HoVaTen"] == "Đặng Văn Đại Diện"
    assert claims["email"].endswith("example.vn")
    assert "phone_number" not in claims


async def test_the_answer_names_its_issuer(relying_party, code_for, metadata):
    """The redirect keeps the query of the redirect URI and adds code, state and issuer (RFC 9207)."""
    async with relying_party() as client:
        location = await code_for(client, verifier="v" * 43, state="s-1")
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
    assert location.startswith("http://127.0.0.1:9/oauth/callback?")
    assert answer.pop("code")
    assert answer == {"from": "idp", "state": "s-1", "iss": metadata["issuer"]}


async def test_a_code_works_once(relying_party, code_for, metadata):
    """The second use of a code is refused."""
    verifier = "v" * 43
    async with relying_party() as client:
        location = await code_for(client, verifier=verifier)
        fetch = {"authorization_response": location, "code_verifier": verifier}
        await client.fetch_token(metadata["token_endpoint"], **fetch)
        with pytest.raises(OAuthError, match="invalid_grant"):
            await client.fetch_token(metadata["token_endpoint"], **fetch)


@pytest.mark.parametrize(
    "wrong", [{"code_verifier": "w" * 43}, {"redirect_uri": "http://127.0.0.1:9/other"}, {"code": "guess"}]
)
async def test_a_code_is_bound_to_its_request(relying_party, code_for, metadata, wrong):
    """Another verifier, redirect URI or code is refused, and the code is used up by the attempt."""
    async with relying_party() as client:
        location = await code_for(client, verifier="v" * 43)
        code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))["code"]
        right = {"code": code, "code_verifier": "v" * 43, "redirect_uri": REDIRECT}
        with pytest.raises(OAuthError, match="invalid_grant"):
            await client.fetch_token(metadata["token_endpoint"], **right | wrong)
        if "code" not in wrong:
            with pytest.raises(OAuthError, match="invalid_grant"):
                await client.fetch_token(metadata["token_endpoint"], **right)


async def test_a_code_lives_a_minute():
    """After sixty seconds a code is worth nothing."""
    from infra.sandbox import people
    from infra.sandbox.idp.authorization import AuthorizationRequest
    from infra.sandbox.idp.grants import Grants, s256

    now = [1_000_000.0]
    grants = Grants(clock=lambda: now[0])
    request = AuthorizationRequest(
        redirect_uri=REDIRECT,
        scope=frozenset({"openid"}),
        state=None,
        nonce=None,
        challenge=s256("v"),
        silent=False,
        login_hint=None,
    )
    account = next(iter(people.load().values()))
    codes = [grants.issue_code(account, request) for _ in range(2)]
    now[0] += 59
    assert grants.redeem(codes[0], redirect_uri=REDIRECT, verifier="v") is not None
    now[0] += 1
    assert grants.redeem(codes[1], redirect_uri=REDIRECT, verifier="v") is None


@pytest.mark.parametrize(
    ("method", "secret"),
    [("client_secret_basic", "wrong"), ("client_secret_post", "wrong"), ("none", "")],
)
async def test_the_client_must_prove_itself(relying_party, code_for, metadata, method, secret):
    """A wrong secret or none at all is an invalid client."""
    async with relying_party(method, secret) as client:
        location = await code_for(client, verifier="v" * 43)
        with pytest.raises(OAuthError, match="invalid_client"):
            await client.fetch_token(
                metadata["token_endpoint"], authorization_response=location, code_verifier="v" * 43
            )


async def test_userinfo_needs_a_token_of_ours(sandbox, http):
    """A made-up access token is challenged."""
    response = await http.get("/idp/userinfo", headers={"Authorization": "Bearer x"})
    assert response.status_code == 401
    assert "invalid_token" in response.headers["WWW-Authenticate"]


async def test_the_token_endpoint_can_hang_after_taking_the_code(script, relying_party, code_for, metadata):
    """When the provider takes the code and then says nothing, the code is gone."""
    async with relying_party(timeout=0.3) as client:
        location = await code_for(client, verifier="v" * 43)
        await script("idp", {"kind": "accept_then_hang", "seconds": 30}, match={"to": "token"})
        fetch = {"authorization_response": location, "code_verifier": "v" * 43}
        with pytest.raises(httpx.ReadTimeout):
            await client.fetch_token(metadata["token_endpoint"], **fetch)
        with pytest.raises(OAuthError, match="invalid_grant"):
            await client.fetch_token(metadata["token_endpoint"], **fetch)
