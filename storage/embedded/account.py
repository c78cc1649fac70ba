"""Under which account of the operating system the server runs.

PostgreSQL refuses to run as root, and `initdb` refuses a numeric user without an entry in the user database.
Adding a user to somebody's machine is not for us, so for root it is the account that a system package made
for PostgreSQL, else `nobody`.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.embedded.errors import EmbeddedPostgresError

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A numeric user and group that programs are run as and folders are given to."""

    uid: int
    gid: int

    def __post_init__(self) -> None:
        if self.uid == 0:
            raise EmbeddedPostgresError("PostgreSQL refuses to run as root")

    @property
    def foreign(self) -> bool:
        """Whether this is another account than the one that this process runs under."""
        return self.uid != os.geteuid()

    def process_options(self) -> dict[str, Any]:
        """Return what makes `subprocess` run a program under this account, free of our environment.

        The environment is cut down because PGPORT, PGTZ and their like would change the server.
        """
        options: dict[str, Any] = {"env": {"PATH": os.defpath, "LC_ALL": "C"}, "umask": 0o077, "cwd": "/"}
        if self.foreign:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def give(self, path: Path) -> None:
        """Make this account the owner of a file or folder that we made."""
        if self.foreign:
            os.chown(path, self.uid, self.gid)


def server_account() -> Account:
    """Return the account for the server: our own, or an unprivileged one when we are root.

    Raises:
        EmbeddedPostgresError: We are root, and the machine has none of the accounts looked for.
    """
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid())
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise EmbeddedPostgresError(
        f"as root the server needs an unprivileged account, and none of {', '.join(_CANDIDATES)} exists: "
        "run as an ordinary user, or set DATABASE_URL"
    )
