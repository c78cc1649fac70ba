"""Whose turn it is to ask a provider whether an account is still good, and what came of it.

A provider's refresh token changes with each use, so that two who ask at once would look like a thief: who
asks takes the turn for a while, and what came of it counts only while it is theirs.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from storage.unit_of_work import UnitOfWork

_CLAIM = """
UPDATE session s SET checking_until = %(until)s
FROM refresh_token r
WHERE r.token_hash = %(token)s AND s.id = r.session_id AND s.client_id = %(client)s
  AND s.revoked_at IS NULL AND s.expires_at > %(now)s
  AND coalesce(s.checked_at, s.signed_in_at)
    <= CASE WHEN s.provider_token_sealed IS NULL THEN %(unwatched)s::timestamptz ELSE %(due)s END
  AND coalesce(s.checking_until <= %(now)s, true)
RETURNING s.id AS session_id, s.provider, s.provider_token_sealed AS token_sealed,
  coalesce(s.checked_at, s.signed_in_at) AS checked_at, s.checking_until AS until
"""
_STANDS = """
UPDATE session SET provider_token_sealed = %s, checked_at = %s, checking_until = NULL
WHERE id = %s AND checking_until = %s
"""
_FALLS = """
UPDATE session SET revoked_at = %s WHERE id = %s AND checking_until = %s AND revoked_at IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A session of which somebody has to ask the provider now.

    Attributes:
        provider: which one, as our records call it.
        token_sealed: to ask with; None where there is nothing to ask with, and the time for that is over.
        checked_at: when the provider last vouched for it.
        until: how long the turn lasts; it names the turn.
    """

    session_id: UUID
    provider: str | None
    token_sealed: bytes | None = field(repr=False)
    checked_at: datetime
    until: datetime


async def claim(
    uow: UnitOfWork,
    token_hash: bytes,
    *,
    client_id: str,
    now: datetime,
    due: datetime,
    unwatched: datetime,
    until: datetime,
) -> Turn | None:
    """Take the turn to ask about the session of a refresh token, if it is time and nobody has it.

    Args:
        uow: where it is noted.
        token_hash: of the refresh token, used or not.
        client_id: the app.
        now: the time.
        due: sessions that were last vouched for up to then are to be asked about.
        unwatched: those of which nobody can be asked have lasted long enough if they began up to then.
        until: how long the turn lasts.
    """
    given = {
        "token": token_hash,
        "client": client_id,
        "now": now,
        "due": due,
        "unwatched": unwatched,
        "until": until,
    }
    async with (await uow.driver()).cursor(row_factory=class_row(Turn)) as cursor:
        await cursor.execute(_CLAIM, given)
        return await cursor.fetchone()


async def stands(uow: UnitOfWork, turn: Turn, *, token_sealed: bytes, now: datetime) -> bool:
    """Note that the provider vouches for a session, and what to ask with next; False if the turn is over."""
    given = (token_sealed, now, turn.session_id, turn.until)
    return (await (await uow.driver()).execute(_STANDS, given)).rowcount == 1


async def falls(uow: UnitOfWork, turn: Turn, *, now: datetime) -> bool:
    """End a session; False if the turn is over, or the session was."""
    given = (now, turn.session_id, turn.until)
    return (await (await uow.driver()).execute(_FALLS, given)).rowcount == 1
