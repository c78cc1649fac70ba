"""A stock OAuth client, over a real socket, told nothing but our address."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import uvicorn
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from fastapi import FastAPI

from api.main import create_app
from api.settings import Settings
from auth import agencies
from storage.agencies.repository import AgencyRecord, put
from tests.api.oauth.conftest import APP, REDIRECT
from tests.whole import whole

VERIFIER = "w" * 64


@asynccontextmanager
async def served(application: FastAPI, listener: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None))
    # serve() would take over the signals of the test run.
    task = asyncio.create_task(server._serve([listener]))
    yield
    server.should_exit = True
    await task


@pytest.fixture(scope="module")
async def server(settings, sandbox) -> AsyncIterator[tuple[str, FastAPI]]:
    """The address of an API on a port of its own, and the application behind it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TINDAN_ENV", "development")
            environment.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
            environment.setenv("DATABASE_URL", settings.require_database_url())
            environment.setenv("TINDAN_PUBLIC_URL", address)
            environment.setenv("TINDAN_IDP_ISSUER", f"{sandbox}/idp")
            environment.setenv("TINDAN_APPS", json.dumps({APP: {"redirect_uris": [REDIRECT]}}))
            given = Settings()
            whole(given)
        application = create_app(given)
        async with application.router.lifespan_context(application), served(application, listener):
            yield address, application


@pytest.fixture
async def discovered(server, engine) -> dict[str, str]:
    """What the server says about itself."""
    address, _ = server
    async with httpx.AsyncClient() as client:
        found: dict[str, str] = (await client.get(f"{address}/.well-known/oauth-authorization-server")).json()
    assert found["issuer"] == address
    return found


async def walk_through(url: str, account: str = "demo-000001") -> str:
    """Follow a browser with its cookies to the provider, choose an account, and return where the app is called."""
    async with httpx.AsyncClient() as browser:
        address = urlsplit((await browser.get(url)).headers["location"])
        form = dict(parse_qsl(address.query)) | {"account": account}
        chosen = await browser.post(address._replace(query="").geturl(), data=form)
        back = await browser.get(chosen.headers["location"])
        return back.headers["location"]


async def test_app(discovered):
    """An app signs in with PKCE, asks, renews, and signs out."""
    async with AsyncOAuth2Client(APP, redirect_uri=REDIRECT, code_challenge_method="S256") as stock:
        url, state = stock.create_authorization_url(
            discovered["authorization_endpoint"], code_verifier=VERIFIER
        )
        called = await walk_through(url)
        tokens = await stock.fetch_token(
            discovered["token_endpoint"], authorization_response=called, state=state, code_verifier=VERIFIER
        )
        first = (await stock.get(f"{discovered['issuer']}/v1/sessions")).json()["items"]
        renewed = await stock.refresh_token(
            discovered["token_endpoint"], refresh_token=tokens["refresh_token"]
        )
        assert renewed["refresh_token"] != tokens["refresh_token"]
        second = (await stock.get(f"{discovered['issuer']}/v1/sessions")).json()["items"]
        assert [item["id"] for item in first] == [item["id"] for item in second]
        ended = await stock.revoke_token(
            discovered["revocation_endpoint"],
            token=renewed["refresh_token"],
            token_type_hint="refresh_token",
        )
        assert ended.status_code == 200
        with pytest.raises(OAuthError, match="invalid_grant"):
            await stock.refresh_token(discovered["token_endpoint"], refresh_token=renewed["refresh_token"])


async def test_renewal_by_itself(discovered):
    """The client renews a token that it takes for expired, unasked, and is told the next one."""
    updated: list[str] = []

    async def update(token, **_old):
        updated.append(token["access_token"])

    async with AsyncOAuth2Client(
        APP,
        redirect_uri=REDIRECT,
        code_challenge_method="S256",
        token_endpoint=discovered["token_endpoint"],
        update_token=update,
    ) as stock:
        url, _ = stock.create_authorization_url(discovered["authorization_endpoint"], code_verifier=VERIFIER)
        await stock.fetch_token(authorization_response=await walk_through(url), code_verifier=VERIFIER)
        stock.token["expires_at"] = 1
        assert (await stock.get(f"{discovered['issuer']}/v1/sessions")).status_code == 200
    assert len(updated) == 1


async def test_agency(server, discovered):
    """An agency's system gets a token by its secret, whichever way the library shows it."""
    services = server[1].state.services
    async with services.unit_of_work() as uow:
        await put(uow, [AgencyRecord(code="H26.18", name="Sở Tư pháp")])
        secret = await agencies.create_client(
            uow, agency_code="H26.18", client_id="portal", scopes=["events"]
        )
        await uow.commit()
    for way in ("client_secret_basic", "client_secret_post"):
        async with AsyncOAuth2Client("portal", secret, token_endpoint_auth_method=way) as stock:
            tokens = await stock.fetch_token(discovered["token_endpoint"], grant_type="client_credentials")
            assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "events")
            pushed = await stock.post(f"{discovered['issuer']}/v1/agency/dossier-events", json={})
            assert pushed.status_code == 422
