"""A child that a file took over, and what it can reach then."""

import asyncio
import socket
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from storage.papers.findings import Findings
from storage.papers.frames import FRAME_BYTES, BrokenLineError, ChildLine, ParentLine
from storage.papers.kinds import MediaType
from storage.papers.messages import Done, Job, Signed, Taken, ToSign, decoded, encoded
from storage.papers.worker import ChildDiedError, NotTakenError, Worker

FINDINGS = Findings(media_type=MediaType.PDF, pages=1)
TAKEN = encoded(Taken())


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(4, "big") + message


async def done_by(behaviour: Callable[[socket.socket], None], *, signs: list[bytes] | None = None) -> Done:
    """Have a job done by a child that behaves so; what it has signed is put into `signs`."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(["sleep", "60"])  # noqa: ASYNC220 - it does not wait for it

    def behave() -> None:
        with theirs:
            ChildLine(theirs).hear()
            behaviour(theirs)

    child = threading.Thread(target=behave)
    child.start()
    worker = Worker(process, ParentLine(ours))

    async def sign(data: bytes) -> bytes:
        signs.append(data)
        return b"signature"

    try:
        return await worker.do(Job(), [], sign if signs is not None else None)
    finally:
        await worker.end()
        await asyncio.to_thread(child.join)


def saying(*messages: bytes) -> Callable[[socket.socket], None]:
    return lambda line: line.sendall(b"".join(framed(message) for message in messages))


async def test_a_child_that_behaves_is_believed():
    """The line as it should be, with one signature."""
    signs: list[bytes] = []

    def behave(line: socket.socket) -> None:
        saying(TAKEN, encoded(ToSign(data=b"\xff\x00")))(line)
        answer = decoded(ChildLine(line).hear()[0])
        assert answer == Signed(signature=b"signature")
        saying(encoded(Done(findings=FINDINGS)))(line)

    assert await done_by(behave, signs=signs) == Done(findings=FINDINGS)
    assert signs == [b"\xff\x00"]


async def test_a_child_has_one_thing_signed():
    """A second request ends it: it can not sign whatever it likes for as long as it lives."""
    signs: list[bytes] = []

    def behave(line: socket.socket) -> None:
        saying(TAKEN)(line)
        for data in (b"1", b"2"):
            saying(encoded(ToSign(data=data)))(line)
            with suppress(BrokenLineError):
                ChildLine(line).hear()

    with pytest.raises(ChildDiedError):
        await done_by(behave, signs=signs)
    assert signs == [b"1"]


async def test_a_child_that_examines_has_nothing_signed():
    """No copy, no signature."""
    with pytest.raises(ChildDiedError):
        await done_by(saying(TAKEN, encoded(ToSign(data=b"1"))))


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"nonsense",
        b"[" * 100_000,
        b'{"kind":"done"}',
        b'{"kind":"done","findings":{"media_type":"text/html","pages":1}}',
        b'{"kind":"done","findings":{"media_type":"application/pdf","pages":0}}',
        b'{"kind":"refused","reason":"because"}',
        encoded(Job()),
        TAKEN,
    ],
)
async def test_what_makes_no_sense_ends_a_child(said):
    """Nothing that it says is more than data, and data is checked."""
    with pytest.raises(ChildDiedError) as caught:
        await done_by(saying(TAKEN, said))
    assert caught.value.exit_code is None


async def test_a_child_can_not_fill_our_memory():
    """A frame has a largest size, which is told before it is read."""

    def behave(line: socket.socket) -> None:
        line.sendall(framed(TAKEN) + (FRAME_BYTES + 1).to_bytes(4, "big"))
        line.recv(1)  # until the parent hangs up

    async with asyncio.timeout(20):
        with pytest.raises(ChildDiedError):
            await done_by(behave)


@pytest.mark.parametrize("said", [b"", b"\0", b"\0\0\0\x05ab"])
async def test_a_child_that_hangs_up_before_it_begins_is_not_blamed_on_the_file(said):
    """The job can go to another one."""
    with pytest.raises(NotTakenError):
        await done_by(lambda line: line.sendall(said))
