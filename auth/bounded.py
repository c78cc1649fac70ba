"""Answers of others that are no larger than they need to be."""

from collections.abc import AsyncIterator

import httpx

MOST_BYTES = 256 * 1024
# A few kilobytes can be unpacked to gigabytes: so nothing comes packed.
PLAIN = {"accept-encoding": "identity"}


class OversizedAnswer(httpx.HTTPError):
    """The answer is larger than anything that could be wanted, or comes packed."""


async def bound(response: httpx.Response) -> None:
    """Let at most 256 kB of a response be read; to be hooked in before its body is.

    A hook and not a transport: a client with a transport of its own would pass over the proxy that the
    environment names.

    Raises:
        OversizedAnswer: it comes packed; reading it raises the same where it is too large.
    """
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise OversizedAnswer("packed")
    assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - of an asynchronous client
    response.stream = _Bounded(response.stream)


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream
        self._left = MOST_BYTES

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise OversizedAnswer("too large")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
