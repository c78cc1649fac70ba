"""What the events of a request make of each dossier: drawn up here, without touching the database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from api.agency_events.judging import Judged
from api.agency_events.schemas import DossierEvent, EventAnswer, EventOutcome
from notify.announce import Notice
from notify.categories import Category
from storage.cipher import PartyKey
from storage.contacts.addresses import ContactKind
from storage.contacts.repository import SuppliedContact
from storage.dossiers.repository import NOTE, SUMMARY, DossierWrite
from storage.dossiers.statuses import AWAITING_CITIZEN, DossierStatus
from storage.dossiers.timeline import Fact, State, arrange, fold, natural_key, state_of
from storage.events.repository import EventWrite, Receipt
from storage.ids import new_id

CATEGORIES: Mapping[DossierStatus, Category] = {
    DossierStatus.SUPPLEMENT_REQUIRED: Category.SUPPLEMENT_REQUIRED,
    DossierStatus.PAYMENT_REQUIRED: Category.PAYMENT_REQUIRED,
    DossierStatus.RESOLVED: Category.RESULT_READY,
    DossierStatus.REFUSED: Category.REFUSED,
    DossierStatus.STOPPED: Category.STOPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that will be written for one dossier."""

    dossier: DossierWrite
    events: tuple[EventWrite, ...]
    completed: tuple[EventWrite, ...]
    contacts: tuple[SuppliedContact, ...]
    notice: Notice | None
    answers: Mapping[int, EventAnswer]

    def receipts(self, hashes: Mapping[int, bytes]) -> list[Receipt]:
        """What makes each event unique, with the answer that a repeat will get."""
        return [
            Receipt(
                event_id=answer.event_id or "",
                content_hash=hashes[index],
                answer=answer.model_dump(mode="json", exclude_none=True),
            )
            for index, answer in self.answers.items()
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
    def ordered(self) -> list[tuple[bool, DossierEvent]]:
        """The events in the source's order, and whether something known before comes after each."""
        places = {fact_id: place for place, fact_id in enumerate(self.timeline)}
        last_known = max((places[fact.id] for fact in self.known), default=-1)
        told = sorted((places[self.facts[index].id], index) for index, _ in self.judged.told)
        events = dict(self.judged.told)
        return [(place < last_known, events[index]) for place, index in told]

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
        named = self._last("agency_code", gap=existing is None)
        if named:
            return self.judged.agencies[named].id
        return existing.agency_id if existing else self.judged.caller_agency_id

    def _dossier(self) -> DossierWrite:
        existing = self.judged.existing
        summary = self._last("summary", gap=existing is None or not existing.summarised)
        return DossierWrite(
            id=self.dossier_id,
            code=self.judged.code,
            party_id=self.party.party_id,
            agency_id=self.agency_id,
            procedure_code=self.judged.procedure_code,
            channel=self._last("channel", gap=existing is None or existing.channel is None),
            summary_sealed=self.party.encrypt_optional(summary, SUMMARY),
            state=self.state,
            changed=bool(self.firsts) or any(self.timeline[fact.id] != fact for fact in self.known),
        )

    def _last(self, name: str, *, gap: bool) -> Any:
        """Return what the dossier's last event says of it; a late one only fills a gap."""
        return next(
            (
                value
                for late, event in reversed(self.ordered)
                if (value := getattr(event, name)) and (gap or not late)
            ),
            None,
        )

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
        """Return the addresses told, with the last time at which each was told."""
        given = {
            (kind, value): event.occurred_at
            for _, event in self.ordered
            if event.applicant
            for kind, value in (
                (ContactKind.EMAIL, event.applicant.email),
                (ContactKind.PHONE, event.applicant.phone),
            )
            if value
        }
        return tuple(
            SuppliedContact(
                party=self.party, dossier_id=self.dossier_id, kind=kind, value=value, told_at=told_at
            )
            for (kind, value), told_at in given.items()
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
