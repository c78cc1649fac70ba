"""Migrations make what the models say, and can be taken back and done again."""

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from api.stack import drop_database
from storage import migrations
from storage.errors import SettingsError
from storage.migrations import Patience, TableHeldError
from storage.schema import expected_revision
from storage.tables import metadata

AS_USUAL = "CREATE DATABASE {}"
ASCII = "CREATE DATABASE {} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"


@pytest.fixture
def fresh(request: pytest.FixtureRequest, server_url: str) -> Iterator[str]:
    """An empty database, made as usual unless a test says how."""
    name = f"tindan_migrations_{secrets.token_hex(4)}"
    how = sql.SQL(getattr(request, "param", AS_USUAL))
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(how.format(sql.Identifier(name)))
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    drop_database(server_url, name)


SHAPE = """
SELECT 'column', table_name, column_name, data_type, is_nullable, column_default
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
ORDER BY 1, 2, 3
"""


def shape(url: str) -> list[tuple[object, ...]]:
    """Return every column, index and constraint."""
    with psycopg.connect(url) as connection:
        return connection.execute(SHAPE.encode()).fetchall()


def tables(url: str) -> set[str]:
    """Return the names of all tables but Alembic's own."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in found} - {"alembic_version"}


def test_models_and_migrations_agree(database_url: str) -> None:
    """Alembic would find nothing to add."""
    migrations.check(database_url)


def test_up_down_and_up_again(fresh: str) -> None:
    """Taken back, nothing is left; done again, it is the same to the last index."""
    migrations.upgrade(fresh)
    first = shape(fresh)
    assert tables(fresh) >= {table.name for table in metadata.sorted_tables}
    migrations.downgrade(fresh, "base")
    assert tables(fresh) == set()
    migrations.upgrade(fresh)
    assert shape(fresh) == first
    migrations.upgrade(fresh)
    assert shape(fresh) == first


@pytest.mark.parametrize("fresh", [ASCII], indirect=True)
def test_a_database_of_another_encoding_is_refused(fresh: str) -> None:
    """Before anything is made in it, with how to make one that will do."""
    with pytest.raises(SettingsError, match="in SQL_ASCII; it must be in UTF8"):
        migrations.upgrade(fresh)
    assert tables(fresh) == set()


def test_many_may_migrate_at_once(fresh: str) -> None:
    """Processes that start together take turns, and all find the schema made."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrations.upgrade, [fresh] * 4))
    with psycopg.connect(fresh) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            (expected_revision(),)
        ]


def test_an_index_whose_making_was_cut_short_is_made_anew(fresh: str) -> None:
    """What bears its name already, and serves nobody, does not stay."""
    migrations.upgrade(fresh, "0002")
    with psycopg.connect(fresh, autocommit=True) as connection:
        connection.execute("CREATE INDEX ix_notification_plan ON notification (category)")
    migrations.upgrade(fresh, "0003")
    with psycopg.connect(fresh) as connection:
        found = connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname IN ('ix_notification_plan', 'ix_notification_due')"
        ).fetchall()
    assert len(found) == 1
    assert "(lane, agency_id, plan_at DESC)" in found[0][0]


HASTY = Patience(lock_seconds=0.3, rest_seconds=0.2, tries=100)
WAITS = """
SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')
"""


@contextmanager
def reading(url: str, what: str) -> Iterator[psycopg.Connection]:
    """Hold what a long transaction holds that has read something."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute(what.encode())
        yield connection


def someone_waits(url: str) -> None:
    """Return once somebody waits for a lock."""
    until = time.monotonic() + 20
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(WAITS).fetchone() == (False,):
            assert time.monotonic() < until
            time.sleep(0.01)


def test_who_waits_for_a_table_keeps_nobody_waiting(fresh: str) -> None:
    """A transaction that lasts is waited for with rests, in which all others go on; then it is done."""
    migrations.upgrade(fresh, "0029")
    with ThreadPoolExecutor(1) as pool:
        with reading(fresh, "SELECT count(*) FROM dossier"):
            done = pool.submit(migrations.upgrade, fresh, "0030", HASTY)
            someone_waits(fresh)
            with psycopg.connect(fresh, options="-c lock_timeout=5s") as other:
                other.execute("SELECT count(*) FROM dossier")
            assert not done.done()
        done.result(timeout=20)
    with psycopg.connect(fresh) as connection:
        connection.execute("SELECT first_agency_id FROM dossier")


def test_a_table_that_is_never_had_is_told_of(fresh: str) -> None:
    """After so many tries, with who holds it; nothing of the migration is done."""
    migrations.upgrade(fresh, "0029")
    with (
        reading(fresh, "SELECT count(*) FROM dossier"),
        pytest.raises(TableHeldError, match="others hold a table"),
    ):
        migrations.upgrade(fresh, "0030", Patience(lock_seconds=0.1, rest_seconds=0.1, tries=2))
    with psycopg.connect(fresh) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0029",)


def test_an_index_made_beside_others_waits_as_long_as_they_take(fresh: str) -> None:
    """Nobody waits behind it, so it is not given up when an older transaction outlasts the patience for locks."""
    migrations.upgrade(fresh, "0027")
    with ThreadPoolExecutor(1) as pool:
        with reading(fresh, "SELECT count(*) FROM dossier"):
            done = pool.submit(
                migrations.upgrade, fresh, "0028", Patience(lock_seconds=0.1, rest_seconds=0.1, tries=1)
            )
            someone_waits(fresh)
            with psycopg.connect(fresh) as other:
                other.execute("SELECT pg_sleep(0.3)")
            assert not done.done()
        done.result(timeout=20)
