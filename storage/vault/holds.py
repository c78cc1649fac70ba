"""Legal holds: what keeps a document from being removed, whatever the periods say."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, or_, select, update

from storage.errors import NotFoundError
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.models import Document, DocumentHold


async def add(
    uow: UnitOfWork, document_id: UUID, *, reason: str, who: str, now: datetime, until: datetime | None = None
) -> UUID:
    """Lay a hold on a document; return its id. Raises NotFoundError where it is not there any more."""
    # Waits for whoever is removing it at this moment, and makes whoever comes after see the hold.
    query = (
        select(Document.id)
        .where(col(Document.id) == document_id, col(Document.removed_at).is_(None))
        .with_for_update()
    )
    if (await uow.session.exec(query)).first() is None:
        raise NotFoundError("document")
    hold = DocumentHold(id=new_id(), document_id=document_id, reason=reason, who=who, since=now, until=until)
    uow.session.add(hold)
    await uow.session.flush()
    return hold.id


async def release(uow: UnitOfWork, hold_id: UUID, *, now: datetime) -> None:
    """End a hold. Raises NotFoundError where there is none that counts."""
    ended = await uow.session.exec(
        update(DocumentHold)
        .where(col(DocumentHold.id) == hold_id, _counts(now))
        .values(until=now)
        .returning(col(DocumentHold.id))
    )
    if ended.first() is None:
        raise NotFoundError("hold")


async def counting(
    reading: Reading, *, now: datetime, document_id: UUID | None = None, limit: int = 1000
) -> Sequence[DocumentHold]:
    """Return the holds that count now, the latest first; of one document, or of all."""
    query = select(DocumentHold).where(_counts(now))
    if document_id is not None:
        query = query.where(col(DocumentHold.document_id) == document_id)
    return (await reading.session.exec(query.order_by(col(DocumentHold.id).desc()).limit(limit))).all()


async def is_held(reading: Reading, document_id: UUID, *, now: datetime) -> bool:
    """Tell whether a hold on a document counts now."""
    return bool(await counting(reading, now=now, document_id=document_id, limit=1))


def _counts(now: datetime) -> ColumnElement[bool]:
    return or_(col(DocumentHold.until).is_(None), col(DocumentHold.until) > now)
