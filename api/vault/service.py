"""Flow 4, where a citizen looks into the store: pages of it, what changed in it, and one document whole."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from api.documents import Force
from api.paging import SyncedMark, SyncMark, cut
from api.vault.schemas import DocumentDetail, DocumentPage, VaultFilter, VaultQuery
from api.vault.wording import Wording
from auth.principals import Citizen
from storage.moments import BEFORE_ALL_IDS, Moment
from storage.seals import repository as seals
from storage.seals.settings import SealSettings
from storage.unit_of_work import Reading
from storage.vault import changes, finding, opening
from storage.vault.finding import Place, Wanted
from storage.vault.kinds import DocumentState

log = structlog.get_logger(__name__)


class StoreReader:
    """Reads and words one citizen's store for one request.

    Args:
        asked: which documents, and which page of them.
        locale: `vi` or `en`.
        now: the time.
    """

    def __init__(
        self, reading: Reading, citizen: Citizen, asked: VaultQuery, *, locale: str, now: datetime
    ) -> None:
        self._reading = reading
        self._party_id = citizen.party_id
        self._asked = asked
        self._now = now
        self._words = Wording(locale=locale, now=now)

    async def page(self) -> DocumentPage:
        """Return what is asked for. Raises Problem for a mark that is none."""
        if self._asked.cursor:
            return await self._following(SyncedMark.decode(self._asked.cursor, parameter="cursor"))
        if self._asked.since:
            return await self._since(SyncMark.decode(self._asked.since, parameter="since"))
        return await self._newest(_mark(await self._moment()))

    async def _since(self, mark: SyncMark) -> DocumentPage:
        """Return what is new or changed since a mark; the whole store, where it means nothing here."""
        moment = await self._moment()
        if not _known(mark, moment):
            return await self._newest(_mark(moment), reset=True)
        return await self._changed((mark.xid, BEFORE_ALL_IDS), _mark(moment))

    async def _following(self, mark: SyncedMark) -> DocumentPage:
        if mark.xid is None:
            return await self._newest(mark.sync, mark)
        moment = await self._moment()
        if not _known(mark.sync, moment):
            return await self._newest(_mark(moment), reset=True)
        return await self._changed((mark.xid, mark.id), mark.sync)

    async def _moment(self) -> Moment:
        return await changes.moment(self._reading, self._party_id)

    async def _newest(
        self, sync: SyncMark, after: SyncedMark | None = None, *, reset: bool = False
    ) -> DocumentPage:
        found = await finding.page(
            self._reading,
            self._party_id,
            _wanted(self._asked),
            after=Place(at=after.at, id=after.id) if after and after.at else None,
            limit=self._asked.limit,
            now=self._now,
        )
        mark = SyncedMark(sync=sync, id=found.place.id, at=found.place.at) if found.place else None
        return DocumentPage(
            items=[self._words.item(own) for own in found.documents],
            damaged=_damaged(found.damaged),
            removed=[],
            next_cursor=mark.encode() if mark else None,
            sync_token=sync.encode(),
            reset=reset,
        )

    async def _changed(self, after: tuple[int, UUID], sync: SyncMark) -> DocumentPage:
        limit = self._asked.limit
        found = await changes.changed(self._reading, self._party_id, after=after, limit=limit + 1)
        shown, more = cut(found, limit)
        mark = SyncedMark(sync=sync, id=shown[-1].id, xid=shown[-1].xid) if more else None
        return DocumentPage(
            items=[self._words.item(change.own) for change in shown if change.own],
            damaged=_damaged([change.id for change in shown if change.damaged]),
            removed=[change.id for change in shown if not change.own and not change.damaged],
            next_cursor=mark.encode() if mark else None,
            sync_token=sync.encode(),
        )


async def detail(
    reading: Reading, citizen: Citizen, document_id: UUID, *, words: Wording, settings: SealSettings
) -> DocumentDetail:
    """Return a document of the citizen's.

    Raises:
        NotFoundError: there is none of this id, or it is somebody else's.
        NotIntact: its record is not as it was written.
    """
    found = await opening.versions(reading, citizen.party_id, document_id)
    seal_id = found.own.document.seal_id
    seal = await seals.by_id(reading, seal_id) if seal_id else None
    return words.detail(found, seal, settings)


def _wanted(asked: VaultFilter) -> Wanted:
    by_state = {None: None, Force.EXPIRED: DocumentState.VALID}
    by_dates = {Force.VALID: False, Force.EXPIRED: True}
    force = asked.standing
    return Wanted(
        text=asked.q,
        kind=asked.kind,
        type_code=asked.type,
        state=by_state[force] if force in by_state else DocumentState(str(force)),
        expired=by_dates.get(force) if force else None,
        agency_code=asked.agency,
        procedure_code=asked.procedure,
        dossier_code=asked.dossier,
        issued_from=asked.issued_from,
        issued_until=asked.issued_until,
    )


def _damaged(ids: Sequence[UUID]) -> list[UUID]:
    for one in ids:
        log.error("document_damaged", error="NotIntact", about=str(one))
    return list(ids)


def _mark(moment: Moment) -> SyncMark:
    return SyncMark(era=moment.era, xid=moment.floor)


def _known(mark: SyncMark, moment: Moment) -> bool:
    return mark.era == moment.era and mark.xid <= moment.ceiling
