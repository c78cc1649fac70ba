"""What the identity provider's authorization endpoint makes of requests, good and bad."""

import base64
import hashlib
import urllib.parse

import pytest

REDIRECT = "http://127.0.0.1:9/oauth/callback?from=idp"


@pytest.fixture
def issuer(sandbox):
    return f"{sandbox.http}/idp"


def answer_of(response):
    """The parameters that a redirect carries back."""
    assert response.status_code == 303, response.text
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(response.headers["location"]).query))


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
async def test_a_wrong_request_goes_back_with_an_error(http, issuer, changed, error):
    """What is wrong with a request of ours is told to the relying party by redirect."""
    answer = answer_of(await http.get("/idp/authorize", params=VALID | changed))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "s-1", issuer)
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
