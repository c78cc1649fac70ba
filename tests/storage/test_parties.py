"""A party is one, whoever mentions it first."""

import asyncio
from collections.abc import Callable

import pytest

from storage.errors import NotFoundError
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.unit_of_work import Reading, UnitOfWork

AN = PartyIdentity(kind=PartyKind.PERSON, number="001190000001", name="Nguyễn Thị An")
BINH = PartyIdentity(kind=PartyKind.PERSON, number="001190000002", name="Trần Văn Bình")
SEN = PartyIdentity(kind=PartyKind.ORGANISATION, number="0100109106", name="Công ty Sen")

OpenUnit = Callable[[], UnitOfWork]
OpenReading = Callable[[], Reading]


async def count(reading: Reading) -> tuple[int, int]:
    """Count parties and their keys."""
    async with reading:
        query = "SELECT (SELECT count(*) FROM party), (SELECT count(*) FROM party_key)"
        found = await (await (await reading.driver()).execute(query)).fetchall()
        return found[0]  # type: ignore[return-value]


async def test_keys_come_in_the_order_asked_for(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """Known and new ones mixed, and one twice."""
    async with unit_of_work() as uow:
        (binh,) = await parties.find_or_create(uow, [BINH])
        await uow.commit()
    async with unit_of_work() as uow:
        keys = await parties.find_or_create(uow, [SEN, BINH, AN, SEN])
        await uow.commit()
    assert keys[1].party_id == binh.party_id
    assert keys[0].party_id == keys[3].party_id
    assert len({key.party_id for key in keys}) == 3
    assert await count(reading()) == (3, 3)


async def test_whoever_is_second_gets_the_firsts_key(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """Many transactions that mention the same new parties in any order make each once, and fail never."""
    together = asyncio.Barrier(8)

    async def mention(*identities: PartyIdentity) -> dict[str, object]:
        async with unit_of_work() as uow:
            await together.wait()
            keys = await parties.find_or_create(uow, identities)
            sealed = [key.encrypt("thử", "test") for key in keys]
            await uow.commit()
        return {
            one.number: (key.party_id, seal) for one, key, seal in zip(identities, keys, sealed, strict=True)
        }

    orders = [(AN, BINH, SEN), (SEN, BINH, AN)] * 4
    found = await asyncio.gather(*(mention(*order) for order in orders))
    assert await count(reading()) == (3, 3)
    async with unit_of_work() as uow:
        for identity in (AN, BINH, SEN):
            (key,) = await parties.find_or_create(uow, [identity])
            for told in found:
                party_id, seal = told[identity.number]  # type: ignore[misc]
                assert party_id == key.party_id
                assert key.decrypt(seal, "test") == "thử", "all wrote under the one key that was kept"


async def test_one_number_of_two_kinds_is_two_parties(unit_of_work: OpenUnit) -> None:
    """The space of the index is that of the kind."""
    async with unit_of_work() as uow:
        person = PartyIdentity(kind=PartyKind.PERSON, number=SEN.number)
        one, other = await parties.find_or_create(uow, [SEN, person])
        assert one.party_id != other.party_id


async def test_a_profile_is_what_was_told_first(unit_of_work: OpenUnit) -> None:
    """Another name told later does not replace it; the one that the identity provider vouches for does."""
    async with unit_of_work() as uow:
        (key,) = await parties.find_or_create(uow, [AN])
        await parties.find_or_create(uow, [PartyIdentity(kind=AN.kind, number=AN.number, name="Ai khác")])
        found = await parties.profile(uow, key.party_id)
        assert (found.kind, found.number, found.name, found.locale) == (AN.kind, AN.number, AN.name, "vi")
        await parties.learn_name(uow, key, "Nguyễn Thị Ân")
        await uow.commit()
    async with unit_of_work() as uow:
        assert (await parties.profile(uow, key.party_id)).name == "Nguyễn Thị Ân"


async def test_nobody_asked_for_is_nobody_made(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """Nothing to find is nothing to do, and an unknown id is not found."""
    async with unit_of_work() as uow:
        assert await parties.find_or_create(uow, []) == []
        with pytest.raises(NotFoundError):
            await parties.open_key(uow, new_id())
        with pytest.raises(NotFoundError):
            await parties.profile(uow, new_id())
        await uow.commit()
    assert await count(reading()) == (0, 0)


async def test_without_its_key_a_party_can_not_be_read(unit_of_work: OpenUnit) -> None:
    """Erasing the key erases what was written under it."""
    async with unit_of_work() as uow:
        (key,) = await parties.find_or_create(uow, [AN])
        await (await uow.driver()).execute("DELETE FROM party_key WHERE party_id = %s", (key.party_id,))
        with pytest.raises(NotFoundError):
            await parties.profile(uow, key.party_id)
