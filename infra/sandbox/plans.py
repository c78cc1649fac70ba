"""Scripts: steps that are taken in order, each a number of times, until they are used up."""

import collections
import dataclasses
import fnmatch
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

FOREVER = -1

Times = Annotated[int, Field(ge=FOREVER)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class Strict(BaseModel):
    """What somebody scripts is taken as it is written, or not at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Strict):
    """One step of a script; −1 times lasts until the script is cleared."""

    times: Times = 1


class Match(Strict):
    """Whom a script is for.

    Attributes:
        to: Shell pattern over the address: a mail address, a device token or `/topics/…`, a phone number as
            the provider writes it, or the name of an endpoint.
    """

    to: Annotated[str, Field(min_length=1)]


AnyStep = TypeVar("AnyStep", bound=Step)
AnyChannel = TypeVar("AnyChannel", bound=str)


class Script(Strict, Generic[AnyStep]):
    """Steps in the order in which they are taken."""

    script: Annotated[list[AnyStep], Field(min_length=1)]
    match: Match | None = None


@dataclasses.dataclass(kw_only=True)
class _Plan(Generic[AnyStep]):
    """What is left of a script."""

    steps: collections.deque[tuple[AnyStep, int]]
    match: Match | None

    def concerns(self, to: Sequence[str]) -> bool:
        match = self.match
        return match is None or any(fnmatch.fnmatchcase(one, match.to) for one in to)


class Plans(Generic[AnyChannel, AnyStep]):
    """The scripts of all channels."""

    def __init__(self) -> None:
        self._plans: dict[AnyChannel, _Plan[AnyStep]] = {}

    def put(self, channel: AnyChannel, script: Script[AnyStep]) -> None:
        """Replace the channel's script."""
        steps = collections.deque((step, step.times) for step in script.script)
        self._plans[channel] = _Plan(steps=steps, match=script.match)

    def clear(self, channel: AnyChannel) -> None:
        """End the channel's script."""
        self._plans.pop(channel, None)

    def left(self, channel: AnyChannel) -> dict[str, object]:
        """Return the script as far as it has not been used up, in the form in which it was put."""
        plan = self._plans.get(channel)
        if plan is None:
            return {"script": []}
        script = [step.model_dump(exclude_unset=True) | {"times": times} for step, times in plan.steps]
        return {"script": script} | ({"match": plan.match.model_dump()} if plan.match else {})

    def take(
        self, channel: AnyChannel, to: Sequence[str], *, fits: Callable[[AnyStep], bool] = lambda _step: True
    ) -> AnyStep | None:
        """Use up one turn of the next step, if the script concerns the addressee and the step fits here."""
        plan = self._plans.get(channel)
        if plan is None or not plan.concerns(to):
            return None
        step, times = plan.steps[0]
        if not fits(step):
            return None
        if times != FOREVER:
            plan.steps.popleft()
            if times > 1:
                plan.steps.appendleft((step, times - 1))
            if not plan.steps:
                self.clear(channel)
        return step


def never_taken(script: Script[AnyStep]) -> list[str]:
    """Say which steps of a script would be taken no time at all."""
    return [
        f"script[{index}].times: 0 would never strike; use a positive number, or -1 for ever"
        for index, step in enumerate(script.script)
        if step.times == 0
    ]
