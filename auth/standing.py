"""Whether an account is still good at the provider that vouched for it (see ADR 18)."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from auth import opaque, ties
from auth.apps import Audience
from auth.errors import ProviderUnavailable, SignInRefused
from auth.identity import IdentityProvider
from auth.settings import AuthSettings
from storage.cipher import Cipher, UndecipherableError
from storage.sessions import standing
from storage.sessions.standing import Turn
from storage.unit_of_work import UnitOfWork, transact

log = structlog.get_logger(__name__)
TURN = timedelta(seconds=60)
"""Longer than asking takes; and how long nobody asks again where the provider does not answer."""


class Standings:
    """Asks providers about the accounts behind sessions, when their refresh tokens are used.

    Args:
        settings: says how often, and for how long a session goes on of which nobody can be asked.
        providers: who is asked.
        cipher: opens and seals what they are asked with.
        open_unit: opens a unit of work; none is held while a provider is asked.
        now: the time, aware.
    """

    def __init__(
        self,
        settings: AuthSettings,
        providers: Mapping[Audience, IdentityProvider],
        cipher: Cipher,
        open_unit: Callable[[], UnitOfWork],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._every = timedelta(seconds=settings.standing_seconds)
        self._bound = timedelta(seconds=settings.standing_bound_seconds)
        self._unwatched = timedelta(days=settings.unwatched_session_days)
        self._providers = providers
        self._cipher = cipher
        self._open_unit = open_unit
        self._now = now

    async def check(self, *, client_id: str, refresh_token: str) -> UUID | None:
        """Ask about the session of a refresh token if it is time; return its id where it has ended.

        To be called before the token is used, and before a connection is taken for that. Of several who
        come at once one asks; the others go on with the answer of the last time.
        """
        turn = await transact(self._open_unit, lambda uow: self._claim(uow, client_id, refresh_token))
        if turn is None:
            return None
        # Shielded: the provider's new token must be kept even if the caller has gone meanwhile.
        return await asyncio.shield(asyncio.create_task(self._settle(turn)))

    async def _claim(self, uow: UnitOfWork, client_id: str, refresh_token: str) -> Turn | None:
        now = self._now()
        return await standing.claim(
            uow,
            opaque.digest(refresh_token),
            client_id=client_id,
            now=now,
            due=now - self._every,
            unwatched=now - self._unwatched,
            until=now + TURN,
        )

    async def _settle(self, turn: Turn) -> UUID | None:
        reason = await self._reason_to_end(turn)
        if reason is None:
            return None
        if not await transact(self._open_unit, lambda uow: standing.falls(uow, turn, now=self._now())):
            return None
        log.warning("session_no_longer_vouched_for", session_id=str(turn.session_id), reason=reason)
        return turn.session_id

    async def _reason_to_end(self, turn: Turn) -> str | None:
        if turn.token_sealed is None:
            return "unwatched_too_long"
        try:
            await self._ask(turn, turn.token_sealed)
        except SignInRefused:
            return "refused"
        except (ProviderUnavailable, UndecipherableError) as error:
            log.warning("standing_unknown", session_id=str(turn.session_id), error=str(error))
            return "unknown_too_long" if self._now() - turn.checked_at > self._bound else None
        return None

    async def _ask(self, turn: Turn, token_sealed: bytes) -> None:
        provider = {str(audience): one for audience, one in self._providers.items()}.get(turn.provider or "")
        if provider is None:
            raise ProviderUnavailable("no such provider is set")
        fresh = await provider.renew(ties.open_token(self._cipher, token_sealed))
        kept, now = ties.seal_token(self._cipher, fresh), self._now()
        await transact(self._open_unit, lambda uow: standing.stands(uow, turn, token_sealed=kept, now=now))
