"""No process starts in production on settings that only development may make up."""

import asyncio
import base64
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from pydantic import ValidationError

from api.main import create_app
from api.settings import Settings
from storage.errors import SettingsError
from storage.papers.certificates import drawn as drawn_stamp
from tests.whole import whole

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.b64encode(bytes(32)).decode()
STAMP = drawn_stamp()
"""Key and certificate in one, as development draws them."""
COMPLETE = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "TINDAN_MASTER_KEY": KEY,
    "TINDAN_INDEX_KEY": KEY,
    "TINDAN_SLIP_KEY": KEY,
    "TINDAN_APP_LINK_BASE": "https://app.tindan.example",
    "TINDAN_PUBLIC_URL": "https://tindan.example",
    "TINDAN_TOKEN_KEY": ECKey.generate_key("P-256", private=True).as_pem(private=True).decode(),
    "TINDAN_SEAL_KEY": ECKey.generate_key("P-256", private=True).as_pem(private=True).decode(),
    "TINDAN_STAMP_KEY": STAMP,
    "TINDAN_STAMP_CERTIFICATES": STAMP,
    "TINDAN_SEAL_HOST": "xacthuc.tindan.example",
    "TINDAN_IDP_ISSUER": "https://idp.example",
    "TINDAN_IDP_CLIENT_SECRET": "not-a-default",
    "TINDAN_APPS": '{"tindan-app": {"redirect_uris": ["https://app.tindan.example/callback"]}}',
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment that is complete for production, and a folder where nothing must appear."""
    for name in [name for name in os.environ if name.startswith("TINDAN_") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


async def boot() -> bool:
    """Start the web process and stop it again; say whether it served meanwhile."""
    app = create_app()
    async with app.router.lifespan_context(app):
        return hasattr(app.state, "services")


async def test_a_complete_environment_boots(environment: pytest.MonkeyPatch) -> None:
    """So that the refusals below are for what they say."""
    assert await boot()


@pytest.mark.parametrize("missing", sorted(COMPLETE.keys()))
def test_production_makes_nothing_up(environment: pytest.MonkeyPatch, tmp_path: Path, missing: str) -> None:
    """Whatever is missing is named before anything is served, and nothing is written to disk."""
    environment.delenv(missing)
    with pytest.raises(SettingsError, match=missing):
        asyncio.run(boot())
    assert list(tmp_path.iterdir()) == []


async def test_production_is_what_is_meant_unless_it_is_said(environment: pytest.MonkeyPatch) -> None:
    """A forgotten TINDAN_ENV is production; another word than the two known is refused."""
    assert Settings().storage.development is False
    environment.setenv("TINDAN_ENV", "prod")
    with pytest.raises(ValidationError):
        await boot()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TINDAN_MASTER_KEY", "not base64!"),
        ("TINDAN_MASTER_KEY", base64.b64encode(bytes(16)).decode()),
        ("TINDAN_INDEX_KEY", ""),
        ("TINDAN_INDEX_KEY", KEY + "\n" + KEY),
    ],
)
async def test_a_bad_root_key_is_named_and_not_shown(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The message names the setting; keys never stand in messages."""
    environment.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as raised:
        await boot()
    assert not value or value not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TINDAN_PORT", "65536"),
        ("TINDAN_BODY_LIMIT", "0"),
        ("TINDAN_BATCH_LIMIT", "0"),
        ("TINDAN_STALE_DAYS", "-1"),
        ("TINDAN_QUESTIONS_ANSWER_DAYS", "0"),
    ],
)
def test_numbers_are_held_to_their_ranges(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A limit that could never work is refused at the start."""
    environment.setenv(name, value)
    with pytest.raises(
        ValidationError, match=name.rpartition("QUESTIONS_")[2].removeprefix("TINDAN_").lower()
    ):
        whole(Settings())


async def test_a_front_desk_is_named_by_a_code(environment: pytest.MonkeyPatch) -> None:
    """In either form; what is no code is refused before anything is served."""
    environment.setenv("TINDAN_QUESTIONS_FRONT_DESK", "000.00.00.H26")
    assert Settings().questions.front_desk_code() == "H26"
    environment.setenv("TINDAN_QUESTIONS_FRONT_DESK", "the town hall")
    with pytest.raises(SettingsError, match="TINDAN_QUESTIONS_FRONT_DESK"):
        await boot()


def serve(environment: pytest.MonkeyPatch) -> str:
    """Run `tindan serve` where it cannot start; return the one line that it says."""
    environment.setenv("PYTHONPATH", str(ROOT))
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "serve"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


def test_the_command_names_what_is_missing_in_a_line(environment: pytest.MonkeyPatch) -> None:
    """`tindan serve` ends with code 2 and a line of its own, where a server's log would hide it."""
    environment.delenv("TINDAN_MASTER_KEY")
    assert "TINDAN_MASTER_KEY is not set" in serve(environment)


def test_the_command_names_a_port_that_is_taken(environment: pytest.MonkeyPatch) -> None:
    """Before anything is served, `tindan serve` says where it can not listen, and what names another place."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment.setenv("TINDAN_PORT", str(port))
        line = serve(environment)
    assert f"port {port}: Address already in use" in line
    assert "TINDAN_PORT" in line
