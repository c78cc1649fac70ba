"""Leads whoever opens a survey's page to the platform on which it is answered."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from api.connectors.surveys.links import VnformLinks
from api.connectors.surveys.port import Prefilled
from api.connectors.surveys.settings import VnformSettings
from storage.surveys.invitations import Invitation
from storage.surveys.reading import SurveyView

LINK_GOOD_FOR = timedelta(days=1)
"""It is made anew each time that somebody comes by our page."""


class Leads:
    """Makes links to surveys' platforms."""

    def __init__(
        self, links: VnformLinks | None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._links, self._now = links, now

    def __call__(self, survey: SurveyView, invitation: Invitation | None, *, locale: str) -> str | None:
        """Return where a survey is answered; none while its platform is not known, or does not show it."""
        if self._links is None or survey.external_id is None or survey.external_version is None:
            return None
        told = None if invitation is None else self._told(invitation, survey.external_version)
        return self._links.link(survey.external_id, told, locale=locale)

    def _told(self, invitation: Invitation, version: int) -> Prefilled:
        return Prefilled(
            respondent=invitation.ref,
            version=version,
            context=invitation.context,
            expires=self._now() + LINK_GOOD_FOR,
        )


def leads(settings: VnformSettings, *, development: bool) -> Leads:
    """Make them from settings. Raises SettingsError."""
    account = settings.account(development=development)
    return Leads(None if account is None else VnformLinks(account))
