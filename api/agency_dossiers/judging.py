"""Which dossiers that an agency tells may be kept: judged here, without touching the database."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.agency_dossiers.arranging import Kept
from api.agency_dossiers.schemas import LISTS, AgencyDossier, Payment, Sourced
from api.problems import FieldError, Problem
from api.recording.arrangements import host_of
from api.recording.judging import Judge
from api.recording.schemas import Applicant, DossierEvent
from api.recording.service import AHEAD, untimely
from storage.dossiers.repository import LockedDossier
from storage.dossiers.restating import Stated
from storage.parties.kinds import PartyKind

MOST_KEPT = 200
"""Of one kind, of one dossier, whatever became of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A dossier that is told.

    Attributes:
        whole: it replaces what was told before, else it is merged into that.
        code_at: a pointer to where its code was given.
    """

    dossier_code: str
    body: AgencyDossier
    code_at: str
    whole: bool = False

    @property
    def procedure_code(self) -> str | None:
        """Of which procedure it is said to be."""
        return self.body.procedure_code

    @property
    def agency_code(self) -> str | None:
        """Whose it is said to be."""
        return self.body.agency_code

    @property
    def events(self) -> list[DossierEvent]:
        """What happened to it, each with its code."""
        return self.body.events_of(self.dossier_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutJudge:
    """Says which dossiers may be kept.

    Attributes:
        judge: judges whom and what they name, as for events.
        stated: what stands about those that exist.
        kept: what is arranged about them.
        payment_hosts: where payments may be made.
    """

    judge: Judge
    stated: Mapping[UUID, Stated]
    kept: Mapping[UUID, Kept]
    payment_hosts: frozenset[str]
    now: datetime

    def objection(self, put: Put) -> Problem | None:
        """Say what speaks against a dossier, if anything does."""
        existing = self.judge.locked.get(put.dossier_code)
        problem = self.judge.objection(existing, put, code_at=put.code_at)
        if problem is not None:
            return problem
        errors = [
            *(self._of_known(existing, put) if existing else _of_new(put.body)),
            *self._of_events(put),
            *item_errors(put.body, self.payment_hosts, self.now),
            *(self._too_many(existing, put) if existing else ()),
        ]
        return Problem("validation", 422, errors=errors) if errors else None

    def _of_known(self, existing: LockedDossier, put: Put) -> Iterator[FieldError]:
        applicant, procedure = put.body.applicant, put.body.procedure_code
        if applicant and not self.judge.same_applicant(existing, applicant, None):
            yield FieldError(pointer="/applicant/number", code="another-applicant")
        if procedure and procedure != self.stated[existing.id].procedure_code:
            yield FieldError(pointer="/procedure_code", code="another-procedure")

    def _of_events(self, put: Put) -> Iterator[FieldError]:
        for place, event in enumerate(put.events):
            if event.dossier_code != put.dossier_code:
                yield FieldError(pointer=f"/events/{place}/dossier_code", code="another-dossier")
            for error in untimely(event, self.now):
                yield FieldError(
                    pointer=f"/events/{place}{error.pointer}", code=error.code, params=error.params
                )

    def _too_many(self, existing: LockedDossier, put: Put) -> Iterator[FieldError]:
        known = set(self.kept.get(existing.id, ()))
        told = {(kind, item.source_id) for kind, _, item in put.body.items()}
        counts = Counter(kind for kind, _ in known | told)
        for kind, count in counts.items():
            if count > MOST_KEPT:
                yield too_many(f"/{LISTS[kind]}")


def too_many(pointer: str) -> FieldError:
    """Say that a dossier has no room for another one of a kind."""
    return FieldError(pointer=pointer, code="too-many-arrangements", params={"most": MOST_KEPT})


def item_errors(body: AgencyDossier, payment_hosts: frozenset[str], now: datetime) -> list[FieldError]:
    """Say what is wrong with what is arranged, by pointers into the body."""
    return [error for _, at, item in body.items() for error in errors_of(item, at, payment_hosts, now)]


def errors_of(
    item: Sourced, pointer: str, payment_hosts: frozenset[str], now: datetime
) -> Iterator[FieldError]:
    """Say what is wrong with one thing that is arranged.

    A link in a notice of the state's is believed: it leads nowhere that the operator does not vouch for.
    """
    if item.state_at is not None and item.state_at > now + AHEAD:
        minutes = {"minutes": int(AHEAD.total_seconds() // 60)}
        yield FieldError(pointer=f"{pointer}/state_at", code="in-the-future", params=minutes)
    if isinstance(item, Payment) and item.link is not None:
        host = host_of(item.link)
        if host not in payment_hosts:
            yield FieldError(pointer=f"{pointer}/link", code="untrusted-host", params={"host": host})


def _of_new(body: AgencyDossier) -> Iterator[FieldError]:
    """Say what is missing, and which events speak of another applicant or procedure than their dossier does.

    It would be made as they say; and what is told of its applicant would be another's.
    """
    yield from _missing_at_first(body)
    for place, event in enumerate(body.events):
        told = event.applicant, body.applicant
        if told[0] and told[1] and _identity(told[0]) != _identity(told[1]):
            yield FieldError(pointer=f"/events/{place}/applicant/number", code="another-applicant")
        if event.procedure_code not in (None, body.procedure_code or event.procedure_code):
            yield FieldError(pointer=f"/events/{place}/procedure_code", code="another-procedure")


def _identity(applicant: Applicant) -> tuple[PartyKind, str]:
    return applicant.kind, applicant.number


def _missing_at_first(body: AgencyDossier) -> Iterator[FieldError]:
    given = {
        "/procedure_code": body.procedure_code or any(event.procedure_code for event in body.events),
        "/applicant": body.applicant or any(event.applicant for event in body.events),
        "/events": body.events,
    }
    return (FieldError(pointer=at, code="needed-at-first") for at, there in given.items() if not there)
