"""Whose a dossier is, how it came and what it is about, out of all that its facts tell. Pure.

A source tells these with any of its facts, or with none. Of several tellings the one of the latest fact
counts, by its time of occurrence; of two at one instant, the greater. That depends on what was told alone,
never on the order in which it arrived: each is kept with the time of its fact, and what comes is held against
that.

A dossier begins as its earliest fact's agency, and keeps that for good. A fact that names no agency is of the
one that the dossier's code names, if whoever tells it may speak for that one, else of its teller. It moves
nothing: only a fact that names an agency gives a dossier to another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

Value = TypeVar("Value", int, str, UUID)

Register = tuple[datetime, Value] | None
"""What was told, and with a fact of which time; none where nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What one fact tells. `agency_id` is whose it says it is, or is taken to be where it `names` nobody."""

    at: datetime
    agency_id: UUID
    names: bool
    channel: int | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What all facts tell together.

    `agency_id` is whose it is, as long as no fact named one: then `named` counts.
    """

    first: tuple[datetime, UUID]
    agency_id: UUID
    named: Register[UUID] = None
    channel: Register[int] = None
    summary: Register[str] = None


def taken_in(known: Particulars | None, sayings: Sequence[Saying]) -> Particulars:
    """Return what is known with what is told now, at least one saying where nothing is known."""
    if known is None and len(sayings) == 1:
        return _alone(sayings[0])
    # Of two at one instant the agency that was put in last: those below others come after them.
    told = [(one.at, -one.agency_id.int, one.agency_id) for one in sayings]
    if known:
        told.append((known.first[0], -known.first[1].int, known.first[1]))
    first_at, _, first = min(told)
    named = _latest(known.named if known else None, [(one.at, one.agency_id) for one in sayings if one.names])
    return Particulars(
        first=(first_at, first),
        agency_id=named[1] if named else known.agency_id if known else first,
        named=named,
        channel=_latest(
            known.channel if known else None, [(one.at, one.channel) for one in sayings if one.channel]
        ),
        summary=_latest(
            known.summary if known else None, [(one.at, one.summary) for one in sayings if one.summary]
        ),
    )


def _alone(one: Saying) -> Particulars:
    """Return what a single fact tells, as most do that are the first of their dossiers."""
    return Particulars(
        first=(one.at, one.agency_id),
        agency_id=one.agency_id,
        named=(one.at, one.agency_id) if one.names else None,
        channel=(one.at, one.channel) if one.channel else None,
        summary=(one.at, one.summary) if one.summary else None,
    )


def _latest(known: Register[Value], told: Sequence[tuple[datetime, Value]]) -> Register[Value]:
    everything = list(told)
    if known is not None:
        everything.append(known)
    return max(everything, default=None)
