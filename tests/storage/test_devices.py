"""Phones that the provider says are gone."""

from collections.abc import Callable
from uuid import UUID

from storage.devices import repository as devices
from storage.devices.repository import Installation
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.unit_of_work import UnitOfWork

OpenUnit = Callable[[], UnitOfWork]


async def register(open_unit: OpenUnit, installation_id: UUID, token: str) -> None:
    async with open_unit() as uow:
        identity = PartyIdentity(kind=PartyKind.PERSON, number="001190000001")
        (owner,) = await parties.find_or_create(uow, [identity])
        installation = Installation(
            id=installation_id, platform="android", push_token=token, confirms_receipt=True, app_version=None
        )
        await devices.put(uow, owner, installation)
        await uow.commit()


async def live(open_unit: OpenUnit) -> set[UUID]:
    async with open_unit() as uow:
        query = "SELECT id FROM device WHERE retired_at IS NULL"
        rows = await (await (await uow.driver()).execute(query)).fetchall()
    return {installation_id for (installation_id,) in rows}


async def test_a_dead_token_retires_its_phone_until_it_registers_again(unit_of_work: OpenUnit) -> None:
    """Nothing more is sent to it, and a new registration brings it back."""
    dead, other = new_id(), new_id()
    await register(unit_of_work, dead, "token-1")
    await register(unit_of_work, other, "token-2")
    async with unit_of_work() as uow:
        await devices.retire(uow, [(dead, "token-1")])
        await uow.commit()
    assert await live(unit_of_work) == {other}
    await register(unit_of_work, dead, "token-3")
    assert await live(unit_of_work) == {dead, other}


async def test_a_phone_that_has_a_new_token_since_is_left_alone(unit_of_work: OpenUnit) -> None:
    """The provider spoke of the old token while the phone was registering the new one."""
    phone = new_id()
    await register(unit_of_work, phone, "token-1")
    await register(unit_of_work, phone, "token-2")
    async with unit_of_work() as uow:
        await devices.retire(uow, [(phone, "token-1")])
        await uow.commit()
    assert await live(unit_of_work) == {phone}
