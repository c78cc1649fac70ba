"""Settings of the upkeep of documents: how fast they are checked, and how long what is kept."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.vault.kinds import DocumentKind

Years = Annotated[int, Field(ge=1, le=200)]


class VaultSettings(BaseSettings):
    """`TINDAN_VAULT_GRACE_HOURS` and its neighbours; where the store is says `storage.settings`.

    Attributes:
        grace_hours: how old a blob without a row must be to be swept away: an upload may still be about to
            write its row.
        check_rate: megabytes (10^6 bytes) a second that each worker compares with what was kept; 0 for none.
        keep_years: JSON of the kinds of documents that are not kept without end: how many years after their
            dossier has ended each is, such as {"component": 10}. Results are what the law has their owners
            keep; for how long an agency keeps papers of a dossier, its own rules on archives say.
    """

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_VAULT_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    grace_hours: Annotated[int, Field(ge=1, le=24 * 365)] = 24
    check_rate: Annotated[float, Field(ge=0, le=10_000)] = 2.0
    keep_years: dict[DocumentKind, Years] = {DocumentKind.COMPONENT: 10}

    @property
    def grace(self) -> timedelta:
        """How old a blob without a row must be to be swept away."""
        return timedelta(hours=self.grace_hours)
