"""Where one development database lives, and how it is reached.

Everything is in `<data_dir>/postgres/`, mode 0700: the cluster, the log, the password, the locks and the
folder of the socket. Two exceptions, each recorded in a file there:

- A path of a Unix socket may have about 104 bytes, and libpq reads a comma as the end of a host. Where the
  data folder's path does not fit, the socket goes to a private folder under the system's temporary one, for
  as long as the server runs (`socket-folder`).
- As root the server runs under an account that cannot enter a private home. So the cluster, the socket and
  a copy of the programs go to a folder of their own in `/var/lib` (`location`), and no mode of any folder on
  the way to the data folder is touched. `EmbeddedPostgres.destroy` removes both. A data folder removed by
  hand leaves that folder behind, with a file `origin` that says whose it was; if it was one in the temporary
  folder, the next one to be made an hour later removes it.
"""

import os
import re
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from storage.embedded.account import Account, server_account
from storage.embedded.binaries import copied_binaries, installed_binaries
from storage.embedded.errors import EmbeddedPostgresError

NAME = "tindan"
PORT = 5432
_SOCKET_FOLDER = re.compile(r"[A-Za-z0-9/._-]{1,88}")
_SHORT_TEMPORARY_FOLDER = "/tmp"  # noqa: S108 - only mkdtemp makes anything there, and privately
_SYSTEM_FOLDERS = ("/var/lib", "/var/tmp")  # noqa: S108 - made there by mkdtemp, under a name of its own

_SWEPT_AFTER_SECONDS = 3600.0
"""A data folder that is gone may be on its way to another place."""


class Home:
    """The files of the development database of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir.resolve() / "postgres"
        self.log = self.folder / "log"
        self.start_lock = self.folder / "start.lock"
        self.owners_lock = self.folder / "owners.lock"
        self.guardian_lock = self.folder / "guardian.lock"
        self.server_lock = self.folder / "server.lock"
        self.account: Account = server_account()
        self._password = self.folder / "password"
        self._location = self.folder / "location"
        self._socket_folder = self.folder / "socket-folder"

    @property
    def location(self) -> Path:
        """The folder of the cluster: our own, or the one that was made for another account."""
        return Path(self._location.read_text()) if self._location.exists() else self.folder

    @property
    def cluster(self) -> Path:
        """The data directory of PostgreSQL; it exists when it is complete, and not before."""
        return self.location / "cluster"

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket of the server that runs, or ran last."""
        return Path(self._socket_folder.read_text())

    @property
    def password(self) -> str:
        """The password of the role `tindan`."""
        return self._password.read_text()

    @property
    def url(self) -> str:
        """The address for libpq, with the password; the port is named because PGPORT would change it."""
        return (
            f"postgresql://{NAME}:{self.password}@/{NAME}?host={quote(str(self.socket_folder))}&port={PORT}"
        )

    def open(self) -> None:
        """Make the folder, unless it exists.

        Raises:
            EmbeddedPostgresError: It cannot be made, or it is another user's, whom our files would hinder.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            owner = self.folder.stat().st_uid
        except OSError as error:
            raise EmbeddedPostgresError(
                f"no place for the development database: {error}. TINDAN_DATA_DIR names another folder"
            ) from error
        if owner != os.geteuid():
            raise EmbeddedPostgresError(
                f"{self.folder} belongs to user {owner}, and this is user {os.geteuid()}: "
                "run as that user, or use another data folder"
            )

    def prepare(self) -> None:
        """Make what a server needs before it starts, but the cluster; call it while none runs."""
        if not self._password.exists():
            if self.cluster.exists():
                raise EmbeddedPostgresError(f"{self._password} is gone: put it back, or remove {self.folder}")
            _write(self._password, secrets.token_hex(24))
        if self.account.foreign:
            if not self._has_location():
                self._make_location()
            _write(self.location / "origin", str(self.folder))
        self._make_socket_folder()

    def binaries(self) -> Path:
        """Return the folder with the programs that the server's account can run; call it while none runs."""
        return copied_binaries(self.location / "postgresql") if self.account.foreign else installed_binaries()

    def remove_socket_folder(self) -> None:
        """Remove the socket's folder after the server has stopped."""
        if self._socket_folder.exists():
            shutil.rmtree(self.socket_folder, ignore_errors=True)
            self._socket_folder.unlink()

    def remove(self) -> None:
        """Remove the database with all that belongs to it; call it while no server runs."""
        self.remove_socket_folder()
        if self._has_location():
            shutil.rmtree(self.location)
        shutil.rmtree(self.folder)

    def _has_location(self) -> bool:
        """Say whether the recorded folder exists and is ours, not that of a folder we were copied from."""
        origin = _read(self.location / "origin")
        if origin is None:
            return False
        record = self._location.read_text()
        return origin == str(self.folder) or _read(Path(origin) / self._location.name) != record

    def _make_location(self) -> None:
        """Make the folder for the other account, which it may pass through and root alone may change."""
        parent = next(folder for folder in map(Path, _SYSTEM_FOLDERS) if folder.is_dir())
        _sweep(parent)
        location = Path(tempfile.mkdtemp(prefix="tindan-", dir=parent))
        os.chown(location, 0, self.account.gid)
        location.chmod(0o710)
        _write(self._location, str(location))

    def _make_socket_folder(self) -> None:
        """Make a folder for the socket whose path fits, and record it."""
        folder = self.location / "socket"
        if _SOCKET_FOLDER.fullmatch(str(folder)):
            folder.mkdir(mode=0o700, exist_ok=True)
            self.account.give(folder)
        else:
            parents = (tempfile.gettempdir(), _SHORT_TEMPORARY_FOLDER)
            parent = next(path for path in parents if _SOCKET_FOLDER.fullmatch(f"{path}/tindan-12345678"))
            folder = Path(tempfile.mkdtemp(prefix="tindan-", dir=parent))
        _write(self._socket_folder, str(folder))


def _sweep(parent: Path) -> None:
    """Remove what data folders in the temporary folder left when they went, such as those of killed tests."""
    for location in parent.glob("tindan-*"):
        with suppress(FileNotFoundError):  # another process may sweep at the same moment
            if location.stat().st_uid == os.geteuid() and _is_left_over(location):
                shutil.rmtree(location, ignore_errors=True)


def _is_left_over(location: Path) -> bool:
    record = location / "origin"
    age = time.time() - record.stat().st_mtime
    origin = Path(record.read_text())
    if age < _SWEPT_AFTER_SECONDS or not origin.is_relative_to(tempfile.gettempdir()):
        return False
    return _read(origin / "location") != str(location)


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _write(path: Path, text: str) -> None:
    """Write a private file whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)
