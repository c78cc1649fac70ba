"""A web application whose identity provider is a sandbox in a process of its own."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from api.dependencies import CurrentParty, EventSender
from api.main import create_app
from api.services import Services
from api.settings import Settings
from auth import agencies, pkce
from auth.apps import Audience
from auth.identity import IdentityProvider
from infra.sandbox import launch
from storage.agencies.repository import AgencyRecord, put
from tests.whole import whole

APP = "tindan-app"
BOUND_APP = "bound-app"
OFFICERS_APP = "officers-app"
REDIRECT = "https://example.vn/app/callback"
OTHER_REDIRECT = "vn.example.tindan:/callback?from=tindan"
VERIFIER = "v" * 43


@pytest.fixture(scope="session")
def sandbox() -> Iterator[str]:
    """The address of a sandbox."""
    with launch.running() as process:
        yield process.http


@pytest.fixture(scope="session")
def oauth_settings(settings, sandbox) -> Settings:
    """Settings that name the sandbox as provider, and two redirect addresses."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TINDAN_ENV", "development")
        environment.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
        environment.setenv("DATABASE_URL", settings.require_database_url())
        environment.setenv("TINDAN_IDP_ISSUER", f"{sandbox}/idp")
        # It lives on beside all other tests, which empty the catalogue and fill it.
        environment.setenv("TINDAN_CATALOGUE_LOOK_SECONDS", "3600")
        environment.setenv("TINDAN_ANSWERS_LOOK_SECONDS", "3600")
        environment.setenv("TINDAN_STAFF_ISSUER", f"{sandbox}/staff")
        apps = {
            APP: {"redirect_uris": [REDIRECT, OTHER_REDIRECT]},
            BOUND_APP: {"redirect_uris": [REDIRECT], "dpop": True},
            OFFICERS_APP: {"redirect_uris": [REDIRECT], "audience": "officers"},
        }
        environment.setenv("TINDAN_APPS", json.dumps(apps))
        given = Settings()
        whole(given)
    return given


@pytest.fixture(scope="session")
async def app(oauth_settings) -> AsyncIterator[FastAPI]:
    """The application, with an endpoint for citizens and one for agencies to be tried with tokens."""
    application = create_app(oauth_settings)

    @application.get("/try/citizen")
    async def citizen(party: CurrentParty) -> str:
        return str(party.party_id)

    @application.get("/try/agency")
    async def agency(caller: EventSender) -> str:
        return caller.client_id

    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture(scope="session")
async def another_process(oauth_settings) -> AsyncIterator[FastAPI]:
    """The application once more, which shares with the first what two processes share: the database."""
    application = create_app(oauth_settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def elsewhere(another_process, engine) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of the other process."""
    transport = httpx.ASGITransport(another_process)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as session:
        yield session


@pytest.fixture
def services(app, engine) -> Services:
    """The parts of the application, with every table empty."""
    found: Services = app.state.services
    return found


@pytest.fixture
def use_provider(app, services):
    """Have the application ask somebody else to vouch for citizens, for the length of a test."""

    def use(provider: IdentityProvider) -> None:
        known = {**services.identity_providers, Audience.CITIZENS: provider}
        app.state.services = replace(services, identity_providers=known)

    yield use
    app.state.services = services


@pytest.fixture
async def client(app, engine) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of the application, which follows no redirect."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as session:
        yield session


class Browser:
    """Somebody's browser: goes to the application and to the provider, and chooses an account there."""

    def __init__(self, client: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
        self.client = client
        self.outside = outside

    async def authorize(self, *, language: str = "vi", **changes: str | None) -> httpx.Response:
        """Begin as the app does; None leaves a parameter out."""
        asked = {
            "response_type": "code",
            "client_id": APP,
            "redirect_uri": REDIRECT,
            "state": "the app's state",
            "code_challenge": pkce.challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        } | changes
        given = {name: value for name, value in asked.items() if value is not None}
        return await self.client.get("/oauth/authorize", params=given, headers={"accept-language": language})

    async def at_provider(self, address: str, account: str = "demo-000001", **choice: str) -> str:
        """Choose an account; return where the provider sends the browser."""
        parts = urlsplit(address)
        form = {name: values[0] for name, values in parse_qs(parts.query).items()}
        posted = await self.outside.post(
            parts._replace(query="").geturl(), data=form | {"account": account} | choice
        )
        return posted.headers["location"]

    async def come_back(self, address: str, *, language: str = "vi") -> httpx.Response:
        """Follow the provider's redirect to the application."""
        parts = urlsplit(address)
        assert parts.path == "/oauth/callback"
        return await self.client.get(f"{parts.path}?{parts.query}", headers={"accept-language": language})

    async def sign_in(self, account: str = "demo-000001", **changes: str) -> dict[str, str]:
        """Go all the way; return what the app is called back with."""
        begun = await self.authorize(**changes)
        back = await self.come_back(await self.at_provider(begun.headers["location"], account))
        return answer_of(back)

    async def tokens(self, account: str = "demo-000001") -> dict[str, str]:
        """Sign in and change the code for tokens."""
        code = (await self.sign_in(account))["code"]
        answer = await self.client.post("/oauth/token", data=code_form(code))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()
        return tokens


def answer_of(response: httpx.Response) -> dict[str, str]:
    """Return the parameters with which a redirect calls the app."""
    assert response.status_code == 302, response.text
    query = parse_qs(urlsplit(response.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def code_form(code: str, /, **changes: str) -> dict[str, str]:
    """Return the form that changes a code for tokens."""
    return {
        "grant_type": "authorization_code",
        "client_id": APP,
        "redirect_uri": REDIRECT,
        "code": code,
        "code_verifier": VERIFIER,
    } | changes


@pytest.fixture
async def browser(client) -> AsyncIterator[Browser]:
    """A browser."""
    async with httpx.AsyncClient() as outside:
        yield Browser(client, outside)


@pytest.fixture
async def fault(sandbox) -> AsyncIterator:
    """Script a fault of an endpoint of the provider."""
    async with httpx.AsyncClient(base_url=sandbox) as control:

        async def put_fault(endpoint: str, **what: object) -> None:
            script = {"script": [what], "match": {"to": endpoint}}
            (await control.put("/sandbox/faults/idp", json=script)).raise_for_status()

        yield put_fault
        await control.delete("/sandbox/faults/idp")


@pytest.fixture
async def portal(services) -> str:
    """The secret of the agency client `portal`, which may send events and documents."""
    async with services.unit_of_work() as uow:
        await put(uow, [AgencyRecord(code="H26.18", name="Sở Tư pháp")])
        secret = await agencies.create_client(
            uow, agency_code="H26.18", client_id="portal", scopes=["events", "documents"]
        )
        await uow.commit()
    return secret
