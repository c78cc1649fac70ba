"""Root keys and the database's address: required in production, made up once in development."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from storage.errors import SettingsError
from storage.settings import Environment, StorageSettings, write_once

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are not given are not set."""
    for name in (
        "DATABASE_URL",
        "TINDAN_ENV",
        "TINDAN_MASTER_KEY",
        "TINDAN_INDEX_KEY",
        "TINDAN_SLIP_KEY",
        "TINDAN_DATA_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", ["master_key", "index_key"])
def test_production_has_no_key_of_its_own(tmp_path: Path, name: str) -> None:
    """A missing key is an error that says how to make one; nothing is drawn, nothing written."""
    with pytest.raises(SettingsError, match=rf"TINDAN_{name.upper()}.*openssl rand"):
        StorageSettings(data_dir=tmp_path).root_key(name)
    assert list(tmp_path.iterdir()) == []


def test_production_needs_a_database() -> None:
    """The error shows what an address looks like."""
    with pytest.raises(SettingsError, match=r"DATABASE_URL.*postgresql://"):
        StorageSettings().require_database_url()


def test_a_given_key_is_used_everywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Development does not replace what is set."""
    monkeypatch.setenv("TINDAN_MASTER_KEY", KEY)
    for env in Environment:
        assert StorageSettings(env=env, data_dir=tmp_path).root_key("master_key") == bytes(range(32))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", ["???", KEY[:-1], base64.b64encode(bytes(31)).decode(), KEY + KEY])
def test_a_bad_key_is_refused_and_not_shown(given: str) -> None:
    """Neither another length nor another alphabet passes."""
    settings = StorageSettings(master_key=given)
    with pytest.raises(SettingsError, match="TINDAN_MASTER_KEY") as raised:
        settings.root_key("master_key")
    assert given not in str(raised.value)
    assert given not in repr(settings)


def test_development_draws_each_key_once(tmp_path: Path) -> None:
    """Two processes of one installation have the same keys, in files that nobody else can read."""
    first, second = (StorageSettings(env=Environment.DEVELOPMENT, data_dir=tmp_path) for _ in range(2))
    keys = {name: first.root_key(name) for name in ("master_key", "index_key")}
    assert keys["master_key"] != keys["index_key"]
    assert {name: second.root_key(name) for name in keys} == keys
    for name in keys:
        assert stat.S_IMODE((tmp_path / "secrets" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_of_many_that_write_at_once_the_first_stays(tmp_path: Path) -> None:
    """All read one text, and no draft is left behind."""
    path = tmp_path / "deep" / "secret"

    def write(number: int) -> str:
        write_once(path, str(number) * 1000)
        return path.read_text()

    with ThreadPoolExecutor(8) as pool:
        read = set(pool.map(write, range(40)))
    assert len(read) == 1
    assert [found.name for found in path.parent.iterdir()] == ["secret"]


@pytest.mark.parametrize("address", ["nonsense", "mysql://u:s3cret@h/d", "postgresql://u:s3cret@h:port/d"])
def test_only_a_postgresql_is_taken(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Anything else is refused at once, with an example and without the password."""
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(ValidationError, match=r"DATABASE_URL[^/]*postgresql://user") as raised:
        StorageSettings()
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("address", ["postgresql://u@h/d", "postgres://u@h/d", "postgresql+psycopg://u@h/d"])
def test_every_form_of_a_postgresql_address_is_taken(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Whichever form a provider hands out."""
    monkeypatch.setenv("DATABASE_URL", address)
    assert StorageSettings().require_database_url() == address


def test_an_empty_setting_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line without a value, as in an example of an environment file, changes nothing."""
    for name in ("DATABASE_URL", "TINDAN_ENV", "TINDAN_MASTER_KEY", "TINDAN_DATA_DIR"):
        monkeypatch.setenv(name, "")
    assert StorageSettings() == StorageSettings.model_construct()


def test_slips_may_have_several_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The first makes secrets; each is held to its form; development draws one for itself."""
    other = base64.b64encode(bytes(32)).decode()
    monkeypatch.setenv("TINDAN_SLIP_KEY", f"{KEY}, {other}")
    assert StorageSettings().slip_keys() == (bytes(range(32)), bytes(32))
    monkeypatch.setenv("TINDAN_SLIP_KEY", f"{KEY},")
    with pytest.raises(SettingsError, match="TINDAN_SLIP_KEY"):
        StorageSettings().slip_keys()
    monkeypatch.delenv("TINDAN_SLIP_KEY")
    with pytest.raises(SettingsError, match=r"TINDAN_SLIP_KEY.*openssl rand"):
        StorageSettings().slip_keys()
    drawn = StorageSettings(env=Environment.DEVELOPMENT, data_dir=tmp_path)
    assert drawn.slip_keys() == drawn.slip_keys()
