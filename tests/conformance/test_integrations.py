"""The kit against integrations: a correct one has all points, and each broken one is found by the right check."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import jsonschema
import psycopg
import pytest

from api.conformance import doors
from api.conformance.checks.check import Level
from api.conformance.commands import CommandDriver
from api.conformance.playing import Director, application
from api.conformance.report import Report, Verdict, schema
from api.conformance.scenarios import BY_NAME, SCENARIOS
from api.conformance.serving import listening, serving
from api.conformance.stage import Stage
from api.conformance.tenant import open_tenant
from storage.settings import Environment, StorageSettings

pytestmark = [pytest.mark.verify, pytest.mark.timeout(400)]

ROOT = Path(__file__).resolve().parents[2]
KIT = ROOT / "infra" / "conformance"
REFERENCE = [sys.executable, str(KIT / "reference.py")]
NOTHING_WAITS = [
    *("plain", "duplicates", "bad-item", "corrected", "cut-upload"),
    *("dossier-exists", "dossier-overtaken", "things", "bad-row"),
]
BROKEN = {
    "new-ids": (["lost-answers", "unavailable"], {"stable-ids"}),
    "hasty": (["too-fast"], {"waits-as-told"}),
    "silent": (["bad-item", "bad-file"], {"reports-refusals"}),
    "careless": (["lost-answers", "cut-upload"], {"repeats-what-was-lost", "facts-kept", "reports-truly"}),
    "unbending": (["corrected"], {"one-content-per-id", "facts-kept"}),
    "clockwise": (["plain"], {"content-kept"}),
    "chatty": (["plain"], {"keeps-secrets", "keeps-people-out-of-logs"}),
    "stubborn": (["bad-item"], {"does-not-resend-refused"}),
    "overwriting": (["dossier-overtaken"], {"replaces-what-it-read", "keeps-what-others-told"}),
    "complacent": (["dossier-exists"], {"facts-kept", "reports-truly"}),
    "renaming": (["thing-corrected"], {"stable-ids", "nothing-invented", "content-kept"}),
    "timeless": (["things"], {"content-kept"}),
    "whole-table": (["bad-row"], {"does-not-resend-kept"}),
    "scribbling": (["table-lost"], {"stable-ids"}),
}
"""What each is played, and which checks it fails."""


@contextmanager
def command(folder: Path, server_url: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `tindan conformance run`; killed in the end, if it did not end by itself."""
    environment = {**os.environ, "DATABASE_URL": server_url, "TINDAN_DATA_DIR": str(folder / "data")}
    environment.pop("TINDAN_ENV", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "conformance", "run", *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def left(server_url: str) -> list[object]:
    """The databases of the kit that are still there."""
    with psycopg.connect(server_url) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname LIKE 'tindan_conformance%'")
        return list(found.fetchall())


def test_the_reference_has_a_hundred(tmp_path: Path, server_url: str):
    """As a command, in every scenario: exit code 0, both reports, and nothing left behind."""
    page, content = tmp_path / "report.html", tmp_path / "report.json"
    arguments = ["--agency-command", shlex.join(REFERENCE), "--html", str(page), "--json", str(content)]
    with command(tmp_path, server_url, *arguments) as running:
        printed, said = running.communicate(timeout=300)
    assert running.returncode == 0, printed + said
    report = json.loads(content.read_text("utf-8"))
    jsonschema.validate(report, schema())
    assert (report["score"], report["verdict"], report["complete"]) == (100, "passed", True)
    assert {check["verdict"] for check in report["checks"]} == {"passed"}, (
        "each check is tried by some scenario"
    )
    assert [one["name"] for one in report["scenarios"]] == [one.name for one in SCENARIOS]
    assert "100" in page.read_text("utf-8")
    assert "100/100" in printed
    assert left(server_url) == []


def test_tasks_can_be_fetched(tmp_path: Path, server_url: str):
    """An integration that runs by itself fetches its tasks, posts what became of them, and is told when to stop."""
    only = [word for name in NOTHING_WAITS for word in ("--only", name)]
    with command(tmp_path, server_url, "--wait", *only) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if found := re.search(r"GET (\S+)/tasks", line):
                break
        else:
            pytest.fail("it named no address")
        fetched = subprocess.run(
            [*REFERENCE, found[1]], timeout=120, check=False, capture_output=True, text=True
        )
        printed, said = running.communicate(timeout=60)
    assert running.returncode == 0, printed + said + fetched.stderr
    assert "100/100" in printed


def test_stopped_midway_it_leaves_nothing(tmp_path: Path, server_url: str):
    """A signal ends it with code 130, and takes processes and database along."""
    hanging = shlex.join([sys.executable, "-c", "import time; time.sleep(100)"])
    with command(tmp_path, server_url, "--agency-command", hanging) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("• plain"):
                break
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
    assert running.returncode == 130
    assert left(server_url) == []


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory, server_url: str) -> Iterator[Director]:
    """One tenant for all that is broken."""
    storage = StorageSettings(
        env=Environment.DEVELOPMENT, data_dir=tmp_path_factory.mktemp("kit"), DATABASE_URL=server_url
    )
    stage = Stage()
    with listening("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with open_tenant(storage, url) as tenant, serving(application(stage, tenant, None), listener):
            nobody = CommandDriver(command=["true"], seconds=1)
            yield Director(stage=stage, tenant=tenant, driver=nobody, url=url, tell=lambda _: None)


def play(kit: Director, words: Sequence[str], names: Sequence[str]) -> Report:
    """Have a command play scenarios, of whatever doors."""
    driver = CommandDriver(command=words, seconds=60)
    return replace(kit, driver=driver).play([BY_NAME[name] for name in names], doors.ALL)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_one_is_found(kit: Director, name: str):
    """By the check that names its fault, and by no other."""
    scenarios, faults = BROKEN[name]
    report = play(kit, [sys.executable, str(KIT / "broken.py"), name], scenarios)
    assert {check.id for check in report.checks if check.verdict is Verdict.FAILED} == faults
    musts = {check.id for check in report.checks if check.level is Level.MUST}
    assert report.verdict is (Verdict.FAILED if faults & musts else Verdict.PASSED)
    assert report.score < 100


def test_one_that_does_nothing_is_found(kit: Director):
    """Exit code 0 alone convinces nobody."""
    report = play(kit, [sys.executable, "-c", "pass"], ["plain"])
    assert {check.id for check in report.checks if check.verdict is Verdict.FAILED} == {
        "facts-kept",
        "reports-truly",
    }
