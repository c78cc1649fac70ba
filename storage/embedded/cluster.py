"""Makes the cluster: the data directory with the role and the database `tindan` in it."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from storage.embedded.errors import EmbeddedPostgresError
from storage.embedded.home import NAME, Home

_SECONDS = 120
_DRAFT = "cluster.draft-"
_INITDB = (
    "--username=postgres",
    # the superuser has no password, so that nobody is let in as it; see also _ACCESS
    "--auth=reject",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
)
_ACCESS = "local all all scram-sha-256\n"


def create_cluster(home: Home, binaries: Path, *, lasting: bool) -> None:
    """Make the cluster of `home`, unless it exists; one that lasts outlives a loss of power.

    It is made under another name and renamed when complete, so a killed attempt leaves no half of one. The
    name is new each time, as the `initdb` of that attempt may still be at work under the former one.

    Raises:
        EmbeddedPostgresError: A program failed; the message holds what it wrote.
    """
    if home.cluster.exists():
        return
    for abandoned in home.location.glob(f"{_DRAFT}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=home.location))
    home.account.give(draft)
    _run(home, binaries / "initdb", "-D", str(draft), *_INITDB)
    _run(
        home,
        binaries / "postgres",
        "--single",
        "-D",
        str(draft),
        "-c",
        "exit_on_error=on",
        "postgres",
        stdin=_roles(home),
    )
    (draft / "pg_hba.conf").write_text(_ACCESS)
    if not lasting:
        with (draft / "postgresql.conf").open("a") as settings:
            settings.write("fsync = off\n")
    draft.rename(home.cluster)


def _roles(home: Home) -> str:
    """Return the statements for the role and its database, one a line; the password is hexadecimal."""
    return (
        f"CREATE ROLE {NAME} LOGIN CREATEDB PASSWORD '{home.password}'\nCREATE DATABASE {NAME} OWNER {NAME}\n"
    )


def _run(home: Home, *command: str | Path, stdin: str = "") -> None:
    try:
        result = subprocess.run(  # noqa: S603 - our own programs, with arguments of ours
            command,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
            **home.account.process_options(),
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedPostgresError(f"{command[0]} cannot be run: {error}") from error
    if result.returncode != 0:
        raise EmbeddedPostgresError(f"{command[0]} failed with status {result.returncode}:\n{result.stdout}")
