"""Whether the database has the schema that this program was written for."""

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from storage.errors import StorageError
from storage.unit_of_work import Reading


class OutdatedSchemaError(StorageError):
    """The migrations have not been run: `tindan migrate`."""


@cache
def _migrations() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


@cache
def expected_revision() -> str:
    """Return the newest migration that this program brings."""
    return _migrations().get_current_head() or ""


@cache
def _older_revisions() -> frozenset[str]:
    known = {script.revision for script in _migrations().walk_revisions()}
    return frozenset(known - {expected_revision()})


async def require_current(reading: Reading) -> None:
    """Raise OutdatedSchemaError unless the schema is ours, or a newer one.

    A newer one is fine: migrations are forward-safe, and during a roll-out the old program runs on it.
    """
    driver = await reading.driver()
    found = await (await driver.execute("SELECT to_regclass('alembic_version')")).fetchone()
    if found is None or found[0] is None:
        raise OutdatedSchemaError("the database is empty")
    row = await (await driver.execute("SELECT version_num FROM alembic_version")).fetchone()
    revision = str(row[0]) if row else ""
    if not revision or revision in _older_revisions():
        at = revision or "no revision"
        raise OutdatedSchemaError(f"the database is at {at}, this program needs {expected_revision()}")
