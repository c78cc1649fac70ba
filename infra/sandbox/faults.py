"""Failures on command: each channel follows a script until it is used up."""

from collections.abc import Sequence

from starlette.responses import Response

from infra.sandbox.pause import Pause
from infra.sandbox.plans import Plans
from infra.sandbox.scripts import (
    AcceptThenHang,
    Cut,
    Delay,
    Fault,
    FaultScript,
    FaultyChannel,
    Point,
    objections,
)


class Faults:
    """The scripts of all channels."""

    def __init__(self, pause: Pause) -> None:
        self._pause = pause
        self._plans: Plans[FaultyChannel, Fault] = Plans()

    def put(self, channel: FaultyChannel, script: FaultScript) -> None:
        """Replace the channel's script.

        Raises:
            ValueError: The script asks for what this channel cannot do.
        """
        if found := list(objections(channel, script)):
            raise ValueError("; ".join(found))
        self._plans.put(channel, script)

    def clear(self, channel: FaultyChannel) -> None:
        """Let the channel work again."""
        self._plans.clear(channel)

    def left(self, channel: FaultyChannel) -> dict[str, object]:
        """Return the script as far as it has not been used up, in the form that `put` takes."""
        return self._plans.left(channel)

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
        fault = self._plans.take(channel, to, fits=lambda fault: at is None or fault.at == at)
        if isinstance(fault, Delay):
            await self._pause.sleep(fault.seconds)
            return None
        return fault

    async def linger(self, fault: Fault | None) -> None:
        """Hold back the answer to what was taken in, if the fault is to accept and then hang."""
        if isinstance(fault, AcceptThenHang):
            await self._pause.sleep(fault.seconds)


def shortened(fault: Fault | None, answer: Response) -> Response:
    """Return half of an answer, if the fault is to cut it; what it was about is done all the same."""
    if not isinstance(fault, Cut):
        return answer
    half = bytes(answer.body)[: len(answer.body) // 2]
    return Response(half, status_code=answer.status_code, media_type=answer.headers.get("content-type"))
