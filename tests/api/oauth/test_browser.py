"""Sign-in through the browser, with a real provider in a process of its own."""

import asyncio
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from fastapi import Response
from sqlmodel import select

from api.oauth import browsers
from auth import opaque
from auth.provider_client import AsyncOAuth2Client
from storage.parties.models import Party
from storage.parties.repository import profile
from storage.sessions.models import SignIn
from tests.api.oauth.conftest import APP, OTHER_REDIRECT, REDIRECT, answer_of

ISSUER = "http://127.0.0.1:8080"


async def test_person(browser, client, services):
    """A person signs in and is known by number and name."""
    tokens = await browser.tokens()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    party_id = (await client.get("/try/citizen", headers=headers)).json()
    async with services.reading() as reading:
        party = (await reading.session.exec(select(Party))).one()
        known = await profile(reading, party.id)
    assert party_id == str(party.id)
    assert (known.kind, known.number, known.name) == ("person", "001190000001", "Nguyễn Thị Ví Dụ")


async def test_too_many_from_one_address(browser, services):
    """Who begins far too many sign-ins is told so by the app, and nothing is kept of those."""
    begun = await browser.authorize()
    assert begun.headers["ratelimit"].startswith('"sign-ins";r=299')
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE rate_bucket SET tokens = -50")
        await uow.commit()
    refused = await browser.authorize()
    answer = answer_of(refused)
    assert (answer["error"], answer["state"]) == ("temporarily_unavailable", "the app's state")
    assert int(refused.headers["retry-after"]) in {5, 6}
    assert refused.headers["ratelimit"].startswith('"sign-ins";r=0;')
    assert refused.headers["location"].startswith(REDIRECT)
    async with services.reading() as reading:
        assert len((await reading.session.exec(select(SignIn))).all()) == 1


async def test_organisation(browser, services):
    """Who signs in for an organisation is that organisation."""
    await browser.sign_in("demo-000007")
    async with services.reading() as reading:
        party = (await reading.session.exec(select(Party))).one()
        known = await profile(reading, party.id)
    assert (known.kind, known.number, known.name) == ("organisation", "9900000016", "Công ty TNHH Ví Dụ Mẫu")


async def test_stock_client(app, browser):
    """A client library that knows nothing of us signs in, renews and signs out from the metadata alone."""
    transport = httpx.ASGITransport(app)
    async with AsyncOAuth2Client(
        client_id=APP, redirect_uri=REDIRECT, code_challenge_method="S256", transport=transport
    ) as stock:
        found = await stock.request(
            "GET", f"{ISSUER}/.well-known/oauth-authorization-server", withhold_token=True
        )
        metadata = found.json()
        assert metadata["issuer"] == ISSUER
        url, state = stock.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier="w" * 64
        )
        begun = await stock.request("GET", url, withhold_token=True)
        address = await browser.at_provider(begun.headers["location"])
        back = await stock.request("GET", address, withhold_token=True)
        tokens = await stock.fetch_token(
            metadata["token_endpoint"],
            authorization_response=back.headers["location"],
            state=state,
            code_verifier="w" * 64,
        )
        old = tokens["refresh_token"]
        renewed = await stock.refresh_token(metadata["token_endpoint"], refresh_token=old)
        assert renewed["refresh_token"] != old
        assert (await stock.get(f"{ISSUER}/try/citizen")).status_code == 200


async def test_app_is_called_back(browser):
    """The app gets a code, its own state, and the name of who answers (RFC 9207)."""
    answer = await browser.sign_in()
    assert answer.keys() == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("the app's state", ISSUER)


async def test_redirect_with_a_query(browser):
    """What the app put into its redirect address stays there, and no state is made up."""
    begun = await browser.authorize(redirect_uri=OTHER_REDIRECT, state=None)
    back = await browser.come_back(await browser.at_provider(begun.headers["location"]))
    assert back.headers["location"].startswith("vn.example.tindan:/callback?from=tindan&code=")
    assert answer_of(back).keys() == {"from", "code", "iss"}


async def test_state_works_once(browser):
    """Whoever comes back a second time gets a page, and the app no second code."""
    begun = await browser.authorize()
    address = await browser.at_provider(begun.headers["location"])
    first, second = await browser.come_back(address), await browser.come_back(address)
    assert first.status_code == 302
    assert (second.status_code, "location" in second.headers) == (400, False)


@pytest.mark.parametrize("state", ["tampered", "", "\x00", None])
async def test_tampered_state(browser, state):
    """A state that we did not draw leads to a page, and not to any app."""
    begun = await browser.authorize()
    address = urlsplit(await browser.at_provider(begun.headers["location"]))
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    query = {name: value for name, value in (query | {"state": state}).items() if value is not None}
    back = await browser.come_back(address._replace(query=urlencode(query)).geturl())
    assert (back.status_code, "location" in back.headers) == (400, False)
    assert "đã hết hạn" in back.text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": "forged"}, "code"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": ""}, "issuer"),
        ({"error": "invalid_scope"}, "sign-in"),
    ],
)
async def test_tampered_answer(browser, services, changes, reason):
    """A forged code or another issuer signs nobody in, and the app is told."""
    begun = await browser.authorize()
    address = urlsplit(await browser.at_provider(begun.headers["location"]))
    query = {name: values[0] for name, values in parse_qs(address.query).items()} | changes
    answer = answer_of(await browser.come_back(address._replace(query=urlencode(query)).geturl()))
    assert (answer["error"], answer["state"]) == ("access_denied", "the app's state")
    assert answer["error_description"].endswith(reason)
    async with services.reading() as reading:
        assert (await reading.session.exec(select(Party))).all() == []


async def test_another_browser(browser, client, services):
    """The end of a sign-in is worth nothing in another browser, and can not be burnt there."""
    begun = await browser.authorize()
    address = urlsplit(await browser.at_provider(begun.headers["location"]))
    path = f"{address.path}?{address.query}"
    mine = dict(client.cookies)
    for cookies in ({}, {"tindan-sign-in": "a" * 43}, {"tindan-sign-in": "nonsense"}, {"tindan-sign-in": ""}):
        client.cookies = cookies
        page = await client.get(path, headers={"accept-language": "en"})
        assert (page.status_code, "location" in page.headers) == (400, False)
        assert "another browser" in page.text
    client.cookies = mine
    assert "code" in answer_of(await client.get(path))


async def test_two_sign_ins_at_once(browser):
    """One browser may have two sign-ins under way, and end them in any order."""
    first, second = await browser.authorize(), await browser.authorize()
    for begun in (second, first):
        back = await browser.come_back(await browser.at_provider(begun.headers["location"]))
        assert "code" in answer_of(back)


async def test_cookie(browser, services):
    """The cookie lives as long as a sign-in may take, is no script's business, and is kept as a digest."""
    cookie = SimpleCookie((await browser.authorize()).headers["set-cookie"])["tindan-sign-in"]
    assert (cookie["max-age"], cookie["path"], cookie["samesite"]) == ("600", "/", "lax")
    assert (cookie["httponly"], cookie["secure"], cookie["domain"]) == (True, "", "")
    async with services.reading() as reading:
        kept = (await reading.session.exec(select(SignIn))).one()
    assert kept.browser_hash == opaque.digest(cookie.value)


def test_cookie_over_tls():
    """Where there is TLS the cookie is of this host alone, and travels over TLS alone."""
    answer = browsers.remember(Response(), "https://api.example.vn", "a" * 43)
    cookie = SimpleCookie(answer.headers["set-cookie"])["__Host-tindan-sign-in"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


async def test_cancelled(browser):
    """Who cancels at the provider goes back to the app with a refusal."""
    begun = await browser.authorize()
    address = await browser.at_provider(begun.headers["location"], action="cancel")
    answer = answer_of(await browser.come_back(address))
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "the app's state", ISSUER)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("temporarily_unavailable", "temporarily_unavailable"),
        ("server_error", "temporarily_unavailable"),
        ("unmet_authentication_requirements", "unmet_authentication_requirements"),
        ("login_required", "access_denied"),
        ("", "access_denied"),
    ],
)
async def test_refusals_of_the_provider(browser, said, told):
    """What a provider's refusal means is told to the app in words that it knows."""
    begun = await browser.authorize()
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    query = urlencode({"state": state, "error": said})
    assert answer_of(await browser.come_back(f"{ISSUER}/oauth/callback?{query}"))["error"] == told


async def test_provider_fails(browser, fault):
    """When the provider fails the app is told to try again later."""
    begun = await browser.authorize()
    address = await browser.at_provider(begun.headers["location"])
    await fault("token", kind="status", code=503)
    assert answer_of(await browser.come_back(address))["error"] == "temporarily_unavailable"


async def test_no_connection_is_held_meanwhile(browser, services, fault):
    """While the provider is slow no database connection waits with it."""
    begun = await browser.authorize()
    address = await browser.at_provider(begun.headers["location"])
    await fault("token", kind="delay", seconds=3)
    coming = asyncio.create_task(browser.come_back(address))
    async with asyncio.timeout(5):
        while await _pending(services):  # noqa: ASYNC110 - a transaction of somebody else's sets no event
            await asyncio.sleep(0.01)
    assert services.engine.pool.pool.checkedout() == 0
    assert not coming.done()
    coming.cancel()


async def _pending(services) -> bool:
    async with services.reading() as reading:
        return bool((await reading.session.exec(select(SignIn))).all())


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "another-app"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example"},
        {"redirect_uri": f"{REDIRECT}/more"},
        {"redirect_uri": f"{REDIRECT}?more"},
    ],
)
@pytest.mark.parametrize(("language", "words"), [("vi", "chưa được đăng ký"), ("en", "is not registered")])
async def test_untrusted_app(browser, changes, language, words):
    """An app or address that is not registered gets nothing; the person gets a page in their language."""
    page = await browser.authorize(language=language, **changes)
    assert (page.status_code, "location" in page.headers) == (400, False)
    assert words in page.text
    assert f'<html lang="{language}">' in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"
    assert "evil" not in page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"state": "a" * 1025}, "invalid_request"),
        ({"state": "a\x00"}, "invalid_request"),
    ],
)
async def test_bad_requests(browser, changes, error):
    """A request that lacks something is refused by a redirect to the app, with its state."""
    refused = await browser.authorize(**changes)
    answer = answer_of(refused)
    assert refused.headers["location"].startswith(f"{REDIRECT}?")
    assert (answer["error"], answer["iss"]) == (error, ISSUER)
    assert answer["state"] == changes.get("state", "the app's state")


@pytest.mark.parametrize(
    ("repeated", "status"),
    [(("state", "b"), 302), (("redirect_uri", REDIRECT), 400), (("client_id", APP), 400)],
)
async def test_repeated_parameters(client, repeated, status):
    """A parameter given twice is refused; one that says where to answer means nothing then."""
    given = [
        ("client_id", APP),
        ("redirect_uri", REDIRECT),
        ("state", "a"),
        ("response_type", "code"),
        ("code_challenge", "c" * 43),
        ("code_challenge_method", "S256"),
    ]
    assert "error" not in answer_of(await client.get(f"/oauth/authorize?{urlencode(given)}"))
    refused = await client.get(f"/oauth/authorize?{urlencode([*given, repeated])}")
    assert refused.status_code == status
    if status == 302:
        assert answer_of(refused)["error"] == "invalid_request"
