"""One's own sessions: seen, named and ended. Their tokens stop within seconds (see ADR 19)."""

from datetime import UTC, datetime
from uuid import UUID

from api.paging import PageQuery, cut
from api.sessions.schemas import SessionItem, SessionMark, SessionPage
from auth.principals import Citizen, Officer
from storage.errors import NotFoundError
from storage.sessions import overview
from storage.sessions.overview import SessionEntry
from storage.unit_of_work import Reading, UnitOfWork

SignedInPerson = Citizen | Officer


async def list_sessions(reading: Reading, who: SignedInPerson, query: PageQuery) -> SessionPage:
    """Return a page of the sessions of whoever is signed in. Raises Problem for a cursor that is none."""
    mark = SessionMark.decode(query.cursor, parameter="cursor") if query.cursor else None
    found = await overview.list_sessions(
        reading,
        _holder(who),
        before=mark.id if mark else None,
        limit=query.limit + 1,
        now=datetime.now(UTC),
    )
    shown, more = cut(found, query.limit)
    return SessionPage(
        items=[_item(entry, who) for entry in shown],
        next_cursor=SessionMark(id=shown[-1].id).encode() if more else None,
    )


async def name_current(uow: UnitOfWork, who: SignedInPerson, name: str) -> None:
    """Say what this device is called. Raises NotFoundError where the session ended a moment ago."""
    now = datetime.now(UTC)
    if not await overview.name_session(uow, _holder(who), who.session_id, name, now=now):
        raise NotFoundError("session")


async def end_session(uow: UnitOfWork, who: SignedInPerson, session_id: UUID) -> None:
    """Sign a device out. Raises NotFoundError where there is no such session of theirs."""
    if not await overview.end_session(uow, _holder(who), session_id, now=datetime.now(UTC)):
        raise NotFoundError("session")


async def end_all(uow: UnitOfWork, who: SignedInPerson, *, keep_current: bool) -> int:
    """Sign every device out, or every other one; return how many."""
    kept = who.session_id if keep_current else None
    return await overview.end_all(uow, _holder(who), kept=kept, now=datetime.now(UTC))


def _holder(who: SignedInPerson) -> UUID:
    return who.party_id if isinstance(who, Citizen) else who.officer_id


def _item(entry: SessionEntry, who: SignedInPerson) -> SessionItem:
    return SessionItem(
        id=entry.id,
        app=entry.client_id,
        device_name=entry.device_name,
        signed_in_at=entry.signed_in_at,
        last_used_at=entry.last_used_at,
        current=entry.id == who.session_id,
    )
