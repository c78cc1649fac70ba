"""Published answers as tests put them into the database."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from storage.agencies.models import Agency
from storage.ids import new_id
from storage.questions.models import PublishedAnswer
from storage.unit_of_work import UnitOfWork

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


def agency(code: str, name: str = "Ủy ban nhân dân", *, below: Agency | None = None) -> Agency:
    """Make an agency."""
    own = new_id()
    above = below.lineage if below else []
    return Agency(id=own, code=code, name=name, parent_id=below and below.id, lineage=[*above, own])


def published(agency_id: UUID, question: str, answer: str = "Có.", **fields: object) -> PublishedAnswer:
    """Make a published answer of an agency's own."""
    given = {"published_by": "an", "published_at": NOON, "updated_at": NOON, **fields}
    return PublishedAnswer(agency_id=agency_id, question=question, answer=answer, **given)


async def put(unit_of_work: Callable[[], UnitOfWork], *rows: object) -> None:
    """Write rows and commit."""
    async with unit_of_work() as uow:
        for row in rows:
            uow.session.add(row)
            await uow.session.flush()
        await uow.commit()
