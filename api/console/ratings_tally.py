"""How many agencies people are much less satisfied with than before, for the home page."""

from collections.abc import Mapping

from api.ratings import officer_service
from auth.principals import Officer
from storage.dossiers.working_days import WorkingCalendar
from storage.unit_of_work import Reading


async def alarms(reading: Reading, officer: Officer, _calendar: WorkingCalendar) -> Mapping[str, int]:
    """Count the agencies whose share of dissatisfied people rose, and who have not answered."""
    return {"ratings_alarming": await officer_service.count_alarms(reading, officer)}
