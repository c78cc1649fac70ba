"""The Python client: generated from what the API says of itself, and a way in that loses nothing."""

import asyncio
import builtins
import importlib
import json
import pkgutil
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.main import document
from api.operation.client import PACKAGE, NoClientError, write_python
from api.operation.client_document import for_agencies
from api.services import Services
from auth import agencies
from infra.client.door import Door, Patience, Refused, Spool, named
from infra.client.door.events import Event, Events, Result
from storage.engine import Engine
from tests.api.callers import Agency
from tests.api.oauth.test_stock_client import served
from tests.api.telling import event
from tests.api.wire import Line, open_line

HASTY = Patience(attempts=30, first=0.005, longest=0.02)
FATES = ("lose", "half", "503", "429", "refuse", "pass")


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The description of the API."""
    return document()


@pytest.fixture(scope="module")
def project(described: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated client."""
    folder = tmp_path_factory.mktemp("client") / "made"
    write_python(described, folder)
    return folder


@pytest.fixture(scope="module")
def package(project: Path) -> Iterator[Any]:
    """The client, imported from where it was written."""
    sys.path.insert(0, str(project))
    yield importlib.import_module(PACKAGE)
    sys.path.remove(str(project))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
async def line(app: FastAPI, engine: Engine) -> AsyncIterator[Line]:
    """A line to the application on a socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with served(app, listener), open_line(address) as opened:
            yield opened


@pytest.fixture
async def door(line: Line, services: Services, agency: Agency) -> Door:
    """The agency's way in, over that line."""
    async with services.unit_of_work() as uow:
        secret = await agencies.create_client(
            uow, agency_code=agency.code, client_id="gateway", scopes=["events"]
        )
        await uow.commit()
    return Door(line.address, client_id="gateway", client_secret=secret, patience=HASTY)


def sent(events: Events, told: Iterable[Event]) -> list[Result]:
    """Send events, and let go of the connections."""
    with events:
        return list(events.send(told))


def emptied(spool: Spool, events: Events) -> list[Result]:
    """Send what is on disk, and let go of the connections."""
    with events:
        return list(spool.empty(events))


def test_the_document_is_that_of_agencies(described: dict[str, Any]) -> None:
    """Their routes, each once under a name of its own, with all that they refer to and nothing else."""
    kept = for_agencies(described)
    assert kept["paths"].keys() == {path for path in described["paths"] if path.startswith("/v1/agency/")}
    names = [one["operationId"] for path in kept["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) > 30
    assert {"post_dossier_events", "get_dossiers_by_code", "post_dossier_events_csv"} <= set(names)
    text = json.dumps(kept)
    for kind, components in kept["components"].items():
        for name in components:
            assert kind == "securitySchemes" or f'"#/components/{kind}/{name}"' in text, name
    assert "Bundle" not in kept["components"]["schemas"]


def test_every_route_has_a_function(described: dict[str, Any], project: Path, package: Any) -> None:
    """And every module of the client can be imported."""
    found = [one.name for one in pkgutil.walk_packages(package.__path__, f"{PACKAGE}.")]
    for name in found:
        importlib.import_module(name)
    functions = {name.rpartition(".")[2] for name in found if ".api." in name}
    names = {
        one["operationId"] for path in for_agencies(described)["paths"].values() for one in path.values()
    }
    assert names <= functions
    assert (project / "README.md").read_text("utf-8").startswith("# TinDan client")
    assert f'packages = ["{PACKAGE}"]' in (project / "pyproject.toml").read_text("utf-8")


def test_the_command_needs_no_settings(tmp_path: Path) -> None:
    """It writes the document, and the client, with nothing running; and never over what is there."""
    program = [sys.executable, "-m", "api.cli"]
    env = {"PATH": "/usr/bin", "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([*program, "openapi", "--output", str(tmp_path / "o.json")], env=env, check=True)
    assert json.loads((tmp_path / "o.json").read_text("utf-8"))["openapi"].startswith("3.1")
    again = subprocess.run(
        [*program, "client", "python", "--output", str(tmp_path)],
        env=env,
        check=False,
        capture_output=True,
        text=True,
    )
    assert again.returncode == 2
    assert "is not empty" in again.stderr
    assert len(again.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == [tmp_path / "o.json"]


def test_without_the_generator_it_says_what_to_install(
    described: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And writes nothing."""
    real = builtins.__import__

    def missing(name: str, *more: Any, **rest: Any) -> Any:
        if name.startswith("openapi_python_client"):
            raise ImportError(name)
        return real(name, *more, **rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(NoClientError, match="pip install openapi-python-client"):
        write_python(described, tmp_path / "made")
    assert list(tmp_path.iterdir()) == []


def test_what_the_generator_leaves_out_is_an_error(described: dict[str, Any], tmp_path: Path) -> None:
    """A client without a route would be found out by an integrator."""
    broken = json.loads(json.dumps(described))
    post = broken["paths"]["/v1/agency/dossier-events"]["post"]
    post["requestBody"]["content"] = {"application/x-unheard-of": {"schema": {"type": "string"}}}
    with pytest.raises(NoClientError, match="dossier-events"):
        write_python(broken, tmp_path / "made")
    assert list(tmp_path.iterdir()) == []


async def test_every_event_is_kept_once_over_a_line_that_loses(
    line: Line, door: Door, engine: Engine, package: Any
) -> None:
    """Answers are lost, halved, refused and put off; batches, ids and bodies stay the same on each attempt."""
    chance = random.Random(9)
    line.fates = iter(chance.choices(FATES, k=60))
    told = [
        event(f"e-{number}", status, status, dossier_code=f"H26.1-261121-{number // 2 + 1:04d}")
        for number in range(240)
        for status in (number % 2 + 1,)
    ]
    results = await asyncio.to_thread(sent, Events(door.client(), most=30), told)
    assert [one.event["event_id"] for one in results] == [one["event_id"] for one in told]
    assert all(one.kept for one in results)
    assert await count(engine, "event_receipt") == await count(engine, "dossier_event") == 240
    assert await count(engine, "dossier") == 120
    pushes = {body: times for (head, body), times in line.seen.items() if b"dossier-events" in head}
    assert len(pushes) == 8
    assert max(pushes.values()) > 1
    assert set(line.met) == set(FATES)

    get = importlib.import_module(f"{PACKAGE}.api.agency.get_dossiers_by_code")
    with package.Client(base_url=door.base_url, httpx_args=door.httpx_args()) as client:
        shown = await asyncio.to_thread(get.sync, "H26.1-261121-0001", client=client)
    assert shown.status == 2
    line.fates = iter(["lose", "half", "503"])
    async with package.Client(base_url=door.base_url, httpx_args=door.async_httpx_args()) as client:
        assert (await get.asyncio("H26.1-261121-0001", client=client)).code == "H26.1-261121-0001"


async def test_a_bad_item_sinks_no_other_and_is_not_sent_again(line: Line, door: Door) -> None:
    """It is told with its problem; a batch that is too large goes in halves."""
    bad = event("bad", 11)
    results = await asyncio.to_thread(sent, door.events(), [event("good"), bad])
    assert [one.outcome for one in results] == ["accepted", "refused"]
    assert results[1].problem is not None
    assert results[1].problem["errors"][0]["pointer"] == "/status"
    many = [event("good")] * 1500
    results = await asyncio.to_thread(sent, Events(door.client(), most=1500), many)
    assert [one.outcome for one in results] == ["repeated"] * 1500


async def test_a_spool_outlasts_the_line(line: Line, door: Door, engine: Engine, tmp_path: Path) -> None:
    """What was not answered waits on disk; what was refused stays apart; nothing is told twice."""
    spool = Spool(tmp_path / "events.db")
    assert (tmp_path / "events.db").stat().st_mode & 0o077 == 0
    for number in range(5):
        spool.put(event(f"e-{number}", dossier_code=f"H26.1-261121-{number + 1:04d}"))
    spool.put(event("e-0", dossier_code="H26.1-261121-0001"))
    spool.put(event("bad", 11))
    with pytest.raises(ValueError, match="another event"):
        spool.put(event("e-0", 2))
    line.fates = iter(["pass", *["lose"] * HASTY.attempts])
    with pytest.raises(httpx.TransportError):
        await asyncio.to_thread(emptied, spool, door.events())
    again = Spool(tmp_path / "events.db")
    assert len(again) == 6
    results = await asyncio.to_thread(emptied, again, door.events())
    assert sorted(one.outcome for one in results) == ["refused", *["repeated"] * 5]
    assert len(again) == 0
    ((refused, problem),) = again.refused()
    assert (refused["event_id"], problem["status"]) == ("bad", 422)
    again.drop("bad")
    assert again.refused() == []
    assert await count(engine, "dossier_event") == 5


async def test_who_may_not_is_told(line: Line, door: Door, services: Services) -> None:
    """A wrong secret, and a token that ran out meanwhile: the one is refused, the other renewed."""
    stranger = Door(line.address, client_id="gateway", client_secret="wrong", patience=HASTY)
    with pytest.raises(Refused) as found:
        await asyncio.to_thread(sent, stranger.events(), [event("e")])
    assert found.value.status == 401
    door._auth._token, door._auth._good_until = "out of date", float("inf")
    results = await asyncio.to_thread(sent, door.events(), [event("e")])
    assert [one.outcome for one in results] == ["accepted"]


def test_patience_waits_as_it_is_told_and_no_longer() -> None:
    """Ever longer, never sooner than the server says, and not beyond its end."""
    patience = Patience(attempts=5, first=1, longest=4, total=100)
    for attempt, most in ((1, 1), (2, 2), (3, 4), (4, 4)):
        pause = patience.wait(attempt, None, 0)
        assert pause is not None
        assert most / 2 <= pause <= most
    assert patience.wait(5, None, 0) is None
    assert patience.wait(1, httpx.Response(429, headers={"retry-after": "30"}), 0) == 30
    assert patience.wait(1, httpx.Response(429, headers={"retry-after": "30"}), 80) is None
    past = httpx.Response(503, headers={"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"})
    assert (patience.wait(1, past, 0) or 9) <= 1
    assert (patience.wait(1, httpx.Response(503, headers={"retry-after": "soon"}), 0) or 9) <= 1


def test_what_sends_events_can_be_closed() -> None:
    """By hand, or at the end of a block: a program that sends for months leaves no connection open."""
    door = Door("http://127.0.0.1:1", client_id="a", client_secret="b")
    with door.events() as events:
        assert not events._client.is_closed
    assert events._client.is_closed


def test_a_name_is_made_of_what_is_said() -> None:
    """The same each time, another for other content, and nothing to guess the applicant's number from."""
    plain = {key: value for key, value in event("x").items() if key != "event_id"}
    assert named(plain) == named(json.loads(json.dumps(plain)))
    assert named(plain)["event_id"] != named({**plain, "status": 2})["event_id"]
    other = {**plain, "applicant": {**plain["applicant"], "number": "001190000009"}}
    assert named(plain)["event_id"] == named(other)["event_id"]
    assert named(event("mine"))["event_id"] == "mine"
    for nothing in (None, ""):
        assert named({**plain, "event_id": nothing}) == named(plain), "a column of ids that is not filled in"
    assert named({**plain, "applicant": None})["event_id"].startswith("own-")


async def count(engine: Engine, name: str) -> int:
    """Return how many rows a table has."""
    async with engine.pool.connect() as connection:
        return int((await connection.exec_driver_sql(f"SELECT count(*) FROM {name}")).scalar_one())
