"""Settings of seals. Read from the environment, once."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from joserfc.jwk import ECKey
from pydantic import Field, SecretStr, field_validator

from storage.errors import SettingsError
from storage.seals.keys import SealKeys, read_seal_keys
from storage.seals.link import Link, link
from storage.settings import StorageSettings, write_once
from storage.signing import new_key

_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.-]{0,61}[0-9A-Za-z])?(:[0-9]{1,5})?")
_DEVELOPMENT_HOST = "127.0.0.1:8080"


class SealSettings(StorageSettings):
    """Who seals documents, with which keys, and where that can be verified.

    Attributes:
        seal_key: EC P-256 private key as PEM or JWK, or a JWK set in which retired public keys stand too.
        seal_host: where the page of verification is, as it is printed on paper: xacthuc.example.gov.vn. Up to
            63 characters, as it is part of every code. It must answer for as long as papers are about.
        seal_issuer: whom a seal names as its issuer; the host, unless it is said.
        public_url: of the whole service; in development the page is there.
        seal_status_ttl: seconds for which a status list may be kept before it is asked for again.
    """

    seal_key: SecretStr | None = None
    seal_host: str | None = None
    seal_issuer: Annotated[str | None, Field(max_length=64)] = None
    public_url: str | None = None
    seal_status_ttl: Annotated[int, Field(ge=60, le=24 * 3600)] = 900

    @field_validator("seal_host")
    @classmethod
    def _names_host(cls, value: str | None) -> str | None:
        if value and not _HOST.fullmatch(value):
            raise ValueError("must be a host such as xacthuc.example.gov.vn, without https:// and path")
        return value

    def seal_keys(self) -> list[ECKey]:
        """Return the keys as they are kept. Raises SettingsError."""
        return read_seal_keys(self.seal_key.get_secret_value() if self.seal_key else self._development_key())

    def open_seal_keys(self) -> SealKeys:
        """Return the keys ready to seal and to verify. Raises SettingsError."""
        return SealKeys(self.seal_keys())

    def host(self) -> str:
        """Return where seals are verified. Raises SettingsError."""
        if self.seal_host:
            return self.seal_host.lower()
        if self.development:
            return urlsplit(self.public_url or "").netloc or _DEVELOPMENT_HOST
        raise SettingsError(
            "TINDAN_SEAL_HOST is not set. It is the host of the page at which seals are verified, as it is "
            "printed on documents, for example xacthuc.example.gov.vn"
        )

    def issuer_of_seals(self) -> str:
        """Return whom seals name as their issuer. Raises SettingsError."""
        return self.seal_issuer or self.host().partition(":")[0]

    def verification_url(self) -> str:
        """Return the address of that host, without a slash at its end. Raises SettingsError."""
        # On one's own machine there is no certificate, and a browser trusts it without one.
        scheme = "https" if self.seal_host else "http"
        return f"{scheme}://{self.host()}"

    def link(self, code: str, token: bytes) -> Link:
        """Return the link to be printed on a document. Raises SettingsError."""
        return link(self.host(), code, token, secure=self.verification_url().startswith("https:"))

    def _development_key(self) -> str:
        if not self.development:
            raise SettingsError("TINDAN_SEAL_KEY is not set. Make one with: tindan seal keys new")
        path = self.data_dir / "secrets" / "seal_key"
        if not path.exists():
            write_once(path, new_key())
        return path.read_text()
