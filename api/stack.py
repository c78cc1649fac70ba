"""A whole installation on this machine: database, API, worker and sandbox, each a process of its own."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from api import interrupts
from api.free_ports import free_port
from api.parent import PIPE
from storage.embedded import EmbeddedPostgres
from storage.engine import libpq_url

READY_SECONDS = 60.0
STOP_SECONDS = 30.0
DESCRIBED_PAYMENT_HOST = "thanhtoan.example.vn"
"""To which the payments lead that the description of the API shows."""
ROOT = Path(__file__).resolve().parent.parent


class StackError(Exception):
    """The installation could not be brought up; the message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the processes listen on the loopback address."""

    api: int
    sandbox: int
    smtp: int

    @classmethod
    def free(cls) -> Self:
        """Return ports that nobody uses at this moment."""
        found: set[int] = set()
        while len(found) < 3:  # noqa: PLR2004 - as many as there are fields
            found.add(free_port())
        return cls(api=found.pop(), sandbox=found.pop(), smtp=found.pop())

    def require_free(self, names: Mapping[str, str]) -> None:
        """Raise StackError for a port that is not to be had; `names` says which setting moves it."""
        wanted: set[int] = set()
        for role, setting in names.items():
            port = getattr(self, role)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except PermissionError:
                    raise StackError(
                        f"port {port} is not for this user. Set {setting} to one from 1024 on."
                    ) from None
                except OSError:
                    raise StackError(f"port {port} is taken. Set {setting} to another one.") from None
            if port in wanted:
                raise StackError(f"port {port} is wanted twice. Set {setting} to another one.")
            wanted.add(port)


@dataclass(kw_only=True)
class Stack:
    """Starts the processes and stops them, in order; nothing outlives it, even when it is killed.

    Attributes:
        data_dir: where keys, logs and files are kept.
        environment: settings beyond the usual ones for all processes.
        logs: where the processes write: a folder, or this terminal where none is given.
    """

    data_dir: Path
    database_url: str
    ports: Ports
    environment: Mapping[str, str] = field(default_factory=dict)
    logs: Path | None = None
    _children: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _pipe: tuple[int, int] | None = None
    _log_starts: dict[str, int] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def sandbox_url(self) -> str:
        """Where the sandbox answers."""
        return f"http://127.0.0.1:{self.ports.sandbox}"

    def __enter__(self) -> Self:
        """Start everything and wait until it serves. Raises StackError."""
        try:
            self.start_sandbox()
            self.start_api()
            self.start_worker()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything."""
        self.stop()

    def start_sandbox(self) -> None:
        """Start the stand-ins; keys are kept, so that a restart changes nothing."""
        arguments = ["-m", "infra.sandbox", "--http-port", str(self.ports.sandbox)]
        arguments += ["--smtp-port", str(self.ports.smtp), "--api-url", self.api_url]
        arguments += ["--state-dir", str(self.data_dir / "sandbox")]
        self._start("sandbox", arguments, {})
        self._wait("sandbox", f"{self.sandbox_url}/health")

    def start_api(self) -> None:
        """Start the API and wait until it can serve."""
        self._start("api", ["-m", "api.cli", "serve"], self.settings())
        self._wait("api", f"{self.api_url}/health/ready")

    def start_worker(self, name: str = "worker") -> None:
        """Start a worker; several may run under names of their own."""
        self._start(name, ["-m", "api.cli", "worker"], self.settings())

    def settings(self) -> dict[str, str]:
        """Return the settings of API and worker."""
        return {
            "TINDAN_ENV": "development",
            "TINDAN_DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "TINDAN_PORT": str(self.ports.api),
            "TINDAN_PUBLIC_URL": self.api_url,
            "TINDAN_APP_LINK_BASE": f"{self.sandbox_url}/app",
            "TINDAN_APPS": json.dumps(
                {"tindan-app": {"redirect_uris": [f"{self.sandbox_url}/app/callback"]}}
            ),
            "TINDAN_PAYMENT_HOSTS": json.dumps(["127.0.0.1", DESCRIBED_PAYMENT_HOST]),
            "TINDAN_IDP_ISSUER": f"{self.sandbox_url}/idp",
            "TINDAN_STAFF_ISSUER": f"{self.sandbox_url}/staff",
            "TINDAN_SMTP_HOST": "127.0.0.1",
            "TINDAN_SMTP_PORT": str(self.ports.smtp),
            "TINDAN_SMTP_SECURITY": "none",
            "TINDAN_MAIL_FROM": "TinDan <khong-tra-loi@tindan.example>",
            "TINDAN_FCM_URL": f"{self.sandbox_url}/fcm",
            "TINDAN_FCM_CREDENTIALS": self._told("service-account.json"),
            **self._accounts(),
            **self.environment,
        }

    def pid(self, name: str) -> int:
        """Return the process id of a part."""
        return self._children[name].pid

    def kill(self, name: str) -> None:
        """Kill a part by SIGKILL (for tests of faults)."""
        child = self._children.pop(name)
        child.kill()
        child.wait()

    def watch(self) -> str:
        """Wait until one of the processes ends; return its name."""
        while True:
            for name, child in self._children.items():
                if child.poll() is not None:
                    return name
            interrupts.checkpoint()
            time.sleep(0.2)

    def stop(self) -> None:
        """Ask all to stop, the worker first; kill what does not within its time."""
        for child in reversed(self._children.values()):
            with suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self._children.values()):
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()
        if self._pipe:
            for end in self._pipe:
                os.close(end)
            self._pipe = None

    def _start(self, name: str, arguments: Sequence[str], settings: Mapping[str, str]) -> None:
        if self._pipe is None:
            self._pipe = os.pipe()
        reading = self._pipe[0]
        environment = {**os.environ, **settings, PIPE: str(reading)}
        with self._log(name) as log:
            # A session of its own: Ctrl-C reaches this process alone, which then stops the rest in order.
            self._children[name] = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(reading,),
                start_new_session=True,
            )

    @contextmanager
    def _log(self, name: str) -> Iterator[IO[bytes] | None]:
        if self.logs is None:
            yield None
            return
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            self._log_starts[name] = log.tell()
            yield log

    def _wait(self, name: str, url: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            code = self._children[name].poll()
            if code is not None:
                raise StackError(f"{name} ended with code {code}. {self._tail(name)}")
            with suppress(URLError, OSError), urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:  # noqa: PLR2004 - HTTP's OK
                    return
            interrupts.checkpoint()
            time.sleep(0.05)
        raise StackError(f"{name} did not become ready within {READY_SECONDS:.0f} s. {self._tail(name)}")

    def _tail(self, name: str) -> str:
        if self.logs is None:
            return "Its output above says why."
        said = (self.logs / f"{name}.log").read_bytes()[self._log_starts[name] :]
        return said.decode(errors="replace")[-2000:].strip()

    def _accounts(self) -> dict[str, str]:
        accounts = json.loads(self._told("accounts.json"))
        twilio, zalo = accounts["twilio"], accounts["zalo"]
        emc, vnform = accounts["emc"], accounts["vnform"]
        return {
            "TINDAN_TWILIO_ACCOUNT_SID": twilio["account_sid"],
            "TINDAN_TWILIO_AUTH_TOKEN": twilio["auth_token"],
            "TINDAN_TWILIO_MESSAGING_SERVICE_SID": twilio["messaging_service_sid"],
            "TINDAN_TWILIO_URL": twilio["base_url"],
            "TINDAN_ZALO_TEMPLATES": json.dumps(zalo.pop("templates")),
            **{f"TINDAN_ZALO_{name.upper()}": value for name, value in zalo.items()},
            **{f"TINDAN_EMC_{name.upper()}": value for name, value in emc.items()},
            **{f"TINDAN_VNFORM_{name.upper()}": value for name, value in vnform.items()},
            **_portals(accounts["portal"]),
        }

    def _told(self, name: str) -> str:
        # As text and never as a file: it names this sandbox's port, and others may share the data folder.
        with urlopen(f"{self.sandbox_url}/sandbox/{name}", timeout=5) as answer:  # noqa: S310 - our own address
            return bytes(answer.read()).decode()


def _portals(account: Mapping[str, Any]) -> dict[str, str]:
    """Describe the sandbox's portal: in the session style, and in the newer one for reading alone."""
    usual = {
        "unit": account["unit"],
        "agencies": ["H26"],
        "username_env": "TINDAN_PORTAL_USERNAME",
        "password_env": "TINDAN_PORTAL_PASSWORD",
        "answers": {
            "success": ["00"],
            "exists": ["02"],
            "missing": ["03"],
            "expired": ["01"],
            "refused": ["04", "05", "06", "07"],
            "not_let_in": ["09"],
        },
        "records": {"progress_constants": {"NguoiXuLy": "Bộ phận một cửa"}},
    }
    reading = ["dossier", "changed", "procedures", "procedure", "progress"]
    reporting = ["report_dossier", "report_progress", "report_opinions"]
    described = {
        "quoc-gia": {"style": "session", "offers": reading + reporting, **account["session"], **usual},
        "kieu-moi": {"style": "token", "offers": reading, **account["token"], **usual},
    }
    return {
        "TINDAN_PORTALS": json.dumps(described),
        "TINDAN_PORTAL_USERNAME": account["username"],
        "TINDAN_PORTAL_PASSWORD": account["password"],
    }


@contextmanager
def database(data_dir: Path, given: str | None) -> Iterator[str]:
    """Yield the address of the database: the one given, else the embedded one, which runs meanwhile."""
    if given:
        yield given
        return
    with EmbeddedPostgres(data_dir) as url:
        yield url


@contextmanager
def scratch_database(server_url: str, prefix: str) -> Iterator[str]:
    """Make a database for once on a server, and drop it in the end. Raises StackError."""
    name = f"{prefix}_{secrets.token_hex(4)}"
    admin = libpq_url(server_url)
    try:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise StackError(f"no database could be made on the server: {error}") from error
    try:
        yield make_url(admin).set(database=name).render_as_string(hide_password=False)
    finally:
        drop_database(admin, name)


def drop_database(server_url: str, name: str) -> None:
    """Drop a database with whoever is in it.

    PostgreSQL's own vacuum may be, which it is not ours to end; but a drop without force asks it to leave.
    """
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    deadline = time.monotonic() + STOP_SECONDS
    with psycopg.connect(server_url, autocommit=True) as connection:
        while True:
            for statement in (drop + sql.SQL(" WITH (FORCE)"), drop):
                try:
                    connection.execute(statement)
                except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
                    if time.monotonic() > deadline:
                        raise
                else:
                    return
