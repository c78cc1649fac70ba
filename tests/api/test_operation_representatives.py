"""An operator enters, sees and ends rights to act, on the database of the run."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from storage.engine import Engine
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.representations import reading as representations
from storage.representations import repository
from storage.representations.reading import OwnRepresentation
from storage.settings import StorageSettings
from storage.unit_of_work import Reading

CHILD, PARENT = "001220000015", "001190000022"
Tindan = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def tindan(engine: Engine, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command on representatives; return its exit code and what it said."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, app, ("representatives", *arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, (result.stdout if result.exit_code == 0 else result.output).strip()

    return run


def given(**changes: str) -> list[str]:
    """Return the options that enter a parent of a child."""
    options = {
        "--kind": "parent",
        "--representative": PARENT,
        "--for": CHILD,
        "--until": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
        "--evidence": "birth_certificate",
        "--evidence-number": "12/2020/KS",
        "--evidence-issuer": "UBND phường",
        "--evidence-date": "2020-03-01",
    } | {f"--{name}": value for name, value in changes.items()}
    return [word for pair in options.items() for word in pair]


async def of(open_reading: Callable[[], Reading], number: str) -> list[OwnRepresentation]:
    """Return who may act for somebody."""
    async with open_reading() as reading:
        party_id = await repository.party_of(reading, identity(number))
        assert party_id is not None
        return list(await representations.representatives(reading, party_id, after=None, limit=10))


def identity(number: str) -> PartyIdentity:
    """Return a person."""
    return PartyIdentity(kind=PartyKind.PERSON, number=number)


async def test_a_right_is_entered_seen_and_ended(tindan: Tindan, reading: Callable[[], Reading]) -> None:
    """It counts at once; numbers are masked; who ended it and why stays; ending it twice changes nothing."""
    code, right = await tindan("add", *given())
    assert code == 0, right
    (found,) = await of(reading, CHILD)
    assert (str(found.id), found.standing(datetime.now(UTC)), found.scope) == (
        right,
        "active",
        ("everything",),
    )

    for number, flag in ((CHILD, []), (PARENT, ["--represented"])):
        code, said = await tindan("list", number, *flag, "--json")
        (entry,) = json.loads(said)
        assert (code, entry["id"], entry["standing"]) == (0, right, "active")
        assert PARENT not in said
        assert CHILD not in said
        assert right in (await tindan("list", number, *flag))[1]

    for word in ("is over", "was over before"):
        code, said = await tindan("revoke", right, "--reason", "the court decided")
        assert code == 0
        assert word in said
    (found,) = await of(reading, CHILD)
    assert found.ended_by == "operator"
    assert str(found.ended_reason).endswith(": the court decided")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"until": "2060-01-01"}, "valid_until: child-is-adult-then"),
        ({"kind": "legal_representative"}, "represented: wrong-party-kind"),
        ({"representative": CHILD}, "representative: represents-itself"),
        ({"for": "12"}, "neither a citizen number"),
        ({"kind": "friend"}, "is not one of"),
    ],
)
async def test_what_can_not_be_is_said(tindan: Tindan, changes: dict[str, Any], fault: str) -> None:
    """Nothing is entered, and no number is repeated."""
    code, said = await tindan("add", *given(**changes))
    assert code == 2
    assert fault in " ".join(said.replace("│", " ").split())
    assert CHILD not in said


async def test_what_is_not_there_is_said(tindan: Tindan) -> None:
    """A number that nobody has, a right that there is not, and a reason that is none."""
    assert "nobody is known" in (await tindan("list", PARENT))[1]
    nothing = "01a201f2-85f1-720f-bf96-d8e056184db7"
    assert "there is no representation" in (await tindan("revoke", nothing, "--reason", "x"))[1]
    assert "say why" in (await tindan("revoke", nothing, "--reason", " "))[1]
