"""Failures on command: each channel follows a script until it is used up."""

import collections
import dataclasses
import fnmatch
from collections.abc import Sequence

from infra.sandbox.pause import Pause
from infra.sandbox.scripts import (
    FOREVER,
    AcceptThenHang,
    Delay,
    Fault,
    FaultyChannel,
    Match,
    Point,
    Script,
    objections,
)


@dataclasses.dataclass(kw_only=True)
class _Plan:
    """What is left of a script."""

    steps: collections.deque[tuple[Fault, int]]
    match: Match | None

    def concerns(self, to: Sequence[str]) -> bool:
        match = self.match
        return match is None or any(fnmatch.fnmatchcase(one, match.to) for one in to)


class Faults:
    """The scripts of all channels."""

    def __init__(self, pause: Pause) -> None:
        self._pause = pause
        self._plans: dict[FaultyChannel, _Plan] = {}

    def put(self, channel: FaultyChannel, script: Script) -> None:
        """Replace the channel's script.

        Raises:
            ValueError: The script asks for what this channel cannot do.
        """
        if found := list(objections(channel, script)):
            raise ValueError("; ".join(found))
        steps = collections.deque((fault, fault.times) for fault in script.script)
        self._plans[channel] = _Plan(steps=steps, match=script.match)

    def clear(self, channel: FaultyChannel) -> None:
        """Let the channel work again."""
        self._plans.pop(channel, None)

    def left(self, channel: FaultyChannel) -> dict[str, object]:
        """Return the script as far as it has not been used up, in the form that `put` takes."""
        plan = self._plans.get(channel)
        if plan is None:
            return {"script": []}
        script = [fault.model_dump(exclude_unset=True) | {"times": times} for fault, times in plan.steps]
        return {"script": script} | ({"match": plan.match.model_dump()} if plan.match else {})

    async def meet(
        self, channel: FaultyChannel, *, to: Sequence[str] = (), at: Point | None = None
    ) -> Fault | None:
        """Use up one turn of the next fault, if it strikes here, and sit out a delay.

        What is returned is the caller's to answer with; for `accept_then_hang` see `linger`.

        Args:
            channel: Where we are.
            to: The addressees that `match` looks at.
            at: The point of the SMTP dialogue; None on the channels that have no points.
        """
        fault = self._take(channel, to, at)
        if isinstance(fault, Delay):
            await self._pause.sleep(fault.seconds)
            return None
        return fault

    async def linger(self, fault: Fault | None) -> None:
        """Hold back the answer to what was taken in, if the fault is to accept and then hang."""
        if isinstance(fault, AcceptThenHang):
            await self._pause.sleep(fault.seconds)

    def _take(self, channel: FaultyChannel, to: Sequence[str], at: Point | None) -> Fault | None:
        plan = self._plans.get(channel)
        if plan is None or not plan.concerns(to):
            return None
        fault, times = plan.steps[0]
        if at is not None and fault.at != at:
            return None
        if times != FOREVER:
            plan.steps.popleft()
            if times > 1:
                plan.steps.appendleft((fault, times - 1))
            if not plan.steps:
                self.clear(channel)
        return fault
