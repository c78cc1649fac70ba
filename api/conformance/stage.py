"""What the proxy plays at the moment: one scenario's script, and the tape of what goes over the wire."""

import time
from dataclasses import dataclass, field

from api.conformance.faults import Script
from api.conformance.scenarios import Scenario
from api.conformance.wire import Exchange, Tape


@dataclass(kw_only=True)
class Take:
    """One scenario as it is played.

    Attributes:
        tokens: those given out meanwhile, which must stand nowhere but in their header.
    """

    script: Script
    tape: Tape = field(default_factory=Tape)
    tokens: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, scenario: Scenario) -> "Take":
        """Begin a scenario."""
        return cls(script=Script(scenario.plan))

    def begin(self, exchange: Exchange) -> None:
        """Put an exchange on the tape, with what is done to it."""
        exchange.action = self.script.next(exchange.target, token=exchange.token, now=exchange.began)
        self.tape.exchanges.append(exchange)


class Stage:
    """Where the director, in a thread of its own, and the proxy meet."""

    def __init__(self) -> None:
        self.take: Take | None = None

    @staticmethod
    def now() -> float:
        """Seconds, ascending."""
        return time.monotonic()
