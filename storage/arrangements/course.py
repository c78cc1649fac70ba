"""How an arrangement stands, by all states that were told of it. Pure.

As with a dossier's timeline, only the set of what was told counts, never the order in which it arrived.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from storage.arrangements.kinds import STATES, ArrangementKind, is_allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldState:
    """A state, and when the arrangement came to it by its source's clock (with a timezone)."""

    state: str
    at: datetime

    def __post_init__(self) -> None:
        """Raise ValueError for a time without a zone."""
        if self.at.tzinfo is None:
            raise ValueError("times of states need a timezone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an arrangement stands.

    Attributes:
        state: the last one that might follow the one before it.
        since: when it came to that.
        contradictions: what was told and might not follow. It is kept, and moves nothing: unlike with a
            dossier's status, a payment once made does not become a request by a message that was mixed up.
    """

    state: str
    since: datetime
    contradictions: frozenset[ToldState] = frozenset()


def standing(kind: ArrangementKind, told: Collection[ToldState]) -> Standing:
    """Fold all that was told. Raises ValueError for nothing, and for a state of another kind."""
    order = list(STATES[kind])
    # Of states at one moment the one further on comes last, such that both may be.
    ordered = sorted(told, key=lambda one: (one.at, order.index(STATES[kind](one.state))))
    if not ordered:
        raise ValueError("nothing was told")
    current, contradictions = ordered[0], set()
    for one in ordered[1:]:
        if is_allowed(kind, current.state, one.state):
            current = one
        elif one.state != current.state:
            contradictions.add(one)
    return Standing(state=current.state, since=current.at, contradictions=frozenset(contradictions))
