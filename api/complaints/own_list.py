"""The party reads what it filed: pages of it, and what changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.complaints.schemas import ComplaintPage
from api.complaints.wording import shown
from api.paging import SyncedList, SyncQuery
from storage.complaints import own
from storage.complaints.own import OwnComplaint
from storage.moments import Moment
from storage.unit_of_work import Reading


class OwnComplaints(SyncedList[OwnComplaint]):
    """The complaints of one party, for one request."""

    def __init__(self, reading: Reading, party_id: UUID, locale: str) -> None:
        self._reading, self._party_id, self._locale = reading, party_id, locale

    async def shown(self, asked: SyncQuery) -> ComplaintPage:
        """Return what is asked for. Raises Problem for a mark that is none."""
        page = await self.page(asked)
        return ComplaintPage(
            items=[shown(one, self._party_id, self._locale) for one in page.entries],
            next_cursor=page.next_cursor,
            sync_token=page.sync_token,
            reset=page.reset,
        )

    async def moment(self) -> Moment:
        """Return where the list stands."""
        return await own.moment(self._reading, self._party_id)

    async def newest(self, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[OwnComplaint]:
        """Return complaints, the newest first."""
        return await own.newest(self._reading, self._party_id, before=before, limit=limit)

    async def changed(self, after: tuple[int, UUID], limit: int) -> Sequence[OwnComplaint]:
        """Return complaints by their last change."""
        return await own.changed(self._reading, self._party_id, after=after, limit=limit)

    def time_of(self, entry: OwnComplaint) -> datetime:
        """Return when it was received."""
        return entry.received_at
