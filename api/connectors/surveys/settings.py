"""Which account we have with VNForm, if there is one."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.connectors.surveys.dialect import VnformDialect
from storage.errors import SettingsError

SHORTEST_LINK_KEY = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class VnformAccount:
    """An account.

    Attributes:
        url: without a slash at the end.
        key: shown with each request.
        link_key: signs links; known to the platform, and shown to nobody.
    """

    url: str
    key: str = field(repr=False)
    link_key: bytes = field(repr=False)
    dialect: VnformDialect


class VnformSettings(BaseSettings):
    """What TINDAN_VNFORM_… says: all three of address and keys, or none."""

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_VNFORM_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    url: HttpUrl | None = None
    key: SecretStr | None = None
    link_key: Annotated[SecretStr | None, Field(min_length=SHORTEST_LINK_KEY)] = None
    dialect: VnformDialect = VnformDialect()

    def account(self, *, development: bool) -> VnformAccount | None:
        """Return the account; None where nothing is said of one.

        Raises SettingsError for half a one, and where the key would go in the clear outside development.
        """
        given = {"URL": self.url, "KEY": self.key, "LINK_KEY": self.link_key}
        missing = [name for name, value in given.items() if value is None]
        if len(missing) == len(given):
            return None
        if self.url is None or self.key is None or self.link_key is None:
            names = ", ".join(f"TINDAN_VNFORM_{name}" for name in missing)
            raise SettingsError(f"VNForm is set up by half: {names} not set")
        if self.url.scheme != "https" and not development:
            raise SettingsError("TINDAN_VNFORM_URL must begin with https: the key is shown there")
        key = self.key.get_secret_value()
        if not (key.isascii() and key.isprintable()):
            raise SettingsError("TINDAN_VNFORM_KEY can not be sent: it is not of printable ASCII")
        return VnformAccount(
            url=str(self.url).rstrip("/"),
            key=key,
            link_key=self.link_key.get_secret_value().encode(),
            dialect=self.dialect,
        )
