"""One session, or token, for many calls."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from api.connectors.portals.style import Credential

_SPENT = 0.9
"""Of its time after which one is no longer used, as the portal's clock may run ahead of ours."""


class Admission:
    """Keeps what we were given, and asks for another when it is over; of many who wait, one asks.

    Args:
        sign_in: asks for one. Raises PortalError.
        clock: seconds that never go back.
    """

    def __init__(
        self, sign_in: Callable[[], Awaitable[Credential]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sign_in, self._clock = sign_in, clock
        self._turn = asyncio.Lock()
        self._secret: str | None = None
        self._until = 0.0

    async def current(self) -> str:
        """Return what is good by now. Raises PortalError."""
        async with self._turn:
            if self._secret is None or self._clock() >= self._until:
                began = self._clock()
                credential = await self._sign_in()
                self._secret = credential.secret
                self._until = began + credential.seconds * _SPENT
            return self._secret

    async def after(self, stale: str) -> str:
        """Return another than one that the portal no longer knows. Raises PortalError."""
        async with self._turn:
            # Whoever waited here finds what the first one has asked for.
            if self._secret == stale:
                self._secret = None
        return await self.current()
