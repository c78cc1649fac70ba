"""All that ever changed at a portal: read slice by slice, paused, broken off and gone on with."""

import asyncio
import json
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from typer.testing import CliRunner

from api.cli import app
from api.connectors.portals.port import PortalError
from api.connectors.pulling.backfilling import fill, go_on
from storage.portal_pulls import backfills
from storage.portal_pulls.backfills import BackfillOpenError, BackfillStoppedError
from storage.portal_pulls.kinds import BackfillState
from tests.contracts.portals.conftest import SECRETS
from tests.contracts.portals.pulling import Pulling, dossier, dossiers

CODES = [f"H26-261121-{number:04}" for number in range(1, 8)]
SLICES = {"settle_seconds": 0, "window_hours": 1, "helpers": 0}


@pytest.fixture
async def pulling(stage, unit_of_work):
    """A portal, and a database with agencies and a catalogue."""
    one = Pulling(stage=stage, open_unit=unit_of_work, told={"pull": SLICES, "page_size": 2})
    await one.prepare()
    return one


@pytest.fixture
def tindan(pulling, settings, monkeypatch):
    """Run a command on this portal; return its exit code and all that it said."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")
    for name, value in (SECRETS | {"PORTAL_PASSWORD": pulling.stage.password}).items():
        monkeypatch.setenv(name, value)

    async def run(*arguments):
        told = pulling.stage.told | {"overlap_seconds": 5, "tries": 1} | pulling.told
        monkeypatch.setenv("TINDAN_PORTALS", json.dumps({"quoc-gia": told}))
        result = await asyncio.to_thread(CliRunner().invoke, app, ["portals", *arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout or result.stderr

    return run


def kill_helper():
    """Kill the helper of the command that this process runs, as soon as there is one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for child in psutil.Process().children():
            if "api.connectors.pulling.helper" in child.cmdline():
                child.kill()
                return
        time.sleep(0.01)
    raise AssertionError("there was no helper")


async def ask(pulling, *, hours=4):
    """Ask for a backfill of some hours until now; return it."""
    now = datetime.now(UTC)
    async with pulling.open_unit() as uow:
        await backfills.add(uow, "quoc-gia", since=now - timedelta(hours=hours), until=now, now=now)
        await uow.commit()
    return await found(pulling)


async def found(pulling):
    """Return the last backfill as it is."""
    async with pulling.open_unit() as uow:
        return (await backfills.listed(uow, "quoc-gia"))[0]


async def mark(pulling, state):
    """Let it run, or rest."""
    async with pulling.open_unit() as uow:
        await backfills.mark(uow, "quoc-gia", state, datetime.now(UTC))
        await uow.commit()


async def test_slices_are_read_to_the_end(pulling):
    """All is kept, and it says how much that was; another can be asked for only then."""
    link, asked = pulling.link(), await ask(pulling)
    await pulling.have(dossiers(7))
    with pytest.raises(BackfillOpenError):
        await ask(pulling)
    shares = []
    async with pulling.turn(link, "backfill") as turn:
        done = await fill(link, turn, asked, lambda one: shares.append(one.share))
    assert await pulling.codes() == CODES
    assert (done.state, done.records, done.events, done.strays) == (BackfillState.DONE, 7, 7, 0)
    assert done.ended_at is not None
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.25, 1.0)
    assert (await ask(pulling)).id != asked.id


async def test_it_goes_on_where_it_stood(pulling):
    """After a portal that fails, a crash, and by another process: nothing is read from the beginning."""
    link, asked = pulling.link(), await ask(pulling)
    await pulling.have(dossiers(7))
    # Three empty slices, two pages, and then nothing more.
    await pulling.stage.script(
        *[{"kind": "delay", "seconds": 0.01}] * 5, {"kind": "status", "code": 500}, to="TraCuuHoSo"
    )
    async with pulling.turn(link, "backfill") as turn:
        with pytest.raises(PortalError):
            await fill(link, turn, asked)
    half = await found(pulling)
    assert (half.state, half.records) == (BackfillState.RUNNING, 4)
    assert half.error.startswith("UnavailableError")
    assert half.cursor is not None
    other = pulling.link()
    async with pulling.turn(other, "backfill") as turn:
        await go_on(other, turn)
    done = await found(pulling)
    assert (done.state, done.records, done.error) == (BackfillState.DONE, 7, None)
    assert await pulling.codes() == CODES


async def test_one_that_was_paused_moves_no_further(pulling):
    """Whoever runs it: what the page before brought is kept, and the next one is not."""
    link, asked = pulling.link(), await ask(pulling)
    await pulling.have(dossiers(7))
    paused = []

    def tell(one):
        if one.records == 4:
            paused.append(asyncio.get_running_loop().create_task(mark(pulling, BackfillState.PAUSED)))

    async with pulling.turn(link, "backfill") as turn:
        await pulling.stage.script({"kind": "delay", "seconds": 0.2}, to="TraCuuHoSo")
        with suppress(BackfillStoppedError):
            await fill(link, turn, asked, tell)
        await asyncio.gather(*paused)
        rest = await found(pulling)
        assert (rest.state, rest.records) == (BackfillState.PAUSED, 4)
        await go_on(link, turn)
        assert (await found(pulling)).records == 4
        await mark(pulling, BackfillState.RUNNING)
        await go_on(link, turn)
    assert (await found(pulling)).state is BackfillState.DONE
    assert await pulling.codes() == CODES


async def test_one_that_can_not_go_on_by_itself_waits_for_a_person(pulling):
    """As where we are not let in."""
    link, asked = pulling.link(unit="G99"), await ask(pulling)
    async with pulling.turn(link, "backfill") as turn:
        with pytest.raises(PortalError):
            await fill(link, turn, asked)
    assert (await found(pulling)).state is BackfillState.FAILED


async def test_an_operator_fills_in_the_past_and_sees_it(pulling, tindan):
    """By one command; what is described and how far it was read is shown without a secret."""
    pulling.told["pull"] = SLICES | {"helpers": 2}
    await pulling.have(dossiers(7))
    code, said = await tindan("backfill", "quoc-gia", "--since", "3h", "--json")
    assert code == 0, said
    assert json.loads(said)["state"] == "done"
    assert await pulling.codes() == CODES
    assert (await tindan("backfill", "quoc-gia", "--resume"))[0] == 2
    code, said = await tindan("show", "quoc-gia")
    assert code == 0
    assert "Xong · done" in said
    code, said = await tindan("list", "--json")
    (told,) = json.loads(said)
    assert (told["name"], told["agencies"]) == ("quoc-gia", ["H26"])
    assert pulling.stage.password not in said
    assert (await tindan("show", "khac"))[0] == 2


async def test_an_operator_pulls_now(pulling, tindan):
    """What is new until now moves the stream; a window of time moves nothing. Trouble is code 1."""
    await pulling.have(dossiers(3))
    code, said = await tindan("pull", "quoc-gia", "--since", "1h", "--json")
    assert code == 0, said
    assert json.loads(said) == {"records": 3, "events": 3, "repeated": 0, "strays": []}
    assert (await pulling.stream(pulling.link())).read_until is None
    code, said = await tindan("pull", "quoc-gia")
    assert code == 0, said
    assert (await pulling.stream(pulling.link())).read_until is not None
    await pulling.stage.script({"kind": "status", "code": 500}, to="TraCuuHoSo")
    code, said = await tindan("pull", "quoc-gia")
    assert (code, "UnavailableError" in said) == (1, True)
    code, said = await tindan("show", "quoc-gia")
    assert "UnavailableError" in said


async def test_a_helper_that_is_killed_loses_nothing(pulling, tindan):
    """The command says so and fails, and what it was given is read again by the next one."""
    pulling.told |= {"pull": SLICES | {"helpers": 1}}
    await pulling.have(dossiers(7))
    await pulling.stage.script(*[{"kind": "delay", "seconds": 0.2}] * 20, to="TraCuuHoSo")
    running = asyncio.create_task(tindan("backfill", "quoc-gia", "--since", "2h"))
    await asyncio.to_thread(kill_helper)
    code, said = await running
    assert (code, "HelperError" in said) == (1, True), said
    assert (await found(pulling)).state is BackfillState.RUNNING
    code, said = await tindan("backfill", "quoc-gia", "--resume", "--json")
    assert code == 0, said
    assert await pulling.codes() == CODES


async def test_an_operator_reads_the_catalogue_now(pulling, tindan):
    """All that the portal lists, though it is no source of ours by its settings."""
    code, said = await tindan("refresh", "quoc-gia", "--catalogue", "--json")
    assert code == 0, said
    told = json.loads(said)["procedures"]
    assert (told["listed"], told["fetched"], told["changed"]) == (4, 4, 4)
    assert (await tindan("refresh", "quoc-gia", "--catalogue"))[0] == 0


async def test_strays_are_listed_tried_again_and_left(pulling, tindan):
    """What was mended is kept; what a person leaves comes back no more."""
    strange = dossier(dossier_code=CODES[0], procedure_code="1.004222")
    await pulling.have([strange, {"MaHoSo": "?"}])
    assert (await tindan("pull", "quoc-gia"))[0] == 0
    code, said = await tindan("strays", "list", "--json")
    assert {(one["code"], one["reason"], one["field"]) for one in json.loads(said)} == {
        (CODES[0], "unknown-procedure", "/procedure_code"),
        (None, "malformed", "MaHoSo"),
    }
    async with pulling.open_unit() as uow:
        await (await uow.driver()).execute(
            "INSERT INTO procedure (code, name) VALUES ('1.004222', 'Đăng ký thường trú')"
        )
        await uow.commit()
    code, said = await tindan("strays", "retry", "quoc-gia", "--json")
    assert (code, json.loads(said)) == (1, {"kept": 1, "left": 1})
    assert await pulling.codes() == [CODES[0]]
    (_, listed) = await tindan("strays", "list", "quoc-gia", "--json")
    (left,) = json.loads(listed)
    assert (await tindan("strays", "leave", "quoc-gia", left["digest"]))[0] == 0
    assert (await tindan("pull", "quoc-gia"))[0] == 0
    assert json.loads((await tindan("strays", "list", "--json"))[1]) == []
    assert (await tindan("strays", "leave", "quoc-gia", left["digest"]))[0] == 2
