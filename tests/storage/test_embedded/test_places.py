"""Where the development database puts its files, and under which account it runs."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from storage.embedded import EmbeddedPostgres, EmbeddedPostgresError

PROJECT = Path(__file__).parents[3]
NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for other users")

ORDINARY_USER = """
import os, sys
from pathlib import Path
import psycopg
from storage.embedded import EmbeddedPostgres

data_dir = Path(sys.argv[1])
postgres = EmbeddedPostgres(data_dir)
with psycopg.connect(postgres.start()) as connection:
    connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
cluster = data_dir / "postgres" / "cluster"
print(os.geteuid(), (cluster / "postmaster.pid").stat().st_uid, sorted(os.listdir(data_dir)))
postgres.stop()
with psycopg.connect(postgres.start()) as connection:
    print(connection.execute("SELECT n FROM kept").fetchone()[0])
postgres.stop()
"""


def test_no_mode_of_a_parent_folder_changes(tmp_path, place_in):
    """The folders on the way to the data folder stay as closed as they were."""
    parent = tmp_path / "closed" / "parent"
    parent.mkdir(parents=True)
    for folder in (parent.parent, parent):
        folder.chmod(0o700)
    place = place_in(parent / "data")
    before = {folder: folder.stat().st_mode for folder in (parent, *parent.parents)}

    with EmbeddedPostgres(place.folder):
        assert place.answers()
    place.clear()

    assert {folder: folder.stat().st_mode for folder in before} == before


def test_a_copied_data_folder_gets_a_server_of_its_own(place, another_place):
    """A copy made while the server runs leaves the original alone."""
    with EmbeddedPostgres(place.folder):
        place.write("CREATE TABLE original (n int)")
        _copy(place, another_place)
        with EmbeddedPostgres(another_place.folder):
            another_place.write("CREATE TABLE copied (n int)")
            assert another_place.postmaster_id != place.postmaster_id
        another_place.clear()

        assert place.ask("SELECT to_regclass('original')") == "original"
        assert place.ask("SELECT to_regclass('copied')") is None


def test_a_moved_data_folder_keeps_its_data(fresh_place, another_place, tmp_path, place_in, monkeypatch):
    """Data go with their folder, whatever comes to be in its former place or is copied from the new one."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    with EmbeddedPostgres(fresh_place.folder):
        fresh_place.write("CREATE TABLE kept AS SELECT 7 AS n")
    fresh_place.folder.rename(another_place.folder)

    with EmbeddedPostgres(fresh_place.folder), EmbeddedPostgres(another_place.folder):
        assert fresh_place.ask("SELECT to_regclass('kept')") is None
        assert another_place.ask("SELECT n FROM kept") == 7

    copy = place_in(tmp_path / "copy")
    _copy(another_place, copy)
    with EmbeddedPostgres(another_place.folder), EmbeddedPostgres(copy.folder):
        assert copy.postmaster_id != another_place.postmaster_id
    copy.clear()


def _copy(place, target):
    shutil.copytree(place.folder, target.folder, ignore=shutil.ignore_patterns(".s.PGSQL.*"))


@needs_root
def test_another_user_s_database_is_left_alone(fresh_place):
    """A folder that another user made is refused before anything is written to it."""
    fresh_place.home.folder.mkdir(parents=True)
    os.chown(fresh_place.home.folder, NOBODY, NOBODY)

    with pytest.raises(EmbeddedPostgresError, match=f"belongs to user {NOBODY}"):
        EmbeddedPostgres(fresh_place.folder).start()

    assert list(fresh_place.home.folder.iterdir()) == []
    fresh_place.home.folder.rmdir()


@needs_root
def test_for_root_the_server_runs_under_an_unprivileged_account(place):
    """No process of the server is root's, and its account can change neither programs nor their folder."""
    with EmbeddedPostgres(place.folder):
        user = psutil.Process(place.postmaster_id).uids().effective
        programs = place.home.location / "postgresql"
        owners = {path.stat().st_uid for path in (place.home.location, programs, *programs.rglob("*"))}

    assert user == place.home.account.uid != 0
    assert owners == {0}


@needs_root
def test_what_a_removed_temporary_data_folder_left_is_swept_up(fresh_place, another_place, place):
    """Whoever makes a database removes the files of one whose data folder is gone for long, and no others."""
    with EmbeddedPostgres(fresh_place.folder):
        left = fresh_place.home.location
    shutil.rmtree(fresh_place.folder)

    with EmbeddedPostgres(another_place.folder):
        assert left.exists()
    another_place.clear()
    os.utime(left / "origin", (time.time() - 4000,) * 2)
    with EmbeddedPostgres(another_place.folder):
        pass

    assert not left.exists()
    assert place.home.cluster.exists()


@pytest.fixture
def reachable_folder():
    """A folder that any user can reach, unlike those that pytest makes for root."""
    folder = Path(tempfile.mkdtemp(prefix="tindan-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@needs_root
@pytest.mark.parametrize("name", ["data", "long, " * 20], ids=["plain", "long path with commas"])
def test_an_ordinary_user_has_all_data_in_the_data_folder(name, reachable_folder, place_in):
    """Run by an ordinary user, with a path of any kind, the server is that user's and stays in its folder."""
    mine = reachable_folder / "mine"
    mine.mkdir(mode=0o700)
    os.chown(mine, NOBODY, NOBODY)
    place = place_in(mine / name)

    result = _run_as_nobody("-c", ORDINARY_USER, place.folder, TMPDIR=str(mine))

    assert result.stderr == ""
    assert result.stdout.splitlines() == [f"{NOBODY} {NOBODY} ['postgres']", "7"]
    assert place.nothing_runs()
    assert list(mine.iterdir()) == [place.folder]


def _run_as_nobody(*arguments, **environment):
    """Run Python as an ordinary user with our libraries, or skip the test when no interpreter can."""
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    environment |= {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join([str(PROJECT), *libraries])}

    def run(*command):
        return subprocess.run(
            command,
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            cwd="/",
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    tried = {}
    for python in (sys.executable, "/usr/bin/python3", f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            probe = run(python, "-c", "import psycopg, storage.embedded")
        except OSError as error:
            tried[python] = str(error)
            continue
        if probe.returncode == 0:
            return run(python, *arguments)
        tried[python] = probe.stderr.strip().splitlines()[-1]
    return pytest.skip(f"no interpreter that user {NOBODY} can run with our libraries: {tried}")


@pytest.mark.parametrize(("lasting", "told"), [(True, "on"), (False, "off")])
def test_what_need_not_last_is_written_when_the_kernel_likes(
    tmp_path: Path, lasting: bool, told: str
) -> None:
    """A run of tests does not wait for a disk; any other database does."""
    server = EmbeddedPostgres(tmp_path, lasting=lasting)
    try:
        with psycopg.connect(server.start()) as connection:
            assert connection.execute("SHOW fsync").fetchone() == (told,)
    finally:
        server.destroy()
