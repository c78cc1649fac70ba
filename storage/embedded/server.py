"""The server process: starting it, knowing whether it lives, and stopping it."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from storage.embedded.errors import EmbeddedPostgresError
from storage.embedded.home import PORT, Home
from storage.embedded.locks import FileLock, is_locked

_POLL_SECONDS = 0.05
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "128MB",
    "max_connections": "100",
}
# fast shutdown, then immediate shutdown (recovered from at the next start), then what cannot be refused
_SIGNALS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))


class Server:
    """The server of one home.

    Each of its processes inherits a locked file, so it counts as alive until the last one of them is gone.
    Until then no second server may touch the cluster; after that nothing that it left can be in use.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        """Whether any process of the server lives."""
        if self._child is not None and self._child.poll() is None:
            return True
        return is_locked(self._home.server_lock)

    def launch(self, binaries: Path) -> None:
        """Start the server as a child of this process, with its log going where ours goes.

        Raises:
            EmbeddedPostgresError: Processes of a former server still live.
        """
        lock = FileLock(self._home.server_lock)
        if not lock.acquire(timeout=1):
            raise EmbeddedPostgresError("a server of this cluster is still running")
        try:
            self._clear_leftovers()
            settings = _SETTINGS | {"unix_socket_directories": str(self._home.socket_folder)}
            self._child = subprocess.Popen(  # noqa: S603 - our own program, with arguments of ours
                [
                    binaries / "postgres",
                    "-D",
                    self._home.cluster,
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=(lock.fileno(),),
                **self._home.account.process_options(),
            )
        finally:
            lock.hand_over()

    def stop(self) -> None:
        """Stop the server, and wait until its last process is gone.

        Raises:
            EmbeddedPostgresError: It lives on after every kind of signal.
        """
        for number, seconds in _SIGNALS:
            deadline = time.monotonic() + seconds
            while self.alive and time.monotonic() < deadline:
                self._signal(number)
                time.sleep(_POLL_SECONDS)
        if self.alive:
            raise EmbeddedPostgresError(f"the server of {self._home.cluster} does not stop")

    def hurry(self) -> None:
        """Have the server end without writing anything out, whether it was told to stop yet or not."""
        self._signal(signal.SIGQUIT)

    def abandon(self) -> None:
        """End the server that was launched here, at once and without a look at its files, which are gone."""
        if self._child is not None:
            self._child.send_signal(signal.SIGQUIT)
            self._child.wait()

    def _clear_leftovers(self) -> None:
        """Remove what a killed server left: the process id in it may be somebody else's and bar the start."""
        (self._home.cluster / "postmaster.pid").unlink(missing_ok=True)
        for path in self._home.socket_folder.glob(".s.PGSQL.*"):
            path.unlink()

    def _signal(self, number: signal.Signals) -> None:
        """Signal the postmaster; one that is not there, or not yet, is left to the next attempt."""
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(number)
            return
        with suppress(FileNotFoundError, ValueError, IndexError, ProcessLookupError):
            pid = int((self._home.cluster / "postmaster.pid").read_text().splitlines()[0])
            if _works_in(pid, self._home.cluster):
                os.kill(pid, number)


def _works_in(pid: int, folder: Path) -> bool:
    """Say whether a process works in a folder, as a postmaster does in its cluster; yes if it cannot be told.

    It keeps a signal from a process that got the id of a dead postmaster, or has that id in our container.
    """
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    except OSError:
        return True
