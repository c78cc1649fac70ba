"""Nothing personal rests in the clear, and nothing personal is logged."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.free_ports import free_port
from api.services import Services
from infra.sandbox import launch
from notify.routes import PROMPT
from storage.devices import repository as devices
from storage.devices.repository import Installation
from storage.engine import Engine
from storage.ids import new_id
from storage.parties import repository as parties
from storage.routing import repository as routing
from storage.settings import StorageSettings
from storage.tables import metadata
from tests.api.callers import Agency, Citizen, MakeCitizen
from tests.api.telling import CODE, PATH, at, event
from tests.faults.polling import until

SECONDS = 30.0
PUSH_TOKEN = "push-token-of-nguyen-thi-bich-ngoc"
SECRETS = {
    "number": "001190987654",
    "name": "Nguyễn Thị Bích Ngọc",
    "email": "bich.ngoc@example.vn",
    "phone": "+84912345678",
    "phone as given": "0912 345 678",
    "note": "Bổ sung bản sao hộ khẩu có chứng thực",
    "summary": "Khai sinh cho con gái Ngọc Lan",
    "token": PUSH_TOKEN,
    "number of somebody refused": "001190987655",
    "number in broken JSON": "001190987656",
    "number with a bad kind": "001190987657",
    "code in an address": "261121-0099",
}
SAYING = f"""
import logging, structlog
from api import logs
logs.configure("INFO")
for log in (structlog.get_logger("ours"), logging.getLogger("uvicorn.error")):
    try:
        raise KeyError("{SECRETS["number"]}")
    except KeyError:
        log.exception("failed")
logging.getLogger("httpx").warning("GET https://idp.example/?code={SECRETS["token"]}")
logging.getLogger("aiosmtplib").info("RCPT TO {SECRETS["email"]}")
"""


def test_an_exception_is_logged_without_what_it_says() -> None:
    """The message may quote a person: type and places are kept, by our loggers and by the libraries'."""
    done = subprocess.run([sys.executable, "-c", SAYING], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["failed", "failed"]
    for line in lines:
        assert line["exception"][-1] == "KeyError"
        assert line["exception"][0].endswith(":7 <module>"), "the place is told"
    assert not [secret for secret in SECRETS.values() if secret in done.stdout + done.stderr]


@dataclass(frozen=True, kw_only=True)
class House:
    """API and worker as processes of their own, before stand-ins of the providers."""

    http: httpx.AsyncClient
    sandbox: httpx.AsyncClient
    printed: Path

    async def everything_went_out(self) -> bool:
        """Whether a letter and a push arrived."""
        items = (await self.sandbox.get("/sandbox/outbox")).json()["items"]
        return {item["to"] for item in items} == {SECRETS["email"], PUSH_TOKEN}

    async def ready(self) -> bool:
        """Whether the API can serve."""
        try:
            return (await self.http.get("/health/ready")).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def process(command: str, environment: dict[str, str], printed: Path) -> Iterator[None]:
    """Run a command of ours, and stop it as an operator would; what it says is appended to a file."""
    with printed.open("ab") as output:
        running = subprocess.Popen(
            [sys.executable, "-c", "from api.cli import main; main()", command],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(SECONDS) in {0, -signal.SIGTERM}


@pytest.fixture
async def house(settings: StorageSettings, services: Services, tmp_path: Path) -> AsyncIterator[House]:
    """The house of the run, ready; nothing in it waits for the morning, whenever this runs."""
    async with services.unit_of_work() as uow:
        await routing.add(uow, PROMPT.model_dump(mode="json"), author="test", note="", after=0)
        await uow.commit()
    printed, port = tmp_path / "printed", free_port()
    with ExitStack() as stack:
        sandbox = stack.enter_context(launch.running())
        async with (
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as http,
            httpx.AsyncClient(base_url=sandbox.http, timeout=SECONDS) as providers,
        ):
            environment = {
                name: value for name, value in os.environ.items() if not name.startswith("TINDAN_")
            } | {
                "TINDAN_ENV": "development",
                "TINDAN_DATA_DIR": str(settings.data_dir),
                "DATABASE_URL": settings.require_database_url(),
                "TINDAN_PORT": str(port),
                "TINDAN_APP_LINK_BASE": "https://app.tindan.example",
                "TINDAN_SMTP_HOST": sandbox.smtp_host,
                "TINDAN_SMTP_PORT": str(sandbox.smtp_port),
                "TINDAN_SMTP_SECURITY": "none",
                "TINDAN_MAIL_FROM": "TinDan <no-reply@tindan.example>",
                "TINDAN_FCM_CREDENTIALS": (await providers.get("/sandbox/service-account.json")).text,
                "TINDAN_FCM_URL": f"{sandbox.http}/fcm",
            }
            for command in ("serve", "worker"):
                stack.enter_context(process(command, environment, printed))
            opened = House(http=http, sandbox=providers, printed=printed)
            await until(opened.ready, seconds=SECONDS)
            yield opened


async def dump(engine: Engine) -> str:
    """Return every column of every row, bytes as hexadecimal digits."""
    async with engine.pool.connect() as connection:
        parts = [
            row
            for table in metadata.sorted_tables
            for row in (await connection.exec_driver_sql(f'SELECT t::text FROM "{table.name}" t')).scalars()
        ]
    return "\n".join(parts)


async def register_phone(services: Services, citizen: Citizen) -> None:
    """Put the app on a phone of the citizen."""
    async with services.unit_of_work() as uow:
        phone = Installation(
            id=new_id(), platform="android", push_token=PUSH_TOKEN, confirms_receipt=True, app_version="1.0.0"
        )
        await devices.put(uow, await parties.open_key(uow, citizen.party_id), phone)
        await uow.commit()


async def whole_flow(house: House, agency: Agency, citizen: Citizen) -> None:
    """Tell a dossier, rightly and wrongly in every way, until the citizen was told and has read it."""
    applicant = {
        "number": SECRETS["number"],
        "name": SECRETS["name"],
        "email": SECRETS["email"],
        "phone": SECRETS["phone as given"],
    }
    good = event("e-1", 5, note=SECRETS["note"], summary=SECRETS["summary"], applicant=applicant)
    sent: list[tuple[Any, int]] = [
        (good, 201),
        (good, 200),
        (good | {"note": "khác"}, 409),
        (
            good
            | {
                "event_id": "e-2",
                "occurred_at": at(1),
                "applicant": {"number": SECRETS["number of somebody refused"]},
            },
            422,
        ),
        (good | {"applicant": {"kind": "robot", "number": SECRETS["number with a bad kind"]}}, 422),
        ({"events": [good, good | {"event_id": "e-3", "status": 99}]}, 200),
    ]
    for body, status in sent:
        answer = await house.http.post(PATH, json=body, headers=agency.headers)
        assert answer.status_code == status, answer.text
    broken = f'{{"number": "{SECRETS["number in broken JSON"]}"'.encode()
    assert (await house.http.post(PATH, content=broken, headers=agency.headers)).status_code == 400
    for path, status in (
        (f"/v1/dossiers/{CODE}", 200),
        ("/v1/dossiers/H26.1-261121-0099", 404),
        ("/v1/me", 200),
    ):
        answer = await house.http.get(path, headers=citizen.headers)
        assert answer.status_code == status, answer.text
    await until(house.everything_went_out, seconds=SECONDS)


async def test_a_whole_flow_leaves_no_trace_of_a_person(
    house: House, services: Services, engine: Engine, agency: Agency, make_citizen: MakeCitizen
) -> None:
    """From the push to the phone: no table holds, and no process prints, anything personal in the clear."""
    citizen = await make_citizen(SECRETS["number"], name=SECRETS["name"])
    await register_phone(services, citizen)
    await whole_flow(house, agency, citizen)

    kept = await dump(engine)
    assert CODE in kept, "the dump sees text"
    assert str(citizen.party_id) in kept
    for what, secret in SECRETS.items():
        assert secret not in kept, what
        assert secret.encode().hex() not in kept, what

    printed = house.printed.read_text()
    lines = [json.loads(line) for line in printed.splitlines()]
    assert {line.get("route") for line in lines} >= {PATH, "/v1/dossiers/{code}", "/v1/me"}
    for what, secret in SECRETS.items():
        assert secret not in printed, what
    assert CODE not in printed
