"""Tokens that a provider rotates: one pair for all workers, renewed by one at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from storage.cipher import UndecipherableError
from storage.engine import UNAVAILABLE
from storage.provider_tokens import repository
from storage.provider_tokens.repository import TokenPair
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

DUE = 0.8
"""After which part of its life an access token is renewed: for Zalo's 25 hours, after 20."""
AGAIN = timedelta(minutes=1)
"""How long a token that is still good serves on, after it could not be renewed."""
TO_SPARE = timedelta(minutes=1)
"""A token that ends sooner is not shown any more."""


class TokenUnavailableError(Exception):
    """No token can be had right now: the provider, or the database, is away."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TokenRefusedError(Exception):
    """The provider gives no more tokens, until an operator hands in a new one.

    Attributes:
        code: the provider's own word.
        spent: whether it is the token that it refuses, and not the app that shows it.
    """

    def __init__(self, code: str, *, spent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.spent = spent


class TokenKeeper(Protocol):
    """Where a channel gets its access token from. All raise TokenUnavailableError and TokenRefusedError."""

    async def access_token(self) -> str:
        """Return the token in force."""
        ...

    async def renew(self, stale: str) -> str:
        """Return the one after `stale`, which the provider takes no more."""
        ...

    async def close(self) -> None:
        """Wait for what is under way: a renewal must not be broken off."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a provider gives for a refresh token."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    life: timedelta


Exchange = Callable[[str], Awaitable[Grant]]
"""Spends a refresh token, within some seconds; raises TokenUnavailableError and TokenRefusedError."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class StoredTokens:
    """Keeps the pair in the database, where all workers find it.

    A refresh token can be spent once, so a renewal holds the provider's lock in the database from before the
    reading to after the commit: of any number of workers one asks the provider, the others wait and read what
    it got. This is the one place where a connection is held while a provider is asked. It can not be
    otherwise without leases of its own, and is cheap: once in twenty hours, one connection a process, for as
    long as an exchange may take. A pair is committed before anybody uses it.

    What can be lost: when the process dies between the provider's answer and the commit, or the answer does
    not arrive, the pair is nobody's. The next renewal is refused then, `provider_token_lost` is logged, and
    the chain begins anew with the refresh token of the settings, once an operator has put a new one there.
    """

    def __init__(
        self,
        provider: str,
        exchange: Exchange,
        open_unit: Callable[[], UnitOfWork],
        *,
        first: str | None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._provider = provider
        self._exchange = exchange
        self._open_unit = open_unit
        self._first = first
        self._clock = clock
        self._turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[TokenPair]] = set()
        self._held: TokenPair | None = None
        self._unsaved: TokenPair | None = None
        self._spent: set[str] = set()
        self._serves_until = datetime.min.replace(tzinfo=UTC)

    async def access_token(self) -> str:
        """Return the token in force, renewed if its time is near."""
        return (await self._pair(stale=None)).access

    async def renew(self, stale: str) -> str:
        """Return the token after `stale`: another worker's if there is one, else a new one."""
        return (await self._pair(stale=stale)).access

    async def close(self) -> None:
        """Wait for a renewal that is under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _pair(self, *, stale: str | None) -> TokenPair:
        async with self._turn:
            held, now = self._held, self._clock()
            if held and held.access != stale and (now < _due_at(held) or now < self._serves_until):
                return held
            try:
                return await self._finish(self._obtain(stale))
            except (TokenUnavailableError, TokenRefusedError):
                held = self._held
                if held is None or held.access == stale or held.expires_at - now < TO_SPARE:
                    raise
                self._serves_until = min(now + AGAIN, held.expires_at - TO_SPARE)
                return held

    async def _finish(self, obtaining: Awaitable[TokenPair]) -> TokenPair:
        """Wait for a pair, which is got and kept even if the caller's time is over before."""
        task = asyncio.ensure_future(obtaining)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    async def _obtain(self, stale: str | None) -> TokenPair:
        try:
            async with self._open_unit() as uow:
                await repository.lock(uow, self._provider)
                pair = await repository.read(uow, self._provider)
                self._held = pair or self._held
                if pair is None or pair.access == stale or self._clock() >= _due_at(pair):
                    pair = await self._next(pair)
                    await repository.keep(uow, self._provider, pair)
                    await uow.commit()
        except UNAVAILABLE as error:
            raise TokenUnavailableError(type(error).__name__) from error
        except UndecipherableError as error:
            raise TokenRefusedError("undecipherable", spent=False) from error
        self._held, self._unsaved = pair, None
        return pair

    async def _next(self, kept: TokenPair | None) -> TokenPair:
        """Return the pair after this one; not asked for again where it only could not be committed."""
        if self._unsaved is None:
            grant = await self._granted(kept)
            now = self._clock()
            self._unsaved = TokenPair(
                access=grant.access, refresh=grant.refresh, expires_at=now + grant.life, renewed_at=now
            )
            log.info("provider_token_renewed", provider=self._provider)
        return self._unsaved

    async def _granted(self, kept: TokenPair | None) -> Grant:
        refusal = TokenRefusedError("no-token", spent=True)
        for refresh in self._candidates(kept):
            try:
                return await self._exchange(refresh)
            except TokenRefusedError as error:
                refusal = error
                if error.spent:
                    self._spent.add(refresh)
        log.error("provider_token_lost", provider=self._provider, code=refusal.code)
        raise refusal

    def _candidates(self, kept: TokenPair | None) -> Iterator[str]:
        """Return what may be tried: the kept token, then that of the settings; none known as spent."""
        for refresh in (kept.refresh if kept else None, self._first):
            if refresh and refresh not in self._spent:
                yield refresh


def _due_at(pair: TokenPair) -> datetime:
    return pair.renewed_at + DUE * (pair.expires_at - pair.renewed_at)
