"""What a dossier counts for in its agency's month (Decision 766/QD-TTg). Pure.

A dossier counts once it has ended, in the month of its end in Vietnam. What it counts for depends on its
facts alone, and so comes out the same whenever it is measured.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

from storage.dossiers.statuses import ENDED, DossierStatus
from storage.dossiers.timeline import Fact, State, arrange, state_of
from storage.dossiers.working_days import VIETNAM, WorkingCalendar, deadline

ONLINE = 2
"""Channel of submission: over the network (`storage.dossiers.models.Dossier.channel`)."""
GRANTED = frozenset({DossierStatus.RESOLVED, DossierStatus.RETURNED})
"""The dossier came to a result, which is due to the citizen."""
MOST_SUPPLEMENTS = 1
"""Asked for more often, a dossier that comes to no result counts late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What an ended dossier counts for; none where it counts for neither side.

    Attributes:
        ended_at: end of processing: time of status 9, else 10, else 8 or 3.
        on_time: whether that was by the due time, waits for the citizen deducted; none without a due time.
        online: whether it was sent in over the network and, where a result is due, that is there
            electronically; none where the channel was not told.
        digitised: whether its result is there electronically; none where it came to none (3 and 8).
    """

    ended_at: datetime
    on_time: bool | None
    online: bool | None
    digitised: bool | None

    def __post_init__(self) -> None:
        if self.ended_at.tzinfo is None:
            raise ValueError("the end of a dossier needs a timezone")

    @property
    def month(self) -> date:
        """The first day of the month in which it counts."""
        return month_of(self.ended_at)


def month_of(moment: datetime) -> date:
    """Return the first day of the month that it is in Vietnam."""
    return moment.astimezone(VIETNAM).date().replace(day=1)


def measure(
    facts: Iterable[Fact],
    *,
    supplied: Collection[datetime] = (),
    channel: int | None,
    electronic: bool,
    calendar: WorkingCalendar,
) -> Measure | None:
    """Measure a dossier; none while it is open, also when it was opened again.

    Args:
        facts: of its source, in any order; at least one.
        supplied: when the citizen had supplied what was asked for.
        channel: how it was sent in: 1 in person, 2 online, 3 by post; none where that was not told.
        electronic: whether its result was ever kept electronically.
        calendar: the working days by which waits are deducted.

    Raises:
        ValueError: there are no facts.
    """
    timeline = arrange(facts)
    state = state_of(timeline, supplied)
    if state.ended_at is None:
        return None
    ending = takewhile(lambda fact: fact.status in ENDED, reversed(timeline))
    granted = any(fact.status in GRANTED for fact in ending)
    return Measure(
        ended_at=state.ended_at,
        on_time=_on_time(state, calendar, granted=granted),
        online=None if channel is None else channel == ONLINE and (electronic or not granted),
        digitised=electronic if granted else None,
    )


def _on_time(state: State, calendar: WorkingCalendar, *, granted: bool) -> bool | None:
    assert state.ended_at is not None  # noqa: S101 - looked at by the only caller
    if not granted and state.supplement_requests > MOST_SUPPLEMENTS:
        return False
    if state.due_at is None:
        return None
    try:
        judged = deadline(
            due_at=state.due_at,
            due_set_at=state.due_set_at,
            now=state.ended_at,
            ended_at=state.ended_at,
            waits=state.waits,
            calendar=calendar,
        )
    except ValueError:
        # A time that no calendar covers is a slip of its source, by which nobody can be on time or late.
        return None
    return not judged.overdue
