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


def answer_of(response):
    """The parameters that a redirect carries back."""
    assert response.status_code == 303, response.text
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(response.headers["location"]).query))


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


VALID = {
    "response_type": "code",
    "client_id": "tindan",
    "redirect_uri": REDIRECT,
    "scope": "openid",
    "state": "s-1",
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"nonce": ["1", "2"]}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none", "login_hint": "999"}, "login_required"),
    ],
)
async def test_a_wrong_request_goes_back_with_an_error(sandbox, http, metadata, changed, error):
    """What is wrong with a request of ours is told to the relying party by redirect."""
    answer = answer_of(await http.get("/idp/authorize", params=VALID | changed))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "s-1", metadata["issuer"])
    assert "code" not in answer


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody"},
        {"client_id": ["tindan", "tindan"]},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "http://127.0.0.1@evil.example/"},
        {"redirect_uri": "http://127.0.0.1:x/"},
        {"redirect_uri": "http://evil@127.0.0.1/"},
        {"redirect_uri": "http://127.0.0.1/#fragment"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": [REDIRECT, "http://localhost/"]},
    ],
)
async def test_an_untrusted_request_is_never_redirected(sandbox, http, changed):
    """Who cannot be believed about the way back gets a page, in Vietnamese first."""
    response = await http.get("/idp/authorize", params=VALID | changed)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert '<html lang="vi">' in response.text
    assert "Không thể đăng nhập" in response.text


async def test_choosing_on_the_page(sandbox, http):
    """The page offers everybody, its form leads back with a code, no choice is an error, cancel is a denial."""
    page = await http.get("/idp/authorize", params=VALID)
    people = (await http.get("/sandbox/people")).json()["items"]
    assert len(people) == 8
    assert all(person["sub"] in page.text for person in people)
    chosen = await http.post("/idp/authorize", data=VALID | {"account": people[0]["sub"]})
    assert answer_of(chosen)["code"]
    nobody = await http.post("/idp/authorize", data=VALID)
    assert nobody.status_code == 422
    assert "Hãy chọn một danh tính" in nobody.text
    cancelled = await http.post("/idp/authorize", data=VALID | {"action": "cancel"})
    assert answer_of(cancelled)["error"] == "access_denied"


@pytest.mark.parametrize(
    ("headers", "extra", "language"),
    [
        ({}, {}, "vi"),
        ({"Accept-Language": "en-GB,vi;q=0.5"}, {}, "en"),
        ({"Accept-Language": "en;q=0.2,vi;q=0.9"}, {}, "vi"),
        ({"Accept-Language": "en;q=0"}, {}, "vi"),
        ({"Accept-Language": "fr, en;q=0.8"}, {}, "en"),
        ({}, {"ui_locales": "en"}, "en"),
        ({"Accept-Language": "en"}, {"lang": "vi"}, "vi"),
        ({"Cookie": "sandbox_language=en"}, {}, "en"),
    ],
)
async def test_the_page_speaks_the_readers_language(sandbox, http, headers, extra, language):
    """The switch wins over the cookie, the cookie over the relying party, that over the browser."""
    headers = {"Accept-Language": ""} | headers
    page = await http.get("/idp/authorize", params=VALID | extra, headers=headers)
    http.cookies.clear()
    assert f'<html lang="{language}">' in page.text


async def test_the_page_allows_nothing_from_elsewhere(sandbox, http):
    """The policy forbids scripts and framing, and its hash is that of the style in the page."""
    page = await http.get("/idp/authorize", params=VALID)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert "<script" not in page.text


async def test_a_parameter_cannot_become_markup(sandbox, http):
    """What a request carries is shown as text."""
    page = await http.get("/idp/authorize", params=VALID | {"state": '"><b>x</b>'})
    assert "<b>x</b>" not in page.text


async def test_logging_out(sandbox, http):
    """Logging out goes back to where it is allowed to, and nowhere else."""
    assert (await http.get("/idp/logout")).status_code == 200
    target = {"post_logout_redirect_uri": "http://localhost:1/bye", "state": "s"}
    assert answer_of(await http.get("/idp/logout", params=target))["state"] == "s"
    target["post_logout_redirect_uri"] = "https://evil.example/"
    assert (await http.get("/idp/logout", params=target)).status_code == 400


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


async def test_demonstration_people_are_well_formed_and_evident():
    """Numbers have the right form, serials show that they are invented, and sexes fit the fourth digit."""
    from infra.sandbox import people

    accounts = list(people.load().values())
    assert [account.number[6:] for account in accounts] == [f"{n:06}" for n in range(1, len(accounts) + 1)]
    for account in accounts:
        century = "01" if account.born.startswith("19") else "23"
        assert account.number[3] in century
        assert account.email.endswith("example.vn")
        assert account.phone.startswith("+849")


@pytest.mark.parametrize(
    ("code", "valid"), [("0100109106", True), ("0100109107", False), ("123", False), ("9900000071", False)]
)
async def test_tax_code_check_digit(code, valid):
    """The check digit of a known tax code is right, any other is not."""
    from infra.sandbox.people import is_tax_code

    assert is_tax_code(code) is valid
