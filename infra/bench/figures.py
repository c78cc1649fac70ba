"""What a measurement comes to, and how two ways of doing one thing are compared."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

Contestants = Mapping[str, Callable[[], float]]
"""Ways of doing the same, by name; each call does it once and returns its rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure.

    Attributes:
        ours, limit, peers: medians over the rounds, in `unit`.
        ratio: ours to the limit: the median of the ratios of the rounds.
        lower_is_better: for times and costs, which must not come to `target` times the limit.
        note: under which circumstances, where they are not those of the name.
    """

    name: str
    unit: str
    ours: float
    limit: float
    ratio: float
    target: float
    peers: Mapping[str, float] = field(default_factory=dict)
    lower_is_better: bool = False
    note: str = ""

    @property
    def reached(self) -> bool:
        """Whether the target is met."""
        return self.ratio < self.target if self.lower_is_better else self.ratio >= self.target

    def as_json(self) -> dict[str, object]:
        """Return it as it is printed."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": round(self.ours, 2),
            "limit": round(self.limit, 2),
            "peers": {name: round(value, 2) for name, value in self.peers.items()},
            "ratio": round(self.ratio, 3),
            "target": self.target,
            "reached": self.reached,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """What each contestant reached in each round."""

    rates: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        """Return the usual rate of a contestant."""
        return median(self.rates[name])

    def ratio(self, name: str, other: str) -> float:
        """Return the median of the rounds' ratios.

        Both took part in each round at about the same time, so what else went on on the machine strikes
        both and cancels out.
        """
        return median(a / b for a, b in zip(self.rates[name], self.rates[other], strict=True))


def alternate(contestants: Contestants, *, rounds: int, warm_up: bool = True) -> Rounds:
    """Let the contestants take turns, A B A B …, after a turn of each that does not count."""
    if warm_up:
        for turn in contestants.values():
            turn()
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, turn in contestants.items():
            gc.collect()
            rates[name].append(turn())
    return Rounds(rates=rates)


def compare(
    name: str,
    unit: str,
    target: float,
    *,
    ours: Callable[[], float],
    limit: Callable[[], float],
    rounds: int,
    warm_up: bool = True,
) -> Figure:
    """Compare our way of doing something with the limit."""
    found = alternate({"ours": ours, "limit": limit}, rounds=rounds, warm_up=warm_up)
    return Figure(
        name=name,
        unit=unit,
        ours=found.median("ours"),
        limit=found.median("limit"),
        ratio=found.ratio("ours", "limit"),
        target=target,
    )
