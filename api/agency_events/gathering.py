"""Single events that come in at the same moment share a transaction.

A transaction costs several round trips and a flush of the log, whether it keeps one event or a hundred. While
the transactions of a caller are under way, further events of it wait, and then go together: nobody waits for
the sake of company, and the more come the less each costs.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from api.recording.schemas import DossierEvent, EventAnswer
from storage.engine import UNAVAILABLE

Together = Callable[[Mapping[int, DossierEvent]], Awaitable[Mapping[int, EventAnswer]]]
"""Keeps events in one transaction, and returns the answers under the same numbers."""

AT_ONCE = 2
"""Transactions of one caller under way: while the database works on one, the other is thought through."""
MOST = 100
"""Events in one transaction: few enough that the first need not wait long for the last."""

Caller = TypeVar("Caller", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    event: DossierEvent
    answer: "asyncio.Future[EventAnswer]"


@dataclass(slots=True)
class _Queue:
    waiting: "deque[_Waiting]" = field(default_factory=deque)
    workers: int = 0


class Gatherer(Generic[Caller]):
    """Lets events of one caller go together; what distinguishes callers is for the user to say."""

    def __init__(self, together: Callable[[Caller], Together]) -> None:
        self._together = together
        self._queues: dict[Caller, _Queue] = {}
        self._held: set[asyncio.Task[None]] = set()

    async def keep(self, caller: Caller, event: DossierEvent) -> EventAnswer:
        """Keep an event; return its answer once it is durable. Raises what keeping it alone would raise."""
        queue = self._queues.setdefault(caller, _Queue())
        waiting = _Waiting(event, asyncio.get_running_loop().create_future())
        queue.waiting.append(waiting)
        if queue.workers < AT_ONCE:
            queue.workers += 1
            worker = asyncio.create_task(self._work(caller, queue))
            self._held.add(worker)
            worker.add_done_callback(self._held.discard)
        return await waiting.answer

    async def _work(self, caller: Caller, queue: _Queue) -> None:
        together = self._together(caller)
        try:
            while queue.waiting:
                await _keep(together, _take(queue.waiting))
        finally:
            # In the same step in which it found nothing: who comes next must begin anew.
            queue.workers -= 1
            if not queue.workers:
                self._queues.pop(caller, None)


def _take(waiting: "deque[_Waiting]") -> list[_Waiting]:
    """Take those who came first, but of each dossier and of each event id one alone.

    So each is judged as if it had a transaction of its own.
    """
    taken: list[_Waiting] = []
    left: list[_Waiting] = []
    seen: set[tuple[str, str]] = set()
    while waiting and len(taken) < MOST:
        one = waiting.popleft()
        marks = {("dossier", one.event.dossier_code), ("event", one.event.event_id)}
        (left if marks & seen else taken).append(one)
        seen |= marks
    waiting.extendleft(reversed(left))
    return taken


async def _keep(together: Together, group: list[_Waiting]) -> None:
    try:
        answers = await together({number: one.event for number, one in enumerate(group)})
    except Exception as error:  # noqa: BLE001 - each waiting request raises it
        if len(group) == 1 or isinstance(error, UNAVAILABLE):
            for one in group:
                _fail(one, error)
            return
        # One of them may be at fault: it must not sink the others.
        for one in group:
            await _keep(together, [one])
        return
    for number, one in enumerate(group):
        if not one.answer.done():
            one.answer.set_result(answers[number])


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
