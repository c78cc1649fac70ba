"""Where files that nobody trusts are opened: a few child processes, each of which may die of what it opens.

A job has a child for itself. A file that is too slow, takes too much memory or brings the child down is
refused, and only that file; another child takes the place. Children hold no key and no secret; what is to be
signed for a copy they ask for, once for each copy.
"""

import asyncio
import errno
import math
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import BinaryIO

from storage.errors import StorageError
from storage.papers.card import Card
from storage.papers.findings import Findings
from storage.papers.limits import MIB
from storage.papers.messages import Done, Greeting, Job
from storage.papers.notary import Notary
from storage.papers.placed import Placed
from storage.papers.refusals import PaperRefused, Refusal
from storage.papers.seats import Order, Seat, WorkshopClosedError
from storage.papers.settings import PaperSettings
from storage.papers.spool import reader_of, spool
from storage.papers.turns import FullError, Turns
from storage.papers.worker import Sign

__all__ = ["Workshop", "WorkshopBusyError", "WorkshopClosedError"]


class WorkshopBusyError(StorageError):
    """As many files wait as may. The caller should try again in a while."""


class Workshop:
    """A pool of children that examine files and draw copies. Made by `Workshop.open`.

    A child is started when a file waits and none is idle, up to as many as the settings say, and then stays.
    A process that is never brought a file has none; a file for which one is started takes half a second more.
    """

    def __init__(self, settings: PaperSettings) -> None:
        greeting = Greeting(
            limits=settings.limits(),
            roots=settings.root_certificates(),
            memory=settings.paper_memory_mib * MIB,
            seconds=math.ceil(settings.paper_seconds),
            parent=os.getpid(),
        )
        self._folder = settings.spool_folder()
        self._copy_bytes = greeting.limits.copy_bytes
        self._turns: Turns[Order] = Turns(settings.paper_queue)
        self._seats = [
            Seat(self._turns, greeting, seconds=settings.paper_seconds, jobs=settings.paper_jobs)
            for _ in range(settings.paper_workers)
        ]
        self._closed = False

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: PaperSettings) -> AsyncIterator["Workshop"]:
        """Keep children, once there is work for them, for as long as the context lasts.

        Raises:
            SettingsError: the roots of signatures can not be read.
        """
        workshop = cls(settings)
        kept = [asyncio.create_task(seat.keep()) for seat in workshop._seats]
        try:
            yield workshop
        finally:
            workshop._closed = True
            for task in kept:
                task.cancel()
            await asyncio.wait(kept)
            while len(workshop._turns):
                (await workshop._turns.next()).give_up()

    @property
    def children(self) -> tuple[int, ...]:
        """Process ids of the children that are ready now."""
        return tuple(seat.worker.process_id for seat in self._seats if seat.worker)

    async def examine(self, file: BinaryIO, *, declared: str | None = None, whose: str = "") -> Findings:
        """Return what a file is.

        Args:
            file: open for reading in binary, with a descriptor. Its position may move.
            declared: the media type that its sender gave.
            whose: who waits for it, an agency for example: all who wait take turns, however much each brings.

        Raises:
            PaperRefused: it can not be taken, and why.
            WorkshopBusyError: too many wait.
            WorkshopClosedError: there is nobody to look at it.
        """
        done = await self._done(Job(declared=declared), [reader_of(file)], whose)
        return done.findings

    async def prepare(
        self, file: BinaryIO, *, card: Card, notary: Notary, declared: str | None = None, whose: str = ""
    ) -> tuple[Findings, Placed, BinaryIO]:
        """Return what a file is, where the card went on its display copy, and that copy.

        The copy is a file without a name, at its start; the caller closes it.

        Args:
            file: as of `examine`.
            card: what is drawn.
            notary: who signs the copy; called in a thread of this process, once.
            declared: as of `examine`.
            whose: as of `examine`.

        Raises:
            PaperRefused: as of `examine`, or the copy is too large.
            WorkshopBusyError: too many wait.
            WorkshopClosedError: there is nobody to look at it.
            OSError: there is no room for the copy.
            Exception: what `notary.sign` raised.
        """
        copy = spool(self._folder)
        try:
            done = await self._done(
                Job(declared=declared, card=card, certificates=notary.certificates),
                [reader_of(file), os.dup(copy.fileno())],
                whose,
                lambda data: asyncio.to_thread(notary.sign, data),
            )
            copy.seek(0)
            return done.findings, _present(done.placed), copy
        except PaperRefused as refusal:
            with copy:
                raise self._cause(refusal, copy) from refusal
        except BaseException:
            copy.close()
            raise

    def _cause(self, refusal: PaperRefused, copy: BinaryIO) -> Exception:
        """Return why a copy was not made: a library that can not write on aborts, as over a damaged file."""
        if refusal.reason is not Refusal.DAMAGED:
            return refusal
        if os.fstat(copy.fileno()).st_size >= self._copy_bytes:
            return PaperRefused(Refusal.TOO_LARGE, limit=self._copy_bytes)
        room = os.statvfs(copy.fileno())
        if room.f_bavail * room.f_frsize < MIB:
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return refusal

    async def _done(self, job: Job, descriptors: list[int], whose: str, sign: Sign | None = None) -> Done:
        order = Order(job=job, descriptors=descriptors, sign=sign)
        if self._closed:
            order.give_up()
        else:
            try:
                self._turns.add(order, whose=whose)
            except FullError:
                order.close()
                raise WorkshopBusyError from None
        try:
            return await order.outcome
        finally:
            # Cancelled while it waited, its files are closed here; where a child has it, its seat does.
            if self._turns.remove(order, whose=whose):
                order.close()


def _present(placed: Placed | None) -> Placed:
    """Return where the card went, or refuse the file over which a child forgot to say it."""
    if placed is None:
        raise PaperRefused(Refusal.DAMAGED)
    return placed
