"""Published status lists: signed anew when a seal changed or time passed, and not otherwise."""

import asyncio
from collections.abc import Callable

import pytest

from storage.errors import NotFoundError
from storage.seals.keys import SealKeys
from storage.seals.lists import StatusLists
from storage.seals.statuses import ENTRIES, SealState, StatusList, read_status_list
from storage.unit_of_work import Reading, UnitOfWork
from tests.storage.seals.sealing import KEY, KEYS, NOW
from tests.storage.seals.test_repository import done, issued, revoke, supersede

OpenUnit = Callable[[], UnitOfWork]
OpenReading = Callable[[], Reading]
URL = "https://xacthuc.gov.vn/v1/status-lists"


def lists(reading: OpenReading, keys: SealKeys = KEYS) -> StatusLists:
    return StatusLists(reading, keys, url=URL, ttl=900)


async def number_of_new_list(unit_of_work: OpenUnit) -> int:
    """Let seals go on in a list that is empty so far; return its number."""
    async with unit_of_work() as uow:
        cursor = await (await uow.driver()).execute(
            "SELECT setval('seal_status_index', (last_value / %(n)s + 1) * %(n)s, false) / %(n)s FROM seal_status_index",
            {"n": ENTRIES},
        )
        (row,) = await cursor.fetchall()
        await uow.commit()
    return int(str(row[0]))


async def read(published: StatusLists, number: int, now: float = NOW) -> StatusList:
    return read_status_list((await published.current(number, now)).token, KEYS.key_set, now)


async def test_a_list_tells_how_seals_stand(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """Of its own seals and no others, at once after each change."""
    await done(unit_of_work, revoke(await issued(unit_of_work)))
    number = await number_of_new_list(unit_of_work)
    seal, following, other = [await issued(unit_of_work) for _ in range(3)]
    await number_of_new_list(unit_of_work)
    await done(unit_of_work, revoke(await issued(unit_of_work)))
    published = lists(reading)

    async def states() -> list[SealState]:
        found = await read(published, number)
        return [found.state_of(one.status_index) for one in (seal, following, other)]

    valid, superseded, revoked = SealState.VALID, SealState.SUPERSEDED, SealState.REVOKED
    assert seal.status_index == number * ENTRIES
    assert await states() == [valid, valid, valid]
    await done(unit_of_work, supersede(seal, following))
    assert await states() == [superseded, valid, valid]
    await done(unit_of_work, revoke(other))
    assert await states() == [superseded, valid, revoked]
    # As many seals are not valid as before, and at the same moment: only how differs.
    await done(unit_of_work, revoke(seal))
    assert await states() == [revoked, valid, revoked]


async def test_it_is_signed_anew_only_for_a_reason(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """The same bytes until a seal changes or the time is over; what happens in other lists is none."""
    first = await issued(unit_of_work)
    number = await number_of_new_list(unit_of_work)
    seal = await issued(unit_of_work)
    published = lists(reading)
    kept = await published.current(number, NOW)
    await done(unit_of_work, revoke(first))
    assert await published.current(number, NOW + 899) is kept
    later = await published.current(number, NOW + 900)
    assert (later.issued_at, later.version) == (NOW + 900, kept.version)
    await done(unit_of_work, revoke(seal))
    changed = await published.current(number, NOW + 901)
    assert (changed.issued_at, changed.version) == (NOW + 901, (1, 1))
    assert await published.current(number, NOW + 902) is changed


async def test_a_list_that_is_not(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """Neither before a seal is in it nor below zero, and nothing is signed for who asks."""
    published = lists(reading)
    number = await number_of_new_list(unit_of_work)
    for asked in (number, number + 1, -1, 10**12):
        with pytest.raises(NotFoundError):
            await published.current(asked, NOW)
    await issued(unit_of_work)
    assert (await published.current(number, NOW)).version == (0, 0)


async def test_of_many_who_ask_one_has_it_signed(unit_of_work: OpenUnit, reading: OpenReading) -> None:
    """The others take the same bytes, also when a list has run out."""
    number = await number_of_new_list(unit_of_work)
    await issued(unit_of_work)
    published = lists(reading)
    for now in (NOW, NOW + 900):
        found = await asyncio.gather(*[published.current(number, now) for _ in range(8)])
        assert len({one.token for one in found}) == 1


async def test_no_transaction_is_open_while_it_is_signed(
    unit_of_work: OpenUnit, reading: OpenReading
) -> None:
    """A key at the other end of a network holds no connection up."""
    number = await number_of_new_list(unit_of_work)
    await issued(unit_of_work)
    opened: list[Reading] = []
    seen: list[bool] = []

    class Watching:
        kid = KEYS.signing(NOW).public.kid

        async def sign(self, message: bytes) -> bytes:
            seen.extend(one._connection is None for one in opened)
            return await KEYS.signing(NOW).signer.sign(message)

    def note() -> Reading:
        opened.append(reading())
        return opened[-1]

    await lists(note, SealKeys([KEY], signers={Watching.kid: Watching()})).current(number, NOW)
    assert seen == [True]
