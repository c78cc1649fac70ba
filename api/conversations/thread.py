"""The party reads a conversation: pages of it, and what changed in it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.conversations.schemas import MessagePage
from api.conversations.wording import for_party
from api.paging import SyncedList, SyncQuery
from storage.conversations import reading as messages
from storage.conversations.reading import KeptMessage
from storage.moments import Moment
from storage.unit_of_work import Reading


class Thread(SyncedList[KeptMessage]):
    """What was written about one dossier of a party, for one request."""

    def __init__(self, reading: Reading, party_id: UUID, dossier_id: UUID) -> None:
        self._reading = reading
        self._of = (party_id, dossier_id)

    async def shown(self, asked: SyncQuery) -> MessagePage:
        """Return what is asked for. Raises Problem for a mark that is none."""
        page = await self.page(asked)
        return MessagePage(
            items=[for_party(one) for one in page.entries],
            next_cursor=page.next_cursor,
            sync_token=page.sync_token,
            reset=page.reset,
        )

    async def moment(self) -> Moment:
        """Return where the conversation stands."""
        return await messages.moment(self._reading, self._of[1])

    async def newest(self, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[KeptMessage]:
        """Return messages, the newest first."""
        return await messages.newest(self._reading, *self._of, before=before, limit=limit)

    async def changed(self, after: tuple[int, UUID], limit: int) -> Sequence[KeptMessage]:
        """Return messages by their last change."""
        return await messages.changed(self._reading, *self._of, after=after, limit=limit)

    def time_of(self, entry: KeptMessage) -> datetime:
        """Return when it was written."""
        return entry.created_at
