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
from storage.dossiers.particulars import Particulars, taken_in
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
        known: whose the dossier was, how it came and what it is about; none for a new one.
        particulars: the same with what is told now.
        tells: whether somebody must be told: what is news, unless long past.
    """

    judged: Judged
    party: PartyKey
    now: datetime
    course: Course
    dossier_id: UUID
    known: Particulars | None
    particulars: Particulars
    tells: bool

    @classmethod
    def of(cls, judged: Judged, party: PartyKey, now: datetime, stale_after: timedelta) -> Self:
        """Work what is told into what is known."""
        existing = judged.existing
        known, supplied = (existing.facts, existing.supplied) if existing else ((), ())
        course = course_of(known, judged.told, supplied)
        known_particulars = _known(judged, party)
        return cls(
            judged=judged,
            party=party,
            now=now,
            course=course,
            dossier_id=existing.id if existing else new_id(),
            known=known_particulars,
            particulars=taken_in(known_particulars, judged.sayings),
            tells=course.is_news and course.state.current.occurred_at >= now - stale_after,
        )

    def draft(self) -> Draft:
        """Draw it all up."""
        notes = self._notes()
        course = self.course
        return Draft(
            dossier=self._dossier(noted=bool(notes)),
            events=tuple(self._event(course.timeline[fact_id], notes) for fact_id in course.firsts),
            completed=tuple(self._event(course.timeline[fact_id], notes) for fact_id in course.told_again),
            contacts=self._contacts(),
            notice=self._notice() if self.tells else None,
            answers={index: self._answer(index, event) for index, event in self.judged.told},
        )

    def _dossier(self, *, noted: bool) -> DossierWrite:
        particulars = self.particulars
        channel, summary = particulars.channel, particulars.summary
        resummed = self.known is None or self.known.summary != summary
        return DossierWrite(
            id=self.dossier_id,
            code=self.judged.code,
            party_id=self.party.party_id,
            agency_id=particulars.agency_id,
            procedure_code=self.judged.procedure_code,
            channel=(channel[1] or None) if channel else None,
            summary_sealed=self.party.encrypt(summary[1], SUMMARY) if summary and resummed else None,
            state=self.course.state,
            changed=self.course.changed or noted or self.known != particulars,
            first_agency_id=particulars.first[1],
            agency_named_at=particulars.named[0] if particulars.named else None,
            channel_told_at=channel[0] if channel else None,
            summary_told_at=summary[0] if summary else None,
        )

    def _notes(self) -> dict[UUID, str]:
        """Return the notes that are new: of all told with a fact, the longest; of equals, the greatest."""
        known = {
            fact_id: self.party.decrypt(sealed, NOTE)
            for fact_id, sealed in self.judged.notes.items()
            if fact_id in self.course.timeline
        }
        notes = dict(known)
        for index, event in self.judged.told:
            if event.note:
                fact_id = self.course.facts[index].id
                notes[fact_id] = max(notes.get(fact_id, ""), event.note, key=_weight)
        return {fact_id: note for fact_id, note in notes.items() if known.get(fact_id) != note}

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
        given: dict[tuple[ContactKind, str], datetime] = {}
        for _, event in self.judged.told:
            if event.applicant:
                for kind, value in (
                    (ContactKind.EMAIL, event.applicant.email),
                    (ContactKind.PHONE, event.applicant.phone),
                ):
                    if value:
                        given[kind, value] = max(
                            given.get((kind, value), event.occurred_at), event.occurred_at
                        )
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
            agency_id=self.particulars.agency_id,
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


def _known(judged: Judged, party: PartyKey) -> Particulars | None:
    """Return what is known; the summary is opened only where another may have to be held against it."""
    existing = judged.existing
    if existing is None:
        return None
    sealed = existing.summary_sealed
    if sealed is None or not any(one.summary for one in judged.sayings):
        return existing.particulars("" if sealed else None)
    return existing.particulars(party.decrypt(sealed, SUMMARY))


def _weight(note: str) -> tuple[int, str]:
    return len(note), note
