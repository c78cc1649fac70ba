"""What the events of a request make of each dossier: drawn up here, without touching the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import TypeAdapter

from api.recording.course import Course, course_of
from api.recording.judging import Judged
from api.recording.schemas import DossierEvent, EventAnswer, EventOutcome
from notify.announce import Notice
from notify.categories import Category
from storage.cipher import PartyKey
from storage.contacts.addresses import ContactKind
from storage.contacts.repository import SuppliedContact
from storage.dossiers.repository import NOTE, SUMMARY, DossierWrite
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact
from storage.events.repository import EventWrite, Receipt
from storage.ids import new_id

ANSWER = TypeAdapter(EventAnswer)

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
                answer=ANSWER.dump_json(answer, exclude_none=True).decode(),
            )
            for index, answer in self.answers.items()
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """Draws up what one dossier's events will write, for a party whose key is open.

    Attributes:
        dossier_id: the dossier's id, drawn for a new one.
        agency_id: whose the dossier is.
        tells: whether somebody must be told: what is news, unless long past.
    """

    judged: Judged
    party: PartyKey
    now: datetime
    course: Course
    dossier_id: UUID
    agency_id: UUID
    tells: bool

    @classmethod
    def of(cls, judged: Judged, party: PartyKey, now: datetime, stale_after: timedelta) -> Self:
        """Work what is told into what is known."""
        existing = judged.existing
        known, supplied = (existing.facts, existing.supplied) if existing else ((), ())
        course = course_of(known, judged.told, supplied)
        return cls(
            judged=judged,
            party=party,
            now=now,
            course=course,
            dossier_id=existing.id if existing else new_id(),
            agency_id=_agency_id(judged, course),
            tells=course.is_news and course.state.current.occurred_at >= now - stale_after,
        )

    def draft(self) -> Draft:
        """Draw it all up."""
        notes = self._notes()
        course = self.course
        return Draft(
            dossier=self._dossier(),
            events=tuple(self._event(course.timeline[fact_id], notes) for fact_id in course.firsts),
            completed=tuple(self._event(course.timeline[fact_id], notes) for fact_id in course.told_again),
            contacts=self._contacts(),
            notice=self._notice() if self.tells else None,
            answers={index: self._answer(index, event) for index, event in self.judged.told},
        )

    def _dossier(self) -> DossierWrite:
        existing, course = self.judged.existing, self.course
        summary = course.last("summary", gap=existing is None or not existing.summarised)
        return DossierWrite(
            id=self.dossier_id,
            code=self.judged.code,
            party_id=self.party.party_id,
            agency_id=self.agency_id,
            procedure_code=self.judged.procedure_code,
            channel=course.last("channel", gap=existing is None or existing.channel is None),
            summary_sealed=self.party.encrypt_optional(summary, SUMMARY),
            state=course.state,
            changed=course.changed,
        )

    def _notes(self) -> dict[UUID, str]:
        """Return the first note told with each fact."""
        notes: dict[UUID, str] = {}
        for index, event in self.judged.told:
            if event.note:
                notes.setdefault(self.course.facts[index].id, event.note)
        return notes

    def _event(self, fact: Fact, notes: Mapping[UUID, str]) -> EventWrite:
        return EventWrite(
            id=fact.id,
            dossier_id=self.dossier_id,
            status=int(fact.status),
            occurred_at=fact.occurred_at,
            sequence=fact.sequence,
            step=fact.step,
            note_sealed=self.party.encrypt_optional(notes.get(fact.id), NOTE),
            due_at=fact.due_at,
        )

    def _contacts(self) -> tuple[SuppliedContact, ...]:
        """Return the addresses told, with the last time at which each was told."""
        given = {
            (kind, value): event.occurred_at
            for _, event in reversed(self.course.latest_first)
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
        current, due_at = self.course.state.current, self.course.state.due_at
        return Notice(
            party_id=self.party.party_id,
            agency_id=self.agency_id,
            category=CATEGORIES.get(current.status, Category.STATUS_CHANGE),
            dossier_id=self.dossier_id,
            event_id=current.id,
            params={
                "status": int(current.status),
                "occurred_at": current.occurred_at.isoformat(),
                "due_at": due_at.isoformat() if due_at else None,
            },
        )

    def _answer(self, index: int, event: DossierEvent) -> EventAnswer:
        fact = self.course.facts[index]
        if self.course.firsts.get(fact.id) != index:
            return EventAnswer(
                event_id=event.event_id, outcome=EventOutcome.REPEATED, dossier_code=event.dossier_code
            )
        state = self.course.state
        current = fact.id == state.current.id
        return EventAnswer(
            event_id=event.event_id,
            outcome=EventOutcome.ACCEPTED,
            dossier_code=event.dossier_code,
            current=current,
            contradiction=fact.id in state.contradictions,
            notified=current and self.tells,
            recorded_at=self.now,
        )


def _agency_id(judged: Judged, course: Course) -> UUID:
    """Return whose it is: the last agency named, in the source's order; a late word changes nothing."""
    existing = judged.existing
    named = course.last("agency_code", gap=existing is None)
    if named:
        return judged.agencies[named].id
    return existing.agency_id if existing else judged.caller_agency_id
