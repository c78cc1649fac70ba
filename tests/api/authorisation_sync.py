"""What is asked for of the pages and the report on portals: see `authorisation_requests.py`."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from storage.ids import new_id
from storage.reconciliation import days, differences
from storage.reconciliation.differences import Dossier
from storage.reconciliation.figures import Figures
from storage.reconciliation.findings import Change, Finding
from storage.reconciliation.kinds import Action, DifferenceKind, DifferenceState, Field, Rule
from storage.unit_of_work import UnitOfWork
from tests.api.authorisation_world import World

DUE = Finding(
    kind=DifferenceKind.FIELD_DIFFERS,
    field=Field.DUE,
    theirs="2026-12-01T17:00:00+07:00",
    rule=Rule.DUE,
    action=Action.PERSON,
)


async def reported(world: World) -> None:
    """Have a day reported, with the owner's agency in it."""
    async with world.services.unit_of_work() as uow:
        day = (datetime.now(UTC) - timedelta(days=2)).date()
        await days.keep(uow, day, {world.town.id: Figures(pushed=1)}, datetime.now(UTC))
        await uow.commit()


async def left(world: World) -> str:
    """Have a difference of a dossier of the owner's agency, and return its id."""
    async with world.services.unit_of_work() as uow:
        told = [
            (
                Dossier(code=f"H26.1-261121-{next(world.serial):04}", agency_id=world.town.id),
                Change(id=None, finding=DUE, state=DifferenceState.LEFT),
            )
        ]
        await differences.write(uow, "quoc-gia", told, datetime.now(UTC))
        found = await _last(uow)
        await uow.commit()
    return str(found)


async def _last(uow: UnitOfWork) -> UUID:
    statement = "SELECT id FROM portal_difference ORDER BY id DESC LIMIT 1"
    row = await (await (await uow.driver()).execute(statement)).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def nowhere() -> str:
    """Return an id of nothing."""
    return str(new_id())
