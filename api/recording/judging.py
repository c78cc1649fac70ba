"""Which events of a request may be kept: judged here, without touching the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from api.problems import FieldError, Problem
from api.recording.schemas import Applicant, DossierEvent
from auth.principals import AgencyCaller
from storage.agencies.codes import InvalidCode, normalise_agency_code
from storage.agencies.repository import AgencyRef, Bearers
from storage.cipher import Cipher
from storage.dossiers.codes import agency_part
from storage.dossiers.particulars import Saying
from storage.dossiers.repository import LockedDossier
from storage.dossiers.timeline import Fact, natural_key
from storage.dossiers.working_days import VIETNAM
from storage.parties.repository import PartyIdentity, number_index

Told = Sequence[tuple[int, DossierEvent]]
"""Events with their places in the request."""


class Named(Protocol):
    """What is told of a dossier, as far as it names others."""

    @property
    def dossier_code(self) -> str:
        """Which dossier."""

    @property
    def procedure_code(self) -> str | None:
        """Of which procedure."""

    @property
    def agency_code(self) -> str | None:
        """Whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The events of one dossier that will be kept, and whose it is.

    Attributes:
        existing: the dossier as locked, or none for a new one.
        sayings: what each of them tells beside the timeline.
        notes: the sealed notes of those facts that are told again with one, as they are kept.
    """

    code: str
    existing: LockedDossier | None
    told: Told
    sayings: Sequence[Saying]
    procedure_code: str | None
    identity: PartyIdentity | None
    notes: Mapping[UUID, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Says which events may be kept.

    Attributes:
        agencies: those named in the request, by the code that named them, and by the code of a dossier of
            which nothing was told that early before.
        above_caller: the agencies above the caller's.
        speakers: who may speak for the caller's agency, and for each that a dossier or a code belongs to.
        procedures: those named in the request that the catalogue has.
        locked: the dossiers that exist.
    """

    caller: AgencyCaller
    cipher: Cipher
    locked: Mapping[str, LockedDossier]
    procedures: frozenset[str]
    agencies: Mapping[str, Bearers]
    above_caller: frozenset[UUID]
    speakers: Mapping[UUID, frozenset[UUID]]

    def judge(
        self, code: str, told: Told, of: Mapping[int, int] | None = None
    ) -> tuple[Judged | None, dict[int, Problem]]:
        """Split the events of one dossier into those to keep and those refused.

        What the dossier needs at first is looked for in events that stand by themselves: nothing is taken
        from one that is refused. `of` is as for `api.recording.service.receive`.
        """
        existing = self.locked.get(code)
        refusals = {index: problem for index, event in told if (problem := self.objection(existing, event))}
        sound = [(index, event) for index, event in told if index not in refusals]
        applicant = next((event.applicant for _, event in sound if event.applicant), None)
        procedure = next((event.procedure_code for _, event in sound if event.procedure_code), None)
        missing = [] if existing else _missing_at_first(applicant, procedure)
        of_others = {
            index
            for index, event in sound
            if event.applicant and not self.same_applicant(existing, event.applicant, applicant)
        }
        if of and of_others:
            records = {of[index] for index in of_others}
            of_others = {index for index, _ in sound if of[index] in records}
        for index, _ in sound:
            errors = list(missing)
            if index in of_others:
                errors.append(FieldError(pointer="/applicant/number", code="another-applicant"))
            if errors:
                refusals[index] = Problem("validation", 422, errors=errors)
        kept = [(index, event) for index, event in sound if index not in refusals]
        if not kept:
            return None, refusals
        judged = Judged(
            code=code,
            existing=existing,
            told=kept,
            sayings=[self._saying(event) for _, event in kept],
            procedure_code=procedure,
            identity=identity_of(applicant) if existing is None and applicant else None,
        )
        return judged, refusals

    def objection(
        self, existing: LockedDossier | None, event: Named, *, code_at: str = "/dossier_code"
    ) -> Problem | None:
        """Say what speaks against an event, or against what else is told, whatever the others say.

        `code_at` points to where the dossier is named.
        """
        if existing and not self._speaks_for(existing.agency_id):
            return _not_allowed(code_at)
        if existing is None and (
            not self._speaks_for(self.caller.agency_id) or self._belongs_elsewhere(event.dossier_code)
        ):
            return _not_allowed(code_at)
        errors = self._unknown(event)
        if errors:
            return Problem("validation", 422, errors=errors)
        if event.agency_code and not self._speaks_for(meant_by(self.agencies[event.agency_code], event).id):
            return _not_allowed("/agency_code")
        return None

    def _belongs_elsewhere(self, dossier_code: str) -> bool:
        """Whether a code names an agency that has nothing to do with the caller.

        Who is first with a code keeps it: without this, one agency could occupy another's codes. Codes that
        name no agency we know are let in, as their forms differ.
        """
        bearers = self.agencies.get(named_in(dossier_code) or "")
        return bearers is not None and not any(
            self._speaks_for(agency.id) or agency.id in self.above_caller for _, agency in bearers.all
        )

    def _saying(self, event: DossierEvent) -> Saying:
        """Return what an event tells beside the timeline."""
        return Saying(
            at=event.occurred_at,
            agency_id=self._whose(event),
            names=event.agency_code is not None,
            channel=event.channel,
            summary=event.summary,
        )

    def _whose(self, event: DossierEvent) -> UUID:
        """Return the agency that an event names, else the one that its dossier's code names, else the caller.

        A superior that tells of a ward's dossier, and does not say whose it is, leaves it to the ward.
        """
        if event.agency_code:
            return meant_by(self.agencies[event.agency_code], event).id
        bearers = self.agencies.get(named_in(event.dossier_code) or "")
        meant = meant_by(bearers, event).id if bearers else None
        return meant if meant and self._speaks_for(meant) else self.caller.agency_id

    def _speaks_for(self, agency_id: UUID) -> bool:
        return self.caller.agency_id in self.speakers.get(agency_id, ())

    def _unknown(self, event: Named) -> list[FieldError]:
        errors = []
        if event.procedure_code and event.procedure_code not in self.procedures:
            errors.append(_unknown_value("procedure", event.procedure_code))
        if event.agency_code and event.agency_code not in self.agencies:
            errors.append(_unknown_value("agency", event.agency_code))
        return errors

    def same_applicant(
        self, existing: LockedDossier | None, given: Applicant, first: Applicant | None
    ) -> bool:
        """Whether an applicant is whose dossier it is; of a new one, whoever is named first."""
        if existing:
            return number_index(self.cipher, identity_of(given)) == existing.number_index
        return first is not None and (given.kind, given.number) == (first.kind, first.number)


def meant_by(bearers: Bearers, told: Named) -> AgencyRef:
    """Return the agency that a code means in what is told: it may have been given on since it happened."""
    # Only one in very many codes was ever another agency's, and each event asks.
    if isinstance(told, DossierEvent) and not bearers.is_one:
        return bearers.on(told.occurred_at.astimezone(VIETNAM).date())
    return bearers.now


def named_in(dossier_code: str) -> str | None:
    """Return the agency's code that a dossier's code begins with, in its normal form, if there is one."""
    return _known_spelling(agency_part(dossier_code) or "")


@lru_cache(maxsize=10_000)
def _known_spelling(agency_code: str) -> str | None:
    """Normalise what a code says of its agency. An agency's dossiers, many in a batch, all say the same."""
    try:
        return normalise_agency_code(agency_code)
    except InvalidCode:
        return None


def noted_again(judged: Judged) -> list[Fact]:
    """Return the facts known before that are told again with a note."""
    if judged.existing is None:
        return []
    noted = {(event.status, event.occurred_at, event.step) for _, event in judged.told if event.note}
    return [fact for fact in judged.existing.facts if natural_key(fact) in noted] if noted else []


def identity_of(applicant: Applicant) -> PartyIdentity:
    """Say who an applicant is."""
    return PartyIdentity(kind=applicant.kind, number=applicant.number, name=applicant.name)


def _not_allowed(pointer: str) -> Problem:
    return Problem("agency-not-allowed", 403, errors=[FieldError(pointer=pointer, code="agency-not-allowed")])


def _unknown_value(what: str, value: str) -> FieldError:
    return FieldError(pointer=f"/{what}_code", code=f"unknown-{what}", params={"value": value})


def _missing_at_first(applicant: Applicant | None, procedure: str | None) -> list[FieldError]:
    given = {"/applicant": applicant, "/procedure_code": procedure}
    return [
        FieldError(pointer=pointer, code="needed-at-first") for pointer, value in given.items() if not value
    ]
