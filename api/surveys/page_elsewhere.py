"""Where a survey is answered that is on another platform: known to whoever put this process together."""

from typing import Protocol

from fastapi import Request

from storage.surveys.invitations import Invitation
from storage.surveys.reading import SurveyView


class Elsewhere(Protocol):
    """Leads to platforms."""

    def __call__(self, survey: SurveyView, invitation: Invitation | None, *, locale: str) -> str | None:
        """Return the address at which a survey is answered; none while its platform does not show it."""
        ...


async def get_elsewhere(request: Request) -> Elsewhere:
    """Return what leads to platforms."""
    found: Elsewhere = request.app.state.survey_platforms
    return found
