"""Everybody reads what is published of complaints."""

from uuid import UUID

from api.complaints.public_schemas import (
    PublishedComplaint,
    PublishedComplaintPage,
    PublishedMark,
    PublishedQuery,
)
from api.named import Named
from api.paging import cut
from api.problems import invalid
from storage.agencies import repository as agencies
from storage.complaints import published
from storage.complaints.published import Shown
from storage.dossiers.working_days import VIETNAM
from storage.unit_of_work import Reading


async def page(reading: Reading, query: PublishedQuery) -> PublishedComplaintPage:
    """Return a page of what is asked for. Raises Problem (422)."""
    mark = PublishedMark.decode(query.cursor, parameter="cursor") if query.cursor else None
    agency_id = None
    if query.agency:
        found = await agencies.resolve(reading, [query.agency])
        if query.agency not in found:
            raise invalid("unknown-agency", "query", "agency", value=query.agency)
        agency_id = found[query.agency].id
    after = (mark.at, mark.id) if mark else None
    rows = await published.page(
        reading, agency_id=agency_id, kind=query.kind, after=after, limit=query.limit + 1
    )
    shown, more = cut(rows, query.limit)
    last = PublishedMark(at=shown[-1].published_at, id=shown[-1].id).encode() if more else None
    return PublishedComplaintPage(items=[_worded(one) for one in shown], next_cursor=last)


async def one(reading: Reading, published_id: UUID) -> PublishedComplaint:
    """Return what is published under an id. Raises NotFoundError."""
    return _worded(await published.one(reading, published_id))


def _worded(shown: Shown) -> PublishedComplaint:
    return PublishedComplaint(
        id=shown.id,
        kind=shown.kind,
        topic=shown.topic,
        text=shown.text,
        answer=shown.answer,
        agency=Named(code=shown.agency_code, name=shown.agency_name),
        received_on=shown.received_at.astimezone(VIETNAM).date(),
        answered_on=shown.answered_at.astimezone(VIETNAM).date(),
        published_at=shown.published_at,
        updated_at=shown.updated_at,
    )
