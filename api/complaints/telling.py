"""What whoever filed a complaint is told of it, in the transaction that keeps what is told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from notify.announce import Notice, announce
from notify.categories import Category
from notify.matters import ComplaintMatter
from storage.complaints.holding import Held
from storage.complaints.watching import Passed
from storage.unit_of_work import UnitOfWork

_CATEGORIES = {
    ComplaintMatter.MORE_ASKED: Category.SUPPLEMENT_REQUIRED,
    ComplaintMatter.OVERDUE: Category.OVERDUE_APOLOGY,
}
"""All else is an answer."""


async def tell(uow: UnitOfWork, held: Held, matter: ComplaintMatter, *, link: str, now: datetime) -> None:
    """Announce what became of a complaint.

    Args:
        uow: the unit of work.
        held: the complaint, before; one that was sent on, with the agency that has it then.
        matter: what became of it.
        link: opens it in the app.
        now: the time.
    """
    notice = _notice(
        matter,
        party_id=held.party_id,
        agency_id=held.agency_id,
        params={"agency_name": held.agency_name, "code": held.code},
        link=link,
        at=now,
    )
    await announce(uow, [notice], now)


async def apologise(uow: UnitOfWork, passed: Sequence[tuple[Passed, str]], now: datetime) -> None:
    """Announce that complaints, each with its link, are not processed in time."""
    notices = [
        _notice(
            ComplaintMatter.OVERDUE,
            party_id=one.party_id,
            agency_id=one.agency_id,
            params={"agency_name": one.agency_name, "code": one.code},
            link=link,
            at=one.due_at,
        )
        for one, link in passed
    ]
    await announce(uow, notices, now)


def _notice(
    matter: ComplaintMatter,
    *,
    party_id: UUID,
    agency_id: UUID,
    params: dict[str, str],
    link: str,
    at: datetime,
) -> Notice:
    return Notice(
        party_id=party_id,
        agency_id=agency_id,
        category=_CATEGORIES.get(matter, Category.ANSWER),
        params={"complaint": matter.value, "occurred_at": at.isoformat(), "link": link, **params},
    )
