"""A channel that needs no provider: it does as its script says, and remembers what it was given."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import uuid4

from notify.ports import AddressKind, Form, Outcome, OutcomeKind, Outgoing

KINDS = {
    "push": (AddressKind.DEVICE, Form.SHORT),
    "topic": (AddressKind.TOPIC, Form.SHORT),
    "email": (AddressKind.EMAIL, Form.FULL),
    "zalo": (AddressKind.PHONE, Form.SHORT),
    "sms": (AddressKind.PHONE, Form.LINE),
}
Answer = Callable[[Outgoing], Outcome]


def accepted(_outgoing: Outgoing) -> Outcome:
    """Take everything."""
    return Outcome(kind=OutcomeKind.ACCEPTED, provider_id=str(uuid4()))


def always(kind: OutcomeKind, **rest: object) -> Answer:
    """Answer everything alike."""
    return lambda _outgoing: Outcome(kind=kind, code=kind.value, **rest)  # type: ignore[arg-type]


class ScriptedChannel:
    """Passes the contract of channels (tests/notify/test_twin.py).

    Attributes:
        answer: what becomes of each message; may be replaced at any time.
        open: while it is not set, calls hang, at most as long as they may take.
        taken: all that was given to it.
    """

    def __init__(
        self, name: str = "email", *, batch_size: int = 10, timeout: timedelta = timedelta(seconds=5)
    ) -> None:
        self.name, self.batch_size, self.timeout = name, batch_size, timeout
        self.abreast = 1
        self.address, self.form = KINDS[name]
        self.answer: Answer = accepted
        self.taken: list[Outgoing] = []
        self.calls = 0
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Hand the messages to nobody."""
        self.calls += 1
        outcomes = [self._take(outgoing) for outgoing in batch]
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                await self.open.wait()
        except TimeoutError:
            return [Outcome(kind=OutcomeKind.UNKNOWN, code="timeout") for _ in batch]
        return outcomes

    async def close(self) -> None:
        """Let go of nothing."""

    def _take(self, outgoing: Outgoing) -> Outcome:
        if not outgoing.target:
            return Outcome(kind=OutcomeKind.UNREACHABLE, code="no_target")
        outcome = self.answer(outgoing)
        if outcome.kind is OutcomeKind.ACCEPTED:
            self.taken.append(outgoing)
        return outcome
