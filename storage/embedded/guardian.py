"""The guardian: the process that keeps the server running for as long as it has an owner.

It runs in a session of its own, so that Ctrl-C in an owner's terminal reaches neither it nor the server. It
learns from locks alone whether owners and server live, so it takes over a server that it did not start.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from storage.embedded.errors import EmbeddedPostgresError
from storage.embedded.home import Home
from storage.embedded.locks import FileLock
from storage.embedded.server import Server

_POLL_SECONDS = 0.1
_QUICK_SECONDS = 2.0
_QUICK_FAILURES = 5
_LONGEST_PAUSE_SECONDS = 2.0
_LONGEST_LOG_BYTES = 10_000_000

_logger = logging.getLogger(__name__)


def spawn_guardian(home: Home) -> None:
    """Start a guardian for a home that has none; on return it is there.

    Raises:
        EmbeddedPostgresError: It could not be started; the log says why.
    """
    package_root = Path(__file__).parents[2]
    if home.log.exists() and home.log.stat().st_size > _LONGEST_LOG_BYTES:
        home.log.replace(home.log.with_suffix(".old"))
    with home.log.open("ab") as log:
        status = subprocess.run(  # noqa: S603 - this very interpreter and package
            [sys.executable, "-P", "-m", "storage.embedded", home.folder.parent],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(package_root), *filter(None, sys.path)])},
            start_new_session=True,
            check=False,
        ).returncode
    if status != 0:
        raise EmbeddedPostgresError(
            f"the guardian of the development database does not start, see {home.log}"
        )


def run_guardian(data_dir: Path) -> None:
    """Become the guardian of a data folder: return in a background process, and end this one with status 0.

    The lock that marks a guardian is taken before, so whoever waits for this process knows that it stands.

    Raises:
        EmbeddedPostgresError: Another guardian is there, or the server failed too often.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s [%(process)d] guardian: %(message)s")
    home = Home(data_dir)
    lock = FileLock(home.guardian_lock)
    if not lock.acquire(timeout=5):
        raise EmbeddedPostgresError(f"{home.folder} has a guardian already")
    if os.fork():
        os._exit(0)
    Guardian(home, lock).run()


def deserted(owners: FileLock) -> bool:
    """Say whether no owner is left, or only a last one that waits for the end of the server.

    Owners share the lock. If none is left it is taken here, so that a new one waits until this process ends.
    """
    if owners.try_acquire():
        return True
    if owners.try_acquire(shared=True):
        owners.release()
        return False
    return True


class Guardian:
    """Watches the owners and the server of one home."""

    def __init__(self, home: Home, lock: FileLock) -> None:
        self._home = home
        self._lock = lock
        self._server = Server(home)
        self._owners = FileLock(home.owners_lock)
        self._told_to_stop = threading.Event()
        self._started_at = time.monotonic()
        self._failures = 0

    def run(self) -> None:
        """Keep the server running until the last owner is gone or SIGTERM comes, then stop it.

        Raises:
            EmbeddedPostgresError: The server died too often soon after its start.
        """
        signal.signal(signal.SIGTERM, lambda *_: self._told_to_stop.set())
        if self._server.alive:
            _logger.info("took over the server that was running")
        else:
            self._launch()
        while self._lock.in_place:
            if self._told_to_stop.is_set() or deserted(self._owners):
                self._server.stop()
                self._home.remove_socket_folder()
                return
            if not self._server.alive:
                self._revive()
            self._told_to_stop.wait(_POLL_SECONDS)
        # the data folder was removed under us, and what its path names now is not ours to touch
        self._server.abandon()

    def _launch(self) -> None:
        self._started_at = time.monotonic()
        self._server.launch(self._home.binaries())

    def _revive(self) -> None:
        """Start the server again, after a pause that grows while it keeps dying young."""
        young = time.monotonic() - self._started_at < _QUICK_SECONDS
        self._failures = self._failures + 1 if young else 1
        if self._failures > _QUICK_FAILURES:
            raise EmbeddedPostgresError(
                f"the server died {self._failures} times soon after its start; giving up"
            )
        pause = min(0.05 * 2**self._failures, _LONGEST_PAUSE_SECONDS)
        _logger.warning("the server is gone, starting it again in %.1f s", pause)
        self._told_to_stop.wait(pause)
        self._launch()
