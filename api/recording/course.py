"""The course of a dossier with what is told now worked in. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.recording.judging import Told
from api.recording.schemas import DossierEvent
from storage.dossiers.statuses import AWAITING_CITIZEN, DossierStatus
from storage.dossiers.tellings import identified
from storage.dossiers.timeline import Fact, State, arrange, state_of
from storage.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was known of a dossier and what is told now, together.

    Attributes:
        known: the facts that were told before.
        facts: what each event tells, by its place; a fact told before bears the id under which it is known.
        firsts: the new facts, and the place where each is told first.
        timeline: all facts in the source's order, with all that was told of each.
        state: what all facts together amount to.
        status_before: the status before anything was told now; none for a new dossier.
    """

    known: Sequence[Fact]
    facts: Mapping[int, Fact]
    firsts: Mapping[UUID, int]
    timeline: Mapping[UUID, Fact]
    state: State
    status_before: DossierStatus | None

    @property
    def told_again(self) -> list[UUID]:
        """The facts known before that are told again."""
        return list({fact.id: None for fact in self.facts.values() if fact.id not in self.firsts})

    @property
    def changed(self) -> bool:
        """Whether anything new was learned."""
        return bool(self.firsts) or any(self.timeline[fact.id] != fact for fact in self.known)

    @property
    def is_news(self) -> bool:
        """Whether it came to a new status, or to a new request to the citizen."""
        current = self.state.current
        return current.id in self.firsts and (
            current.status is not self.status_before or current.status in AWAITING_CITIZEN
        )


def course_of(known: Sequence[Fact], told: Told, supplied: Collection[datetime] = ()) -> Course:
    """Work what is told into what is known; `supplied` as of `storage.dossiers.timeline.fold`."""
    known_now, same = identified(known, [_fact(event) for _, event in told])
    facts = {index: fact for (index, _), fact in zip(told, same, strict=True)}
    known_ids = {fact.id for fact in known}
    firsts: dict[UUID, int] = {}
    for index, fact in facts.items():
        if fact.id not in known_ids:
            firsts.setdefault(fact.id, index)
    arranged = arrange([*known_now, *same])
    return Course(
        known=known,
        facts=facts,
        firsts=firsts,
        timeline={fact.id: fact for fact in arranged},
        state=state_of(arranged, supplied),
        status_before=arrange(known)[-1].status if known else None,
    )


def _fact(event: DossierEvent) -> Fact:
    return Fact(
        id=new_id(),
        status=DossierStatus(event.status),
        occurred_at=event.occurred_at,
        sequence=event.sequence,
        step=event.step,
        due_at=event.due_at,
        noted=bool(event.note),
    )
