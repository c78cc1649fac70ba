"""The application and those who vouch for people: of other kinds, telling of sign-outs, slow, down, hostile."""

import json
import time
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from sqlmodel import select

from api.services import open_services
from api.settings import Settings
from auth import pkce
from auth.apps import Audience
from auth.identity import Wish
from auth.oidc import OpenIdProvider
from auth.providers import ClaimMap, Endpoints, Userinfo
from auth.vneid import VneidProvider
from storage.officers import repository as officers
from storage.parties.models import Party
from storage.sessions.models import Session
from tests.api.oauth.conftest import APP, OFFICERS_APP, REDIRECT, VERIFIER, answer_of, code_form
from tests.auth.providers import listening

LOGOUT = "/oauth/backchannel-logout"


def renewal(tokens: dict[str, str], client_id: str = APP) -> dict[str, str]:
    return {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "refresh_token": tokens["refresh_token"],
    }


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    return {"authorization": f"Bearer {tokens['access_token']}"}


async def age_of_check(services, by: timedelta) -> None:
    """Let it be longer since the provider vouched for all sessions."""
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE session SET checked_at = checked_at - %s", (by,))
        await uow.commit()


@pytest.fixture
async def provider(services, use_provider):
    """A provider on a socket that says what it is told to say, and is believed by the application."""
    async with listening() as running:
        settings = replace(services.settings.auth.citizen_provider(), issuer=running.issuer)
        async with OpenIdProvider(settings) as made:
            use_provider(made)
            yield running


class Visit:
    """Signs in with that provider, without a page."""

    def __init__(self, client, provider) -> None:
        self._client, self._provider = client, provider

    async def begin(self) -> str:
        """Return the state with which the provider sends the browser back."""
        asked = {
            "response_type": "code",
            "client_id": APP,
            "redirect_uri": REDIRECT,
            "code_challenge": pkce.challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        begun = await self._client.get("/oauth/authorize", params=asked)
        query = parse_qs(urlsplit(begun.headers["location"]).query)
        self._provider.nonce = query["nonce"][0]
        return query["state"][0]

    async def end(self, state: str, **more: str) -> httpx.Response:
        """Come back to the application."""
        query = urlencode({"state": state, "code": "a code"} | more)
        return await self._client.get(f"/oauth/callback?{query}")

    async def tokens(self) -> dict[str, str]:
        """Go all the way."""
        code = answer_of(await self.end(await self.begin()))["code"]
        answer = await self._client.post("/oauth/token", data=code_form(code))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()
        return tokens


@pytest.fixture
def visit(client, provider) -> Visit:
    """Somebody who signs in."""
    return Visit(client, provider)


async def test_like_vneid(browser, client, services, sandbox, use_provider):
    """A provider without discovery, keys and ID tokens, with claims in an envelope, signs people in."""
    settings = replace(
        services.settings.auth.citizen_provider(),
        issuer=f"{sandbox}/vneid",
        claims=ClaimMap(subject="TechID"),
        userinfo=Userinfo(envelope=("data",)),
        endpoints=Endpoints(
            authorization_endpoint=f"{sandbox}/vneid/authorize",
            token_endpoint=f"{sandbox}/vneid/token",
            userinfo_endpoint=f"{sandbox}/vneid/userinfo",
        ),
        scope="openid offline_access",
    )
    async with VneidProvider(settings) as made:
        use_provider(made)
        tokens = await browser.tokens()
        assert (await client.get("/try/citizen", headers=bearer(tokens))).status_code == 200
        await age_of_check(services, timedelta(hours=2))
        renewed = await client.post("/oauth/token", data=renewal(tokens))
        assert renewed.status_code == 200
        async with services.reading() as reading:
            (session,) = (await reading.session.exec(select(Session))).all()
            assert len((await reading.session.exec(select(Party))).all()) == 1
        assert session.provider_token_sealed is not None
        assert session.provider_session_index is None
        forged = await browser.authorize()
        back = urlsplit(await browser.at_provider(forged.headers["location"]))
        query = {name: values[0] for name, values in parse_qs(back.query).items()} | {"code": "forged"}
        answer = answer_of(await browser.come_back(back._replace(query=urlencode(query)).geturl()))
        assert answer["error_description"].endswith(": code")


async def test_profile_is_a_setting(services, monkeypatch):
    """A deployment says how its provider speaks, and where it is."""
    at = "https://vneid.example.vn"
    endpoints = {"authorization_endpoint": at, "token_endpoint": at, "userinfo_endpoint": at}
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("DATABASE_URL", services.settings.storage.require_database_url())
    monkeypatch.setenv("TINDAN_DATA_DIR", str(services.settings.storage.data_dir))
    monkeypatch.setenv("TINDAN_IDP_PROFILE", "vneid")
    monkeypatch.setenv("TINDAN_IDP_ENDPOINTS", json.dumps(endpoints))
    monkeypatch.setenv("TINDAN_IDP_USERINFO", '{"envelope": ["data"]}')
    async with open_services(Settings()) as opened:
        assert type(opened.identity_providers[Audience.CITIZENS]) is VneidProvider
        assert type(opened.identity_providers[Audience.OFFICERS]) is OpenIdProvider
        departure = await opened.identity_providers[Audience.CITIZENS].begin("a state", Wish())
    assert departure.url.startswith(f"{at}?")


async def test_officer(browser, client, services):
    """An officer who was invited signs in at the provider for staff, and is no citizen."""
    async with services.unit_of_work() as uow:
        officer_id = await officers.invite(uow, invited_by="test", email="tiep.nhan@hanoi.example.vn")
        await uow.commit()
    begun = await browser.authorize(client_id=OFFICERS_APP)
    assert "/staff/authorize?" in begun.headers["location"]
    back = await browser.come_back(await browser.at_provider(begun.headers["location"], "staff-000001"))
    form = code_form(answer_of(back)["code"], client_id=OFFICERS_APP)
    tokens = (await client.post("/oauth/token", data=form)).json()
    officer = services.tokens.verify_officer(tokens["access_token"])
    assert officer.officer_id == officer_id
    assert (await client.get("/try/citizen", headers=bearer(tokens))).status_code == 401
    async with services.reading() as reading:
        (session,) = (await reading.session.exec(select(Session))).all()
    assert (session.provider, session.party_id) == ("officers", None)


async def test_stranger_among_officers(browser, services):
    """Who was not invited is told so, and nothing of them is kept."""
    begun = await browser.authorize(client_id=OFFICERS_APP)
    back = await browser.come_back(await browser.at_provider(begun.headers["location"], "staff-000002"))
    assert answer_of(back)["error"] == "access_denied"
    async with services.reading() as reading:
        assert (await reading.session.exec(select(Party))).all() == []


async def test_sign_out_at_the_provider(visit, client, provider):
    """A logout token ends the session: nothing is renewed, and its access token opens nothing."""
    provider.claims = {"sid": "one"}
    tokens = await visit.tokens()
    provider.claims = {"sid": "two"}
    other = await visit.tokens()
    token = provider.logout_token(sid="one")
    for _ in range(2):
        answer = await client.post(LOGOUT, data={"logout_token": token})
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["cache-control"] == "no-store"
    assert (await client.get("/try/citizen", headers=bearer(tokens))).status_code == 401
    assert (await client.post("/oauth/token", data=renewal(tokens))).json()["error"] == "invalid_grant"
    assert (await client.get("/try/citizen", headers=bearer(other))).status_code == 200
    assert (await client.post("/oauth/token", data=renewal(other))).status_code == 200


async def test_forged_sign_out(visit, client, provider):
    """What is no logout token is refused with the reason, and nobody is signed out."""
    tokens = await visit.tokens()
    for form, reason in (
        ({}, "logout_token_issuer"),
        ({"logout_token": "nonsense"}, "logout_token_issuer"),
        ({"logout_token": provider.id_token()}, "logout_token"),
        ({"logout_token": provider.logout_token(aud="another")}, "logout_token"),
    ):
        answer = await client.post(LOGOUT, data=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert answer.json()["error_description"] == f"the logout token was refused: {reason}"
    provider.header = {"kid": "unheard of"}
    answer = await client.post(LOGOUT, data={"logout_token": provider.logout_token()})
    assert answer.json()["error_description"].endswith(": logout_token_key")
    assert (await client.get("/try/citizen", headers=bearer(tokens))).status_code == 200


async def test_suspended_account(browser, client, services, sandbox):
    """Who was suspended is signed out when the provider is asked again, though nobody told."""
    tokens = await browser.tokens("demo-000003")
    async with httpx.AsyncClient(base_url=sandbox) as control:
        await control.put("/sandbox/idp/suspended/demo-000003")
        try:
            tokens = (await client.post("/oauth/token", data=renewal(tokens))).json()
            await age_of_check(services, timedelta(hours=1))
            refused = await client.post("/oauth/token", data=renewal(tokens))
            assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
            assert (await client.get("/try/citizen", headers=bearer(tokens))).status_code == 401
            assert (await browser.sign_in("demo-000003"))["error"] == "access_denied"
        finally:
            await control.delete("/sandbox/idp/suspended/demo-000003")
    assert "code" in await browser.sign_in("demo-000003")


async def test_provider_is_down(visit, client, services, provider):
    """While the provider is down nobody new signs in, which the app is told; who is signed in stays."""
    provider.tokens = {"refresh_token": "theirs"}
    tokens = await visit.tokens()
    state = await visit.begin()
    provider.answers["/token"] = (503, {})
    answer = answer_of(await visit.end(state))
    assert answer["error"] == "temporarily_unavailable"
    assert answer["error_description"] == "the identity provider can not be reached"
    await age_of_check(services, timedelta(hours=2))
    renewed = await client.post("/oauth/token", data=renewal(tokens))
    assert renewed.status_code == 200
    assert (await client.get("/try/citizen", headers=bearer(renewed.json()))).status_code == 200
    await age_of_check(services, timedelta(hours=23))
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE session SET checking_until = NULL")
        await uow.commit()
    refused = await client.post("/oauth/token", data=renewal(renewed.json()))
    assert refused.json()["error"] == "invalid_grant"


async def test_provider_is_gone_before_the_start(services, use_provider, browser):
    """When not even its metadata is to be had, the app is told before the browser leaves."""
    settings = replace(services.settings.auth.citizen_provider(), issuer="http://127.0.0.1:1/idp")
    async with OpenIdProvider(settings) as nobody:
        use_provider(nobody)
        answer = answer_of(await browser.authorize())
    assert (answer["error"], answer["state"]) == ("temporarily_unavailable", "the app's state")


async def test_seen_too_long_ago(visit, client, provider):
    """A provider that ignores `max_age` or `prompt` is found out by when it says that it saw the person."""
    for wish, auth_time, error in (
        ({"max_age": "60"}, -95, "unmet_authentication_requirements"),
        ({"max_age": "60"}, -85, None),
        ({"max_age": "60"}, None, "access_denied"),
        ({"prompt": "login"}, -40, "unmet_authentication_requirements"),
        ({"prompt": "login"}, 0, None),
        ({}, -9000, None),
        ({}, None, None),
    ):
        asked = {
            "response_type": "code",
            "client_id": APP,
            "redirect_uri": REDIRECT,
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
        }
        begun = await client.get("/oauth/authorize", params=asked | wish)
        query = parse_qs(urlsplit(begun.headers["location"]).query)
        provider.nonce = query["nonce"][0]
        provider.claims = {"auth_time": None if auth_time is None else int(time.time()) + auth_time}
        answer = answer_of(await visit.end(query["state"][0]))
        assert answer.get("error") == error, (wish, auth_time)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"header": {"alg": "none"}}, "id_token"),
        ({"claims": {"aud": "another", "azp": "tindan"}}, "id_token"),
        ({"claims": {"exp": 1}}, "id_token"),
        ({"claims": {"iat": 4_000_000_000}}, "id_token"),
        ({"claims": {"nonce": "of another sign-in"}}, "nonce"),
        ({"header": {"kid": "withdrawn"}}, "id_token_key"),
        ({"claims": {"SoDinhDanh": "001190"}}, "number"),
        ({"claims": {"IAL": "3"}}, "level"),
        ({"claims": {"filling": "a" * 20_000}}, "id_token"),
    ],
)
async def test_what_the_app_is_told(visit, provider, services, changes, reason):
    """Whatever is wrong with an answer, the app is refused with the reason, and nobody is kept."""
    state = await visit.begin()
    for name, value in changes.items():
        setattr(provider, name, value)
    answer = answer_of(await visit.end(state))
    assert answer == {
        "error": "access_denied",
        "error_description": f"the sign-in was refused: {reason}",
        "iss": "http://127.0.0.1:8080",
    }
    async with services.reading() as reading:
        assert (await reading.session.exec(select(Party))).all() == []


async def test_replayed_answer(visit, client, provider):
    """An answer that was used is worth nothing a second time, and its code is shown to nobody again."""
    state = await visit.begin()
    assert "code" in answer_of(await visit.end(state))
    asked = provider.seen["/token"]
    page = await visit.end(state)
    assert (page.status_code, "location" in page.headers) == (400, False)
    assert provider.seen["/token"] == asked
