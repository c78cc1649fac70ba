"""A child of the workshop: opens files that nobody trusts, and holds nothing worth stealing.

Run as `python -m storage.papers.child DESCRIPTOR`, with the line to its parent as the descriptor. It has no
key, no secret in its environment, and no file but those of the job at hand.
"""

import gc
import io
import os
import socket
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TypeVar, cast

import pikepdf
from PIL import Image

from storage.papers.card import Card
from storage.papers.confinement import allow_seconds, confine, die_with
from storage.papers.examining import examine
from storage.papers.frames import BrokenLineError, ChildLine
from storage.papers.limits import Limits
from storage.papers.messages import (
    Done,
    Greeting,
    Job,
    Message,
    Ready,
    Refused,
    Signed,
    Taken,
    ToSign,
    decoded,
    encoded,
)
from storage.papers.notary import Notary
from storage.papers.refusals import PaperRefused, Refusal
from storage.papers.signatures import Roots
from storage.papers.stamping import stamp

_Heard = TypeVar("_Heard", Greeting, Signed)
_CARD = Card(
    link=f"HTTPS://EXAMPLE.VN/V/000000000000#{'A' * 300}",
    issued_on=date(2026, 1, 1),
    valid_on=date(2026, 1, 1),
)


class Child:
    """One job after another, until the parent hangs up."""

    def __init__(self, line: ChildLine) -> None:
        self._line = line
        self._greeting = self._hear(Greeting)
        self._roots = Roots(certificates=self._greeting.roots)

    def work(self) -> None:
        """Load everything, give up what is not needed, and work. Raises BrokenLineError at the end."""
        die_with(self._greeting.parent)
        _warm_up(self._greeting.limits)
        gc.collect()
        gc.freeze()  # what stays for good is not looked through after each job
        _fall_silent()
        confine(memory=self._greeting.memory, file_bytes=self._greeting.limits.copy_bytes)
        self._tell(Ready())
        while True:
            frame, descriptors = self._line.hear()
            job = decoded(frame)
            if not isinstance(job, Job):
                raise BrokenLineError
            self._tell(Taken())
            allow_seconds(self._greeting.seconds)
            self._tell(self._answer(job, descriptors))
            gc.collect()

    def _answer(self, job: Job, descriptors: list[int]) -> Done | Refused:
        modes = ("rb", "w+b")[: len(descriptors)]
        files = [
            cast("BinaryIO", os.fdopen(number, mode)) for number, mode in zip(descriptors, modes, strict=True)
        ]
        try:
            return self._do(job, *files)
        except PaperRefused as refusal:
            return Refused(reason=refusal.reason, params=dict(refusal.params))
        except MemoryError:
            return Refused(reason=Refusal.TOO_MUCH_MEMORY, params={"limit": self._greeting.memory})
        except BrokenLineError:
            raise
        except Exception as error:  # noqa: BLE001 - a hostile file reaches every line of every library
            return Refused(reason=Refusal.DAMAGED, fault=_place(error))
        finally:
            for file in files:
                file.close()

    def _do(self, job: Job, file: BinaryIO, copy: BinaryIO | None = None) -> Done:
        findings = examine(file, limits=self._greeting.limits, roots=self._roots, declared=job.declared)
        if job.card is None or copy is None:
            return Done(findings=findings)
        notary = Notary(certificates=job.certificates, sign=self._sign)
        file.seek(0)
        placed = stamp(file, copy, findings=findings, card=job.card, notary=notary)
        copy.flush()
        return Done(findings=findings, placed=placed)

    def _sign(self, data: bytes) -> bytes:
        self._tell(ToSign(data=data))
        return self._hear(Signed).signature

    def _tell(self, message: Message) -> None:
        self._line.tell(encoded(message))

    def _hear(self, kind: type[_Heard]) -> _Heard:
        message = decoded(self._line.hear()[0])
        if not isinstance(message, kind):
            raise BrokenLineError
        return message


def _warm_up(limits: Limits) -> None:
    """Look at papers of our own and draw on one: libraries load some parts when they are first used."""
    paper, picture = io.BytesIO(), io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(paper)
    Image.new("L", (8, 8)).save(picture, "JPEG")
    examine(picture, limits=limits)
    findings = examine(paper, limits=limits)
    with suppress(ValueError):  # for want of a certificate, after all else is done
        stamp(paper, io.BytesIO(), findings=findings, card=_CARD, notary=Notary(certificates=(), sign=bytes))


def _fall_silent() -> None:
    """Write no more to the log of the parent: libraries quote what they read."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)


def _place(error: BaseException) -> str:
    """Return where it went wrong, without what the file said."""
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return type(error).__qualname__
    code = traceback.tb_frame.f_code
    return f"{type(error).__qualname__} in {Path(code.co_filename).name}:{traceback.tb_lineno}"


def main() -> None:
    """Serve the parent whose line is named on the command line."""
    line = ChildLine(socket.socket(fileno=int(sys.argv[1])))
    try:
        Child(line).work()
    except BrokenLineError:
        os._exit(0)  # at once: nothing here is worth tidying up


if __name__ == "__main__":
    main()
