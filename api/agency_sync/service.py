"""An agency's client reads what is told of a day."""

from api.agency_sync.schemas import AgencyFigures, AgencyPlace, DayQuery, SyncReport
from api.paging import cut
from api.problems import Problem
from auth.principals import AgencyCaller
from storage.reconciliation import days
from storage.unit_of_work import Reading


async def report(reading: Reading, caller: AgencyCaller, query: DayQuery) -> SyncReport:
    """Return a page of a day. Raises Problem where no report was made of it."""
    place = AgencyPlace.decode(query.cursor, parameter="cursor") if query.cursor else None
    found = await days.made(reading, query.date)
    if found is None:
        raise Problem("not-found", 404)
    rows = await days.of_caller(
        reading, caller.agency_id, found.day, after=place.code if place else None, limit=query.limit + 1
    )
    page, more = cut(rows, query.limit)
    return SyncReport(
        date=found.day,
        made_at=found.made_at,
        items=[AgencyFigures.of(one) for one in page],
        next_cursor=AgencyPlace(code=page[-1].code).encode() if more else None,
    )
