"""Waiting that ends when the process is told to stop."""

import asyncio


class Pause:
    """Lets handlers wait without holding up the end of the process."""

    def __init__(self) -> None:
        self._ended = False
        self._waiting: set[asyncio.Future[None]] = set()

    def end(self) -> None:
        """Wake everybody, now and from now on."""
        self._ended = True
        self.wake()

    def wake(self) -> None:
        """Wake everybody who waits now."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def sleep(self, seconds: float) -> bool:
        """Return whether somebody woke us before that time was over."""
        if self._ended or seconds <= 0:
            return False
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            done, _ = await asyncio.wait((future,), timeout=seconds)
        finally:
            self._waiting.discard(future)
        return bool(done) and not self._ended
