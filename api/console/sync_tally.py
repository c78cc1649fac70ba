"""How many differences between portals and us are left for an officer, for the home page."""

from collections.abc import Mapping

from api.agency_sync import officer_service
from auth.principals import Officer
from storage.dossiers.working_days import WorkingCalendar
from storage.unit_of_work import Reading


async def left(reading: Reading, officer: Officer, _calendar: WorkingCalendar) -> Mapping[str, int]:
    """Count the differences that no rule repairs."""
    return {"sync_left": await officer_service.count_left(reading, officer)}
