"""What happens when a process around the development database is killed."""

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from storage.embedded import EmbeddedPostgres, EmbeddedPostgresError
from storage.embedded.locks import FileLock, is_locked
from storage.embedded.server import Server


def test_a_killed_server_comes_back_with_what_was_committed(place):
    """When the postmaster is killed the server runs again, with everything that was committed."""
    with EmbeddedPostgres(place.folder) as url:
        place.write("CREATE TABLE kept AS SELECT 7 AS n")
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO kept VALUES (8)")
            place.kill_server()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")

        assert place.ask("SELECT array_agg(n) FROM kept") == [7]


def test_a_killed_owner_takes_the_server_with_it(place):
    """When the only owner is killed the server is shut down, not killed, and the guardian ends."""
    owner = place.start_owner()
    owner.stdout.readline()
    assert place.answers()
    before, sockets = place.home.log.read_text(), place.home.socket_folder

    owner.kill()

    place.wait_for(place.nothing_runs)
    assert not sockets.exists()
    assert "database system is shut down" in place.home.log.read_text().removeprefix(before)


def test_interrupting_the_terminal_does_not_reach_the_server(place):
    """Ctrl-C goes to every process of the owner's session, and server and guardian are not among them."""
    owner = place.start_owner()
    owner.stdout.readline()
    server = place.postmaster_id

    os.killpg(owner.pid, signal.SIGINT)

    detached = [place.postmaster_id, *(guardian.pid for guardian in place.guardians())]
    assert len(detached) == 2
    assert owner.pid not in {os.getsid(process) for process in detached}
    assert place.postmaster_id == server
    assert place.answers()


def test_a_server_without_guardian_is_adopted(place):
    """When the guardian was killed the next start takes the server over, and it is looked after again."""
    first, second = EmbeddedPostgres(place.folder), EmbeddedPostgres(place.folder)
    url = first.start()
    server = place.postmaster_id
    place.kill_guardian()
    assert place.answers()

    assert second.start() == url

    assert place.postmaster_id == server
    place.kill_server()
    second.stop()
    assert place.answers()
    first.stop()
    assert place.nothing_runs()


def test_a_left_over_server_is_adopted_by_a_later_owner(place):
    """When guardian and owner were both killed, a later owner finds the server and ends it in the end."""
    owner = place.start_owner()
    owner.stdout.readline()
    server = place.postmaster_id
    place.kill_guardian()
    owner.kill()
    owner.wait()

    with EmbeddedPostgres(place.folder):
        assert place.postmaster_id == server
        assert len(place.guardians()) == 1

    assert place.nothing_runs()


def test_the_last_owner_stops_a_server_without_guardian(place):
    """When the guardian was killed and nobody took over, stop still leaves no process."""
    postgres = EmbeddedPostgres(place.folder)
    postgres.start()
    place.kill_guardian()

    postgres.stop()

    assert place.nothing_runs()


def test_a_guardian_told_to_end_stops_its_server(place):
    """SIGTERM, as at the end of a login session, shuts the server down even while it has an owner."""
    postgres = EmbeddedPostgres(place.folder)
    postgres.start()
    (guardian,) = place.guardians()

    guardian.terminate()

    place.wait_for(place.nothing_runs)
    postgres.start()
    assert place.answers()
    postgres.stop()


def test_a_guardian_that_is_about_to_end_is_followed_by_another(place):
    """It may have ended in all but its lock: who starts meanwhile waits for that, and starts one."""
    ending = FileLock(place.home.guardian_lock)
    assert ending.acquire(timeout=5)
    postgres = EmbeddedPostgres(place.folder)
    with ThreadPoolExecutor(max_workers=1) as threads:
        starting = threads.submit(postgres.start)
        place.wait_for(lambda: is_locked(place.home.start_lock))
        ending.release()
        starting.result()
    assert place.answers()
    postgres.stop()


def test_an_interrupted_first_start_is_made_good(fresh_place):
    """An owner killed while `initdb` is at work leaves nothing that hinders the next start."""
    owner = fresh_place.start_owner()
    fresh_place.wait_for(lambda: any(fresh_place.home.location.glob("cluster.draft-*/base")))
    owner.kill()
    owner.wait()
    assert not fresh_place.home.cluster.exists()

    with EmbeddedPostgres(fresh_place.folder):
        assert fresh_place.answers()


def test_a_stale_process_id_does_not_bar_the_start(place):
    """A file left by a killed server may name a process that has its id now, even one of the same account."""
    file = place.home.cluster / "postmaster.pid"
    with EmbeddedPostgres(place.folder):
        left = file.read_text().replace(str(place.postmaster_id), "{}", 1)
    options = place.home.account.process_options()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, **options) as bystander:
        file.write_text(left.format(bystander.pid))

        with EmbeddedPostgres(place.folder):
            assert place.answers()
            assert place.postmaster_id != bystander.pid
            assert bystander.poll() is None


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="only Linux tells where a process works")
def test_no_foreign_process_is_signalled(place):
    """A process that merely has the id of the postmaster is spared."""
    with (
        EmbeddedPostgres(place.folder),
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True) as bystander,
    ):
        file = place.home.cluster / "postmaster.pid"
        content = file.read_text()
        file.write_text(content.replace(str(place.postmaster_id), str(bystander.pid), 1))
        Server(place.home)._signal(signal.SIGKILL)
        file.write_text(content)
        bystander.communicate("\n")

    assert bystander.returncode == 0


def test_a_server_that_keeps_dying_is_given_up_with_a_clear_error(fresh_place):
    """A cluster that cannot start is tried a few times, then the error holds the end of the log."""
    with EmbeddedPostgres(fresh_place.folder):
        pass
    (fresh_place.home.cluster / "global" / "pg_control").unlink()

    with pytest.raises(EmbeddedPostgresError, match=r"(?s)could not find the database system.*giving up"):
        EmbeddedPostgres(fresh_place.folder).start()

    fresh_place.wait_for(fresh_place.nothing_runs)


def test_a_data_folder_removed_by_hand_ends_its_server(fresh_place):
    """Removing the data folder under a running server ends server and guardian, and stop says nothing."""
    postgres = EmbeddedPostgres(fresh_place.folder)
    postgres.start()
    processes = [*fresh_place.server_processes(), *fresh_place.guardians()]
    location = fresh_place.home.location

    # the server removes files of its own at the same time
    folder = fresh_place.folder
    fresh_place.wait_for(lambda: shutil.rmtree(folder, ignore_errors=True) or not folder.exists())

    fresh_place.wait_for(lambda: not any(process.is_running() for process in processes))
    postgres.stop()
    shutil.rmtree(location, ignore_errors=True)
