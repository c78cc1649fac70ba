"""`tindan officer`: who may sign in as an officer or operator, and as what."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from api.cli import app
from auth.identity import Vouched
from auth.officers import admit
from storage.engine import Engine
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork

EMAIL = "an.nguyen@example.vn"
ISSUER = "http://127.0.0.1:8090/staff"
Tindan = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def tindan(engine: Engine, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch) -> Tindan:
    """Run a command; return its exit code, what it printed, and what it said beside."""
    monkeypatch.setenv("TINDAN_ENV", "development")
    monkeypatch.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    monkeypatch.setenv("COLUMNS", "400")

    async def run(*arguments: str) -> tuple[int, str, str]:
        result = await asyncio.to_thread(CliRunner().invoke, app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout.strip(), " ".join(result.stderr.split())

    return run


@pytest.fixture
async def invited(tindan: Tindan) -> str:
    """The id of an officer of a city, who was invited by her address."""
    await tindan("agency", "add", "H26", "Thành phố")
    code, said, beside = await tindan(
        "officer", "invite", "--email", EMAIL, "--role", "supervisor", "--agency", "000.00.00.H26", "--json"
    )
    assert code == 0, beside
    assert EMAIL not in beside, "nothing personal in logs"
    officer_id: str = json.loads(said)["officer"]
    return officer_id


async def roles(tindan: Tindan, who: str) -> list[tuple[str, str | None, bool]]:
    shown = json.loads((await tindan("officer", "show", who, "--json"))[1])
    return [(one["role"], one["agency_code"], one["counts"]) for one in shown["roles"]]


async def test_invited_admitted_shown(tindan: Tindan, invited: str, unit_of_work: Callable[[], UnitOfWork]):
    """Who was invited may sign in, and is found by address and id."""
    claims = {"email": EMAIL, "email_verified": True, "name": "Nguyễn Thị An"}
    async with unit_of_work() as uow:
        vouched = Vouched(issuer=ISSUER, subject="an", claims=claims, signed_in_at=datetime.now(UTC))
        assert str(await admit(uow, vouched)) == invited
        await uow.commit()
    for who in (invited, "An.Nguyen@example.vn"):
        assert await roles(tindan, who) == [("supervisor", "H26", True)]
    _, said, _ = await tindan("officer", "list")
    assert all(word in said for word in (invited, EMAIL, "Nguyễn Thị An", "supervisor H26", "admitted"))
    _, said, _ = await tindan("officer", "show", EMAIL)
    assert "vào lần đầu · admitted" in said


async def test_by_the_providers_name(tindan: Tindan, unit_of_work: Callable[[], UnitOfWork]):
    """Somebody without an address is invited by the name that the staff's provider has for them."""
    code, said, _ = await tindan("officer", "invite", "--subject", "op-1", "--role", "operator", "--json")
    assert code == 0
    async with unit_of_work() as uow:
        vouched = Vouched(issuer=ISSUER, subject="op-1", claims={}, signed_in_at=datetime.now(UTC))
        assert str(await admit(uow, vouched)) == json.loads(said)["officer"]


async def test_roles_come_and_go(tindan: Tindan, invited: str):
    """A role is granted once, taken away by exact agency, and stays on record."""
    await tindan("agency", "add", "H26.1", "Phường", "--parent", "H26")
    ward = ("--role", "moderator", "--agency", "H26.1")
    assert (await tindan("officer", "grant", EMAIL, *ward))[1] == "moderator: đã giao · is granted"
    assert (await tindan("officer", "grant", EMAIL, *ward))[1] == "moderator: có từ trước · was held before"
    assert (
        await tindan(
            "officer", "grant", EMAIL, "--role", "viewer", "--agency", "H26", "--until", "2020-01-01"
        )
    )[0] == 0
    assert (await tindan("officer", "revoke", EMAIL, *ward))[0] == 0
    code, _, said = await tindan("officer", "revoke", EMAIL, "--role", "moderator", "--agency", "H26")
    assert (code, "does not hold this role" in said) == (2, True)
    assert await roles(tindan, invited) == [
        ("supervisor", "H26", True),
        ("moderator", "H26.1", False),
        ("viewer", "H26", False),
    ]


async def test_shut_out_and_let_in(tindan: Tindan, invited: str):
    """A disabled officer is shown so, and may be enabled again."""
    for word, state in (("disable", "disabled"), ("enable", "invited")):
        assert (await tindan("officer", word, invited))[0] == 0
        assert state in (await tindan("officer", "list"))[1]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("invite", "--role", "viewer", "--agency", "H26"), "needs an address or the provider's name"),
        (("invite", "--email", "nobody", "--role", "operator"), "the email is no address"),
        (("invite", "--email", EMAIL, "--role", "operator"), "somebody is known by this address"),
        (("invite", "--email", "b@example.vn", "--role", "viewer"), "every other role has one"),
        (
            ("invite", "--email", "b@example.vn", "--role", "operator", "--agency", "H26"),
            "an operator has no agency",
        ),
        (
            ("invite", "--email", "b@example.vn", "--role", "viewer", "--agency", "H99"),
            "there is no agency H99",
        ),
        (("invite", "--email", "b@example.vn", "--role", "king"), "'king' is not"),
        (("grant", EMAIL, "--role", "viewer"), "every other role has one"),
        (("show", "b@example.vn"), "there is no such officer"),
        (("show", "nobody"), "WHO is an email address, or an id"),
        (("disable", "00000000-0000-0000-0000-000000000000"), "there is no such officer"),
    ],
)
async def test_what_can_not_be(tindan: Tindan, invited: str, arguments: tuple[str, ...], fault: str):
    """What is wrong is said, without the address, and nothing is changed."""
    code, said, beside = await tindan("officer", *arguments)
    assert (code, said) == (2, "")
    assert fault in beside
    assert len(json.loads((await tindan("officer", "list", "--json"))[1])) == 1
    assert await roles(tindan, invited) == [("supervisor", "H26", True)]
