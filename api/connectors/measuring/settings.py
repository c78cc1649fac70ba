"""The account with the measuring system. Read from the environment, once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.connectors.measuring.dialect import EmcDialect
from api.connectors.measuring.emc import EmcAccount
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.errors import SettingsError
from storage.reports.kinds import EVERYBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is reported, and when.

    Attributes:
        scope: whom reports are on: code of an agency, well formed, or `EVERYBODY`.
        day: of the month after, from which on a month is reported.
        rest: how long a report stands before it is corrected.
    """

    scope: str
    day: int
    rest: timedelta


class EmcSettings(BaseSettings):
    """What TINDAN_EMC_… say. Without address, key and unit nothing is reported."""

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_EMC_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    url: HttpUrl | None = None
    key: SecretStr | None = None
    unit: Annotated[str | None, Field(max_length=64)] = None
    agency: str | None = None
    """Whom reports are on, with all below it, by code; the country, unless it is said."""
    day: Annotated[int, Field(ge=1, le=28)] = 3
    """Of the month after, from which on a month is reported."""
    correction_days: Annotated[int, Field(ge=1, le=366)] = 7
    """How long a report stands before it is corrected."""
    dialect: EmcDialect = EmcDialect()

    def account(self, *, development: bool) -> EmcAccount | None:
        """Return the account, or None where nothing of it is set.

        Args:
            development: whether reports may go over an open connection.

        Raises:
            SettingsError: a part is missing, or can not be used.
        """
        url, key, unit = self.url, self.key, self.unit
        if not (url or key or unit):
            return None
        if not (url and key and unit):
            missing = next(name for name in ("url", "key", "unit") if not getattr(self, name))
            raise SettingsError(
                f"the measuring system is set up by half: TINDAN_EMC_{missing.upper()} is not set"
            )
        if url.scheme != "https" and not development:
            raise SettingsError("TINDAN_EMC_URL must begin with https: the key is shown there")
        token = key.get_secret_value()
        if not (token.isascii() and token.isprintable()):
            raise SettingsError("TINDAN_EMC_KEY can not be sent: it is not of printable ASCII")
        return EmcAccount(url=str(url).rstrip("/"), key=token, unit=unit, dialect=self.dialect)

    def plan(self) -> Plan:
        """Return what is reported, and when. Raises SettingsError."""
        return Plan(scope=self._scope(), day=self.day, rest=timedelta(days=self.correction_days))

    def _scope(self) -> str:
        if self.agency is None:
            return EVERYBODY
        try:
            return normalise_agency_code(self.agency)
        except InvalidCode as error:
            raise SettingsError("TINDAN_EMC_AGENCY is no code of an agency") from error
