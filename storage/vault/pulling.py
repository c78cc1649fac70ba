"""What an event loop makes, taken by a thread."""

import asyncio
from collections.abc import AsyncIterable, Iterator

PIECE = 1024 * 1024
"""Bytes handed over at a time: each time takes a tenth of a millisecond."""


class Pull:
    """Iterates in a thread over what an asynchronous iterator yields in the loop that made this.

    Attributes:
        failed: what the asynchronous iterator has raised.
    """

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self.failed: Exception | None = None
        self._loop = asyncio.get_running_loop()
        self._chunks = aiter(chunks)
        self._making: asyncio.Task[bytes] | None = None
        self._stopped = False

    def stop(self) -> None:
        """Let the thread's iteration fail, at once also where it waits. To be called in the loop."""
        self._stopped = True
        if self._making is not None:
            self._making.cancel()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if piece := asyncio.run_coroutine_threadsafe(self._piece(), self._loop).result():
            return piece
        raise StopIteration

    async def _piece(self) -> bytes:
        if self._stopped:
            raise asyncio.CancelledError
        self._making = asyncio.current_task()
        gathered: list[bytes] = []
        size = 0
        try:
            async for chunk in self._chunks:
                gathered.append(chunk)
                size += len(chunk)
                if size >= PIECE:
                    break
        except Exception as error:
            self.failed = error
            raise
        return b"".join(gathered)
