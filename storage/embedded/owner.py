"""What a process does that needs the development database: start it, use it, let go of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from storage.embedded.cluster import create_cluster
from storage.embedded.errors import EmbeddedPostgresError
from storage.embedded.guardian import deserted, spawn_guardian
from storage.embedded.home import Home
from storage.embedded.locks import FileLock, is_locked
from storage.embedded.server import Server

_SECONDS = 60.0
_POLL_SECONDS = 0.02
_TAIL_LINES = 20


class EmbeddedPostgres:
    """The development database of one data folder, for as long as this process needs it.

    Any number of processes may own it at the same time: the first starts the server, the others share it, and
    it stops when the last one stops it, ends or is killed. As a context manager it gives the address.

    Args:
        data_dir: where it lies.
        lasting: whether a database that is made now has to outlive a loss of power. One that need not, as
            of a run of tests, leaves it to the kernel when its files are written; a killed process loses
            nothing by that.
    """

    def __init__(self, data_dir: Path, *, lasting: bool = True) -> None:
        self._home, self._lasting = Home(data_dir), lasting
        self._server = Server(self._home)
        self._owners = FileLock(self._home.owners_lock)
        self._owning = False

    def start(self) -> str:
        """Have the server running and accepting connections; the first time, make the database.

        Returns:
            `postgresql://tindan:PASSWORD@/tindan?host=FOLDER&port=5432`, where FOLDER holds the Unix socket;
            SQLAlchemy takes it with the scheme `postgresql+psycopg`.

        Raises:
            EmbeddedPostgresError: The programs are missing, the data folder is another user's, or the server
                does not accept connections within 60 s; the message ends with the tail of the log.
        """
        deadline = time.monotonic() + _SECONDS
        self._home.open()
        with self._alone():
            if not self._owners.acquire(shared=True, timeout=_SECONDS):
                raise EmbeddedPostgresError(f"the former server of {self._home.folder} does not stop")
            try:
                self._wait_until_ready(deadline)
            except BaseException:
                self._owners.release()
                self._tidy_up()
                raise
        self._owning = True
        return self._home.url

    def stop(self) -> None:
        """Let go of the server; if nobody else owns it, return when it has stopped and its socket is gone.

        Raises:
            EmbeddedPostgresError: The server does not stop.
        """
        self._let_go(at_once=False)

    def _let_go(self, *, at_once: bool) -> None:
        if not self._owning:
            return
        self._owning = False
        if not self._owners.in_place:
            # the data folder was removed by hand, and with it what the guardian kept running
            self._owners.release()
            return
        with self._alone():
            try:
                # a guardian looking at this very instant is no owner: allow it to look away
                if self._owners.acquire(timeout=0.05) or deserted(self._owners):
                    self._wait_until_stopped(at_once=at_once)
            finally:
                self._owners.release()

    def destroy(self) -> None:
        """Stop the server and remove the database with every file of it, wherever it lies.

        Nothing is written out for that: what is about to go need not be whole.

        Raises:
            EmbeddedPostgresError: Another process owns the database too, or the server does not stop.
        """
        self._let_go(at_once=True)
        if not self._home.folder.exists():
            return
        with self._alone():
            try:
                if not self._owners.acquire(timeout=1):
                    raise EmbeddedPostgresError(f"another process uses {self._home.folder}")
                self._wait_until_stopped(at_once=True)
                self._home.remove()
            finally:
                self._owners.release()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process start or stop this database meanwhile."""
        lock = FileLock(self._home.start_lock)
        if not lock.acquire(timeout=_SECONDS):
            raise EmbeddedPostgresError(f"another process keeps starting or stopping {self._home.folder}")
        try:
            yield
        finally:
            lock.release()

    def _ensure_guardian(self) -> bool:
        """Start a guardian where there is none; return whether it was started."""
        if is_locked(self._home.guardian_lock):
            return False
        if not self._server.alive:
            self._home.prepare()
            create_cluster(self._home, self._home.binaries(), lasting=self._lasting)
        spawn_guardian(self._home)
        return True

    def _tidy_up(self) -> None:
        """Remove the folder of the socket after a start that came to nothing, as no guardian will."""
        if not is_locked(self._home.guardian_lock) and not self._server.alive:
            self._home.remove_socket_folder()

    def _wait_until_ready(self, deadline: float) -> None:
        ours = self._ensure_guardian()
        while (refusal := _refusal(self._home)) is not None:
            # One that was there may have been about to end, as after a SIGTERM.
            ours = ours or self._ensure_guardian()
            if ours and not is_locked(self._home.guardian_lock):
                raise EmbeddedPostgresError(f"the development database does not start.\n{self._log_tail()}")
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"the development database accepts no connection: {refusal}\n{self._log_tail()}"
                )
            time.sleep(_POLL_SECONDS)

    def _wait_until_stopped(self, *, at_once: bool) -> None:
        """Wait for the guardian to find no owner and stop the server; do its work if it was killed."""
        deadline = time.monotonic() + _SECONDS
        while is_locked(self._home.guardian_lock):
            if at_once:
                self._server.hurry()
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"the development database does not stop.\n{self._log_tail()}")
            time.sleep(_POLL_SECONDS)
        self._server.stop()
        self._home.remove_socket_folder()

    def _log_tail(self) -> str:
        lines = self._home.log.read_text(errors="replace").splitlines() if self._home.log.exists() else []
        return "\n".join([f"The end of {self._home.log}:", *lines[-_TAIL_LINES:]])


def running_url(data_dir: Path) -> str | None:
    """Return the address of the server that accepts connections for this data folder, or None.

    The caller becomes no owner, so the server may go at any time.
    """
    home = Home(data_dir)
    if not Server(home).alive:
        return None
    return home.url if _refusal(home) is None else None


def _refusal(home: Home) -> str | None:
    """Return why no connection comes about, or None when it does."""
    import psycopg

    try:
        psycopg.connect(home.url, connect_timeout=5).close()
    except (psycopg.OperationalError, FileNotFoundError) as error:
        return str(error)
    return None
