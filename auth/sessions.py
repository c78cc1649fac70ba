"""Sessions: begun with a one-time code, renewed by refresh tokens that change with each use, ended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import structlog

from auth import opaque, pkce
from auth.errors import InvalidToken, OAuthError
from auth.principals import Citizen, Officer
from auth.settings import AuthSettings
from auth.tokens import Tokens
from storage.sessions import repository
from storage.sessions.repository import Admission
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
REPLAY_GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What an app gets: an access token good for `expires_in` seconds, and what to renew it with."""

    access_token: str
    refresh_token: str
    expires_in: int


class Sessions:
    """Starts, renews and ends the sessions of registered apps.

    Where a code or a token is not good, None is returned rather than an error raised: finding a stolen
    token ends its session, and that must be committed although the caller is refused.
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
        self._tokens = tokens
        self._now = now

    async def redeem(
        self, uow: UnitOfWork, *, client_id: str, code: str, redirect_uri: str, verifier: str
    ) -> TokenPair | None:
        """Start a session with a code that this app asked for and holds the verifier to, once.

        Raises:
            OAuthError: the app is not registered.
        """
        self._check_app(client_id)
        if redirect_uri not in self._apps[client_id].redirect_uris or not pkce.is_verifier(verifier):
            return None
        admission = await repository.take_code(
            uow,
            opaque.digest(code),
            client_id=client_id,
            redirect_uri=redirect_uri,
            challenge=pkce.challenge_of(verifier),
            now=self._now(),
        )
        if admission is None:
            return None
        refresh_token = opaque.draw()
        session_id = await repository.start_session(
            uow, admission, opaque.digest(refresh_token), expires_at=self._now() + self._life
        )
        return self._pair(session_id, admission, refresh_token)

    async def refresh(self, uow: UnitOfWork, *, client_id: str, refresh_token: str) -> TokenPair | None:
        """Change a refresh token for a fresh pair.

        Used a second time within 60 seconds, a token gives another pair, since the first answer may have
        been lost on its way; used later it must have been stolen by one of its two users, and the
        session ends (RFC 9700, 4.14.2).

        Raises:
            OAuthError: the app is not registered.
        """
        self._check_app(client_id)
        old, now = opaque.digest(refresh_token), self._now()
        session = await repository.lock_session(uow, old, client_id=client_id, now=now)
        if session is None:
            return None
        if session.used_at is not None and now - session.used_at > REPLAY_GRACE:
            log.warning("refresh_token_reused", session_id=str(session.session_id))
            await repository.revoke(uow, session.session_id, now=now)
            return None
        successor = opaque.draw()
        await repository.rotate(
            uow,
            session.session_id,
            old=old,
            new=opaque.digest(successor),
            now=now,
            expires_at=now + self._life,
        )
        return self._pair(session.session_id, session, successor)

    async def sign_out(self, uow: UnitOfWork, *, client_id: str, token: str) -> None:
        """End the session of a refresh or access token; what is no such token is let pass (RFC 7009, 2.2).

        Access tokens that are about stay good until they expire, ten minutes at most.

        Raises:
            OAuthError: the app is not registered.
        """
        self._check_app(client_id)
        now = self._now()
        try:
            citizen = self._tokens.verify_citizen(token)
        except InvalidToken:
            await repository.revoke_by_token(uow, opaque.digest(token), client_id=client_id, now=now)
        else:
            await repository.revoke(uow, citizen.session_id, now=now)

    def _check_app(self, client_id: str) -> None:
        if client_id not in self._apps:
            raise OAuthError("invalid_client", "the app is not registered")

    def _pair(self, session_id: UUID, admission: Admission, refresh_token: str) -> TokenPair:
        return TokenPair(
            access_token=self._access_token(session_id, admission),
            refresh_token=refresh_token,
            expires_in=self._tokens.life_seconds,
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
