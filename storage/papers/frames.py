"""How the workshop and its children speak: frames over a socket, with files as descriptors beside them.

A frame is its length in four bytes (big-endian) and so many bytes. Descriptors travel with the length
(SCM_RIGHTS, unix(7)).
"""

import asyncio
import socket
from collections.abc import Sequence

_LENGTH_BYTES = 4
_DESCRIPTORS = 2
FRAME_BYTES = 4 * 2**20
"""The most that a frame may hold; the largest is the greeting with all root certificates."""


class BrokenLineError(Exception):
    """The other side is gone, or said what it may not say."""


class ChildLine:
    """The child's end: it waits for the parent, and has nothing else to do."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def tell(self, frame: bytes) -> None:
        """Send a frame."""
        self._line.sendall(_length(frame) + frame)

    def hear(self) -> tuple[bytes, list[int]]:
        """Wait for a frame, and return it with the descriptors that came along.

        Raises BrokenLineError when the parent is gone.
        """
        length, descriptors, _, _ = socket.recv_fds(self._line, _LENGTH_BYTES, _DESCRIPTORS)
        length += self._exactly(_LENGTH_BYTES - len(length)) if length else b""
        return self._exactly(_size(length)), descriptors

    def _exactly(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            part = self._line.recv(size - len(parts))
            if not part:
                raise BrokenLineError
            parts += part
        return bytes(parts)


class ParentLine:
    """The parent's end: it waits for a child among other things."""

    def __init__(self, line: socket.socket) -> None:
        line.setblocking(False)
        self._line = line

    async def tell(self, frame: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send a frame, and descriptors with it, which stay open here."""
        data = _length(frame) + frame
        try:
            if descriptors:
                # Nothing waits in the line when a job is given, so that four bytes always fit.
                socket.send_fds(self._line, [data[:_LENGTH_BYTES]], list(descriptors))
                data = data[_LENGTH_BYTES:]
            await asyncio.get_running_loop().sock_sendall(self._line, data)
        except OSError as error:
            raise BrokenLineError from error

    async def hear(self) -> bytes:
        """Wait for a frame. Raises BrokenLineError when the child is gone."""
        return await self._exactly(_size(await self._exactly(_LENGTH_BYTES)))

    async def _exactly(self, size: int) -> bytes:
        parts = bytearray()
        loop = asyncio.get_running_loop()
        while len(parts) < size:
            try:
                part = await loop.sock_recv(self._line, size - len(parts))
            except OSError as error:
                raise BrokenLineError from error
            if not part:
                raise BrokenLineError
            parts += part
        return bytes(parts)

    def close(self) -> None:
        """Hang up: the child ends when it notices."""
        self._line.close()


def _length(frame: bytes) -> bytes:
    if len(frame) > FRAME_BYTES:
        raise ValueError(f"a frame holds {FRAME_BYTES} bytes at most, not {len(frame)}")
    return len(frame).to_bytes(_LENGTH_BYTES, "big")


def _size(length: bytes) -> int:
    size = int.from_bytes(length, "big")
    if len(length) != _LENGTH_BYTES or size > FRAME_BYTES:
        raise BrokenLineError
    return size
