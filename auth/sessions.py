"""Sessions: begun with a one-time code, renewed by refresh tokens that change with each use, ended."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import structlog

from auth import opaque, pkce
from auth.errors import InvalidToken, OAuthError
from auth.principals import AgencyCaller, Citizen, Officer
from auth.settings import AuthSettings
from auth.tokens import Tokens
from storage.cipher import Cipher
from storage.sessions import repository
from storage.sessions.repository import Admission, LiveSession
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
REPLAY_GRACE = timedelta(seconds=60)
_SUCCESSOR = "session.successor"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What an app gets: an access token good for `expires_in` seconds, and what to renew it with.

    `bound` tells that neither is good without the key of the device.
    """

    access_token: str
    refresh_token: str
    expires_in: int
    bound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Theft:
    """Two have used what one was given: the session has ended for both.

    `party_id` is whose it was, where it was no officer's.
    """

    session_id: UUID
    party_id: UUID | None


class Sessions:
    """Starts, renews and ends the sessions of registered apps.

    Where a code or a token is not good, None or a Theft is returned rather than an error raised: that a
    theft ended the session must be committed although the caller is refused.

    `bound_to` is everywhere the thumbprint of the key that the caller has proved to hold (RFC 9449).
    """

    def __init__(
        self,
        settings: AuthSettings,
        tokens: Tokens,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._apps = settings.registered_apps()
        self._life = timedelta(days=settings.session_days)
        self._officers_life = timedelta(hours=settings.officer_session_hours)
        self._tokens = tokens
        self._now = now

    async def redeem(
        self,
        uow: UnitOfWork,
        *,
        client_id: str,
        code: str,
        redirect_uri: str,
        verifier: str,
        bound_to: str | None = None,
        device_name: str | None = None,
    ) -> TokenPair | None:
        """Start a session with a code that this app asked for and holds the verifier to, once.

        Code and verifier brought a second time end the session that they began (RFC 6749, 4.1.2).

        Raises:
            OAuthError: the app is not registered, or proves no key though it must.
        """
        self._check_app(client_id, bound_to)
        if redirect_uri not in self._apps[client_id].redirect_uris or not pkce.is_verifier(verifier):
            return None
        now, challenge = self._now(), pkce.challenge_of(verifier)
        code_digest = opaque.digest(f"{code}.{challenge}")
        admission = await repository.take_code(
            uow,
            opaque.digest(code),
            client_id=client_id,
            redirect_uri=redirect_uri,
            challenge=challenge,
            key_thumbprint=bound_to,
            now=now,
        )
        if admission is None:
            ended = await repository.revoke_by_code(uow, code_digest, client_id=client_id, now=now)
            if ended is not None:
                log.warning("authorization_code_reused", session_id=str(ended))
            return None
        admission, refresh_token = replace(admission, key_thumbprint=bound_to), opaque.draw()
        session_id = await repository.start_session(
            uow,
            admission,
            opaque.digest(refresh_token),
            code_digest=code_digest,
            device_name=device_name,
            now=now,
            expires_at=now + self._unused(admission),
        )
        return self._pair(session_id, admission, refresh_token)

    async def refresh(
        self, uow: UnitOfWork, *, client_id: str, refresh_token: str, bound_to: str | None = None
    ) -> TokenPair | Theft | None:
        """Change a refresh token for a fresh pair.

        A token has one successor. Within 60 seconds it gives that one again, as the first answer may have
        been lost on its way, or two parts of an app may have asked at once; but not once the successor was
        used. Whatever else comes of a token that was used, or of one without the key of its session, comes
        from a second holder: the session ends for both (RFC 9700, 4.14.2; see ADR 19).

        Raises:
            OAuthError: the app is not registered, or proves no key though it must.
        """
        self._check_app(client_id, bound_to)
        old, now = opaque.digest(refresh_token), self._now()
        session = await repository.lock_session(uow, old, client_id=client_id, now=now)
        if session is None:
            return None
        successor = _successor(uow.cipher, refresh_token)
        stranger = session.key_thumbprint is not None and session.key_thumbprint != bound_to
        if stranger or not await self._may_go_on(uow, session, successor, now):
            return await self._stolen(uow, session, now)
        if session.used_at is None:
            await repository.rotate(
                uow,
                session,
                old=old,
                new=opaque.digest(successor),
                key_thumbprint=bound_to,
                now=now,
                expires_at=now + self._unused(session),
            )
            session = replace(session, key_thumbprint=bound_to)
        return self._pair(session.session_id, session, successor)

    async def sign_out(self, uow: UnitOfWork, *, client_id: str, token: str) -> None:
        """End the session of a refresh or access token; what is no such token is let pass (RFC 7009, 2.2).

        Raises:
            OAuthError: the app is not registered.
        """
        self._check_registered(client_id)
        now = self._now()
        try:
            principal = self._tokens.verify(token)
        except InvalidToken:
            await repository.revoke_by_token(uow, opaque.digest(token), client_id=client_id, now=now)
            return
        if not isinstance(principal, AgencyCaller):
            await repository.revoke(uow, principal.session_id, client_id=client_id, now=now)

    async def _may_go_on(self, uow: UnitOfWork, session: LiveSession, successor: str, now: datetime) -> bool:
        """Tell whether a token may be used: for the first time, or again while that can be an accident."""
        if session.used_at is None:
            return True
        late = now - session.used_at > REPLAY_GRACE
        return not late and await repository.is_unused(uow, opaque.digest(successor))

    async def _stolen(self, uow: UnitOfWork, session: LiveSession, now: datetime) -> Theft:
        log.warning("refresh_token_reused", session_id=str(session.session_id))
        await repository.revoke(uow, session.session_id, client_id=session.client_id, now=now)
        return Theft(session_id=session.session_id, party_id=session.party_id)

    def _unused(self, whose: Admission) -> timedelta:
        """Return how long a session goes on without being used."""
        return self._life if whose.party_id else self._officers_life

    def _check_registered(self, client_id: str) -> None:
        if client_id not in self._apps:
            raise OAuthError("invalid_client", "the app is not registered")

    def _check_app(self, client_id: str, bound_to: str | None) -> None:
        self._check_registered(client_id)
        if bound_to is None and self._apps[client_id].dpop:
            raise OAuthError("invalid_dpop_proof", "this app must prove its key (RFC 9449)")

    def _pair(self, session_id: UUID, admission: Admission, refresh_token: str) -> TokenPair:
        return TokenPair(
            access_token=self._access_token(session_id, admission),
            refresh_token=refresh_token,
            expires_in=self._tokens.life_seconds,
            bound=admission.key_thumbprint is not None,
        )

    def _access_token(self, session_id: UUID, admission: Admission) -> str:
        if admission.party_id is None:
            officer = Officer(
                officer_id=cast("UUID", admission.officer_id),
                session_id=session_id,
                signed_in_at=admission.signed_in_at,
                bound_to=admission.key_thumbprint,
            )
            return self._tokens.for_officer(officer, client_id=admission.client_id)
        citizen = Citizen(
            party_id=admission.party_id,
            session_id=session_id,
            assurance=admission.assurance,
            signed_in_at=admission.signed_in_at,
            bound_to=admission.key_thumbprint,
        )
        return self._tokens.for_citizen(citizen, client_id=admission.client_id)


def _successor(cipher: Cipher, refresh_token: str) -> str:
    """Return the one refresh token that follows another: derived, so that it can be told again unkept."""
    return opaque.encode(cipher.blind_index(_SUCCESSOR, refresh_token))
