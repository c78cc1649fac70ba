"""What the events of a request do to each dossier: decided here, without touching the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from api.agency_events.schemas import Applicant, DossierEvent, EventAnswer, EventOutcome
from api.problems import FieldError, Problem
from auth.principals import AgencyCaller
from notify.announce import Notice
from notify.categories import Category
from storage.agencies.repository import AgencyRef
from storage.cipher import Cipher, PartyKey
from storage.contacts.addresses import ContactKind
from storage.contacts.repository import SuppliedContact
from storage.dossiers.repository import NOTE, SUMMARY, DossierWrite, LockedDossier
from storage.dossiers.statuses import AWAITING_CITIZEN, DossierStatus
from storage.dossiers.timeline import Fact, State, fold, natural_key
from storage.events.repository import NewEvent, Receipt
from storage.ids import new_id
from storage.parties.repository import PartyIdentity, number_index

Told = Sequence[tuple[int, DossierEvent]]
"""Events with their places in the request."""

STALE = timedelta(days=30)
"""A status this old is history being filled in: it goes into the timeline and tells nobody."""

CATEGORIES: Mapping[DossierStatus, Category] = {
    DossierStatus.SUPPLEMENT_REQUIRED: Category.SUPPLEMENT_REQUIRED,
    DossierStatus.PAYMENT_REQUIRED: Category.PAYMENT_REQUIRED,
    DossierStatus.RESOLVED: Category.RESULT_READY,
    DossierStatus.REFUSED: Category.REFUSED,
    DossierStatus.STOPPED: Category.STOPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The events of one dossier that will be kept, and whose it is.

    `existing` is the dossier as locked, or none for a new one.
    """

    code: str
    existing: LockedDossier | None
    told: Told
    agency_id: UUID
    procedure_code: str | None
    identity: PartyIdentity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that will be written for one dossier."""

    dossier: DossierWrite
    events: tuple[NewEvent, ...]
    contacts: tuple[SuppliedContact, ...]
    notice: Notice | None
    answers: Mapping[int, EventAnswer]
    hashes: Mapping[int, bytes]

    def receipts(self) -> list[Receipt]:
        """What makes each event unique, with the answer that a repeat will get."""
        return [
            Receipt(
                event_id=answer.event_id or "",
                content_hash=self.hashes[index],
                answer=answer.model_dump(mode="json", exclude_none=True),
            )
            for index, answer in self.answers.items()
        ]


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Says which events may be kept.

    Attributes:
        agencies: those named in the request, by the code that named them.
        procedures: those named in the request that the catalogue has.
        locked: the dossiers that exist.
    """

    caller: AgencyCaller
    cipher: Cipher
    locked: Mapping[str, LockedDossier]
    procedures: frozenset[str]
    agencies: Mapping[str, AgencyRef]

    def judge(self, code: str, told: Told) -> tuple[Judged | None, dict[int, Problem]]:
        """Split the events of one dossier into those to keep and those refused."""
        existing = self.locked.get(code)
        refusals: dict[int, Problem] = {}
        kept: list[tuple[int, DossierEvent]] = []
        applicant = next((event.applicant for _, event in told if event.applicant), None)
        procedure = next(
            (event.procedure_code for _, event in told if event.procedure_code in self.procedures), None
        )
        for index, event in told:
            problem = self._objection(existing, event, applicant=applicant, procedure=procedure)
            if problem:
                refusals[index] = problem
            else:
                kept.append((index, event))
        if not kept:
            return None, refusals
        judged = Judged(
            code=code,
            existing=existing,
            told=kept,
            agency_id=self._agency(existing, kept),
            procedure_code=procedure,
            identity=identity_of(applicant) if existing is None and applicant else None,
        )
        return judged, refusals

    def _objection(
        self,
        existing: LockedDossier | None,
        event: DossierEvent,
        *,
        applicant: Applicant | None,
        procedure: str | None,
    ) -> Problem | None:
        if existing and self.caller.agency_id not in existing.lineage:
            return _not_allowed("/dossier_code")
        errors = self._unknown(event)
        if errors:
            return Problem("validation", 422, errors=errors)
        if event.agency_code and self.caller.agency_id not in self.agencies[event.agency_code].lineage:
            return _not_allowed("/agency_code")
        if existing is None:
            errors = _missing_at_first(applicant, procedure)
        if event.applicant and not self._same_applicant(existing, event.applicant, applicant):
            errors = [FieldError(pointer="/applicant/number", code="another-applicant")]
        return Problem("validation", 422, errors=errors) if errors else None

    def _unknown(self, event: DossierEvent) -> list[FieldError]:
        errors = []
        if event.procedure_code and event.procedure_code not in self.procedures:
            errors.append(_unknown_value("procedure", event.procedure_code))
        if event.agency_code and event.agency_code not in self.agencies:
            errors.append(_unknown_value("agency", event.agency_code))
        return errors

    def _same_applicant(
        self, existing: LockedDossier | None, given: Applicant, first: Applicant | None
    ) -> bool:
        if existing:
            return number_index(self.cipher, identity_of(given)) == existing.number_index
        return first is not None and (given.kind, given.number) == (first.kind, first.number)

    def _agency(self, existing: LockedDossier | None, kept: Told) -> UUID:
        named = [event.agency_code for _, event in kept if event.agency_code]
        if named:
            return self.agencies[named[-1]].id
        return existing.agency_id if existing else self.caller.agency_id


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


@dataclass(kw_only=True)
class Drafting:
    """Draws up what one dossier's events will write, for a party whose key is open."""

    judged: Judged
    party: PartyKey
    now: datetime

    @cached_property
    def dossier_id(self) -> UUID:
        """The dossier's id, drawn for a new one."""
        return self.judged.existing.id if self.judged.existing else new_id()

    @cached_property
    def known(self) -> tuple[Fact, ...]:
        """The facts that were told before."""
        return self.judged.existing.facts if self.judged.existing else ()

    @cached_property
    def facts(self) -> dict[int, Fact]:
        """The new facts by their places in the request; what was told before in other words is left out."""
        seen = {natural_key(fact) for fact in self.known}
        facts: dict[int, Fact] = {}
        for index, event in self.judged.told:
            fact = Fact(
                id=new_id(),
                status=DossierStatus(event.status),
                occurred_at=event.occurred_at,
                sequence=event.sequence,
                step=event.step,
                due_at=event.due_at,
            )
            if natural_key(fact) not in seen:
                seen.add(natural_key(fact))
                facts[index] = fact
        return facts

    @cached_property
    def state(self) -> State:
        """What all facts together amount to."""
        return fold([*self.known, *self.facts.values()])

    @cached_property
    def tells(self) -> bool:
        """Whether somebody must be told: a new status, or a new request to the citizen, not long past."""
        current = self.state.current
        if (
            current.id not in {fact.id for fact in self.facts.values()}
            or current.occurred_at < self.now - STALE
        ):
            return False
        if not self.known or current.status in AWAITING_CITIZEN:
            return True
        return fold(self.known).status != current.status

    def draft(self) -> Draft:
        """Draw it all up."""
        return Draft(
            dossier=self._dossier(),
            events=tuple(self._event(index, fact) for index, fact in self.facts.items()),
            contacts=self._contacts(),
            notice=self._notice() if self.tells else None,
            answers={index: self._answer(index, event) for index, event in self.judged.told},
            hashes={index: event.content_hash() for index, event in self.judged.told},
        )

    def _dossier(self) -> DossierWrite:
        events = [event for _, event in self.judged.told]
        summary = next((event.summary for event in reversed(events) if event.summary), None)
        return DossierWrite(
            id=self.dossier_id,
            code=self.judged.code,
            party_id=self.party.party_id,
            agency_id=self.judged.agency_id,
            procedure_code=self.judged.procedure_code,
            channel=next((event.channel for event in reversed(events) if event.channel), None),
            summary_sealed=self.party.encrypt_optional(summary, SUMMARY),
            state=self.state,
        )

    def _event(self, index: int, fact: Fact) -> NewEvent:
        note = dict(self.judged.told)[index].note
        return NewEvent(
            id=fact.id,
            dossier_id=self.dossier_id,
            status=int(fact.status),
            occurred_at=fact.occurred_at,
            sequence=fact.sequence,
            step=fact.step,
            note_sealed=self.party.encrypt_optional(note, NOTE),
            due_at=fact.due_at,
        )

    def _contacts(self) -> tuple[SuppliedContact, ...]:
        given = {
            (kind, value)
            for _, event in self.judged.told
            if event.applicant
            for kind, value in (
                (ContactKind.EMAIL, event.applicant.email),
                (ContactKind.PHONE, event.applicant.phone),
            )
            if value
        }
        return tuple(
            SuppliedContact(party=self.party, dossier_id=self.dossier_id, kind=kind, value=value)
            for kind, value in sorted(given)
        )

    def _notice(self) -> Notice:
        current = self.state.current
        return Notice(
            party_id=self.party.party_id,
            agency_id=self.judged.agency_id,
            category=CATEGORIES.get(current.status, Category.STATUS_CHANGE),
            dossier_id=self.dossier_id,
            event_id=current.id,
            params={
                "status": int(current.status),
                "occurred_at": current.occurred_at.isoformat(),
                "due_at": self.state.due_at.isoformat() if self.state.due_at else None,
            },
        )

    def _answer(self, index: int, event: DossierEvent) -> EventAnswer:
        fact = self.facts.get(index)
        if fact is None:
            return EventAnswer(
                event_id=event.event_id, outcome=EventOutcome.REPEATED, dossier_code=event.dossier_code
            )
        current = fact.id == self.state.current.id
        return EventAnswer(
            event_id=event.event_id,
            outcome=EventOutcome.ACCEPTED,
            dossier_code=event.dossier_code,
            current=current,
            contradiction=fact.id in self.state.contradictions,
            notified=current and self.tells,
            recorded_at=self.now,
        )
