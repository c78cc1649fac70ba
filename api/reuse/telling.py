"""What the owner is told, and may read again in the access log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from auth.principals import AgencyCaller
from notify.announce import Notice, announce
from notify.categories import Category
from notify.reuse_params import ReuseMatter
from storage.access_log import repository as access_log
from storage.access_log.kinds import ObjectKind, Purpose, ReaderKind
from storage.access_log.repository import NewAccess
from storage.reuse.using import Grant
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Whom to tell, of which agency, and where more of it is read."""

    party_id: UUID
    agency_id: UUID
    agency_name: str
    link: str


async def tell(uow: UnitOfWork, matter: ReuseMatter, news: News, now: datetime) -> None:
    """Announce what an agency did, in the transaction in which it did.

    It names no dossier: what is asked of a party reaches its own contacts alone, and none that an agency
    supplied.
    """
    notice = Notice(
        party_id=news.party_id,
        agency_id=news.agency_id,
        category=Category.STATUS_CHANGE,
        params={
            "reuse": matter.value,
            "agency_name": news.agency_name,
            "occurred_at": now.isoformat(),
            "link": news.link,
        },
    )
    await announce(uow, [notice], now)


async def note(
    uow: UnitOfWork, caller: AgencyCaller, grant: Grant, document_ids: Iterable[UUID], now: datetime
) -> None:
    """Note that the agency is about to be shown documents, by the request that was granted."""
    taken = [
        NewAccess(
            at=now,
            party_id=grant.party_id,
            reader_kind=ReaderKind.CLIENT,
            reader=caller.client_id,
            purpose=Purpose.REUSE,
            object_kind=ObjectKind.DOCUMENT,
            object_id=document_id,
            basis_id=grant.request_id,
        )
        for document_id in document_ids
    ]
    await access_log.add(uow, taken)
