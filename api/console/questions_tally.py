"""How many questions wait for an officer or a moderator, for the home page."""

from collections.abc import Mapping

from api.questions import moderator_service, officer_service
from auth.principals import Officer
from storage.dossiers.working_days import WorkingCalendar
from storage.unit_of_work import Reading


async def questions(reading: Reading, officer: Officer, _calendar: WorkingCalendar) -> Mapping[str, int]:
    """Count what waits for an answer, for too long, and what is stale."""
    found = await officer_service.counts(reading, officer)
    return {
        "questions_overdue": found.overdue,
        "questions_waiting": found.waiting,
        "questions_stale": found.stale,
    }


async def moderation(reading: Reading, officer: Officer, _calendar: WorkingCalendar) -> Mapping[str, int]:
    """Count what waits to be published."""
    return {"moderation_waiting": await moderator_service.count_pending(reading, officer)}
