"""A development database in a folder of its own, seen from outside."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from storage.embedded import EmbeddedPostgres
from storage.embedded.home import Home

OWNER = """
import signal, sys
from pathlib import Path
from storage.embedded import EmbeddedPostgres

signal.signal(signal.SIGINT, signal.SIG_IGN)
with EmbeddedPostgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


class Place:
    """What can be seen of the database of one data folder: its processes, its files, its answers."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self._owners = []

    @property
    def home(self):
        """The files, as they are now."""
        return Home(self.folder)

    @property
    def postmaster_id(self):
        """The process id of the postmaster."""
        return int((self.home.cluster / "postmaster.pid").read_text().splitlines()[0])

    def server_processes(self):
        """Return the postmaster and its children, which all work in the cluster."""
        cluster = str(self.home.cluster)
        return _processes(lambda process: process.cwd() == cluster)

    def guardians(self):
        """Return the guardians, whose command names the data folder."""
        return _processes(
            lambda process: {"storage.embedded", str(self.folder)} <= set(process.cmdline()),
        )

    def nothing_runs(self):
        """Say whether neither server nor guardian is left."""
        return not self.server_processes() and not self.guardians()

    def ask(self, statement):
        """Return the one value that a statement answers with."""
        with psycopg.connect(self.home.url) as connection:
            return connection.execute(statement).fetchone()[0]

    def write(self, statement):
        """Carry out a statement and commit it."""
        with psycopg.connect(self.home.url) as connection:
            connection.execute(statement)

    def answers(self):
        """Say whether the server accepts a connection."""
        try:
            psycopg.connect(self.home.url).close()
        except (psycopg.OperationalError, FileNotFoundError):
            return False
        return True

    def kill_server(self):
        """Kill the postmaster, and wait for the next one to answer."""
        killed = self.postmaster_id
        os.kill(killed, signal.SIGKILL)
        self.wait_for(lambda: not psutil.pid_exists(killed))
        self.wait_for(self.answers)
        assert self.postmaster_id != killed

    def kill_guardian(self):
        """Kill the one guardian."""
        (guardian,) = self.guardians()
        guardian.kill()
        self.wait_for(lambda: not self.guardians())

    def start_owner(self):
        """Start a process that owns the database until its standard input ends, and prints the address."""
        owner = subprocess.Popen(
            [sys.executable, "-c", OWNER, self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._owners.append(owner)
        return owner

    def end_owners(self):
        """End the owners that were started here."""
        while self._owners:
            self._owners.pop().communicate(timeout=60)

    def clear(self):
        """End the owners that were started here, and remove the database."""
        self.end_owners()
        EmbeddedPostgres(self.folder).destroy()
        assert self.nothing_runs()

    @staticmethod
    def wait_for(condition, seconds=20.0) -> None:
        """Wait for a condition that becomes true, or fail."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not come about in time"
            time.sleep(0.02)


def _processes(wanted):
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and wanted(process):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory):
    """A data folder with a database that was made before, as making one takes most of a short test."""
    folder = tmp_path_factory.mktemp("embedded") / "data"
    with EmbeddedPostgres(folder):
        pass
    yield folder
    EmbeddedPostgres(folder).destroy()


@pytest.fixture
def place(made_folder):
    """A data folder whose database exists and does not run."""
    place = Place(made_folder)
    yield place
    place.end_owners()
    assert place.nothing_runs()


@pytest.fixture
def fresh_place(tmp_path):
    """A data folder without a database yet."""
    place = Place(tmp_path / "data")
    yield place
    place.clear()


@pytest.fixture
def another_place(tmp_path):
    """A second data folder on the same machine, without a database yet."""
    place = Place(tmp_path / "another")
    yield place
    place.clear()


@pytest.fixture
def place_in():
    """Looks at a data folder that the test chose; the test clears it."""

    def look(folder: Path):
        return Place(folder)

    return look
