"""The officers' page with a sandbox that vouches for officers, and officers of every kind."""

import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from api.console import cookies, visits
from api.console.frame import Visiting
from api.console.visits import Visit
from api.main import create_app
from api.services import Services
from auth.apps import CONSOLE
from auth.tokens import Tokens
from storage.agencies.models import Agency
from storage.ids import new_id
from storage.officers import repository as officers
from storage.officers.roles import Role
from storage.unit_of_work import ContentionError
from tests.api.conftest import CATALOGUE_SECONDS
from tests.api.oauth.conftest import fault, oauth_settings, sandbox

__all__ = ["fault", "oauth_settings", "sandbox"]
ISSUER = "http://127.0.0.1:8080"
OWN = {"sec-fetch-site": "same-origin"}
STAFF = {
    "staff-000001": "tiep.nhan@hanoi.example.vn",
    "staff-000002": "giam.sat@hanoi.example.vn",
    "staff-000003": "kiem.duyet@hcm.example.vn",
    "staff-000004": "van.hanh@tindan.example.vn",
}


@pytest.fixture(scope="session")
async def app(oauth_settings) -> AsyncIterator[FastAPI]:
    """The application, whose officers the sandbox vouches for."""
    application = create_app(oauth_settings)

    @application.get("/console/try/broken")
    async def broken(_visitor: Visiting) -> None:
        raise RuntimeError("as it can happen")

    @application.get("/console/try/later")
    async def later(_visitor: Visiting) -> None:
        raise ContentionError("as it can happen")

    async with application.router.lifespan_context(application):
        # Else it would read tables while the first test empties them.
        await application.state.services.catalogue.current(CATALOGUE_SECONDS)
        yield application


class Desk:
    """An officer's browser: keeps cookies, follows no redirect, sends forms as a page of ours does."""

    def __init__(self, client: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
        self.client = client
        self.outside = outside

    async def get(self, path: str, **more) -> httpx.Response:
        return await self.client.get(path, **more)

    async def post(self, path: str, data: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        return await self.client.post(path, data=data or {}, headers=OWN | headers)

    def shown(self) -> str | None:
        """Return the cookie of the visit, as it is kept."""
        return self.client.cookies.get(cookies.VISIT.name)

    def put(self, value: str, cookie: cookies.Cookie = cookies.VISIT) -> None:
        """Have the browser keep another cookie in its place."""
        if cookie.name in self.client.cookies:
            self.client.cookies.delete(cookie.name)
        self.client.cookies.set(cookie.name, value, domain="127.0.0.1", path="/")

    def visit(self, services: Services) -> Visit:
        """Open what the browser keeps of the visit."""
        return Visit.model_validate_json(
            services.cipher.unseal(urlsafe_b64decode(self.shown() or ""), cookies.VISIT.name)
        )

    def age(self, services: Services) -> Visit:
        """Let the access token run out; return what the browser keeps now."""
        visit = self.visit(services)
        long_ago = Tokens(services.settings.auth, now=lambda: time.time() - 7200)
        officer = services.tokens.verify_officer(visit.access_token)
        aged = visit.model_copy(update={"access_token": long_ago.for_officer(officer, client_id=CONSOLE)})
        self.put(visits.sealed(services, aged))
        return aged

    async def depart(self, next_path: str | None = None) -> str:
        """Begin to sign in; return where the provider is."""
        query = {} if next_path is None else {"next": next_path}
        begun = await self.get("/console/sign-in/start", params=query)
        assert begun.status_code == 303, begun.text
        return (await self.get(begun.headers["location"])).headers["location"]

    async def vouched(self, address: str, account: str = "staff-000001", **choice: str) -> str:
        """Choose an account at the provider; return our callback, as our own server answers."""
        parts = urlsplit(address)
        form = {name: values[0] for name, values in parse_qs(parts.query).items()}
        there = await self.outside.post(
            parts._replace(query="").geturl(), data=form | {"account": account} | choice
        )
        back = await self.get(there.headers["location"])
        return back.headers["location"]

    async def sign_in(self, account: str = "staff-000001", next_path: str | None = None) -> httpx.Response:
        """Go all the way; return what the callback answers."""
        return await self.get(await self.vouched(await self.depart(next_path), account))


@pytest.fixture
async def open_desk(app, engine) -> AsyncIterator:
    """Open a browser of its own."""
    # A fault is answered, as a server does, and not raised in the test.
    transport, opened = httpx.ASGITransport(app, raise_app_exceptions=False), []
    outside = httpx.AsyncClient()

    def desk() -> Desk:
        client = httpx.AsyncClient(transport=transport, base_url=ISSUER, timeout=15)
        opened.append(client)
        return Desk(client, outside)

    yield desk
    for client in [*opened, outside]:
        await client.aclose()


@pytest.fixture
def desk(open_desk) -> Desk:
    """A browser."""
    return open_desk()


@pytest.fixture
async def town(services: Services) -> Agency:
    """An agency."""
    agency_id = new_id()
    row = Agency(id=agency_id, code="H26.1", name="Ủy ban nhân dân phường Thử Nghiệm", lineage=[agency_id])
    async with services.unit_of_work() as uow:
        uow.session.add(row)
        await uow.commit()
    return row


@pytest.fixture
def invite(services, town):
    """Invite somebody of the sandbox's staff with roles for the town, or as an operator; return the id."""

    async def invite(account: str = "staff-000001", *roles: Role):
        async with services.unit_of_work() as uow:
            officer_id = await officers.invite(uow, email=STAFF[account], invited_by="test")
            for role in roles or (Role.OFFICER,):
                agency_id = town.id if role.of_an_agency else None
                await officers.grant(uow, officer_id, role, agency_id=agency_id, granted_by="test")
            await uow.commit()
        return officer_id

    return invite
