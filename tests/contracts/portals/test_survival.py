"""A portal that lies, stalls, forgets and answers half, read and told at once: all facts on both sides, once each.

Two parties tell: agencies tell us, and others tell the portal. Every call of a run may go wrong, in any way that the
stand-in knows. Then the portal comes to its senses, and what was not heard is asked for, and what was not said is
told. An operator is told what happened, and what needs a person.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.connectors.engine import Link, taking_turns
from api.connectors.portals.port import PortalError
from api.connectors.pulling.following import pull
from api.connectors.reconciling.chore import NAME, take_on
from api.connectors.reconciling.running import start
from storage.horizon import horizon
from storage.reconciliation.kinds import Extent
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.contracts.portals.conftest import SECRETS, Stage
from tests.contracts.portals.pulling import dossier
from tests.contracts.portals.world import START, World, build, stamp

PORTAL = "quoc-gia"
OURS = [f"H26-261121-000{number}" for number in (1, 2, 3)]
THEIRS = [f"H26-261121-900{number}" for number in (1, 2, 3)]
UNREADABLE = "H26-261121-9999"
COURSE = (1, 2, 4, 9, 10)
SEED, ROUNDS, CLEAR = 7, 10, 6
FAULTS = [
    {"kind": "cut"},
    {"kind": "status", "code": 500},
    {"kind": "status", "code": 503, "retry_after": 1},
    {"kind": "status", "code": 429},
    {"kind": "accept_then_hang", "seconds": 3600},
    {"kind": "misreport", "code": "77"},
    {"kind": "misreport", "text": "Lỗi: hệ thống đang bận"},
    {"kind": "truncate"},
    {"kind": "repeat"},
    {"kind": "expire"},
    {"kind": "refuse", "code": "01"},
    {"kind": "delay", "seconds": 0.02},
]
FACTS = """
SELECT d.code, e.status FROM dossier_event e JOIN dossier d ON d.id = e.dossier_id
"""
Tindan = Callable[..., Any]


@pytest.fixture
async def world(stage: Stage, unit_of_work: Callable[[], UnitOfWork]) -> World:
    """A database with agencies, and a portal of either style with nothing in it."""
    stage.told |= {
        "records": {"progress_constants": {"NguoiXuLy": "Bộ phận một cửa"}},
        "pull": {"settle_seconds": 0, "every_seconds": 1},
        "reconcile": {"settle_seconds": 0},
        "overlap_seconds": 5,
    }
    return await build(stage, unit_of_work)


@pytest.fixture
def tindan(world: World, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command about portals; return what it says as JSON."""
    for name, value in {
        "TINDAN_ENV": "development",
        "TINDAN_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.require_database_url(),
        "TINDAN_PORTALS": json.dumps({PORTAL: world.stage.told}),
        **SECRETS,
        "PORTAL_PASSWORD": world.stage.password,
    }.items():
        monkeypatch.setenv(name, value)

    async def run(*arguments: str) -> Any:
        result = await asyncio.to_thread(CliRunner().invoke, app, ["portals", *arguments, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


class Portal:
    """What others tell the portal, as it keeps it: a dossier as it stands."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._courses = {code: list(enumerate(COURSE)) for code in THEIRS}

    async def go_on(self, random: Random) -> None:
        """Let one dossier come to its next status, and hear of it whenever we ask next."""
        going = [code for code, course in self._courses.items() if course]
        if going:
            code = random.choice(going)
            hours, status = self._courses[code].pop(0)
            await self.put(code, status, hours)

    async def put(self, code: str, status: int, hours: float) -> None:
        """Let it have a dossier as it stands."""
        at = (START + timedelta(hours=hours)).isoformat()
        await self.have(dict(dossier(dossier_code=code, status=status, occurred_at=at)))

    async def have(self, record: dict[str, Any]) -> None:
        """Let it have a record, whatever that holds."""
        answer = await self._world.stage.http.post("/sandbox/portal/dossiers", json=[record])
        assert answer.status_code == 204, answer.text

    async def finish(self) -> None:
        """Let all come to their end."""
        while any(self._courses.values()):
            await self.go_on(Random(0))


async def _pulled(world: World, **given: Any) -> None:
    """Read what changed, as far as the portal lets us."""
    link: Link = world.link(**given)
    async with world.turn(link) as turn:
        with suppress(PortalError):
            await pull(link, turn)


async def _compared(world: World) -> None:
    """Hold all that both have against each other, as it stands when nothing is under way any more."""
    last = (await _rows(world, "SELECT max(updated_at) FROM dossier"))[0][0]
    async with asyncio.timeout(20):
        while True:
            async with world.open_unit() as uow:
                if last < await horizon(uow, settled=timedelta(0)):
                    break
    link: Link = world.link()
    async with taking_turns(world.open_unit, PORTAL, NAME) as turn:
        assert turn is not None
        await take_on(link, turn, await start(link, Extent.ALL, datetime.now(UTC)))


async def _rows(world: World, query: str) -> list[Any]:
    async with world.open_unit() as uow:
        return await (await (await uow.driver()).execute(query.encode())).fetchall()


async def test_all_facts_are_on_both_sides_once_and_an_operator_knows(world: World, tindan: Tindan) -> None:
    """Whatever was lost, doubled or made up on the way; what nobody can read is a stray with its reason."""
    random, theirs = Random(SEED), Portal(world)
    waiting = [(code, status, hours) for code in OURS for hours, status in enumerate(COURSE)]
    random.shuffle(waiting)
    await theirs.have(dict(dossier(dossier_code=UNREADABLE)) | {"TrangThaiHoSo": "77"})
    failing = []
    for turn in range(ROUNDS):
        for code, status, hours in [waiting.pop() for _ in range(min(len(waiting), 2))]:
            await world.tell(status, hours, dossier_code=code)
        await theirs.go_on(random)
        if turn % 2 == 0:
            await world.stage.script(*random.choices(FAULTS, k=4))
        await world.told(timeout_seconds=0.5, tries=1)
        await _pulled(world, timeout_seconds=0.5, tries=1)
        if turn % 2 == 0:
            (stream,) = (await tindan("show", PORTAL))["streams"]
            failing += [stream["error"]] if stream["failing_since"] else []
        await world.hurry()
    assert failing, "an operator saw since when and why"
    assert all(error.startswith(("UnavailableError", "RefusedError")) for error in failing)

    await world.stage.http.delete("/sandbox/faults/portal")
    await theirs.finish()
    for _ in range(CLEAR):
        await world.told()
        await _pulled(world)
        await world.hurry()

    facts = Counter((code, status) for code, status in await _rows(world, FACTS))
    assert {fact for fact in facts if fact[0] in OURS} == {
        (code, status) for code in OURS for status in COURSE
    }
    assert {code for code, status in facts if status == COURSE[-1]} == {*OURS, *THEIRS}
    assert set(facts.values()) == {1}, "nothing is there twice"
    told = await world.stage.reported()
    assert {one["record"]["MaHoSo"] for one in told} == set(OURS), "and nothing is told back"
    assert Counter(
        (one["record"]["MaHoSo"], one["record"]["TrangThai"], one["record"]["ThoiDiemXuLy"])
        for one in told
        if one["kind"] == "progress"
    ) == Counter((code, str(status), stamp(hours)) for code in OURS for hours, status in enumerate(COURSE))

    await _compared(world)
    shown = await tindan("show", PORTAL)
    assert [(one["failing_since"], one["error"]) for one in shown["streams"]] == [(None, None)]
    assert shown["strays"] == 1
    (stray,) = await tindan("strays", "list", PORTAL)
    assert (stray["code"], stray["reason"], stray["field"]) == (UNREADABLE, "malformed", "TrangThaiHoSo")
    different = await tindan("differences", "list")
    assert {one["code"] for one in different if one["state"] == "open"} <= {UNREADABLE}
