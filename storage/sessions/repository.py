"""Sign-ins on their way, one-time codes, sessions and their refresh tokens.

What may be used once is taken by `DELETE … RETURNING`, with every condition in the statement: of two who
try at once one gets it, and who does not meet the conditions does not use it up for whoever does.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.ids import new_id
from storage.sessions.device_names import seal_name
from storage.sessions.models import AuthorizationCode, RefreshToken, Session, SignIn
from storage.unit_of_work import UnitOfWork

USED_TOKENS_KEPT = timedelta(days=60)

_TAKE_SIGN_IN = """
DELETE FROM sign_in
WHERE state_hash = %(state)s AND expires_at > %(now)s
  AND coalesce(browser_hash = %(browser)s, browser_hash IS NULL)
RETURNING nonce, provider_verifier, client_id, redirect_uri, app_state, app_challenge, key_thumbprint,
  browser_hash, least_assurance, seen_after
"""
_TAKE_CODE = """
DELETE FROM authorization_code
WHERE code_hash = %(code)s AND client_id = %(client_id)s AND redirect_uri = %(redirect_uri)s
  AND challenge = %(challenge)s AND coalesce(key_thumbprint = %(key)s, key_thumbprint IS NULL)
  AND expires_at > %(now)s
RETURNING client_id, party_id, officer_id, assurance, signed_in_at, provider, provider_subject_index,
  provider_session_index, provider_token_sealed, key_thumbprint
"""
# Locking the session as well makes the refreshes of one family take turns. It is locked and read in one
# statement, which sees it as it is once it is this one's turn; other rows are read in another one, after it.
_LOCK_SESSION = """
SELECT s.id AS session_id, s.client_id, s.party_id, s.officer_id, s.assurance, s.signed_in_at, s.provider,
  s.provider_subject_index, s.provider_session_index, s.provider_token_sealed, s.key_thumbprint, r.used_at
FROM refresh_token r JOIN session s ON s.id = r.session_id
WHERE r.token_hash = %s AND s.client_id = %s AND s.revoked_at IS NULL AND s.expires_at > %s
FOR UPDATE
"""
_ROTATE = """
WITH used AS (
  UPDATE refresh_token SET used_at = %(now)s WHERE token_hash = %(old)s
), renewed AS (
  UPDATE session SET last_used_at = %(now)s, expires_at = %(until)s,
    key_thumbprint = coalesce(key_thumbprint, %(key)s)
  WHERE id = %(session)s
)
INSERT INTO refresh_token (token_hash, session_id, created_at) VALUES (%(new)s, %(session)s, %(now)s)
"""
_UNUSED = "SELECT FROM refresh_token WHERE token_hash = %s AND used_at IS NULL"
_REVOKE = "UPDATE session SET revoked_at = %s WHERE id = %s AND client_id = %s AND revoked_at IS NULL"
_REVOKE_BY_CODE = """
UPDATE session SET revoked_at = %s WHERE code_digest = %s AND client_id = %s AND revoked_at IS NULL
RETURNING id
"""
_SIGN_OUT = """
UPDATE session s SET revoked_at = %s FROM refresh_token r
WHERE r.token_hash = %s AND s.id = r.session_id AND s.client_id = %s AND s.revoked_at IS NULL
"""
_SWEEP = (
    "DELETE FROM sign_in WHERE expires_at < %(now)s",
    "DELETE FROM authorization_code WHERE expires_at < %(now)s",
    "DELETE FROM key_proof WHERE expires_at < %(now)s",
    "DELETE FROM refresh_token r USING session s WHERE s.id = r.session_id AND s.expires_at < %(now)s",
    "DELETE FROM session WHERE expires_at < %(now)s",
    "DELETE FROM refresh_token WHERE used_at < %(long_ago)s",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSignIn:
    """What was noted when somebody was sent to the identity provider; see `models.SignIn`."""

    nonce: str
    provider_verifier: str
    client_id: str
    redirect_uri: str
    app_state: str | None
    app_challenge: str
    key_thumbprint: str | None = None
    browser_hash: bytes | None = None
    least_assurance: int | None = None
    seen_after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Who signed in, when and how surely, in which app; see `models.Holder`. A party or an officer."""

    client_id: str
    party_id: UUID | None = None
    officer_id: UUID | None = None
    assurance: int
    signed_in_at: datetime
    provider: str | None = None
    provider_subject_index: bytes | None = None
    provider_session_index: bytes | None = None
    provider_token_sealed: bytes | None = None
    key_thumbprint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSession(Admission):
    """A session that goes on, locked, and when the token that named it was used before, if it was."""

    session_id: UUID
    used_at: datetime | None


async def keep_sign_in(
    uow: UnitOfWork, state_hash: bytes, sign_in: PendingSignIn, *, expires_at: datetime
) -> None:
    """Note that somebody was sent to the identity provider."""
    uow.session.add(SignIn(state_hash=state_hash, expires_at=expires_at, **asdict(sign_in)))
    await uow.session.flush()


async def take_sign_in(
    uow: UnitOfWork, state_hash: bytes, *, browser_hash: bytes | None, now: datetime
) -> PendingSignIn | None:
    """Return a sign-in that has come back, once, and in the browser that was sent."""
    given = {"state": state_hash, "browser": browser_hash, "now": now}
    async with (await uow.driver()).cursor(row_factory=class_row(PendingSignIn)) as cursor:
        await cursor.execute(_TAKE_SIGN_IN, given)
        return await cursor.fetchone()


async def keep_code(
    uow: UnitOfWork,
    code_hash: bytes,
    admission: Admission,
    *,
    redirect_uri: str,
    challenge: str,
    expires_at: datetime,
) -> None:
    """Keep a one-time code for an app."""
    code = AuthorizationCode(
        code_hash=code_hash,
        redirect_uri=redirect_uri,
        challenge=challenge,
        expires_at=expires_at,
        **asdict(admission),
    )
    uow.session.add(code)
    await uow.session.flush()


async def take_code(
    uow: UnitOfWork,
    code_hash: bytes,
    *,
    client_id: str,
    redirect_uri: str,
    challenge: str,
    key_thumbprint: str | None,
    now: datetime,
) -> Admission | None:
    """Return what a code stands for, once, and only where it is bound to all that is given.

    A code that names no key is good with any, or with none.
    """
    given = {
        "code": code_hash,
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "challenge": challenge,
        "key": key_thumbprint,
        "now": now,
    }
    async with (await uow.driver()).cursor(row_factory=class_row(Admission)) as cursor:
        await cursor.execute(_TAKE_CODE, given)
        return await cursor.fetchone()


async def start_session(
    uow: UnitOfWork,
    admission: Admission,
    token_hash: bytes,
    *,
    code_digest: bytes,
    device_name: str | None,
    now: datetime,
    expires_at: datetime,
) -> UUID:
    """Start a session with its first refresh token; return its id. See `models.Session`."""
    session_id = new_id()
    session = Session(
        id=session_id,
        code_digest=code_digest,
        device_name_sealed=await seal_name(uow, admission.party_id, device_name),
        checked_at=now,
        last_used_at=now,
        expires_at=expires_at,
        **asdict(admission),
    )
    uow.session.add(session)
    await uow.session.flush()
    uow.session.add(RefreshToken(token_hash=token_hash, session_id=session_id))
    await uow.session.flush()
    return session_id


async def lock_session(
    uow: UnitOfWork, token_hash: bytes, *, client_id: str, now: datetime
) -> LiveSession | None:
    """Return the session that a refresh token belongs to, used or not, and lock it."""
    async with (await uow.driver()).cursor(row_factory=class_row(LiveSession)) as cursor:
        await cursor.execute(_LOCK_SESSION, (token_hash, client_id, now))
        return await cursor.fetchone()


async def is_unused(uow: UnitOfWork, token_hash: bytes) -> bool:
    """Tell whether there is such a refresh token, of a session that is locked, and nobody has used it."""
    return (await (await uow.driver()).execute(_UNUSED, (token_hash,))).rowcount == 1


async def rotate(
    uow: UnitOfWork,
    session: LiveSession,
    *,
    old: bytes,
    new: bytes,
    key_thumbprint: str | None,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Put a successor in the place of a refresh token, and let the session live until `expires_at`.

    A session that was not bound to a key is bound to this one from now on, if there is one.
    """
    given = {
        "session": session.session_id,
        "old": old,
        "new": new,
        "key": key_thumbprint,
        "now": now,
        "until": expires_at,
    }
    await (await uow.driver()).execute(_ROTATE, given)


async def revoke(uow: UnitOfWork, session_id: UUID, *, client_id: str, now: datetime) -> None:
    """End a session of this app and with it every token of its family."""
    await (await uow.driver()).execute(_REVOKE, (now, session_id, client_id))


async def revoke_by_code(
    uow: UnitOfWork, code_digest: bytes, *, client_id: str, now: datetime
) -> UUID | None:
    """End the session that began with a code; return its id where there was one."""
    cursor = await (await uow.driver()).execute(_REVOKE_BY_CODE, (now, code_digest, client_id))
    row: Any = await cursor.fetchone()
    found: UUID | None = row and row[0]
    return found


async def revoke_by_token(uow: UnitOfWork, token_hash: bytes, *, client_id: str, now: datetime) -> None:
    """End the session of a refresh token, if it has one in this app."""
    await (await uow.driver()).execute(_SIGN_OUT, (now, token_hash, client_id))


async def sweep(uow: UnitOfWork, *, now: datetime) -> int:
    """Delete what has expired; return the number of rows. To be run once a day.

    Used refresh tokens go after 60 days: if one turns up later it is still refused, but no longer ends
    its session.
    """
    driver = await uow.driver()
    times = {"now": now, "long_ago": now - USED_TOKENS_KEPT}
    return sum([(await driver.execute(statement, times)).rowcount for statement in _SWEEP])
