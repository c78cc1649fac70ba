"""The web application of the run, and who calls it: agencies, citizens, and what happens to their dossiers."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from click.testing import Result
from fastapi import FastAPI
from typer.testing import CliRunner

from api.cli import app as commands
from api.main import create_app
from api.services import Services
from api.settings import Settings
from auth.principals import AgencyCaller
from auth.principals import Citizen as Principal
from infra.sandbox import launch
from storage.agencies.models import Agency as AgencyRow
from storage.engine import Engine
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.settings import StorageSettings
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen, NewCode, PushEvent
from tests.whole import whole

APP_LINK_BASE = "https://app.tindan.example"
PROCEDURE = Procedure(code="1.001193", name="Thủ tục đăng ký khai sinh", agency="Ủy ban nhân dân cấp xã")
PATIENCE = 15.0
"""Seconds that a request may take before its test fails."""
CATALOGUE_SECONDS = 60.0
"""And the application to make its first catalogue ready, on a busy machine."""


@pytest.fixture(scope="session")
def app_settings(settings: StorageSettings) -> Settings:
    """Settings of a web process in development, on the database of the run."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TINDAN_ENV", "development")
        environment.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
        environment.setenv("DATABASE_URL", settings.require_database_url())
        environment.setenv("TINDAN_APP_LINK_BASE", APP_LINK_BASE)
        # Tests empty the catalogue and fill it, time and again: those that ask it make a book of their own.
        environment.setenv("TINDAN_CATALOGUE_LOOK_SECONDS", "3600")
        environment.setenv("TINDAN_ANSWERS_LOOK_SECONDS", "3600")
        environment.setenv("TINDAN_PAYMENT_HOSTS", '["thanhtoan.example.vn"]')
        given = Settings()
        whole(given)
    return given


@pytest.fixture(scope="session")
async def app(app_settings: Settings) -> AsyncIterator[FastAPI]:
    """The application, started once for the run."""
    application = create_app(app_settings)
    async with application.router.lifespan_context(application):
        await application.state.services.catalogue.current(CATALOGUE_SECONDS)
        yield application


@pytest.fixture
def services(app: FastAPI, engine: Engine) -> Services:
    """The parts of the application, with every table empty."""
    found: Services = app.state.services
    return found


@pytest.fixture
async def client(app: FastAPI, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, with every table empty."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://tindan.test", timeout=PATIENCE
    ) as session:
        yield session


@pytest.fixture
def make_agency(services: Services) -> MakeAgency:
    """Make an agency whose client holds a token."""

    async def make(
        code: str, *, parent: Agency | None = None, scopes: frozenset[str] = frozenset({"events"})
    ) -> Agency:
        agency_id, name = new_id(), f"Ủy ban nhân dân {code}"
        async with services.unit_of_work() as uow:
            above = await uow.session.get_one(AgencyRow, parent.id) if parent else None
            lineage = [*(above.lineage if above else []), agency_id]
            row = AgencyRow(
                id=agency_id, code=code, name=name, parent_id=parent and parent.id, lineage=lineage
            )
            uow.session.add(row)
            await uow.commit()
        caller = AgencyCaller(client_id=f"client-{code}", agency_id=agency_id, scopes=scopes)
        headers = {"authorization": f"Bearer {services.tokens.for_agency(caller)}"}
        return Agency(id=agency_id, code=code, name=name, client_id=caller.client_id, headers=headers)

    return make


@pytest.fixture
async def agency(services: Services, make_agency: MakeAgency) -> Agency:
    """An agency that may send events, and a catalogue with one procedure."""
    async with services.unit_of_work() as uow:
        await procedures.put(uow, [PROCEDURE], author="test", source="test", whole=False)
        await uow.commit()
    return await make_agency("H26.1")


@pytest.fixture
def make_citizen(services: Services) -> MakeCitizen:
    """Make a party that is signed in; without a number, one that nobody else has."""
    serial = itertools.count(1)

    async def make(
        number: str | None = None, *, kind: PartyKind = PartyKind.PERSON, name: str = "Nguyễn Thị An"
    ) -> Citizen:
        number = number or f"001190{next(serial):06d}"
        async with services.unit_of_work() as uow:
            identity = PartyIdentity(kind=kind, number=number, name=name)
            (key,) = await parties.find_or_create(uow, [identity])
            await uow.commit()
        who = Principal(
            party_id=key.party_id, session_id=new_id(), assurance=2, signed_in_at=datetime.now(UTC)
        )
        headers = {"authorization": f"Bearer {services.tokens.for_citizen(who, client_id='tindan-app')}"}
        return Citizen(party_id=key.party_id, kind=kind, number=number, name=name, headers=headers)

    return make


@pytest.fixture
async def citizen(make_citizen: MakeCitizen) -> Citizen:
    """A person who is signed in."""
    return await make_citizen()


@pytest.fixture
def push_event(client: httpx.AsyncClient, agency: Agency, citizen: Citizen) -> PushEvent:
    """Tell a status of a dossier through the API; fields override what is sent."""
    default_agency, default_citizen = agency, citizen
    serial = itertools.count(1)

    async def push(
        dossier_code: str,
        status: int,
        *,
        agency: Agency = default_agency,
        citizen: Citizen = default_citizen,
        **fields: Any,
    ) -> dict[str, Any]:
        event = {
            "event_id": f"{dossier_code}/{next(serial)}",
            "dossier_code": dossier_code,
            "status": status,
            "occurred_at": datetime.now(UTC).isoformat(),
            "procedure_code": PROCEDURE.code,
            "applicant": {"kind": citizen.kind.value, "number": citizen.number, "name": citizen.name},
        }
        answer = await client.post(
            "/v1/agency/dossier-events", json=_merged(event, fields), headers=agency.headers
        )
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    return push


def _merged(event: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Override fields; those of the applicant one by one."""
    applicant = event["applicant"] | fields.pop("applicant", {})
    return event | {"applicant": applicant} | fields


@pytest.fixture
def new_code() -> NewCode:
    """Draw codes of dossiers, each new."""
    serial = itertools.count(1)
    return lambda: f"H26.1-261121-{next(serial):04d}"


@pytest.fixture(scope="module")
def sandbox_process() -> Iterator[launch.Running]:
    """The sandbox, for the commands that talk to its portal."""
    with launch.running() as running:
        yield running


@pytest.fixture
def portal(sandbox_process: launch.Running) -> Iterator[httpx.Client]:
    """The portal's own interface; it has what it has at first, and no faults."""
    with httpx.Client(base_url=sandbox_process.http, timeout=10) as client:
        client.delete("/sandbox/portal")
        client.delete("/sandbox/faults/portal")
        yield client


@pytest.fixture
def portal_described(portal: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The portal as settings describe it, without limits, for a test to say what it offers."""
    account = portal.get("/sandbox/accounts.json").json()["portal"]
    monkeypatch.setenv("PORTAL_USERNAME", "tindan")
    monkeypatch.setenv("PORTAL_PASSWORD", account["password"])
    return {
        "style": "session",
        **account["session"],
        "unit": account["unit"],
        "agencies": ["H26"],
        "username_env": "PORTAL_USERNAME",
        "password_env": "PORTAL_PASSWORD",
        "answers": {"success": ["00"]},
        "per_second": 1000,
        "burst": 100,
        "tries": 1,
    }


@pytest.fixture
def on_portals(
    engine: Engine, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Mapping[str, Any]], Callable[..., Awaitable[Result]]]:
    """Return what runs `tindan portals` where portals are described so."""
    del engine

    async def run(*arguments: str) -> Result:
        result = await asyncio.to_thread(CliRunner().invoke, commands, ["portals", *arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def described(portals: Mapping[str, Any]) -> Callable[..., Awaitable[Result]]:
        monkeypatch.setenv("TINDAN_PORTALS", json.dumps(portals))
        monkeypatch.setenv("TINDAN_ENV", "development")
        monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
        monkeypatch.setenv("COLUMNS", "400")
        return run

    return described
