"""How one deployment is compared with us, and what is done about a difference. All of it is data."""

from datetime import datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.connectors.dialect import VIETNAM
from storage.reconciliation.kinds import Action, Rule

Pulled = Literal[Action.PULL, Action.PERSON]
Reported = Literal[Action.REPORT, Action.PERSON]


class RepairRules(BaseModel):
    """What is done about each kind of difference. What is not named here is always left for a person.

    Attributes:
        missing_here: they have a dossier that we have not.
        missing_there: we have one that they have not.
        status_theirs_newer: their status is of a later time than ours.
        status_ours_newer: our status is of a later time than theirs.
        due: another day is promised there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    missing_here: Pulled = Action.PULL
    missing_there: Reported = Action.REPORT
    status_theirs_newer: Pulled = Action.PULL
    status_ours_newer: Reported = Action.REPORT
    due: Action = Action.PERSON

    @property
    def told(self) -> frozenset[str]:
        """The rules that were set, and by which something is reported."""
        return frozenset(name for name in self.model_fields_set if getattr(self, name) is Action.REPORT)

    def action(self, rule: Rule, *, reports: bool) -> Action:
        """Return what is done about a difference.

        Args:
            rule: what it is.
            reports: whether the deployment takes reports of dossiers.
        """
        chosen: Action = getattr(self, rule, Action.PERSON)
        return Action.PERSON if chosen is Action.REPORT and not reports else chosen


class ReconcileRules(BaseModel):
    """When a deployment is compared with us, and how.

    Attributes:
        at: when, each day, by the clock of Vietnam.
        settle_seconds: what changed on either side so shortly before is left for the next time: a report, or
            a reading, may still be on its way.
        all_days: a full comparison reads what they changed in so many days; older dossiers of ours are asked
            for one by one.
        repair: what is done about differences.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: time = time(2)
    settle_seconds: Annotated[float, Field(ge=0, le=86_400)] = 900
    all_days: Annotated[int, Field(ge=1, le=3660)] = 365
    repair: RepairRules = RepairRules()

    @property
    def settle(self) -> timedelta:
        """How old a change must be."""
        return timedelta(seconds=self.settle_seconds)

    def last_time(self, now: datetime) -> datetime:
        """Return when it was time to compare, the last time before a moment."""
        local = now.astimezone(VIETNAM)
        today = datetime.combine(local.date(), self.at.replace(tzinfo=None), VIETNAM)
        return today if today <= local else today - timedelta(days=1)
