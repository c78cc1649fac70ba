"""How many complaints wait for an officer or a moderator, and which are late, for the home page."""

from collections.abc import Mapping

from api.complaints import moderator_service, officer_service
from auth.principals import Officer
from storage.dossiers.working_days import WorkingCalendar
from storage.unit_of_work import Reading


async def complaints(reading: Reading, officer: Officer, calendar: WorkingCalendar) -> Mapping[str, int]:
    """Count those that are late, those due by the end of the next working day, and all that wait."""
    found = await officer_service.counts(reading, officer, calendar)
    return {
        "complaints_overdue": found.overdue,
        "complaints_soon": found.soon,
        "complaints_waiting": found.waiting,
    }


async def moderation(reading: Reading, officer: Officer, _calendar: WorkingCalendar) -> Mapping[str, int]:
    """Count those that wait to be published, and those for too long."""
    found = await moderator_service.counts(reading, officer)
    return {"complaint_moderation_overdue": found.overdue, "complaint_moderation_waiting": found.waiting}
