"""`tindan portals reports`: what portals do not have, and trying it again."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from typer.testing import CliRunner

from api.cli import app
from storage.ids import new_id
from storage.portal_reports import listing, noticing, sending
from storage.portal_reports.kinds import ReportState
from storage.portal_reports.sending import Settled, Standing
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from tests.storage.scores.telling import draw, tell
from tests.storage.vault.keeping import make_party

Tindan = Callable[..., Awaitable[tuple[int, str]]]
NAME = "quoc-gia"
CODE = "H26-261121-0001"
PORTAL = {
    "style": "session",
    "url": "http://127.0.0.1:9/x",
    "sign_in_url": "http://127.0.0.1:9/x",
    "unit": "H26",
    "agencies": ["H26"],
    "username_env": "PORTAL_USERNAME",
    "password_env": "PORTAL_PASSWORD",
    "answers": {"success": ["00"]},
}


@pytest.fixture
def tindan(engine: object, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command on a portal; return its exit code and what it printed."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("TINDAN_PORTALS", json.dumps({NAME: PORTAL}))
    monkeypatch.setenv("PORTAL_USERNAME", "tindan")
    monkeypatch.setenv("PORTAL_PASSWORD", "secret")
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ("portals", *arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout.strip()

    return run


@pytest.fixture
async def refused(unit_of_work: Callable[[], UnitOfWork]) -> UUID:
    """A dossier that the portal refused: the record, and a step."""
    now = datetime.now(UTC)
    async with unit_of_work() as uow:
        one = draw(Random(1), new_id(), (2, 9))
        await tell(uow, (await make_party(uow)).party_id, [one], lambda: 9)
        await (await uow.driver()).execute("UPDATE dossier SET code = %s", (CODE,))
        await noticing.put_down(uow, NAME, [one.id], now=now)
        await uow.commit()
    async with unit_of_work() as uow:
        taken = await sending.take(uow, NAME, now=now, lease=timedelta(minutes=1))
        assert taken is not None
        standing = Standing(refused_digest=b"x", refused_events=frozenset({one.facts[0].id}))
        settled = Settled(state=ReportState.REFUSED, standing=standing, answer_code="04")
        assert await sending.settle(uow, taken, settled, now=now)
        await uow.commit()
    return one.id


async def test_what_was_refused_is_listed_and_tried_again(tindan: Tindan, refused: UUID) -> None:
    """By an operator who mended something; then it is due, and nothing is held against it."""
    ((listed,),) = [json.loads((await tindan("reports", "list", "--json"))[1])]
    told = {name: listed[name] for name in ("deployment", "kind", "key", "state", "answer_code", "refused")}
    assert told == {
        "deployment": NAME,
        "kind": "dossier",
        "key": CODE,
        "state": "refused",
        "answer_code": "04",
        "refused": 1,
    }
    shown = (await tindan("reports", "list", NAME, "--state", "refused"))[1]
    assert "Bị từ chối · refused" in shown
    assert "1 Bị từ chối · refused" in (await tindan("show", NAME))[1]
    assert json.loads(
        (await tindan("reports", "retry", NAME, "--dossier", "h26-261121-0002", "--json"))[1]
    ) == {
        "dossiers": 0,
        "opinions": 0,
    }
    assert json.loads((await tindan("reports", "retry", NAME, "--json"))[1]) == {"dossiers": 1, "opinions": 0}
    (again,) = json.loads((await tindan("reports", "list", NAME, "--json"))[1])
    assert (again["state"], again["refused"], again["attempts"]) == ("due", 0, 0)
    assert json.loads((await tindan("show", NAME, "--json"))[1])["untold"]["states"] == {"due": 1}


async def test_what_can_not_be_told_is_left(
    tindan: Tindan, refused: UUID, unit_of_work: Callable[[], UnitOfWork], reading: Callable[[], Reading]
) -> None:
    """It lags no more and stands as refused, until it changes or is tried again; what is refused is not open."""
    assert (await tindan("reports", "leave", NAME, CODE))[0] == 1
    async with unit_of_work() as uow:
        await noticing.put_down(uow, NAME, [refused], now=datetime.now(UTC) - timedelta(days=3))
        await uow.commit()
    async with reading() as looking:
        assert (await listing.lag(looking))[NAME] > 0
    assert json.loads((await tindan("reports", "leave", NAME, CODE.lower(), "--json"))[1]) == {"left": True}
    async with reading() as looking:
        assert await listing.lag(looking) == {}
    (left,) = json.loads((await tindan("reports", "list", "--json"))[1])
    assert (left["state"], left["answer_code"], left["next_at"]) == ("refused", "left", None)
    assert (await tindan("reports", "leave", NAME, CODE))[0] == 1
    assert json.loads((await tindan("reports", "retry", NAME, "--json"))[1])["dossiers"] == 1
    (again,) = json.loads((await tindan("reports", "list", "--json"))[1])
    assert again["state"] == "due"


async def test_what_makes_no_sense_is_refused(tindan: Tindan) -> None:
    """A portal that is not described, a code that is none."""
    assert (await tindan("reports", "retry", "other"))[0] == 2
    assert (await tindan("reports", "retry", NAME, "--dossier", "?"))[0] == 2


async def test_what_waits_is_counted(refused: UUID, reading: Callable[[], Reading]) -> None:
    """For whoever watches: by state, and since when."""
    async with reading() as looking:
        assert await listing.standing(looking) == {f"{NAME}:refused": 1}
        assert await listing.lag(looking) == {}
