"""How fast a portal is called, and whether it is called at all."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus

from api.connectors.portals.wire import Asked, Said, SilenceError, Wire
from notify.breaker import Breaker
from notify.ports import Outcome, OutcomeKind
from notify.rates import Rate
from storage.ids import new_id

Pause = Callable[[float], Awaitable[None]]
_UP = (Outcome(kind=OutcomeKind.ACCEPTED),)
_DOWN = (Outcome(kind=OutcomeKind.RETRYABLE),)


class Pace:
    """Gives each call its turn, in the order in which they ask (the generic cell rate algorithm).

    Args:
        rate: of this process.
        clock: seconds that never go back.
        pause: waits; another one in tests.
    """

    def __init__(
        self, rate: Rate, *, clock: Callable[[], float] = time.monotonic, pause: Pause = asyncio.sleep
    ) -> None:
        self._each = 1 / rate.per_second
        self._ahead = (rate.burst - 1) * self._each
        self._clock, self._pause = clock, pause
        self._due = 0.0

    async def turn(self) -> None:
        """Wait until it is our turn."""
        now = self._clock()
        due = max(self._due, now)
        self._due = due + self._each
        if (wait := due - self._ahead - now) > 0:
            await self._pause(wait)


class Gate:
    """What all calls of a portal in one process go through.

    Args:
        name: of the portal.
        wire: asks.
        pace: says when.
        breaker: says whether; it knows messages, of which each call is another.
    """

    def __init__(self, name: str, wire: Wire, pace: Pace, breaker: Breaker | None = None) -> None:
        self._wire, self._pace = wire, pace
        self._breaker = breaker or Breaker(f"portal:{name}")

    async def ask(self, asked: Asked) -> Said:
        """Send a request. Raises SilenceError, at once while the portal is left alone."""
        if not self._breaker.admit(1):
            rest = timedelta(seconds=self._breaker.seconds)
            raise SilenceError("left alone, as it does not answer", sent=False, retry_after=rest)
        try:
            await self._pace.turn()
            said = await self._wire.ask(asked)
        except SilenceError:
            self._breaker.heed([new_id()], _DOWN)
            raise
        except BaseException:
            # Whoever gave up waiting has learnt nothing.
            self._breaker.release()
            raise
        self._breaker.heed([new_id()], _UP if _is_up(said) else _DOWN)
        return said

    async def close(self) -> None:
        """Let go of connections."""
        await self._wire.close()


def _is_up(said: Said) -> bool:
    # One that says for how long it is busy is up.
    return said.status < HTTPStatus.INTERNAL_SERVER_ERROR or said.status == HTTPStatus.SERVICE_UNAVAILABLE
