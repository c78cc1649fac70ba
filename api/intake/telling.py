"""What the owner of a document is told of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notify.announce import Notice, announce
from notify.categories import Category
from notify.matters import DocumentMatter
from storage.agencies.speaking import Issuer
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Of whose document there is something to tell, in whose name, and where it is opened."""

    party_id: UUID
    issuer: Issuer
    dossier_id: UUID | None
    link: str


async def tell(uow: UnitOfWork, news: News, matter: DocumentMatter, now: datetime) -> None:
    """Announce what became of a document, in the transaction in which that became so."""
    notice = Notice(
        party_id=news.party_id,
        agency_id=news.issuer.id,
        category=Category.RESULT_READY if matter is DocumentMatter.KEPT else Category.STATUS_CHANGE,
        dossier_id=news.dossier_id,
        params={
            "document": matter.value,
            "agency_name": news.issuer.name,
            "occurred_at": now.isoformat(),
            "link": news.link,
        },
    )
    await announce(uow, [notice], now)
