"""A seat of the workshop: one child after another, each given one job after another."""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from storage.errors import StorageError
from storage.papers.messages import Done, Greeting, Job, Refused
from storage.papers.refusals import PaperRefused, Refusal
from storage.papers.turns import Turns
from storage.papers.worker import ChildDiedError, NotTakenError, Sign, Worker

_ABANDONED_SECONDS = 1.0
"""What a job that nobody waits for any more may still take: a new child costs more than most files."""
_RESTART_SECONDS = (0.5, 30.0)
"""How long to wait after a child could not start: at first, and at most; it doubles in between."""
_TRIES = 3

_log = structlog.get_logger()


class WorkshopClosedError(StorageError):
    """No child could be started, or the process is ending."""


def _a_future() -> "asyncio.Future[Done]":
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False, slots=True, kw_only=True)
class Order:
    """A job with its files, and its outcome, which somebody waits for.

    Attributes:
        job: what is asked.
        descriptors: of its files, closed with the order.
        sign: answers for whoever signs the copy.
        outcome: PaperRefused, what `sign` raised or WorkshopClosedError, if not what was asked for; cancelled
            when nobody waits any more.
        tries: children that were gone before they had it in hand.
    """

    job: Job
    descriptors: list[int]
    sign: Sign | None
    outcome: "asyncio.Future[Done]" = field(default_factory=_a_future)
    tries: int = 0

    def succeed(self, done: Done) -> None:
        """Tell whoever waits."""
        if not self.outcome.done():
            self.outcome.set_result(done)

    def fail(self, error: Exception) -> None:
        """Tell whoever waits."""
        if not self.outcome.done():
            self.outcome.set_exception(error)

    def close(self) -> None:
        """Close its files. Nothing happens the second time."""
        while self.descriptors:
            os.close(self.descriptors.pop())

    def give_up(self) -> None:
        """Nobody will do it."""
        self.fail(WorkshopClosedError())
        self.close()


class Seat:
    """Takes orders as long as it is kept."""

    def __init__(self, turns: Turns[Order], greeting: Greeting, *, seconds: float, jobs: int) -> None:
        self._turns = turns
        self._greeting = greeting
        self._seconds = seconds
        self._jobs = jobs
        self._in_hand: Order | None = None
        self.worker: Worker | None = None

    async def keep(self) -> None:
        """Hold a child until it is not fit any more or has done its jobs, then the next. Never returns.

        The first is started for the first order that finds no child idle.
        """
        try:
            self._in_hand = await self._turns.next(spare=True)
            while True:
                self.worker = await self._hire()
                try:
                    await self._serve(self.worker)
                finally:
                    ended, self.worker = self.worker, None
                    await ended.end()
        finally:
            self._give_up()

    async def _hire(self) -> Worker:
        pause, longest = _RESTART_SECONDS
        while True:
            with suppress(ChildDiedError, OSError):
                return await Worker.start(self._greeting)
            _log.error("papers.child_did_not_start")
            self._give_up()  # to wait would be in vain
            while len(self._turns):
                (await self._turns.next()).give_up()
            await asyncio.sleep(pause)
            pause = min(2 * pause, longest)

    def _give_up(self) -> None:
        if self._in_hand:
            self._in_hand.give_up()
            self._in_hand = None

    async def _serve(self, worker: Worker) -> None:
        for _ in range(self._jobs):
            # In hand may be what the child was started for, or the last one did not take any more.
            order = self._in_hand = self._in_hand or await self._turns.next()
            # Nobody may wait for it any more by now.
            fit = order.outcome.done() or await self._have_done(worker, order)
            if order.outcome.done():
                order.close()
                self._in_hand = None
            if not fit:
                return

    async def _have_done(self, worker: Worker, order: Order) -> bool:
        """Return whether the child is good for another job."""
        running = asyncio.ensure_future(worker.do(order.job, order.descriptors, order.sign))
        try:
            waiting: set[asyncio.Future[Any]] = {running, order.outcome}
            await asyncio.wait(waiting, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            if order.outcome.done():
                await asyncio.wait({running}, timeout=_ABANDONED_SECONDS)
            if running.done():
                return self._settle(order, running)
            order.fail(PaperRefused(Refusal.TOO_SLOW, limit=self._greeting.seconds))
            return False
        finally:
            if not running.done():
                worker.kill()
                running.cancel()
                await asyncio.wait({running})

    def _settle(self, order: Order, running: "asyncio.Future[Done | Refused]") -> bool:
        try:
            answer = running.result()
        except NotTakenError:
            order.tries += 1
            if order.tries == _TRIES:
                order.fail(WorkshopClosedError())
        except ChildDiedError as death:
            _log.warning("papers.child_died", exit_code=death.exit_code)
            order.fail(self._refusal(death))
        except Exception as error:  # noqa: BLE001 - whatever the notary raised goes to whoever asked for a copy
            order.fail(error)
        else:
            return _tell(order, answer)
        return False

    def _refusal(self, death: ChildDiedError) -> PaperRefused:
        if death.exit_code == -signal.SIGXCPU:
            return PaperRefused(Refusal.TOO_SLOW, limit=self._greeting.seconds)
        if death.exit_code == -signal.SIGKILL:  # by the system, which was out of memory
            return PaperRefused(Refusal.TOO_MUCH_MEMORY, limit=self._greeting.memory)
        return PaperRefused(Refusal.DAMAGED)


def _tell(order: Order, answer: Done | Refused) -> bool:
    if isinstance(answer, Done):
        order.succeed(answer)
        return True
    if answer.fault is not None:
        _log.warning("papers.stumbled", reason=answer.reason, fault=answer.fault)
    order.fail(PaperRefused(answer.reason, **answer.params))
    return answer.fault is None and answer.reason is not Refusal.TOO_MUCH_MEMORY
