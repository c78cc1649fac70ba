"""The workshop's side of one child: started, greeted, given jobs, and ended."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import storage
from storage.papers.confinement import keep_to_oneself
from storage.papers.frames import BrokenLineError, ParentLine
from storage.papers.messages import (
    Done,
    Greeting,
    Job,
    Ready,
    Refused,
    Signed,
    Taken,
    ToSign,
    decoded,
    encoded,
)

Sign = Callable[[bytes], Awaitable[bytes]]

_STARTS_WITHIN = 60.0
_ENDS_WITHIN = 1.0
_ROOT = Path(storage.__file__).parents[1]


class NotTakenError(Exception):
    """The child was gone before it had the file in hand: the job goes to another one."""


class ChildDiedError(Exception):
    """The child died over a file.

    Attributes:
        exit_code: as of `subprocess.Popen.returncode`: the negative number of the signal that ended it. None
            when it lived on, but made no sense any more.
    """

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(f"ended with {exit_code}")
        self.exit_code = exit_code


class Worker:
    """One child process."""

    def __init__(self, process: "subprocess.Popen[bytes]", line: ParentLine) -> None:
        self._process = process
        self._line = line

    @classmethod
    async def start(cls, greeting: Greeting) -> "Worker":
        """Start a child and wait until it has loaded everything; it does not see into this process.

        Raises:
            ChildDiedError: it could not load, or took too long.
        """
        keep_to_oneself()
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own command; it does not wait for the child
                [sys.executable, "-P", "-s", "-m", "storage.papers.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None,  # to say why it could not load; it falls silent before its first job
                env={"PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8"},  # nothing else: ours holds secrets
                cwd="/",
                start_new_session=True,
            )
        worker = cls(process, ParentLine(ours))
        try:
            async with asyncio.timeout(_STARTS_WITHIN):
                await worker._line.tell(encoded(greeting))
                await worker._hear(Ready)
        except (BrokenLineError, TimeoutError):
            raise ChildDiedError(await worker.end()) from None
        except BaseException:
            await worker.end()
            raise
        return worker

    @property
    def process_id(self) -> int:
        """The id of the child's process."""
        return self._process.pid

    async def do(self, job: Job, descriptors: Sequence[int], sign: Sign | None) -> Done | Refused:
        """Have a job done.

        Args:
            job: what is asked.
            descriptors: the file, open for reading; and the empty copy, open for writing.
            sign: answers the one request for a signature that a copy needs.

        Raises:
            NotTakenError: the child was gone before it began.
            ChildDiedError: it died over the file, or said what it may not say.
        """
        try:
            await self._line.tell(encoded(job), descriptors)
            await self._hear(Taken)
        except BrokenLineError:
            await self.end()
            raise NotTakenError from None
        try:
            return await self._outcome(sign)
        except BrokenLineError:
            raise ChildDiedError(await self.end()) from None

    async def _outcome(self, sign: Sign | None) -> Done | Refused:
        while True:
            message = decoded(await self._line.hear())
            match message:
                case Done() | Refused():
                    return message
                case ToSign() if sign is not None:
                    signature = await sign(message.data)
                    sign = None  # one for each job: a child that a file took over can not sign at will
                    await self._line.tell(encoded(Signed(signature=signature)))
                case _:
                    raise BrokenLineError

    async def _hear(self, kind: type[Ready | Taken]) -> None:
        if not isinstance(decoded(await self._line.hear()), kind):
            raise BrokenLineError

    async def end(self) -> int | None:
        """Hang up, and return how the child ended; None when it did not by itself and had to be killed."""
        self._line.close()
        exited = asyncio.ensure_future(asyncio.to_thread(self._process.wait))
        try:
            await asyncio.wait([exited], timeout=_ENDS_WITHIN)
            by_itself = exited.done()
        finally:
            self.kill()
        exit_code = await asyncio.shield(exited)
        return exit_code if by_itself else None

    def kill(self) -> None:
        """End the child now, whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()
