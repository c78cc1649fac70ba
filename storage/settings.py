"""Settings that every process needs to reach what is kept. Read from the environment, once."""

import base64
import binascii
import os
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import SettingsError

KEY_BYTES = 32


class Environment(StrEnum):
    """Where the process runs. Only development makes secrets and a database of its own."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class StorageSettings(BaseSettings):
    """Database, data folder and root keys.

    `TINDAN_MASTER_KEY` wraps the key of every party; `TINDAN_INDEX_KEY` keys the blind indexes and
    can not be rotated without re-indexing; `TINDAN_SLIP_KEY` makes the secrets of receipt slips, and may
    hold several, separated by commas. Each is 32 bytes in base64. In development a missing
    one is drawn at random once and kept in the data folder; anywhere else it is an error.
    """

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_", env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    env: Environment = Environment.PRODUCTION
    data_dir: Path = Path(".tindan")
    database_url: Annotated[str | None, Field(validation_alias="DATABASE_URL")] = None
    database_pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    master_key: SecretStr | None = None
    index_key: SecretStr | None = None
    slip_key: SecretStr | None = None
    vault_url: str | None = None
    """The bucket of documents' files: s3://, gs:// or az://; without it, a folder in the data folder."""

    @field_validator("database_url")
    @classmethod
    def _names_postgresql(cls, value: str | None) -> str | None:
        try:
            backend = make_url(value).get_backend_name() if value else "postgresql"
        except (ArgumentError, ValueError):
            backend = None
        if backend not in {"postgresql", "postgres"}:
            raise ValueError("must be an address such as postgresql://user:password@host/tindan")
        return value

    @field_validator("vault_url")
    @classmethod
    def _names_bucket(cls, value: str | None) -> str | None:
        if value and not value.startswith(("s3://", "gs://", "az://")):
            raise ValueError("must name a bucket: s3://…, gs://… or az://…")
        return value

    @property
    def development(self) -> bool:
        """Whether conveniences that are unsafe in production are allowed."""
        return self.env is Environment.DEVELOPMENT

    def require_database_url(self) -> str:
        """Return DATABASE_URL, or raise SettingsError naming it."""
        if not self.database_url:
            raise SettingsError(
                "DATABASE_URL is not set. Outside development it must name a PostgreSQL from 15 on, "
                "for example postgresql://user:password@host/tindan"
            )
        return self.database_url

    def root_key(self, name: str) -> bytes:
        """Return the 32 bytes of `master_key` or `index_key`.

        Raises SettingsError when it is malformed, or missing outside development.
        """
        return _decoded(name, self._text_of(name))

    def slip_keys(self) -> tuple[bytes, ...]:
        """Return the keys of receipt slips: the first makes secrets, all verify them.

        So a key can be replaced while slips of the old one are in people's hands. Raises as `root_key`.
        """
        return tuple(_decoded("slip_key", text.strip()) for text in self._text_of("slip_key").split(","))

    def _text_of(self, name: str) -> str:
        given: SecretStr | None = getattr(self, name)
        return given.get_secret_value() if given else self.development_secret(name)

    def development_secret(self, name: str) -> str:
        """Return a secret that is drawn once and kept in the data folder (development only)."""
        if not self.development:
            raise SettingsError(
                f"TINDAN_{name.upper()} is not set. Make one with: openssl rand -base64 {KEY_BYTES}"
            )
        path = self.data_dir / "secrets" / name
        if not path.exists():
            write_once(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
        return path.read_text()


def _decoded(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SettingsError(f"TINDAN_{name.upper()} is not base64") from error
    if len(key) != KEY_BYTES:
        raise SettingsError(f"TINDAN_{name.upper()} must hold {KEY_BYTES} bytes, not {len(key)}")
    return key


def write_once(path: Path, text: str) -> None:
    """Write a private file whole; when two processes race, the first one's text stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
