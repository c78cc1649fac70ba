"""What the events of a request do to each dossier: decided here, without touching the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
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
from storage.dossiers.timeline import Fact, State, arrange, fold, natural_key, state_of
from storage.events.repository import EventWrite, Receipt
from storage.ids import new_id
from storage.parties.repository import PartyIdentity, number_index

Told = Sequence[tuple[int, DossierEvent]]
"""Events with their places in the request."""

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

    Attributes:
        existing: the dossier as locked, or none for a new one.
        caller_agency_id: who tells it: whose the dossier is where nobody was named.
        agencies: those named in the request.
    """

    code: str
    existing: LockedDossier | None
    told: Told
    caller_agency_id: UUID
    agencies: Mapping[str, AgencyRef]
    procedure_code: str | None
    identity: PartyIdentity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that will be written for one dossier."""

    dossier: DossierWrite
    events: tuple[EventWrite, ...]
    completed: tuple[EventWrite, ...]
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
        """Split the events of one dossier into those to keep and those refused.

        What the dossier needs at first is looked for in events that stand by themselves: nothing is taken
        from one that is refused.
        """
        existing = self.locked.get(code)
        refusals = {index: problem for index, event in told if (problem := self._objection(existing, event))}
        sound = [(index, event) for index, event in told if index not in refusals]
        applicant = next((event.applicant for _, event in sound if event.applicant), None)
        procedure = next((event.procedure_code for _, event in sound if event.procedure_code), None)
        missing = [] if existing else _missing_at_first(applicant, procedure)
        for index, event in sound:
            errors = list(missing)
            if event.applicant and not self._same_applicant(existing, event.applicant, applicant):
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
            caller_agency_id=self.caller.agency_id,
            agencies=self.agencies,
            procedure_code=procedure,
            identity=identity_of(applicant) if existing is None and applicant else None,
        )
        return judged, refusals

    def _objection(self, existing: LockedDossier | None, event: DossierEvent) -> Problem | None:
        """Say what speaks against an event, whatever the others say."""
        if existing and self.caller.agency_id not in existing.lineage:
            return _not_allowed("/dossier_code")
        errors = self._unknown(event)
        if errors:
            return Problem("validation", 422, errors=errors)
        if event.agency_code and self.caller.agency_id not in self.agencies[event.agency_code].lineage:
            return _not_allowed("/agency_code")
        return None

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
    stale_after: timedelta

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
        """What each event tells, by its place; a fact told before bears the id under which it is known."""
        ids = {natural_key(fact): fact.id for fact in self.known}
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
            known_id = ids.setdefault(natural_key(fact), fact.id)
            facts[index] = fact if known_id == fact.id else replace(fact, id=known_id)
        return facts

    @cached_property
    def firsts(self) -> dict[UUID, int]:
        """The new facts, and the place where each is told first."""
        known = {fact.id for fact in self.known}
        firsts: dict[UUID, int] = {}
        for index, fact in self.facts.items():
            if fact.id not in known:
                firsts.setdefault(fact.id, index)
        return firsts

    @cached_property
    def timeline(self) -> dict[UUID, Fact]:
        """All facts in the source's order, with all that was told of each."""
        return {fact.id: fact for fact in arrange([*self.known, *self.facts.values()])}

    @cached_property
    def state(self) -> State:
        """What all facts together amount to."""
        return state_of(list(self.timeline.values()))

    @cached_property
    def ordered(self) -> list[DossierEvent]:
        """The events in the source's order."""
        places = {fact_id: place for place, fact_id in enumerate(self.timeline)}
        return [
            event for _, event in sorted(self.judged.told, key=lambda told: places[self.facts[told[0]].id])
        ]

    @cached_property
    def late(self) -> bool:
        """Whether what is known comes after all of this: it then describes the dossier as it once was."""
        return self.state.current.id not in {fact.id for fact in self.facts.values()}

    @cached_property
    def tells(self) -> bool:
        """Whether somebody must be told: a new status, or a new request to the citizen, not long past."""
        current = self.state.current
        if current.id not in self.firsts or current.occurred_at < self.now - self.stale_after:
            return False
        if not self.known or current.status in AWAITING_CITIZEN:
            return True
        return fold(self.known).status != current.status

    def draft(self) -> Draft:
        """Draw it all up."""
        return Draft(
            dossier=self._dossier(),
            events=tuple(self._event(self.timeline[fact_id]) for fact_id in self.firsts),
            completed=tuple(self._event(self.timeline[fact_id]) for fact_id in self._told_again()),
            contacts=self._contacts(),
            notice=self._notice() if self.tells else None,
            answers={index: self._answer(index, event) for index, event in self.judged.told},
            hashes={index: event.content_hash() for index, event in self.judged.told},
        )

    def _told_again(self) -> list[UUID]:
        return [
            fact_id
            for fact_id in {fact.id: None for fact in self.facts.values()}
            if fact_id not in self.firsts
        ]

    @cached_property
    def agency_id(self) -> UUID:
        """Whose the dossier is: the last agency named, in the source's order; a late word changes nothing."""
        existing = self.judged.existing
        named = self._last("agency_code")
        if named and not (existing and self.late):
            return self.judged.agencies[named].id
        return existing.agency_id if existing else self.judged.caller_agency_id

    def _dossier(self) -> DossierWrite:
        existing = self.judged.existing
        channel, summary = self._last("channel"), self._last("summary")
        if existing and self.late:
            # A late word fills gaps only.
            channel = None if existing.channel else channel
            summary = None if existing.summarised else summary
        return DossierWrite(
            id=self.dossier_id,
            code=self.judged.code,
            party_id=self.party.party_id,
            agency_id=self.agency_id,
            procedure_code=self.judged.procedure_code,
            channel=channel,
            summary_sealed=self.party.encrypt_optional(summary, SUMMARY),
            state=self.state,
        )

    def _last(self, name: str) -> Any:
        """Return what the last event that tells it says of the dossier."""
        return next((value for event in reversed(self.ordered) if (value := getattr(event, name))), None)

    @cached_property
    def notes(self) -> dict[UUID, str]:
        """The first note told with each fact."""
        notes: dict[UUID, str] = {}
        for index, event in self.judged.told:
            if event.note:
                notes.setdefault(self.facts[index].id, event.note)
        return notes

    def _event(self, fact: Fact) -> EventWrite:
        return EventWrite(
            id=fact.id,
            dossier_id=self.dossier_id,
            status=int(fact.status),
            occurred_at=fact.occurred_at,
            sequence=fact.sequence,
            step=fact.step,
            note_sealed=self.party.encrypt_optional(self.notes.get(fact.id), NOTE),
            due_at=fact.due_at,
        )

    def _contacts(self) -> tuple[SuppliedContact, ...]:
        """Return the addresses told, those told last at the end: of two, the newer is used."""
        given = [
            (kind, value)
            for event in reversed(self.ordered)
            if event.applicant
            for kind, value in (
                (ContactKind.EMAIL, event.applicant.email),
                (ContactKind.PHONE, event.applicant.phone),
            )
            if value
        ]
        return tuple(
            SuppliedContact(party=self.party, dossier_id=self.dossier_id, kind=kind, value=value)
            for kind, value in reversed(dict.fromkeys(given))
        )

    def _notice(self) -> Notice:
        current = self.state.current
        return Notice(
            party_id=self.party.party_id,
            agency_id=self.agency_id,
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
        fact = self.facts[index]
        if self.firsts.get(fact.id) != index:
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
