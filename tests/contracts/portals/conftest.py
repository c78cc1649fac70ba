"""Both adapters before the stand-in for a national portal, over sockets: each test runs in either style."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from api.connectors.portals.calls import Calls
from api.connectors.portals.client import HttpPortal, style_of
from api.connectors.portals.deployment import AnyDeployment
from api.connectors.portals.gate import Gate, Pace
from api.connectors.portals.loading import PortalSettings
from api.connectors.portals.outward import dossier_record, progress_record
from api.connectors.portals.port import Record
from api.connectors.portals.rules import RecordRules
from api.connectors.portals.wire import Wire
from infra.sandbox import launch

SECRETS = {"PORTAL_USERNAME": "tindan"}
RULES = RecordRules(progress_constants={"NguoiXuLy": "Bộ phận một cửa"})
CODE = "000.00.00.H26-261121-0001"
EVENT: dict[str, Any] = {
    "dossier_code": CODE,
    "status": 2,
    "occurred_at": "2026-11-21T09:00:00+07:00",
    "due_at": "2026-11-26T17:00:00+07:00",
    "agency_code": "H26",
    "procedure_code": "1.001193",
    "channel": 2,
    "summary": "Đăng ký khai sinh",
    "applicant": {"kind": "person", "number": "001190000001", "name": "Nguyễn Thị Ví Dụ"},
}


@dataclass(kw_only=True)
class Stage:
    """A deployment at the stand-in, and what a test does around it."""

    style: str
    http: httpx.AsyncClient
    told: dict[str, Any]
    password: str
    rests: list[float] = field(default_factory=list)
    opened: list[HttpPortal] = field(default_factory=list)

    def deployment(self, **given: Any) -> AnyDeployment:
        """Describe the deployment as an operator does; what is given is put in place of what is usual."""
        described = json.dumps({"quoc-gia": self.told | given})
        environment = SECRETS | {"PORTAL_PASSWORD": self.password}
        settings = PortalSettings(portals=described, portals_file=None)
        (found,) = settings.deployments(development=True, environment=environment)
        return found

    def open(self, **given: Any) -> HttpPortal:
        """Connect, with tries that do not wait for each other."""
        deployment = self.deployment(**given)

        async def pause(seconds: float) -> None:
            self.rests.append(seconds)

        gate = Gate(deployment.name, Wire(timeout=deployment.timeout_seconds), Pace(deployment.rate))
        portal = HttpPortal(deployment, Calls(deployment, style_of(deployment), gate, pause=pause))
        self.opened.append(portal)
        return portal

    def dossier(self, **changes: Any) -> Record:
        """Return a dossier as this deployment writes it."""
        return dossier_record([EVENT | changes], self.deployment().dialect.dialect, RULES).record

    def step(self, **changes: Any) -> Record:
        """Return a step of progress as this deployment writes it."""
        return progress_record(EVENT | changes, self.deployment().dialect.dialect, RULES).record

    async def script(self, *faults: dict[str, Any], to: str = "*") -> None:
        """Let the stand-in fail."""
        put = await self.http.put("/sandbox/faults/portal", json={"script": faults, "match": {"to": to}})
        assert put.status_code == 200, put.text

    async def rule(self, **rules: Any) -> None:
        """Let the stand-in behave as another deployment."""
        put = await self.http.put("/sandbox/portal/rules", json=rules)
        assert put.status_code == 200, put.text

    async def put(self, *codes: str) -> None:
        """Let agencies have dossiers at their own counters."""
        records = [
            {
                "MaHoSo": code,
                "MaTTHC": "1.001193",
                "ChuHoSo": "Trần Văn Mẫu",
                "TrangThaiHoSo": "2",
                "NgayTiepNhan": "20261121090000",
            }
            for code in codes
        ]
        assert (await self.http.post("/sandbox/portal/dossiers", json=records)).status_code == 204

    async def reported(self) -> list[dict[str, Any]]:
        """Return what the stand-in took in, oldest first."""
        items: list[dict[str, Any]] = (await self.http.get("/sandbox/portal")).json()["items"]
        return items

    async def admitted(self) -> int:
        """Return how many sessions or tokens were ever given in this style."""
        opened: dict[str, int] = (await self.http.get("/sandbox/portal")).json()["opened"]
        return opened[self.style]

    @property
    def report(self) -> str:
        """The service that takes new dossiers."""
        return {"session": "DongBoHoSoMC", "token": "NoiHoSo"}[self.style]

    @property
    def progress(self) -> str:
        """The service that takes steps of progress."""
        return {"session": "CapNhatTienDoHoSoMC", "token": "CapNhatTienTrinh"}[self.style]


@pytest.fixture(scope="session")
def process() -> Iterator[launch.Running]:
    """One process that stands in for the portal."""
    with launch.running() as running:
        yield running


@pytest.fixture
async def http(process: launch.Running) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the stand-in's own interface, which has neither dossiers nor faults."""
    async with httpx.AsyncClient(base_url=process.http, timeout=10) as client:
        await client.delete("/sandbox/portal")
        await client.delete("/sandbox/faults/portal")
        yield client


@pytest.fixture(params=["session", "token"])
async def stage(request: pytest.FixtureRequest, http: httpx.AsyncClient) -> AsyncIterator[Stage]:
    """A deployment of either style."""
    account = (await http.get("/sandbox/accounts.json")).json()["portal"]
    told = {
        "style": request.param,
        **account[request.param],
        "unit": account["unit"],
        "agencies": ["H26"],
        "username_env": "PORTAL_USERNAME",
        "password_env": "PORTAL_PASSWORD",
        "answers": {
            "success": ["00"],
            "exists": ["02"],
            "missing": ["03"],
            "expired": ["01"],
            "refused": ["04", "05", "06", "07"],
            "not_let_in": ["09"],
        },
        "offers": [
            *("dossier", "changed", "procedures", "procedure", "progress"),
            *("report_dossier", "report_progress"),
        ],
        "per_second": 1000,
        "burst": 100,
        "timeout_seconds": 5,
    }
    stage = Stage(style=request.param, http=http, told=told, password=account["password"])
    yield stage
    for portal in stage.opened:
        await portal.close()
