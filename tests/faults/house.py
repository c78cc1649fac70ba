"""`tindan run` as a person starts it, and all that it brings into the world."""

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from api.stack import Ports
from storage.embedded import EmbeddedPostgres
from storage.embedded.home import Home
from tests.faults.processes import Process

READY = "Ctrl-C stops everything."


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One installation, run again and again."""

    folder: Path
    ports: Ports

    def run(self, **changes: str) -> Process:
        """Start it, with settings of the test's choice beside folder and ports."""
        settings = {
            "TINDAN_DATA_DIR": str(self.folder),
            "TINDAN_PORT": str(self.ports.api),
            "TINDAN_SANDBOX_PORT": str(self.ports.sandbox),
            "TINDAN_SANDBOX_SMTP_PORT": str(self.ports.smtp),
        }
        self.log.parent.mkdir(exist_ok=True)
        self.log.unlink(missing_ok=True)
        return Process(["-m", "api.cli", "run"], self.log, settings | changes)

    @property
    def log(self) -> Path:
        """What it says."""
        return self.folder.with_suffix(".log")

    def is_up(self) -> bool:
        """Say whether it told that it is up, and is."""
        if READY not in self.log.read_text():
            return False
        return httpx.get(f"http://127.0.0.1:{self.ports.api}/health/ready").is_success

    def has_made(self, pattern: str) -> bool:
        """Say whether its database has such a file by now."""
        return any(Home(self.folder).location.glob(pattern))

    def interrupt(self, process: Process) -> None:
        """Press Ctrl-C, which reaches every process of the terminal's foreground."""
        os.killpg(process.popen.pid, signal.SIGINT)

    def processes(self) -> list[psutil.Process]:
        """Return all processes of it, wherever they come from."""
        return [process for process in psutil.process_iter() if self._owns(process)]

    def traces(self) -> list[str]:
        """Return what is left of it beside its files: processes, ports, the socket."""
        found = [f"process {process.pid}: {process}" for process in self.processes()]
        found += [f"port {port}" for port in _taken(self.ports)]
        if (Home(self.folder).folder / "socket-folder").exists():
            found.append("socket")
        return found

    def remove(self) -> None:
        """Remove the database with all files of it."""
        EmbeddedPostgres(self.folder).destroy()

    def _owns(self, process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE and (
                any(str(self.folder) in argument for argument in process.cmdline())
                or process.environ().get("TINDAN_DATA_DIR") == str(self.folder)
                or process.cwd() == str(Home(self.folder).cluster)
            )
        except psutil.Error:
            return False


def _taken(ports: Ports) -> list[int]:
    taken = []
    for port in (ports.api, ports.sandbox, ports.smtp):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                taken.append(port)
    return taken
