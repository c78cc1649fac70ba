"""The settings of a process, each package's own and those of the web edge."""

from datetime import date
from functools import cached_property
from typing import Annotated

from pydantic import Field, IPvAnyNetwork, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from auth.settings import AuthSettings
from notify.settings import NotifySettings
from storage.agencies.clients import MOST_PER_SECOND, EventLimit
from storage.errors import SettingsError
from storage.papers.certificates import StampSettings
from storage.papers.settings import PaperSettings
from storage.questions.settings import QuestionSettings
from storage.seals.settings import SealSettings
from storage.settings import StorageSettings

MEBIBYTE = 1024 * 1024
PaymentHost = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=253)]
"""As it stands in an address: in small letters, a name in other letters in its form with `xn--`."""


class Settings(BaseSettings):
    """What the web edge needs, and the settings of the packages below.

    All of it comes from the environment; the names begin with `TINDAN_` (and `DATABASE_URL`).
    An empty one is one that is not set.
    """

    model_config = SettingsConfigDict(
        env_prefix="TINDAN_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    trusted_proxies: frozenset[IPvAnyNetwork] = frozenset()
    """Whose `X-Forwarded-For` is believed, such as ["10.0.0.0/8"]; nobody's, unless it is said."""
    body_limit: Annotated[int, Field(ge=1024)] = 4 * MEBIBYTE
    batch_limit: Annotated[int, Field(ge=1, le=10_000)] = 1000
    agency_event_rate: Annotated[float, Field(gt=0, le=MOST_PER_SECOND)] = 100
    """Events a second that a client may send in the long run, unless it has a limit of its own."""
    agency_event_burst: Annotated[int, Field(ge=1)] = 5000
    """Events that it may send at once."""
    stale_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    """A status older than this is history being filled in: it enters the timeline and tells nobody."""
    extra_holidays: frozenset[date] = frozenset()
    extra_working_days: frozenset[date] = frozenset()
    """Days that the government moves, beyond what the package `holidays` knows: JSON lists of dates."""
    payment_hosts: frozenset[PaymentHost] = frozenset()
    """Where agencies may send people to pay: a JSON list of hosts; nowhere, unless it is said."""
    log_level: str = "INFO"
    minimum_app_version: str = "1.0.0"
    catalogue_look_seconds: Annotated[float, Field(gt=0)] = 5.0
    """How often a process looks whether catalogue or units have changed."""
    answers_look_seconds: Annotated[float, Field(gt=0)] = 5.0
    """And whether answers were published, changed or taken down."""

    def event_limit(self) -> EventLimit:
        """Return how many events a client may send that has no limit of its own. Raises SettingsError."""
        try:
            return EventLimit(rate=self.agency_event_rate, burst=self.agency_event_burst)
        except ValueError as error:
            raise SettingsError(f"TINDAN_AGENCY_EVENT_BURST: {error}") from error

    @cached_property
    def storage(self) -> StorageSettings:
        """Database, data folder, root keys."""
        return StorageSettings()

    @cached_property
    def auth(self) -> AuthSettings:
        """Tokens and the identity provider."""
        return AuthSettings()

    @cached_property
    def notify(self) -> NotifySettings:
        """Channels."""
        return NotifySettings()

    @cached_property
    def papers(self) -> PaperSettings:
        """How files that agencies hand over are examined."""
        return PaperSettings()

    @cached_property
    def stamp(self) -> StampSettings:
        """Whose certificate signs display copies."""
        return StampSettings()

    @cached_property
    def seals(self) -> SealSettings:
        """Who seals documents, and where that is verified."""
        return SealSettings()

    @cached_property
    def questions(self) -> QuestionSettings:
        """Who answers questions that name no agency, and by when."""
        return QuestionSettings()
