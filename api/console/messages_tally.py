"""How much waits in conversations, for the home page."""

from collections.abc import Mapping

from api.conversations import officer_service
from auth.principals import Officer
from storage.dossiers.working_days import WorkingCalendar
from storage.unit_of_work import Reading


async def waiting(reading: Reading, officer: Officer, _calendar: WorkingCalendar) -> Mapping[str, int]:
    """Count the dossiers whose party waits, those with unread messages, and those with a supplement."""
    counts = await officer_service.count(reading, officer)
    return {
        "messages_waiting": counts.waiting,
        "messages_unread": counts.unread,
        "messages_supplied": counts.supplied,
    }
