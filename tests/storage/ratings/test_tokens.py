"""A token is signed once for a dossier, for its party alone, and by the key of its group."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from storage.errors import NotFoundError
from storage.ids import new_id
from storage.ratings import keys, tokens
from storage.ratings.blind_signing import BlindSigningError, blind, prepare
from storage.ratings.keys import Group
from storage.ratings.tokens import IssuedAlready, NotAskedYet, RatingClosed
from storage.unit_of_work import UnitOfWork
from tests.storage.ratings.closing import TODAY, make_agency, make_ended, make_invited

Open = Callable[[], UnitOfWork]


async def test_two_processes_that_need_a_key_make_one(unit_of_work: Open) -> None:
    """Both then read the same; its name is its thumbprint, and its private half is sealed."""
    group = Group(agency_id=new_id(), month=date(2026, 11, 1))
    drawn = [keys.draw(group), keys.draw(group)]
    both_looked = asyncio.Barrier(2)

    async def keep(new: keys.NewKey) -> None:
        async with unit_of_work() as uow:
            assert await keys.missing(uow, [group, group]) == [group]
            await both_looked.wait()
            await keys.keep(uow, [new])
            await uow.commit()

    await asyncio.gather(*map(keep, drawn))
    async with unit_of_work() as uow:
        assert await keys.missing(uow, [group]) == []
        found = await keys.of_group(uow, group)
        assert found is not None
        assert await keys.by_name(uow, found.kid) == found
        assert (await keys.private(uow, found.kid)).public_key() == found.key
        assert found.kid in {keys.name_of(new.private.public_key()) for new in drawn}
        assert set(found.as_jwk()) == {"kty", "n", "e", "kid"}
        sealed = await (
            await (await uow.driver()).execute("SELECT private_sealed FROM rating_key")
        ).fetchall()
    (((kept),),) = sealed
    assert isinstance(kept, bytes)
    assert b"PRIVATE" not in kept
    numbers = next(new for new in drawn if new.private.public_key() == found.key).private.private_numbers()
    assert numbers.p.to_bytes(128) not in kept


async def test_a_token_is_signed_once(unit_of_work: Open) -> None:
    """The same again gets the same answer, as its app may have missed the first; another one is refused."""
    async with unit_of_work() as uow:
        mine = await make_invited(uow, await make_agency(uow))
        found = await tokens.invitation(uow, mine.party_id, mine.code)
        assert found.key is not None
        assert (found.issued, found.closes_on) == (False, TODAY + timedelta(days=60))
        hidden, other = (blind(found.key.key, prepare(b"token")).message for _ in range(2))
        signed = await tokens.issue(uow, mine.party_id, mine.code, hidden, today=TODAY)
        assert await tokens.issue(uow, mine.party_id, mine.code, hidden, today=TODAY) == signed
        with pytest.raises(IssuedAlready):
            await tokens.issue(uow, mine.party_id, mine.code, other, today=TODAY)
        assert (await tokens.invitation(uow, mine.party_id, mine.code)).issued


async def test_of_many_tokens_at_once_one_is_signed(unit_of_work: Open) -> None:
    """However they race."""
    async with unit_of_work() as uow:
        mine = await make_invited(uow, await make_agency(uow))
        found = await tokens.invitation(uow, mine.party_id, mine.code)
        await uow.commit()
    assert found.key is not None
    public = found.key.key

    async def take() -> bool:
        async with unit_of_work() as uow:
            try:
                hidden = blind(public, prepare(b"token")).message
                await tokens.issue(uow, mine.party_id, mine.code, hidden, today=TODAY)
            except IssuedAlready:
                return False
            await uow.commit()
            return True

    assert sorted(await asyncio.gather(*(take() for _ in range(5)))) == [False] * 4 + [True]


async def test_nobody_takes_a_token_of_anothers_dossier(unit_of_work: Open) -> None:
    """A foreign dossier and none answer alike; one that has just ended is not asked for yet."""
    async with unit_of_work() as uow:
        agency = await make_agency(uow)
        mine, other = await make_invited(uow, agency, 1), await make_ended(uow, agency, 2)
        for party_id, code in ((other.party_id, mine.code), (mine.party_id, "H26.1-261120-9999")):
            with pytest.raises(NotFoundError):
                await tokens.issue(uow, party_id, code, b"", today=TODAY)
            with pytest.raises(NotFoundError):
                await tokens.invitation(uow, party_id, code)
        with pytest.raises(NotAskedYet):
            await tokens.issue(uow, other.party_id, other.code, b"", today=TODAY)
        found = await tokens.invitation(uow, other.party_id, other.code)
        assert (found.closes_on, found.key, found.is_open(TODAY)) == (None, None, False)


async def test_a_dossier_may_be_rated_for_sixty_days(unit_of_work: Open) -> None:
    """The last of them is one."""
    async with unit_of_work() as uow:
        mine = await make_invited(uow, await make_agency(uow))
        found = await tokens.invitation(uow, mine.party_id, mine.code)
        assert found.key is not None
        assert found.closes_on is not None
        late = found.closes_on + timedelta(days=1)
        assert (found.is_open(found.closes_on), found.is_open(late)) == (True, False)
        hidden = blind(found.key.key, prepare(b"token")).message
        with pytest.raises(RatingClosed):
            await tokens.issue(uow, mine.party_id, mine.code, hidden, today=late)
        await tokens.issue(uow, mine.party_id, mine.code, hidden, today=found.closes_on)


async def test_what_no_key_signs_uses_nothing_up(unit_of_work: Open) -> None:
    """The dossier may still be rated afterwards."""
    async with unit_of_work() as uow:
        mine = await make_invited(uow, await make_agency(uow))
        large = rsa.generate_private_key(65537, 3072).public_key()
        for wrong in (b"", b"\xff" * 256, blind(large, prepare(b"token")).message):
            with pytest.raises(BlindSigningError):
                await tokens.issue(uow, mine.party_id, mine.code, wrong, today=TODAY)
        assert not (await tokens.invitation(uow, mine.party_id, mine.code)).issued
