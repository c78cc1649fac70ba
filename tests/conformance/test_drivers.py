"""How integrations are driven: as commands, and from a desk."""

import asyncio
import json
import shlex
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from api.conformance.commands import CommandDriver
from api.conformance.desk import Desk
from api.conformance.doors import Door
from api.conformance.evidence import Evidence
from api.conformance.outcomes import Ending, Said, doors_in, read_lines, read_outcomes
from api.conformance.playing import _require_life
from api.conformance.scenarios import SCENARIOS
from api.conformance.serving import listening, serving
from api.conformance.wire import Tape
from api.stack import StackError

DOCUMENT = {"version": 1, "scenario": "plain", "tasks": [{"id": "F-1"}]}


def command(code: str, *, seconds: float = 20) -> CommandDriver:
    """A driver of a few lines of Python."""
    return CommandDriver(command=[sys.executable, "-c", code], seconds=seconds)


def test_a_command_gets_its_tasks_and_is_heard():
    """Outcomes are found among whatever else it writes."""
    code = (
        "import json, sys; task = json.load(sys.stdin)['tasks'][0]; print('begin')\n"
        "print(json.dumps({'fact': task['id'], 'outcome': 'told'})); print('oops', file=sys.stderr)"
    )
    ending = command(code).play(DOCUMENT)
    assert ending.well
    assert ending.said == {("F-1", 1): Said.TOLD}
    assert "begin" in (ending.output or "")
    assert "oops" in (ending.output or "")


def test_a_command_gets_none_of_our_own_settings(monkeypatch: pytest.MonkeyPatch):
    """Among them are keys and the database's address: an integration has no business with them."""
    monkeypatch.setenv("TINDAN_MASTER_KEY", "a-key")
    monkeypatch.setenv("AGENCY_SETTING", "its-own")
    output = command("import os; print(dict(os.environ))").play(DOCUMENT).output or ""
    assert "its-own" in output
    assert "TINDAN_" not in output


def test_an_exit_code_is_told():
    """A command that fails has not ended well."""
    ending = command("raise SystemExit(3)").play(DOCUMENT)
    assert (ending.finished, ending.code, ending.well) == (True, 3, False)


def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path):
    """Nothing that it started outlives its time."""
    note = tmp_path / "child"
    code = (
        "import subprocess, sys, time; child = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid)); print('{{\"fact\": \"F-1\"', flush=True); time.sleep(60)"
    )
    begun = time.monotonic()
    ending = command(code, seconds=1.5).play(DOCUMENT)
    assert time.monotonic() - begun < 15
    assert (ending.finished, ending.said) == (False, {})
    child = int(note.read_text())
    deadline = time.monotonic() + 5
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_flood_of_output_holds_nobody_up():
    """More than a pipe holds, and more than is read."""
    code = "import sys; [sys.stdout.write('x' * 1_000_000 + '\\n') for _ in range(20)]"
    ending = command(code).play(DOCUMENT)
    assert ending.well
    assert len(ending.output or "") <= 2 * 8 * 1024 * 1024


def test_a_command_that_does_not_exist_is_named():
    """The message says which."""
    with pytest.raises(StackError, match="no-such-command"):
        CommandDriver(command=shlex.split("no-such-command --x"), seconds=1).play(DOCUMENT)


@pytest.mark.parametrize(
    "item",
    [None, 7, [], "F-1", {"outcome": "told"}, {"fact": 1, "outcome": "told"}, {"fact": "F-1", "outcome": "sure"},
     {"fact": "F-1", "revision": "1", "outcome": "told"}, {"fact": "F-1", "outcome": ["told"]}],
)  # fmt: skip
def test_what_is_no_outcome_says_nothing(item: object):
    """Whatever else is posted or printed is passed over."""
    assert read_outcomes([item]) == {}
    assert read_lines(json.dumps(item)) == {}


def test_the_last_word_counts():
    """A fact that failed and was told in the end was told; deep rubbish is rubbish."""
    lines = [
        '{"fact": "A", "outcome": "failed"}',
        "{" * 100_000,
        '{"a": ' * 50_000,
        '{"fact": "A", "outcome": "told"}',
    ]
    assert read_lines("\n".join(lines)) == {("A", 1): Said.TOLD}


@pytest.mark.parametrize(
    ("output", "doors"),
    [
        ('{"doors": ["events", "tables", "of a later kit"]}', {Door.EVENTS, Door.TABLES}),
        ('{"doors": ["events"]}\n{"fact": "A", "outcome": "told"}\n{"doors": ["tables"]}', {Door.TABLES}),
        ('{"doors": "events"}', None),
        ('{"doors": [1, null, ["events"]]}', None),
        ('{"doors": []}\nnoise\n{"a": ', None),
    ],
)
def test_an_integration_says_which_doors_it_uses(output: str, doors: set[Door] | None):
    """Among its other lines; what names no door says nothing, and the last word counts."""
    assert doors_in(output) == doors
    assert read_lines('{"doors": ["events"], "fact": "A", "outcome": "told"}') == {("A", 1): Said.TOLD}


@pytest.fixture
def desk() -> Iterator[tuple[Desk, httpx.Client]]:
    """A desk, and somebody who comes to it."""
    desk = Desk(seconds=1, patience=5)
    routes = [Route("/tasks", desk.tasks), Route("/outcomes", desk.outcomes, methods=["POST"])]
    with listening("127.0.0.1", 0) as listener, serving(Starlette(routes=routes), listener):
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=address, trust_env=False) as http:
            yield desk, http


def fetch(http: httpx.Client) -> dict[str, object]:
    """Come back until there is something."""
    deadline = time.monotonic() + 5
    while (answer := http.get("/tasks")).status_code == 204:
        assert answer.headers["retry-after"] == "1"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    found: dict[str, object] = answer.json()
    return found


async def test_the_desk_hands_out_until_it_hears(desk: tuple[Desk, httpx.Client]):
    """Fetched twice it is the same; its outcomes end it, those of another scenario do not; then there is no more."""
    table, http = desk
    assert http.get("/tasks").status_code == 204
    with ThreadPoolExecutor() as pool:
        playing = pool.submit(table.play, DOCUMENT)
        assert await asyncio.to_thread(fetch, http) == DOCUMENT
        assert await asyncio.to_thread(fetch, http) == DOCUMENT
        said = [{"fact": "F-1", "outcome": "refused"}]
        http.post("/outcomes", json={"scenario": "another", "outcomes": []})
        assert http.post("/outcomes", content=b"[[").status_code == 422
        assert http.post("/outcomes", json={"scenario": "plain"}).status_code == 422
        assert http.post("/outcomes", json=["plain"]).status_code == 422
        given = {"scenario": "plain", "outcomes": said, "doors": ["tables"]}
        assert http.post("/outcomes", json=given).status_code == 204
        ending = await asyncio.wrap_future(playing)
    assert (ending.well, ending.said, ending.output) == (True, {("F-1", 1): Said.REFUSED}, None)
    assert ending.doors == {Door.TABLES}
    assert http.get("/tasks").status_code == 204
    with ThreadPoolExecutor() as pool:
        parting = pool.submit(table.finish)
        last = await asyncio.to_thread(fetch, http)
        await asyncio.wrap_future(parting)
    assert last == {"version": 1, "finished": True}


async def test_what_was_answered_is_not_handed_out_again():
    """Not even to somebody who is back before the director has seen the outcomes."""
    table = Desk(seconds=60, patience=60)
    table._document = DOCUMENT
    app = Starlette(
        routes=[Route("/tasks", table.tasks), Route("/outcomes", table.outcomes, methods=["POST"])]
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as http:
        assert (await http.get("/tasks")).json() == DOCUMENT
        await http.post("/outcomes", json={"scenario": "plain", "outcomes": []})
        assert (await http.get("/tasks")).status_code == 204


async def test_who_fetches_and_says_nothing_runs_out_of_time(desk: tuple[Desk, httpx.Client]):
    """The time runs from the fetching."""
    table, http = desk
    with ThreadPoolExecutor() as pool:
        playing = pool.submit(table.play, DOCUMENT)
        await asyncio.to_thread(fetch, http)
        ending = await asyncio.wrap_future(playing)
    assert (ending.finished, ending.said) == (False, {})


def test_who_never_comes_is_not_awaited_for_ever():
    """The patience is for the coming."""
    begun = time.monotonic()
    assert not Desk(seconds=60, patience=0.3).play(DOCUMENT).finished
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("exchanges", "said", "code"),
    [([None], {}, 1), ([], {("F-1", 1): Said.TOLD}, 1), ([], {}, 0), ([], {}, None)],
)
def test_what_runs_at_all_is_judged(
    exchanges: list[None], said: dict[tuple[str, int], Said], code: int | None
):
    """Whatever it sent or said, it is played on."""
    _require_life(_evidence(exchanges, Ending(finished=True, code=code, said=said, output="")))


def test_a_command_that_does_not_run_is_told_with_its_last_words():
    """Sixteen failed scenarios would hide that a library is missing."""
    ending = Ending(finished=True, code=1, said={}, output="Traceback\nModuleNotFoundError: httpx\n")
    with pytest.raises(StackError, match=r"code 1 before it sent anything\n.*\nModuleNotFoundError: httpx$"):
        _require_life(_evidence([], ending))


def _evidence(exchanges: list[None], ending: Ending) -> Evidence:
    tape = Tape(exchanges=exchanges)
    return Evidence(
        scenario=SCENARIOS[0],
        facts=[],
        tape=tape,
        ending=ending,
        timelines={},
        papers={},
        secrets=frozenset(),
    )
