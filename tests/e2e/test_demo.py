"""`tindan demo` as a person runs it: a process of its own, judged by what it prints and its exit code."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from api.demonstration.actors import AgencyActor, CitizenActor, people
from api.demonstration.arrivals import Arrivals
from api.demonstration.load import CLIENT_ID
from api.stack import Ports
from storage.embedded import EmbeddedPostgres

pytestmark = [pytest.mark.verify, pytest.mark.timeout(120)]

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "api" / "demonstration" / "records_example.jsonl"
PATIENCE = 60.0

Start = Callable[..., "subprocess.Popen[str]"]
Demo = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder of its own."""
    folder = tmp_path_factory.mktemp("demo")
    yield folder
    EmbeddedPostgres(folder).destroy()


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Start a command; it is killed, with all that it started, when the test ends before it."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, **settings: str) -> "subprocess.Popen[str]":
        environment = {**os.environ, "TINDAN_DATA_DIR": str(home), "COLUMNS": "300", **settings}
        environment.pop("TINDAN_ENV", None)
        command = [sys.executable, "-m", "api.cli", *arguments]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def demo(start: Start) -> Demo:
    """Run the demo to its end; return exit code, what it printed as JSON, and what it said."""

    def run(*arguments: str, **settings: str) -> tuple[int, dict[str, Any], str]:
        process = start("demo", "--json", *arguments, **settings)
        printed, said = process.communicate(timeout=PATIENCE)
        return process.returncode, json.loads(printed or "{}"), said

    return run


def test_the_story_is_told(demo: Demo, server_url: str):
    """Five statuses are in the timeline, each reached phone and mailbox, and nothing is left behind."""
    code, printed, said = demo(DATABASE_URL=server_url)
    assert (code, printed["ok"], printed["missing"]) == (0, True, []), said
    assert [entry["status"]["code"] for entry in printed["timeline"]] == [1, 2, 5, 4, 9]
    assert printed["dossier"]["procedure"]["code"] == "1.001193"
    assert printed["dossier"]["due"]["overdue"] is False
    assert [told["status"] for told in printed["channels"]] == [1, 2, 5, 4, 9]
    for told in printed["channels"]:
        for channel in ("push", "email"):
            assert printed["dossier"]["code"] in told[channel]["title"]
            assert told[channel]["milliseconds"] < 20_000
    assert printed["neighbour"]["channel"] == "sms"
    assert printed["neighbour"]["text"].isascii()
    assert "da duoc giai quyet xong va da co ket qua" in printed["neighbour"]["text"]
    assert "Đã xử lý xong · Resolved" in said
    paper = printed["paper"]
    assert (paper["online"], paper["offline"]) == ("valid", "valid")
    assert paper["title"] == "Giấy khai sinh"
    assert paper["link"].startswith("HTTP://127.0.0.1:")
    assert f"/V/{paper['code']}#" in paper["link"]
    assert paper["copy_size"] > 10_000
    with psycopg.connect(server_url) as connection:
        left = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'tindan_demo%'"
        ).fetchall()
    assert left == []


def test_a_file_is_told_beside_a_running_installation(demo: Demo, start: Start, home: Path):
    """The example arrives whole; what runs beside it in the same folder goes on, and hears nothing of it."""
    ports = Ports.free()
    running = start(
        "run",
        TINDAN_PORT=str(ports.api),
        TINDAN_SANDBOX_PORT=str(ports.sandbox),
        TINDAN_SANDBOX_SMTP_PORT=str(ports.smtp),
    )
    welcome = _read_until(running, "Ctrl-C stops everything")
    secret = re.search(rf"{CLIENT_ID}:(\S+)", welcome)
    assert secret, welcome

    code, printed, said = demo("--events", str(EXAMPLE))
    assert code == 0, said
    assert printed.pop("seconds") > 0
    assert printed == {
        "ok": True,
        "lines": 10,
        "accepted": 10,
        "repeated": 0,
        "contradictions": 0,
        "notified": 10,
        "emails_wanted": 10,
        "emails_arrived": 10,
        "emails_missing": 0,
        "registered_procedures": ["2.900001"],
        "registered_agencies": [],
        "refused": {},
    }

    _tell_somebody(f"http://127.0.0.1:{ports.api}", f"http://127.0.0.1:{ports.sandbox}", secret[1])
    children = psutil.Process(running.pid).children(recursive=True)
    ours = [child for child in children if "api.cli" in child.cmdline()]
    assert len(ours) == 2
    assert not any(_ended_by_a_hang_up(child) for child in ours)
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=PATIENCE)
    assert running.returncode == 0
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_bad_lines_are_named_and_the_good_ones_told(demo: Demo, tmp_path: Path):
    """What is wrong with a line is said by its number, whether we or the API found it."""
    path = tmp_path / "records.jsonl"
    good = EXAMPLE.read_bytes().splitlines()
    applicant = json.loads(good[0])
    nobody = {name: value for name, value in applicant.items() if name != "SoGiayToChuHoSo"}
    nobody["MaHoSo"] = "000.00.01.H26-261109-0002"
    future = {**applicant, "NgayNopHoSo": "20981109081500"}
    bad = [b"{", b"\xff", b"[]", *(json.dumps(record).encode() for record in (nobody, future))]
    bad.append(json.dumps({**applicant, "TrangThaiHoSo": "77"}).encode())
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join([*good, b"", *bad]))
    code, printed, said = demo("--events", str(path))
    assert code == 1, said
    assert (printed["ok"], printed["lines"], printed["accepted"]) == (False, 16, 10)
    assert (printed["emails_arrived"], printed["emails_missing"]) == (10, 0)
    refused = printed["refused"]
    assert list(refused) == ["12", "13", "14", "15", "16", "17"]
    assert "JSON" in refused["12"]
    assert "UTF-8" in refused["13"]
    assert "JSON object" in refused["14"]
    assert "/applicant" in refused["15"]
    assert "/occurred_at" in refused["16"]
    assert refused["17"].startswith("TrangThaiHoSo: ")


def test_a_file_without_a_usable_line(demo: Demo, start: Start, tmp_path: Path):
    """It is told at once and nothing is started; an empty file is an error of whoever named it."""
    path = tmp_path / "records.jsonl"
    path.write_bytes(b"\n{\n")
    process = start("demo", "--events", str(path), DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    printed, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (1, "")
    assert "✗ dòng · line 2: không phải JSON · is no JSON" in printed

    path.write_bytes(b"\xef\xbb\xbf\n  \n")
    code, printed, said = demo("--events", str(path))
    assert (code, printed) == (2, {})
    assert said == f"tindan: {path} holds no records\n"


def test_what_never_arrives_is_missing(start: Start):
    """When nobody sends the notices, a person sees the timeline and what is missing, and it ends with 1."""
    process = start("demo")
    _kill_worker(process)
    printed, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (1, "")
    assert "Thời điểm · When" in printed
    assert "Nộp trực tuyến" in printed
    assert "✗ Registered: no push, email within 20 s" in printed
    assert "Được tiếp nhận" not in printed
    assert "demo-logs" in printed
    assert "✓" not in printed


def test_it_can_be_stopped(start: Start, server_url: str):
    """Told to stop, it ends its processes and drops its database."""
    process = start("demo", "--json", DATABASE_URL=server_url)
    _kill_worker(process)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, said
    assert psutil.wait_procs(children, timeout=10)[1] == []
    with psycopg.connect(server_url) as connection:
        left = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'tindan_demo%'"
        ).fetchall()
    assert left == []


def _tell_somebody(api_url: str, sandbox_url: str, secret: str) -> None:
    """Push an event; phone and mailbox have it, and nothing else ever reached this sandbox."""
    with (
        Arrivals(sandbox_url) as arrivals,
        CitizenActor(api_url, sandbox_url, people(sandbox_url)[0]) as citizen,
        AgencyActor(api_url, CLIENT_ID, secret) as agency,
    ):
        citizen.sign_in()
        citizen.register_phone()
        event = {
            "event_id": "beside-1",
            "dossier_code": "H26.1-261121-0001",
            "status": 2,
            "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "procedure_code": "1.001193",
            "applicant": {"number": citizen.person.number, "email": citizen.person.email},
        }
        assert agency.push(event)["notified"]
        assert arrivals.wait_until(lambda: len(arrivals.seen) >= 2, 20)
        assert {arrival.channel for arrival in arrivals.seen} == {"push", "email"}
        assert {arrival.dossier_code for arrival in arrivals.seen} == {"H26.1-261121-0001"}


def _ended_by_a_hang_up(process: psutil.Process) -> bool:
    """Whether writing to a connection that the other side has closed would kill a process (Linux)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    ignored = re.search(r"^SigIgn:\s*([0-9a-f]+)$", status, re.MULTILINE)
    assert ignored, status
    return not int(ignored[1], 16) & 1 << (signal.SIGPIPE - 1)


def _kill_worker(process: "subprocess.Popen[str]") -> None:
    """Kill the worker as soon as it is there."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        for child in psutil.Process(process.pid).children():
            with suppress(psutil.NoSuchProcess):  # some live for a moment only
                if child.cmdline()[-1:] == ["worker"]:
                    child.kill()
                    return
        time.sleep(0.02)
    pytest.fail("the worker never came up")


def _read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """Return what a process prints up to a line with these words."""
    assert process.stdout
    read = ""
    for line in process.stdout:
        read += line
        if words in line:
            return read
    pytest.fail(f"it ended with {process.wait()}: {read} {process.stderr and process.stderr.read()}")
