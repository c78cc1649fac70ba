"""What who asked is told of it."""

from datetime import datetime

from notify.announce import Notice, announce
from notify.categories import Category
from notify.matters import QuestionMatter
from storage.questions.holding import Held
from storage.unit_of_work import UnitOfWork


async def answered(uow: UnitOfWork, held: Held, *, link: str, now: datetime) -> None:
    """Announce an answer, in the transaction that keeps it."""
    await _tell(uow, held, QuestionMatter.ANSWERED, link, now)


async def declined(uow: UnitOfWork, held: Held, *, link: str, now: datetime) -> None:
    """Announce that there will be none."""
    await _tell(uow, held, QuestionMatter.DECLINED, link, now)


async def _tell(uow: UnitOfWork, held: Held, matter: QuestionMatter, link: str, now: datetime) -> None:
    notice = Notice(
        party_id=held.party_id,
        agency_id=held.agency_id,
        category=Category.ANSWER,
        params={
            "question": matter.value,
            "agency_name": held.agency_name,
            "occurred_at": now.isoformat(),
            "link": link,
        },
    )
    await announce(uow, [notice], now)
