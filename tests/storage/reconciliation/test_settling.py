"""Who may let a difference stay is asked where it is written, whatever was read before."""

from collections.abc import Callable
from datetime import UTC, datetime

from storage.ids import new_id
from storage.officers.desk import Desk
from storage.officers.roles import Role
from storage.reconciliation import differences, listing
from storage.reconciliation.differences import Dossier
from storage.reconciliation.findings import Change, Finding
from storage.reconciliation.kinds import Action, DifferenceKind, DifferenceState, Rule
from storage.unit_of_work import UnitOfWork

MISSING = Finding(kind=DifferenceKind.MISSING_THERE, rule=Rule.MISSING_THERE, action=Action.PERSON)


async def test_whom_it_does_not_reach_can_not_settle_it(unit_of_work: Callable[[], UnitOfWork]) -> None:
    """An officer without a role for its agency changes nothing; an operator's command does."""
    dossier = Dossier(code="H26-261121-0001", agency_id=new_id())
    change = Change(id=None, finding=MISSING, state=DifferenceState.LEFT)
    stranger = Desk(officer_id=new_id(), roles=frozenset({Role.SUPERVISOR}))
    async with unit_of_work() as uow:
        await differences.write(uow, "quoc-gia", [(dossier, change)], datetime.now(UTC))
        (found,) = await listing.listed(uow, listing.Wish())
        assert not await listing.settle(uow, found.id, by="stranger", note="x", desk=stranger)
        assert (await listing.one(uow, found.id)).state == DifferenceState.LEFT
        assert await listing.settle(uow, found.id, by="operator", note="x")
