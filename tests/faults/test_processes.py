"""`tindan run` comes up from nothing, and leaves nothing behind however it ends."""

import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from api.stack import Ports, scratch_database
from tests.faults.house import House
from tests.faults.polling import until

UP_SECONDS = 60.0
GONE_SECONDS = 10.0
pytestmark = pytest.mark.timeout(180)

OpenHouse = Callable[[], House]


@pytest.fixture
def open_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenHouse]:
    """Open houses on folders and ports of their own, in an environment without any settings."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    opened: list[House] = []

    def open_one() -> House:
        house = House(folder=tmp_path / f"house-{len(opened)}", ports=Ports.free())
        opened.append(house)
        return house

    yield open_one
    for house in opened:
        house.remove()


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    """One house."""
    return open_house()


@pytest.mark.verify
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_told_to_stop_it_leaves_nothing_and_starts_again(house: House, number: signal.Signals) -> None:
    """Twice in a row it comes up, and after Ctrl-C or SIGTERM no process, port or socket is left."""
    for _ in range(2):
        with house.run() as process:
            await until(house.is_up, seconds=UP_SECONDS)
            assert len(house.processes()) > 5
            if number is signal.SIGINT:
                house.interrupt(process)
            else:
                process.signal(number)
            await until(lambda process=process: process.popen.poll() is not None, seconds=40)
            assert process.popen.returncode == 0
        assert house.traces() == []


@pytest.mark.verify
@pytest.mark.parametrize("sign", ["cluster.draft-*/base", "cluster", "cluster/postmaster.pid"])
async def test_ctrl_c_amid_the_start_leaves_nothing(house: House, sign: str) -> None:
    """Who changes their mind while the database is being made finds nothing running either."""
    with house.run() as process:
        await until(lambda: house.has_made(sign), seconds=UP_SECONDS)
        house.interrupt(process)
        await until(lambda: process.popen.poll() is not None, seconds=40)
        assert process.popen.returncode == 130, process.log.read_text()
        assert not process.said("Traceback")
    await until(lambda: house.traces() == [], seconds=GONE_SECONDS)


@pytest.mark.verify
async def test_killed_it_leaves_nothing_either(house: House) -> None:
    """After SIGKILL every part notices by itself, and the next start finds the way free."""
    for _ in range(2):
        with house.run() as process:
            await until(house.is_up, seconds=UP_SECONDS)
            process.kill()
        await until(lambda: house.traces() == [], seconds=GONE_SECONDS)
        assert house.traces() == []


@pytest.mark.verify
async def test_when_a_part_ends_all_end_and_it_says_which(house: House) -> None:
    """A part that ends by itself is named, the rest is stopped, and the code tells of a failure."""
    with house.run() as process:
        await until(house.is_up, seconds=UP_SECONDS)
        (worker,) = [part for part in house.processes() if part.cmdline()[-1] == "worker"]
        worker.kill()
        await until(lambda: process.popen.poll() is not None, seconds=40)
        assert process.popen.returncode == 1
        assert process.said("worker ended by itself")
    assert house.traces() == []


@pytest.mark.verify
async def test_two_run_side_by_side(open_house: OpenHouse) -> None:
    """Two with folders and ports of their own know nothing of each other; the end of one is not the other's."""
    one, other = open_house(), open_house()
    with one.run() as first, other.run() as second:
        await until(lambda: one.is_up() and other.is_up(), seconds=UP_SECONDS)
        one.interrupt(first)
        await until(lambda: first.popen.poll() is not None, seconds=40)
        assert one.traces() == []
        assert other.is_up()
        other.interrupt(second)
        await until(lambda: second.popen.poll() is not None, seconds=40)
    assert other.traces() == []


@pytest.mark.verify
async def test_a_database_of_ones_own_replaces_the_embedded_one(house: House, server_url: str) -> None:
    """With DATABASE_URL that database is migrated and used, and no other server is started."""
    with scratch_database(server_url, "tindan_house") as url, house.run(DATABASE_URL=url) as process:
        await until(house.is_up, seconds=UP_SECONDS)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) > 0 FROM agency").fetchone() == (True,)
        assert not (house.folder / "postgres").exists()
        house.interrupt(process)
        await until(lambda: process.popen.poll() is not None, seconds=40)
    assert house.traces() == []


@pytest.mark.parametrize(
    ("role", "setting"),
    [("api", "TINDAN_PORT"), ("sandbox", "TINDAN_SANDBOX_PORT"), ("smtp", "TINDAN_SANDBOX_SMTP_PORT")],
)
async def test_a_taken_port_is_one_clear_line(house: House, role: str, setting: str) -> None:
    """Before anything is started it says which port is taken and which setting moves it, with code 2."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", getattr(house.ports, role)))
        taken.listen()
        with house.run() as process:
            assert process.popen.wait(timeout=20) == 2
    (line,) = house.log.read_text().splitlines()
    assert str(getattr(house.ports, role)) in line
    assert setting in line
    assert not house.folder.exists()
