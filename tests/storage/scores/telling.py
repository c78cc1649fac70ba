"""Dossiers drawn at random and told as agencies tell them: in parts, late, out of order, and contradicting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from storage.dossiers.repository import DossierWrite, write
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact, fold
from storage.events import repository as events
from storage.events.repository import EventWrite
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork

BEGIN = datetime(2026, 8, 3, 1, tzinfo=UTC)
COURSES = (
    (1, 2, 4, 9, 10),
    (2, 4, 10),
    (2, 5, 4, 9),
    (2, 5, 4, 5, 4, 8),
    (2, 5, 4, 5, 4, 10),
    (1, 3),
    (2, 6, 4, 9),
    (2, 4),
    # Opened again, and ended again.
    (2, 9, 4),
    (2, 9, 4, 9, 10),
)

_DOCUMENT = """
INSERT INTO document (id, party_id, agency_code, source_id, content_hash, kind, title_sealed, type_code, type_name,
  dossier_id, issuer_name, issued_on, state, state_at, created_at, mac)
SELECT gen_random_uuid(), %s, 'H26.1', one::text, '', %s, '', '', '', one, '', now()::date, 'valid', now(), now(), ''
FROM unnest(%s::uuid[]) AS g(one)
"""


@dataclass(kw_only=True)
class Told:
    """A dossier, what was told of it, and what is still to be told."""

    agency_id: UUID
    channel: int | None
    to_tell: list[Fact]
    electronic: bool
    id: UUID = field(default_factory=new_id)
    facts: list[Fact] = field(default_factory=list)

    @property
    def code(self) -> str:
        return f"H26-{self.id}"


def draw(random: Random, agency_id: UUID, course: Sequence[int] | None = None) -> Told:
    """Draw a dossier of three months; its facts are to be told in any order."""
    when = BEGIN + timedelta(hours=random.randrange(24 * 60))
    due = when + timedelta(hours=random.randrange(24, 24 * 20)) if random.random() < 0.8 else None
    facts = []
    for status in course or random.choice(COURSES):
        facts.append(Fact(id=new_id(), status=DossierStatus(status), occurred_at=when, due_at=due))
        when += timedelta(minutes=random.randrange(1, 60 * 24 * 5))
    if course is None:
        random.shuffle(facts)
    channel = random.choice([None, 1, 2, 2, 3])
    return Told(agency_id=agency_id, channel=channel, to_tell=facts, electronic=random.random() < 0.5)


async def tell(
    uow: UnitOfWork, party_id: UUID, dossiers: Sequence[Told], how_many: Callable[[], int]
) -> None:
    """Tell so many more facts of each dossier."""
    told, rows = [], []
    for one in dossiers:
        count = how_many()
        new, one.to_tell = one.to_tell[:count], one.to_tell[count:]
        one.facts += new
        if new:
            told.append(written(one, party_id))
            rows += [event(one.id, fact) for fact in new]
    if told:
        await write(uow, told)
        await events.add(uow, "c", rows)


def written(one: Told, party_id: UUID) -> DossierWrite:
    """Return a dossier as it is to be kept."""
    return DossierWrite(
        id=one.id,
        code=one.code,
        party_id=party_id,
        agency_id=one.agency_id,
        procedure_code=None,
        channel=one.channel,
        summary_sealed=None,
        state=fold(one.facts),
        changed=True,
    )


def event(dossier_id: UUID, fact: Fact) -> EventWrite:
    """Return a fact as it is to be kept."""
    return EventWrite(
        id=fact.id,
        dossier_id=dossier_id,
        status=int(fact.status),
        occurred_at=fact.occurred_at,
        sequence=fact.sequence,
        step=fact.step,
        note_sealed=None,
        due_at=fact.due_at,
    )


async def keep_results(uow: UnitOfWork, party_id: UUID, ids: Sequence[UUID], kind: str = "result") -> None:
    """Keep an electronic result of each of these dossiers."""
    await (await uow.driver()).execute(_DOCUMENT, (party_id, kind, list(ids)))
