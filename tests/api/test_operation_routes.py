"""`tindan routes`: how notices travel, seen, changed, taken back and tried on paper."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from notify.categories import Category
from notify.routes import DEFAULTS
from storage.contacts.addresses import ContactKind
from storage.contacts.repository import SuppliedContact, supply
from storage.engine import Engine
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.notify.test_routing import NOON

AN = PartyIdentity(kind=PartyKind.PERSON, number="001190000001")
DOSSIER = "H26.1-260903-0001"
SUPPLEMENT = DEFAULTS.routes[Category.SUPPLEMENT_REQUIRED].model_dump(mode="json")
Tindan = Callable[..., Awaitable[tuple[int, str, str]]]
Written = Callable[[object], str]


@pytest.fixture
def tindan(engine: Engine, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command; return its exit code, what it printed and what it said beside."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("TINDAN_CHANNELS", '["push", "email", "zalo", "sms"]')
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str) -> tuple[int, str, str]:
        result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, " ".join(result.stderr.split())

    return run


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a file of routes; return its path."""

    def write(content: object) -> str:
        path = tmp_path / "routes.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return str(path)

    return write


@pytest.fixture
async def citizen(unit_of_work: Callable[[], UnitOfWork]) -> None:
    """A citizen whose dossier came with a phone number."""
    async with unit_of_work() as uow:
        (key,) = await parties.find_or_create(uow, [AN])
        dossier_id = new_id()
        driver = await uow.driver()
        await driver.execute(
            "INSERT INTO agency (id, code, name, lineage) VALUES (%s, 'H26', 'H26', '{}')", (key.party_id,)
        )
        await driver.execute(
            "INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at,"
            " contradictions, updated_at, heard_at) VALUES (%s, %s, %s, %s, '', 1, now(), now(), 0, now(), now())",
            (dossier_id, DOSSIER, key.party_id, key.party_id),
        )
        phone = SuppliedContact(
            party=key,
            dossier_id=dossier_id,
            kind=ContactKind.PHONE,
            value="+84912345678",
            told_at=NOON,
        )
        await supply(uow, [phone])
        await uow.commit()


async def test_what_is_shown_can_be_set(tindan: Tindan, written: Written) -> None:
    """As shipped, then changed; the lane of a route goes by its name."""
    code, shown, beside = await tindan("routes", "show")
    assert (code, beside) == (0, "# as shipped")
    routing = json.loads(shown)
    assert routing == DEFAULTS.model_dump(mode="json")
    assert routing["routes"]["otp"]["lane"] == "otp"
    routing["prices"]["sms"] = 950
    assert (await tindan("routes", "set", written(routing), "--note", "giá mới"))[0] == 0
    code, shown, beside = await tindan("routes", "show")
    assert json.loads(shown) == routing
    assert beside.startswith("# version 1, set ")


async def test_every_version_is_kept_and_can_come_back(tindan: Tindan, written: Written) -> None:
    """Each change is a new version, a return as well."""
    quiet = {"routes": {}, "quiet": {"start": "21:00", "end": "08:00"}}
    await tindan("routes", "set", written(quiet), "--note", "ngủ sớm")
    await tindan("routes", "revert", "0")
    code, printed, _ = await tindan("routes", "history", "--json")
    assert [(one["version"], one["note"]) for one in json.loads(printed)] == [
        (2, "back to version 0"),
        (1, "ngủ sớm"),
    ]
    assert json.loads((await tindan("routes", "show"))[1])["quiet"]["start"] == "22:00:00"
    assert json.loads((await tindan("routes", "show", "--version", "1"))[1])["quiet"]["start"] == "21:00:00"
    code, _, said = await tindan("routes", "show", "--version", "9")
    assert code == 2
    assert "there is no version 9" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "a JSON object is expected"),
        ({"routes": {"otp": {"lane": "fast", "expiry": "PT10M"}}}, "routes.otp.lane"),
        ({"routes": {"newsletter": {}}}, "routes.newsletter"),
        ({"prices": {"sms": -1}}, "prices.sms"),
        ({"quiet": {"start": "25:00", "end": "06:00"}}, "quiet.start"),
        ({"speed": 1}, "speed"),
    ],
)
async def test_a_mistake_is_named_and_changes_nothing(
    tindan: Tindan, written: Written, content: Any, words: str
) -> None:
    """With the field at fault."""
    code, _, said = await tindan("routes", "set", written(content), "--note", "x")
    assert code == 2
    assert words in said
    assert json.loads((await tindan("routes", "history", "--json"))[1]) == []


@pytest.mark.usefixtures("citizen")
async def test_a_notice_is_tried_on_paper(tindan: Tindan, written: Written) -> None:
    """When it would go where, at what cost, and why not elsewhere; the address is masked, the number unsaid."""
    asked = ("routes", "try", "--party", AN.number, "--category", "supplement_required")
    code, printed, said = await tindan(*asked, "--dossier", DOSSIER, "--at", NOON.isoformat(), "--json")
    assert code == 0, said
    trial = json.loads(printed)
    assert [(look["sends"], look["cost"]) for look in trial["looks"]] == [
        ([{"channel": "zalo", "address": "+84******678"}], 300),
        ([{"channel": "sms", "address": "+84******678"}], 800),
    ]
    assert trial["cost"] == 1100
    assert {"channel": "push", "why": "no_address"} in trial["looks"][0]["passed"]
    assert AN.number not in printed + said

    free = {"prices": {}}
    trial = json.loads(
        (
            await tindan(
                *asked, "--dossier", DOSSIER, "--at", NOON.isoformat(), "--file", written(free), "--json"
            )
        )[1]
    )
    assert trial["cost"] == 0
    exact = {"routes": {"supplement_required": {**SUPPLEMENT, "alphabet": "exact"}}}
    trial = json.loads(
        (
            await tindan(
                *asked, "--dossier", DOSSIER, "--at", NOON.isoformat(), "--file", written(exact), "--json"
            )
        )[1]
    )
    assert [look["cost"] for look in trial["looks"]] == [300, 2 * 800]
    _, table, _ = await tindan(*asked, "--at", NOON.isoformat())
    assert "không có địa chỉ · no address" in table


@pytest.mark.usefixtures("citizen")
async def test_nobody_is_tried_who_is_not_known(tindan: Tindan) -> None:
    """Nor a dossier that is another's."""
    for arguments, words in [
        (("--party", "001190000018", "--category", "otp"), "there is no party"),
        (("--party", AN.number, "--category", "otp", "--dossier", "H26.1-260903-0002"), "has no dossier"),
        (("--party", AN.number, "--category", "otp", "--dossier", "?"), "is no code of a dossier"),
    ]:
        code, _, said = await tindan("routes", "try", *arguments)
        assert code == 2
        assert words in said
