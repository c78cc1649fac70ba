"""By when something is to be done with a complaint. Pure.

Decree 20/2008/ND-CP as amended counts working days: two to decline, five to ask for more, fifteen to process,
two to publish. Each term leaves out the day on which it begins and ends with its last day (Civil Code 2015,
articles 147 and 148), in Vietnam.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from storage.complaints.kinds import WITH_AGENCY, ComplaintState, Stage
from storage.dossiers.working_days import VIETNAM, WorkingCalendar

ACCEPT_DAYS = 2
ASK_DAYS = 5
PROCESS_DAYS = 15
PUBLISH_DAYS = 2
_END_OF_DAY = time(23, 59, 59, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By when an agency is to act.

    Attributes:
        accept_by: to take a complaint on, decline it, or forward it.
        ask_by: to ask for more.
        process_by: to answer it.
    """

    accept_by: datetime
    ask_by: datetime
    process_by: datetime

    def forwarded(self, at: datetime, calendar: WorkingCalendar) -> "Terms":
        """Return those of another agency, that has it since `at`.

        It has time to look at it; when an answer is due stays: being sent about costs no citizen's time.
        """
        return replace(
            self, accept_by=end_of(at, ACCEPT_DAYS, calendar), ask_by=end_of(at, ASK_DAYS, calendar)
        )

    def moved(self, since: datetime, until: datetime, calendar: WorkingCalendar) -> "Terms":
        """Return them after the citizen was awaited: later by the working days of that time.

        As in the term itself, the day on which the waiting began is left out and the last one counts.
        """
        days = calendar.working_days_between(_day(since), _day(until)) if since < until else 0
        return Terms(
            accept_by=end_of(self.accept_by, days, calendar),
            ask_by=end_of(self.ask_by, days, calendar),
            process_by=end_of(self.process_by, days, calendar),
        )


def terms(received_at: datetime, calendar: WorkingCalendar) -> Terms:
    """Return by when an agency is to act on what it received."""
    return Terms(
        accept_by=end_of(received_at, ACCEPT_DAYS, calendar),
        ask_by=end_of(received_at, ASK_DAYS, calendar),
        process_by=end_of(received_at, PROCESS_DAYS, calendar),
    )


def publish_by(answered_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Return by when an answer is to be published, or not."""
    return end_of(answered_at, PUBLISH_DAYS, calendar)


def end_of(at: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """Return the end of the n-th working day after a moment's; of its own day where `days` is 0."""
    return datetime.combine(calendar.add_working_days(_day(at), days), _END_OF_DAY)


def clocks(
    state: ComplaintState, limits: Terms, publication_by: datetime | None = None
) -> Mapping[Stage, datetime]:
    """Return what the agency has yet to do, and by when.

    Args:
        state: where the complaint stands.
        limits: its terms.
        publication_by: by when a moderator is to decide, where it waits for one.
    """
    due: dict[Stage, datetime] = {}
    if state is ComplaintState.RECEIVED:
        due[Stage.ACCEPT] = limits.accept_by
    if state in WITH_AGENCY:
        due[Stage.PROCESS] = limits.process_by
    if publication_by is not None:
        due[Stage.PUBLISH] = publication_by
    return due


def next_due(state: ComplaintState, limits: Terms, publication_by: datetime | None = None) -> datetime | None:
    """Return what comes first of `clocks`; none while the citizen is awaited or all is over."""
    return min(clocks(state, limits, publication_by).values(), default=None)


def _day(at: datetime) -> date:
    return at.astimezone(VIETNAM).date()
