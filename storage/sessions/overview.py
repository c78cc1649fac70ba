"""The sessions of a party or an officer, as whoever signed in sees and ends them.

The holder is part of every query, so that nobody sees, names or ends another's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.sessions.device_names import open_name, seal_name
from storage.unit_of_work import Reading, UnitOfWork

# Parties and officers never share an id: both are drawn from one space.
_OWN = "(party_id = %(holder)s OR officer_id = %(holder)s) AND revoked_at IS NULL AND expires_at > %(now)s"
_LIST = f"""
SELECT id, client_id, signed_in_at, last_used_at, party_id, device_name_sealed FROM session
WHERE {_OWN} AND id < coalesce(%(before)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
ORDER BY id DESC LIMIT %(limit)s
"""
_PARTY_OF = f"SELECT party_id FROM session WHERE id = %(id)s AND {_OWN}"
_NAME = f"UPDATE session SET device_name_sealed = %(name)s WHERE id = %(id)s AND {_OWN}"
_END = f"UPDATE session SET revoked_at = %(now)s WHERE id = %(id)s AND {_OWN}"
# What would become a session within a minute goes as well, and first: who brings a code at this moment is
# waited for, and the session that it becomes is then there to be ended.
_FORGET_CODES = "DELETE FROM authorization_code WHERE party_id = %(holder)s OR officer_id = %(holder)s"
_END_ALL = f"UPDATE session SET revoked_at = %(now)s WHERE {_OWN} AND id IS DISTINCT FROM %(kept)s::uuid"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEntry:
    """One signed-in app."""

    id: UUID
    client_id: str
    device_name: str | None
    signed_in_at: datetime
    last_used_at: datetime


async def list_sessions(
    reading: Reading, holder: UUID, *, before: UUID | None, limit: int, now: datetime
) -> Sequence[SessionEntry]:
    """Return the live sessions of a holder, latest sign-in first, from below the id `before`."""
    given = {"holder": holder, "now": now, "before": before, "limit": limit}
    rows: Any = await (await (await reading.driver()).execute(_LIST, given)).fetchall()
    return [
        SessionEntry(
            id=session_id,
            client_id=client_id,
            device_name=await open_name(reading, party_id, sealed),
            signed_in_at=signed_in_at,
            last_used_at=last_used_at,
        )
        for session_id, client_id, signed_in_at, last_used_at, party_id, sealed in rows
    ]


async def name_session(uow: UnitOfWork, holder: UUID, session_id: UUID, name: str, *, now: datetime) -> bool:
    """Say what a device is called; tell whether the holder has this session."""
    driver, given = await uow.driver(), {"holder": holder, "id": session_id, "now": now}
    row: Any = await (await driver.execute(_PARTY_OF, given)).fetchone()
    if row is None:
        return False
    sealed = await seal_name(uow, row[0], name)
    return (await driver.execute(_NAME, given | {"name": sealed})).rowcount == 1


async def end_session(uow: UnitOfWork, holder: UUID, session_id: UUID, *, now: datetime) -> bool:
    """End a session; tell whether the holder had it."""
    given = {"holder": holder, "id": session_id, "now": now}
    return (await (await uow.driver()).execute(_END, given)).rowcount == 1


async def end_all(uow: UnitOfWork, holder: UUID, *, kept: UUID | None, now: datetime) -> int:
    """End the sessions of a holder but for the kept one, and codes for others; return how many ended."""
    driver, given = await uow.driver(), {"holder": holder, "kept": kept, "now": now}
    await driver.execute(_FORGET_CODES, given)
    return (await driver.execute(_END_ALL, given)).rowcount
