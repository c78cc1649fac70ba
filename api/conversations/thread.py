"""The party reads a conversation: pages of it, and what changed in it."""

from uuid import UUID

from api.conversations.schemas import MessagePage, MessageQuery
from api.conversations.wording import for_party
from api.paging import SyncedMark, SyncMark, cut
from storage.conversations import reading as messages
from storage.conversations.reading import BEFORE_ALL_IDS, Moment
from storage.unit_of_work import Reading


class Thread:
    """Reads what was written about one dossier of a party, for one request."""

    def __init__(self, reading: Reading, party_id: UUID, dossier_id: UUID, asked: MessageQuery) -> None:
        self._reading = reading
        self._of = (party_id, dossier_id)
        self._asked = asked

    async def page(self) -> MessagePage:
        """Return what is asked for. Raises Problem for a mark that is none."""
        moment = await messages.moment(self._reading, self._of[1])
        if self._asked.cursor:
            mark = SyncedMark.decode(self._asked.cursor, parameter="cursor")
            if mark.xid is None:
                return await self._newest(mark.sync, mark)
            return await self._changed(moment, (mark.xid, mark.id), mark.sync, mark.sync)
        if self._asked.since:
            since = SyncMark.decode(self._asked.since, parameter="since")
            return await self._changed(moment, (since.xid, BEFORE_ALL_IDS), since, sync_of(moment))
        return await self._newest(sync_of(moment))

    async def _newest(
        self, sync: SyncMark, after: SyncedMark | None = None, *, reset: bool = False
    ) -> MessagePage:
        limit = self._asked.limit
        before = (after.at, after.id) if after and after.at else None
        found = await messages.newest(self._reading, *self._of, before=before, limit=limit + 1)
        shown, more = cut(found, limit)
        mark = SyncedMark(sync=sync, id=shown[-1].id, at=shown[-1].created_at) if more else None
        return MessagePage(
            items=[for_party(one) for one in shown],
            next_cursor=mark.encode() if mark else None,
            sync_token=sync.encode(),
            reset=reset,
        )

    async def _changed(
        self, moment: Moment, after: tuple[int, UUID], known: SyncMark, sync: SyncMark
    ) -> MessagePage:
        """Return what changed since a mark; the whole, where the mark means nothing here."""
        if not is_known(known, moment):
            return await self._newest(sync_of(moment), reset=True)
        limit = self._asked.limit
        found = await messages.changed(self._reading, *self._of, after=after, limit=limit + 1)
        shown, more = cut(found, limit)
        mark = SyncedMark(sync=sync, id=shown[-1].id, xid=shown[-1].xid) if more else None
        return MessagePage(
            items=[for_party(one) for one in shown],
            next_cursor=mark.encode() if mark else None,
            sync_token=sync.encode(),
        )


def sync_of(moment: Moment) -> SyncMark:
    """Return the mark of a moment."""
    return SyncMark(era=moment.era, xid=moment.floor)


def is_known(mark: SyncMark, moment: Moment) -> bool:
    """Whether a mark was made by this server, in the past that it has."""
    return mark.era == moment.era and mark.xid <= moment.ceiling
