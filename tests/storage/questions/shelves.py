"""Published answers as tests make them: for a shelf in memory, and as rows of the database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from storage.agencies.models import Agency
from storage.ids import new_id
from storage.questions.entries import Entry, Published, ShelfStamp
from storage.questions.models import PublishedAnswer
from storage.questions.shelf import Shelf
from storage.unit_of_work import UnitOfWork

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
OFFICE = UUID(int=1)


def entry(question: str, answer: str = "Có.", **fields: object) -> Entry:
    """Make an entry of an agency's own, on no procedure."""
    given: dict[str, object] = {
        "id": new_id(),
        "field": None,
        "agency_id": OFFICE,
        "agency_code": "H26",
        "agency_name": "Ủy ban nhân dân phường Thử Nghiệm",
        "agencies": (OFFICE,),
        "procedure_code": None,
        "procedure_name": None,
        "procedure_version": None,
        "faq": True,
        "published_at": NOON,
        "updated_at": NOON,
        "stale": False,
    }
    return Entry(question=question, answer=answer, **{**given, **fields})  # type: ignore[arg-type] # as given


def shelf_of(*entries: Entry, **beside: Any) -> Shelf:
    """Make a shelf of entries, the first one the newest, and of what else is known."""
    return Shelf(Published(stamp=ShelfStamp(), entries=list(entries), **beside))


def agency(code: str, name: str = "Ủy ban nhân dân", *, below: Agency | None = None) -> Agency:
    """Make an agency."""
    own = new_id()
    above = below.lineage if below else []
    return Agency(id=own, code=code, name=name, parent_id=below and below.id, lineage=[*above, own])


def published(agency_id: UUID, question: str, *, age: int = 0, **fields: object) -> PublishedAnswer:
    """Make the row of what an agency published by itself so many hours before noon."""
    at = NOON - timedelta(hours=age)
    given = {"answer": "Có.", "published_by": "an", "published_at": at, "updated_at": at, **fields}
    return PublishedAnswer(agency_id=agency_id, question=question, **given)


async def put(unit_of_work: Callable[[], UnitOfWork], *rows: object) -> None:
    """Write rows in their order, and commit."""
    async with unit_of_work() as uow:
        for row in rows:
            uow.session.add(row)
            await uow.session.flush()
        await uow.commit()
