"""The inbox: worded on reading, so that its language is the reader's."""

from collections.abc import Sequence
from uuid import UUID

from api.inbox.schemas import InboxItem, InboxMark, InboxPage, SyncMark
from api.inbox.wording import word
from api.paging import cut
from auth.principals import Citizen
from notify.settings import NotifySettings
from storage.notifications import inbox
from storage.notifications.inbox import BEFORE_ALL_IDS, InboxNotice, Moment, Viewer
from storage.unit_of_work import Reading


def viewer_of(citizen: Citizen) -> Viewer:
    """Return who looks into whose inbox."""
    if citizen.actor_id is None:
        return Viewer.owner(citizen.party_id)
    return Viewer.representative(citizen.party_id)


class InboxReader:
    """Reads and words one citizen's inbox for one request.

    Args:
        settings: knows where dossiers open.
        locale: `vi` or `en`.
        limit: notices on a page.
    """

    def __init__(
        self, reading: Reading, citizen: Citizen, *, settings: NotifySettings, locale: str, limit: int
    ) -> None:
        self._reading = reading
        self._viewer = viewer_of(citizen)
        self._settings = settings
        self._locale = locale
        self._limit = limit

    async def start(self) -> InboxPage:
        """Return the newest notices."""
        return await self._newest(await self._moment())

    async def since(self, mark: SyncMark) -> InboxPage:
        """Return what is new or changed since a mark; the newest notices, where it means nothing here."""
        moment = await self._moment(mark)
        if not _known(mark, moment):
            return await self._newest(moment, reset=True)
        return await self._changed(moment, (mark.xid, BEFORE_ALL_IDS), _sync(moment))

    async def following(self, mark: InboxMark) -> InboxPage:
        """Return the page after a mark."""
        moment = await self._moment(mark.sync)
        if mark.xid is None:
            return await self._newest(moment, mark)
        if not _known(mark.sync, moment):
            return await self._newest(moment, reset=True)
        return await self._changed(moment, (mark.xid, mark.id), mark.sync)

    async def _moment(self, since: SyncMark | None = None) -> Moment:
        return await inbox.moment(self._reading, self._viewer, since=since.xid if since else None)

    async def _newest(
        self, moment: Moment, after: InboxMark | None = None, *, reset: bool = False
    ) -> InboxPage:
        before = (after.created_at, after.id) if after and after.created_at else None
        found = await inbox.newest(self._reading, self._viewer, before=before, limit=self._limit + 1)
        shown, more = cut(found, self._limit)
        sync = after.sync if after else _sync(moment)
        mark = InboxMark(sync=sync, id=shown[-1].id, created_at=shown[-1].created_at) if more else None
        return self._page(moment, shown, mark, sync, reset=reset)

    async def _changed(self, moment: Moment, after: tuple[int, UUID], sync: SyncMark) -> InboxPage:
        found = await inbox.changed(self._reading, self._viewer, after=after, limit=self._limit + 1)
        shown, more = cut(found, self._limit)
        mark = InboxMark(sync=sync, id=shown[-1].id, xid=shown[-1].changed_xid) if more else None
        return self._page(moment, shown, mark, sync)

    def _page(
        self,
        moment: Moment,
        notices: Sequence[InboxNotice],
        mark: InboxMark | None,
        sync: SyncMark,
        *,
        reset: bool = False,
    ) -> InboxPage:
        return InboxPage(
            items=[self._item(notice) for notice in notices if not notice.gone],
            removed=[notice.id for notice in notices if notice.gone],
            unread_count=moment.unread,
            next_cursor=mark.encode() if mark else None,
            sync_token=sync.encode(),
            reset=reset,
        )

    def _item(self, notice: InboxNotice) -> InboxItem:
        code = notice.dossier_code
        own = notice.params.get("link") or notice.link
        link = own or (self._settings.dossier_link(code) if code else None)
        wording = word(notice, locale=self._locale, link=link)
        return InboxItem(
            id=notice.id,
            category=notice.category,
            title=wording.title,
            body=wording.body,
            created_at=notice.created_at,
            read_at=notice.read_at,
            dossier_code=code,
            link=link,
            status=wording.status,
            expires_at=notice.expires_at,
        )


def _sync(moment: Moment) -> SyncMark:
    return SyncMark(era=moment.era, xid=moment.floor, circles=moment.circles)


def _known(mark: SyncMark, moment: Moment) -> bool:
    here = mark.era == moment.era and mark.xid <= moment.ceiling
    return here and mark.circles == moment.circles_then
