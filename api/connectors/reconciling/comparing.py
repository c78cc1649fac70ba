"""Whether a portal and we say the same of a dossier. Pure."""

from collections.abc import Iterator
from datetime import datetime

from api.connectors.dialect import VIETNAM
from api.connectors.portals.deployment import AnyDeployment, Offer
from api.connectors.reconciling.theirs import Theirs, spelling
from storage.dossiers.statuses import DossierStatus
from storage.procedures.codes import split_procedure_code
from storage.reconciliation.findings import Finding
from storage.reconciliation.kinds import Action, DifferenceKind, Field, Rule
from storage.reconciliation.ours import Ours


class Comparison:
    """Compares dossiers by what one deployment can say.

    Texts are not compared: deployments cut them without a word. What a portal leaves out is not compared
    either, since not every deployment shows every field.
    """

    def __init__(self, deployment: AnyDeployment) -> None:
        self._dialect, self._records = deployment.dialect.dialect, deployment.records
        self._repair = deployment.reconcile.repair
        self._reports = Offer.REPORT_DOSSIER in deployment.offers
        self._named = {code: spelling(name) for code, name in self._records.agencies.items()}

    def differences(self, ours: Ours | None, theirs: Theirs | None) -> list[Finding]:
        """Return all that differs; nothing where neither side has the dossier."""
        if ours is None:
            return (
                [] if theirs is None else [self._missing(DifferenceKind.MISSING_HERE, theirs=_told(theirs))]
            )
        if theirs is None:
            return [self._missing(DifferenceKind.MISSING_THERE, ours=_state(ours.status, ours.status_since))]
        return list(self._fields(ours, theirs))

    def _fields(self, ours: Ours, theirs: Theirs) -> Iterator[Finding]:
        if ours.status is not theirs.status:
            yield self._field(
                Field.STATUS,
                _status_rule(ours.status_since, theirs.since),
                _state(ours.status, ours.status_since),
                _told(theirs),
            )
        if not self._same_due(ours.due_at, theirs):
            yield self._field(Field.DUE, Rule.DUE, _moment(ours.due_at), _moment(theirs.due))
        if not self._same_procedure(ours.procedure_code, theirs.procedure):
            yield self._field(Field.PROCEDURE, Rule.PROCEDURE, ours.procedure_code, theirs.procedure)
        named = self._named.get(ours.agency_code)
        if named and theirs.agency and theirs.agency != named:
            known = (code for code, name in self._named.items() if name == theirs.agency)
            yield self._field(Field.AGENCY, Rule.AGENCY, ours.agency_code, next(known, None))
        if theirs.applicant and theirs.applicant != ours.applicant:
            # Whose it is belongs in no list: that it is somebody else is all that is said.
            yield self._field(Field.APPLICANT, Rule.APPLICANT, None, None)

    def _same_due(self, ours: datetime | None, theirs: Theirs) -> bool:
        if theirs.due is None or ours == theirs.due:
            return True
        if ours is None:
            return False
        if theirs.due_day:
            return ours.astimezone(VIETNAM).date() == theirs.due.astimezone(VIETNAM).date()
        # Some deployments write days, or minutes, alone.
        return self._dialect.write_time(ours) == self._dialect.write_time(theirs.due)

    def _same_procedure(self, ours: str | None, theirs: str | None) -> bool:
        if ours is None or theirs is None or self._records.procedures.get(ours, ours) == theirs:
            return True
        try:
            return split_procedure_code(theirs).short == ours
        except ValueError:
            return False

    def _missing(
        self, kind: DifferenceKind, *, ours: str | None = None, theirs: str | None = None
    ) -> Finding:
        rule = Rule(kind)
        return Finding(kind=kind, ours=ours, theirs=theirs, rule=rule, action=self._action(rule))

    def _field(self, field: Field, rule: Rule, ours: str | None, theirs: str | None) -> Finding:
        return Finding(
            kind=DifferenceKind.FIELD_DIFFERS,
            field=field,
            ours=ours,
            theirs=None if theirs is None else theirs[:80],
            rule=rule,
            action=self._action(rule),
        )

    def _action(self, rule: Rule) -> Action:
        return self._repair.action(rule, reports=self._reports)


def _status_rule(ours: datetime, theirs: datetime) -> Rule:
    if ours == theirs:
        return Rule.STATUS_SAME_TIME
    return Rule.STATUS_THEIRS_NEWER if theirs > ours else Rule.STATUS_OURS_NEWER


def _told(theirs: Theirs) -> str:
    return _state(theirs.status, theirs.since)


def _state(status: DossierStatus, since: datetime) -> str:
    """Say a status and since when it stands, as `storage.reconciliation.findings.Finding` has it."""
    return f"{int(status)}@{_moment(since)}"


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(VIETNAM).isoformat(timespec="seconds")
