"""The timeline of a dossier: facts in the source's own order, folded into what is true now.

Everything here depends on the set of facts alone, never on the order in which they arrived. So a push, a pull
and a late repeat may come in any order and at any time, and every process that folds the same facts agrees.

The source's facts say what the status is. Beside them stand the times at which the citizen has supplied all
that was asked for: our own facts, which change no status, and from which the agency is not waiting any more.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise, takewhile
from uuid import UUID

from storage.dossiers.statuses import AWAITING_CITIZEN, ENDED, DossierStatus, is_allowed

NaturalKey = tuple[DossierStatus, datetime, str]
Period = tuple[datetime, datetime | None]

_BEFORE_ALL_SEQUENCES = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that happened to a dossier, as its source tells it.

    ``sequence`` (0 or more) is the source's own counter, where it has one. ``step`` names the step within the
    status, empty where there is none. ``due_at`` is the due time that the source gave with this fact, and
    ``noted`` says, where it matters, that it gave a note. Times carry a timezone.
    """

    id: UUID
    status: DossierStatus
    occurred_at: datetime
    sequence: int | None = None
    step: str = ""
    due_at: datetime | None = None
    noted: bool = False

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is None or (self.due_at is not None and self.due_at.tzinfo is None):
            raise ValueError("times of a fact need a timezone")
        if self.sequence is not None and self.sequence < 0:
            raise ValueError("a sequence is 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the facts of a dossier amount to.

    Attributes:
        current: the last fact in the source's order.
        status_since: when the dossier came to its status; a further step within it changes nothing.
        first_at: the earliest time of any fact.
        contradictions: facts whose status the table of transitions does not allow after the fact before them.
            They count all the same: about itself the source is right.
        submitted_at: time of the first fact of status 1, if any.
        accepted_at: time of the first fact of status 2, if any.
        ended_at: end of processing after Decision 766/QD-TTg: time of status 9, else 10, else 8 or 3; none
            while the dossier is open, also when it was opened again.
        due_at: the due time given last.
        due_set_at: when the source first gave that due time; repeating it does not set it anew.
        waits: periods awaiting the citizen (status 5 or 6), in order of time, apart from each other; the end
            is none while the wait lasts. One for a supplement ends with the first time at which it was
            supplied, though the status stays until the source says otherwise.
        supplement_requests: how many times status 5 was entered; steps within it are no further requests.
    """

    current: Fact
    status_since: datetime
    first_at: datetime
    contradictions: frozenset[UUID]
    submitted_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None
    due_set_at: datetime | None
    waits: tuple[Period, ...]
    supplement_requests: int

    @property
    def status(self) -> DossierStatus:
        """The current status."""
        return self.current.status


def natural_key(fact: Fact) -> NaturalKey:
    """Return what makes two tellings of one dossier one fact, whatever their ids: status, time and step.

    A telling without a step may be of one with a step all the same: see `storage.dossiers.tellings`.
    """
    return (fact.status, fact.occurred_at, fact.step)


def arrange(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts of one dossier in the source's own order, each natural key once.

    Facts with a sequence are ordered by it, whatever their clocks say. A fact without one takes the greatest
    sequence of all that occurred at or before it (or stands before all sequences), so it falls in by time.
    Within one sequence the order is by time, then status, then step: of two facts at one instant, the one of
    the lower status came first more often than not.

    The order is total: each fact has one sort key, computed from the set of facts, and after merging no two
    facts share status, time and step, so no two keys are equal. Facts without a sequence keep their order by
    time among themselves, since the sequence that they take never falls as time rises.
    """
    merged = _merge(facts)
    if len(merged) == 1:
        return merged
    sequenced = sorted((fact.occurred_at, fact.sequence) for fact in merged if fact.sequence is not None)
    times = [occurred_at for occurred_at, _ in sequenced]
    reached = [_BEFORE_ALL_SEQUENCES]
    for _, sequence in sequenced:
        reached.append(max(reached[-1], sequence))

    def key(fact: Fact) -> tuple[int, datetime, DossierStatus, str]:
        sequence = fact.sequence
        if sequence is None:
            sequence = reached[bisect_right(times, fact.occurred_at)]
        return (sequence, fact.occurred_at, fact.status, fact.step)

    return sorted(merged, key=key)


def fold(facts: Iterable[Fact], supplied: Collection[datetime] = ()) -> State:
    """Return what the facts of one dossier amount to; at least one fact is needed.

    Args:
        facts: of its source, in any order.
        supplied: when the citizen had supplied all that was asked for, in any order.

    Raises:
        ValueError: there are no facts.
    """
    return state_of(arrange(facts), supplied)


def state_of(timeline: Sequence[Fact], supplied: Collection[datetime] = ()) -> State:
    """Return what facts amount to that `arrange` has put in order: see `fold`."""
    if not timeline:
        raise ValueError("a dossier without facts has no state")
    entered = [timeline[0], *(after for fact, after in pairwise(timeline) if after.status is not fact.status)]
    first_of = {fact.status: fact.occurred_at for fact in reversed(timeline)}
    due_at, due_set_at = _due(timeline)
    return State(
        current=timeline[-1],
        status_since=entered[-1].occurred_at,
        first_at=min(fact.occurred_at for fact in timeline),
        contradictions=_contradictions(timeline),
        submitted_at=first_of.get(DossierStatus.REGISTERED),
        accepted_at=first_of.get(DossierStatus.ACCEPTED),
        ended_at=_ended_at(timeline),
        due_at=due_at,
        due_set_at=due_set_at,
        waits=_waits(timeline, sorted(supplied)),
        supplement_requests=sum(fact.status is DossierStatus.SUPPLEMENT_REQUIRED for fact in entered),
    )


def _merge(facts: Iterable[Fact]) -> list[Fact]:
    """Make one fact of all tellings of it: the least id and sequence told, and the latest due time."""
    merged: dict[NaturalKey, Fact] = {}
    for fact in facts:
        known = merged.setdefault(natural_key(fact), fact)
        if known is fact:
            continue
        sequences = [told for told in (known.sequence, fact.sequence) if told is not None]
        dues = [told for told in (known.due_at, fact.due_at) if told is not None]
        merged[natural_key(fact)] = replace(
            known,
            id=min(known.id, fact.id),
            sequence=min(sequences, default=None),
            due_at=max(dues, default=None),
            noted=known.noted or fact.noted,
        )
    return list(merged.values())


def _contradictions(timeline: Sequence[Fact]) -> frozenset[UUID]:
    before: DossierStatus | None = None
    found = []
    for fact in timeline:
        if not is_allowed(before, fact.status):
            found.append(fact.id)
        before = fact.status
    return frozenset(found)


def _ended_at(timeline: Sequence[Fact]) -> datetime | None:
    ending = list(takewhile(lambda fact: fact.status in ENDED, reversed(timeline)))
    first_of = {fact.status: fact.occurred_at for fact in ending}
    if end := first_of.get(DossierStatus.RESOLVED) or first_of.get(DossierStatus.RETURNED):
        return end
    return ending[-1].occurred_at if ending else None


def _due(timeline: Sequence[Fact]) -> tuple[datetime | None, datetime | None]:
    """Return the due time given last, and when it was first given without another one since."""
    due_at = due_set_at = None
    for fact in timeline:
        if fact.due_at is not None and fact.due_at != due_at:
            due_at, due_set_at = fact.due_at, fact.occurred_at
    return due_at, due_set_at


def _waits(timeline: Sequence[Fact], supplied: Sequence[datetime]) -> tuple[Period, ...]:
    """Return the periods in which the citizen is awaited, joined where they touch.

    Each goes from a fact that awaits the citizen to the next fact, or to where what it asks was supplied.
    """
    waits: list[Period] = []
    for fact, after in zip(timeline, (*timeline[1:], None), strict=True):
        if fact.status in AWAITING_CITIZEN:
            ends = [after.occurred_at] if after else []
            end = min([*ends, *_first_supplied(fact, supplied)], default=None)
            if end is None or fact.occurred_at < end:
                waits.append((fact.occurred_at, end))
    return _joined(waits)


def _first_supplied(fact: Fact, supplied: Sequence[datetime]) -> Sequence[datetime]:
    """Return when what a fact asks for was supplied, if it was; papers settle no fee."""
    if fact.status is not DossierStatus.SUPPLEMENT_REQUIRED:
        return ()
    place = bisect_left(supplied, fact.occurred_at)
    return supplied[place : place + 1]


def _joined(waits: Iterable[Period]) -> tuple[Period, ...]:
    """Return periods apart from each other and in order of time.

    A source whose clock went backwards can make them overlap; no time may be deducted twice.
    """
    joined: list[Period] = []
    for start, end in sorted(waits, key=lambda wait: wait[0]):
        if not joined or (joined[-1][1] is not None and joined[-1][1] < start):
            joined.append((start, end))
            continue
        known = joined[-1][1]
        joined[-1] = (joined[-1][0], None if known is None or end is None else max(known, end))
    return tuple(joined)
