"""What comes of findings: which differences begin, go on, are left, or end. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from storage.reconciliation.kinds import Action, DifferenceKind, DifferenceState, Field, Rule

PATIENCE = timedelta(hours=6)
"""So long a report may take to arrive before what it was to repair is left for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing of which a portal and we say something else of a dossier.

    Attributes:
        field: which; none where one side does not have the dossier at all.
        ours: what we say, and `theirs` what they do: a code, a moment in ISO 8601, or a status as
            `number@moment`. None where there is nothing to say, or it is personal.
    """

    kind: DifferenceKind
    field: Field | None = None
    ours: str | None = None
    theirs: str | None = None
    rule: Rule
    action: Action

    @property
    def place(self) -> tuple[str, str]:
        """What it is about: in one place there is never more than one live difference of a dossier."""
        return (self.kind, self.field or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference that is kept: one that is live, or was settled."""

    id: UUID
    kind: DifferenceKind
    field: str
    ours: str | None
    theirs: str | None
    action: Action
    state: DifferenceState
    repair_at: datetime | None

    @property
    def place(self) -> tuple[str, str]:
        """See `Finding.place`."""
        return (self.kind, self.field)

    def says(self, finding: Finding) -> bool:
        """Whether it is of the same two things."""
        return (self.place, self.ours, self.theirs) == (finding.place, finding.ours, finding.theirs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be written of a difference.

    Attributes:
        id: of one that is kept; none for a new one.
        finding: what was found now; none where nothing is any more.
        begins: a repair by rule begins now.
    """

    id: UUID | None
    finding: Finding | None
    state: DifferenceState
    begins: bool = False


def changes(
    kept: Sequence[Difference], found: Sequence[Finding], now: datetime, *, tried: bool = False
) -> Iterator[Change]:
    """Say what comes of the findings on one dossier.

    What a person settled stays so as long as both say what they said then. What a rule was to repair and
    did not is left for a person.

    Args:
        kept: what is live, and what was settled.
        found: what differs now.
        now: the moment.
        tried: what is pulled was pulled just now: what still differs is not pulled again.
    """
    live = {one.place: one for one in kept if one.state is not DifferenceState.SETTLED}
    settled = [one for one in kept if one.state is DifferenceState.SETTLED]
    for finding in found:
        before = live.pop(finding.place, None)
        if before is not None:
            yield _goes_on(before, finding, now, tried=tried)
        elif same := next((one for one in settled if one.says(finding)), None):
            yield Change(id=same.id, finding=finding, state=DifferenceState.SETTLED)
        else:
            begins = _repairs(finding, tried=tried)
            state = DifferenceState.OPEN if begins else DifferenceState.LEFT
            yield Change(id=None, finding=finding, state=state, begins=begins)
    for one in live.values():
        ended = DifferenceState.REPAIRED if one.repair_at else DifferenceState.GONE
        yield Change(id=one.id, finding=None, state=ended)


def _goes_on(before: Difference, finding: Finding, now: datetime, *, tried: bool) -> Change:
    def to(state: DifferenceState, *, begins: bool = False) -> Change:
        return Change(id=before.id, finding=finding, state=state, begins=begins)

    if not _repairs(finding, tried=tried):
        return to(DifferenceState.LEFT)
    if before.repair_at is None or not before.says(finding):
        return to(DifferenceState.OPEN, begins=True)
    if before.state is DifferenceState.LEFT:
        return to(DifferenceState.LEFT)
    if finding.action is Action.PULL:
        # Whoever was to pull it died before.
        return to(DifferenceState.OPEN, begins=True)
    late = before.repair_at + PATIENCE <= now
    return to(DifferenceState.LEFT if late else DifferenceState.OPEN)


def _repairs(finding: Finding, *, tried: bool) -> bool:
    """Whether a rule repairs it; what was pulled and still differs has something of ours against it."""
    return finding.action is Action.REPORT or (finding.action is Action.PULL and not tried)
