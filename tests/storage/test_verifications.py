"""Codes of addresses: counted across parties, tried under a lock, swept after a day with what nobody proved."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from storage.cipher import PartyKey
from storage.contacts import proving
from storage.contacts import repository as contacts
from storage.contacts.addresses import ContactKind
from storage.contacts.models import ContactSource
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.unit_of_work import UnitOfWork
from storage.verifications import repository as verifications
from storage.verifications.repository import Sent

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EMAIL = "nguyen.an@example.vn"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a test does, each in a transaction of its own."""

    open_unit: Callable[[], UnitOfWork]

    async def party(self, serial: int = 1) -> PartyKey:
        """Make a party."""
        async with self.open_unit() as uow:
            identity = PartyIdentity(kind=PartyKind.PERSON, number=f"001190{serial:06d}")
            (key,) = await parties.find_or_create(uow, [identity])
            await uow.commit()
            return key

    async def ask(
        self,
        party: PartyKey,
        at: datetime = NOW,
        *,
        value: str = EMAIL,
        kind: ContactKind = ContactKind.EMAIL,
    ) -> tuple[UUID, UUID]:
        """Give an address and keep a code for it; return both ids."""
        async with self.open_unit() as uow:
            given = await proving.give(uow, party, kind, value, now=at)
            code = await verifications.add(uow, given.id, party.party_id, now=at, expires_at=at + 10 * MINUTE)
            await uow.commit()
            return given.id, code

    async def prove(self, contact_id: UUID, at: datetime = NOW) -> None:
        """Make an address a proved one."""
        async with self.open_unit() as uow:
            await proving.prove(uow, contact_id, now=at)
            await uow.commit()

    async def withdraw(self, party: PartyKey, contact_id: UUID, at: datetime = NOW) -> bool:
        """Give an address up."""
        async with self.open_unit() as uow:
            done = await proving.withdraw(uow, party.party_id, contact_id, now=at)
            await uow.commit()
            return done

    async def sent(self, party: PartyKey, *, value: str = EMAIL, now: datetime = NOW) -> Sent:
        """Ask what was sent lately."""
        async with self.open_unit() as uow:
            return await verifications.sent_lately(uow, party.party_id, ContactKind.EMAIL, value, now=now)

    async def sweep(self, now: datetime) -> int:
        """Sweep."""
        async with self.open_unit() as uow:
            count = await verifications.sweep(uow, now)
            await uow.commit()
            return count

    async def rows(self, query: str) -> list[Any]:
        """Return what a query finds."""
        async with self.open_unit() as uow:
            return await (await (await uow.driver()).execute(query.encode())).fetchall()


@pytest.fixture
def desk(unit_of_work: Callable[[], UnitOfWork]) -> Desk:
    """A desk on an empty database."""
    return Desk(open_unit=unit_of_work)


async def test_a_given_address_is_kept_once_and_sealed(desk: Desk) -> None:
    """Given again it is the same row; another kind or party has one of its own."""
    party, other = await desk.party(), await desk.party(2)
    first, _ = await desk.ask(party)
    again, _ = await desk.ask(party, NOW + MINUTE)
    assert again == first
    assert (await desk.ask(other))[0] != first
    assert (await desk.ask(party, value="+84912345678", kind=ContactKind.PHONE))[0] != first
    rows = await desk.rows(
        "SELECT source, dossier_id, told_at, value_sealed FROM contact ORDER BY id LIMIT 1"
    )
    assert rows[0][:3] == ("pending", None, NOW + MINUTE)
    assert EMAIL.encode() not in bytes(rows[0][3])
    assert party.decrypt(bytes(rows[0][3]), contacts.VALUE) == EMAIL


async def test_a_proved_address_stays_proved_when_it_is_given_again(desk: Desk) -> None:
    """Named last, it is the one in use."""
    party = await desk.party()
    contact_id, _ = await desk.ask(party)
    await desk.prove(contact_id, NOW + MINUTE)
    async with desk.open_unit() as uow:
        given = await proving.give(uow, party, ContactKind.EMAIL, EMAIL, now=NOW + DAY)
        await uow.commit()
    assert (given.id, given.verified) == (contact_id, True)
    assert await desk.rows("SELECT source, verified_at, told_at FROM contact") == [
        ("verified", NOW + MINUTE, NOW + DAY)
    ]


async def test_codes_are_counted_by_address_and_by_party(desk: Desk) -> None:
    """An address has its codes whoever asked, a party its own for whatever address; both for a day, newest first."""
    party, other = await desk.party(), await desk.party(2)
    await desk.ask(party, NOW - DAY)
    await desk.ask(party, NOW - 3 * MINUTE)
    await desk.ask(other, NOW - 2 * MINUTE)
    await desk.ask(party, NOW - MINUTE, value="khac@example.vn")
    assert await desk.sent(party) == Sent(
        to_address=[NOW - 2 * MINUTE, NOW - 3 * MINUTE], by_party=[NOW - MINUTE, NOW - 3 * MINUTE]
    )
    assert await desk.sent(other, value="khac@example.vn") == Sent(
        to_address=[NOW - MINUTE], by_party=[NOW - 2 * MINUTE]
    )


@pytest.mark.parametrize("shared", ["party", "address"])
async def test_who_counts_is_alone_until_the_end(desk: Desk, shared: str) -> None:
    """Of many at once that add one where there is none, one does."""
    keys = [await desk.party(1 if shared == "party" else serial) for serial in range(1, 7)]

    async def add_first(place: int, party: PartyKey) -> int:
        value = f"{place}@example.vn" if shared == "party" else EMAIL
        async with desk.open_unit() as uow:
            given = await proving.give(uow, party, ContactKind.EMAIL, value, now=NOW)
            sent = await verifications.sent_lately(uow, party.party_id, ContactKind.EMAIL, value, now=NOW)
            await asyncio.sleep(0)
            if sent.by_party if shared == "party" else sent.to_address:
                return 0
            await verifications.add(uow, given.id, party.party_id, now=NOW, expires_at=NOW)
            await uow.commit()
            return 1

    assert sum(await asyncio.gather(*(add_first(*pair) for pair in enumerate(keys)))) == 1


async def test_the_newest_code_counts(desk: Desk) -> None:
    """With the tries that it had; those of an older one are not its own."""
    party = await desk.party()
    contact_id, first = await desk.ask(party)
    async with desk.open_unit() as uow:
        await verifications.count_try(uow, first)
        await verifications.count_try(uow, first)
        live = await verifications.newest(uow, contact_id)
        assert live
        assert (live.id, live.tries, live.expires_at) == (first, 2, NOW + 10 * MINUTE)
        await uow.commit()
    _, second = await desk.ask(party, NOW + MINUTE)
    async with desk.open_unit() as uow:
        live = await verifications.newest(uow, contact_id)
        assert live
        assert (live.id, live.tries) == (second, 0)
        assert await verifications.newest(uow, new_id()) is None


async def test_guesses_go_one_after_the_other(desk: Desk) -> None:
    """Who holds the address sees every try that others have counted."""
    party = await desk.party()
    contact_id, _ = await desk.ask(party)

    async def guess() -> int:
        async with desk.open_unit() as uow:
            await proving.lock(uow, party.party_id, contact_id)
            live = await verifications.newest(uow, contact_id)
            assert live
            await asyncio.sleep(0)
            await verifications.count_try(uow, live.id)
            await uow.commit()
            return live.tries

    assert sorted(await asyncio.gather(*(guess() for _ in range(8)))) == list(range(8))


async def test_only_its_owner_holds_an_address(desk: Desk) -> None:
    """A foreign one, a missing one, one given up and one that an agency supplied are alike not there."""
    party, other = await desk.party(), await desk.party(2)
    contact_id, _ = await desk.ask(party)
    given_up, _ = await desk.ask(party, value="khac@example.vn")
    assert await desk.withdraw(party, given_up)
    async with desk.open_unit() as uow:
        own = await proving.lock(uow, party.party_id, contact_id)
        assert (own.id, own.value, own.source) == (contact_id, EMAIL, ContactSource.PENDING)
        for party_id, asked in [
            (other.party_id, contact_id),
            (party.party_id, new_id()),
            (party.party_id, given_up),
        ]:
            with pytest.raises(NotFoundError):
                await proving.lock(uow, party_id, asked)
        supplied = "UPDATE contact SET source = 'agency_supplied'"
        await (await uow.driver()).execute(supplied)
        with pytest.raises(NotFoundError):
            await proving.lock(uow, party.party_id, contact_id)


@pytest.mark.parametrize("proved", [False, True])
async def test_what_is_given_up_is_hidden_and_its_codes_go_on_counting(desk: Desk, proved: bool) -> None:
    """Nobody gets around the limits by giving an address up; given again it is the same, unproved."""
    party, other = await desk.party(), await desk.party(2)
    contact_id, _ = await desk.ask(party)
    if proved:
        await desk.prove(contact_id)
    assert not await desk.withdraw(other, contact_id), "of its owner alone"
    assert await desk.withdraw(party, contact_id)
    assert not await desk.withdraw(party, contact_id), "once"
    async with desk.open_unit() as uow:
        assert await contacts.of_party(uow, party.party_id) == []
    assert len((await desk.sent(party)).to_address) == 1
    assert (await desk.ask(party, NOW + MINUTE))[0] == contact_id
    assert await desk.rows("SELECT source, verified_at, opted_out_at FROM contact") == [
        ("pending", None, None)
    ]


async def test_one_proved_long_ago_is_left_to_be_forgotten_at_once(desk: Desk) -> None:
    """No code hangs on it any more."""
    party = await desk.party()
    contact_id, _ = await desk.ask(party, NOW - 2 * DAY)
    await desk.prove(contact_id, NOW - 2 * DAY)
    await desk.sweep(NOW)
    assert not await desk.withdraw(party, contact_id)
    async with desk.open_unit() as uow:
        assert await contacts.remove(uow, party.party_id, contact_id)


async def test_a_sweep_takes_what_is_older_than_a_day(desk: Desk) -> None:
    """Codes; addresses that were not proved, and those given up; never one that was, or was asked for again."""
    party = await desk.party()
    await desk.ask(party, NOW - DAY, value="quen@example.vn")
    proved, _ = await desk.ask(party, NOW - DAY, value="dung@example.vn")
    await desk.prove(proved, NOW - DAY)
    given_up, _ = await desk.ask(party, NOW - DAY, value="bo@example.vn")
    await desk.prove(given_up, NOW - DAY)
    await desk.withdraw(party, given_up, NOW - DAY)
    again, _ = await desk.ask(party, NOW - DAY, value="lai@example.vn")
    await desk.ask(party, NOW - MINUTE, value="lai@example.vn")
    fresh, _ = await desk.ask(party, NOW - DAY + MINUTE, value="moi@example.vn")
    assert await desk.sweep(NOW) == 4
    assert {row[0] for row in await desk.rows("SELECT id FROM contact")} == {proved, again, fresh}
    assert {row[0] for row in await desk.rows("SELECT contact_id FROM verification")} == {again, fresh}
    assert await desk.sweep(NOW) == 0


async def test_a_sweep_leaves_what_is_asked_for_meanwhile(desk: Desk) -> None:
    """It waits for whoever holds the address, and then sees the new code."""
    party = await desk.party()
    contact_id, _ = await desk.ask(party, NOW - DAY)
    async with desk.open_unit() as uow:
        given = await proving.give(uow, party, ContactKind.EMAIL, EMAIL, now=NOW)
        sweeping = asyncio.create_task(desk.sweep(NOW))
        await waiting_for_a_lock(desk)
        await verifications.add(uow, given.id, party.party_id, now=NOW, expires_at=NOW + MINUTE)
        await uow.commit()
    assert await sweeping == 1
    assert await desk.rows("SELECT id FROM contact") == [(contact_id,)]


async def test_a_sweep_takes_what_is_given_up_meanwhile(desk: Desk) -> None:
    """No hidden address is left behind that has no code any more, whoever is first."""
    party = await desk.party()
    contact_id, _ = await desk.ask(party, NOW - DAY)
    await desk.prove(contact_id, NOW - DAY)
    async with desk.open_unit() as uow:
        await verifications.sweep(uow, NOW)
        giving_up = asyncio.create_task(desk.withdraw(party, contact_id, NOW))
        await waiting_for_a_lock(desk)
        await uow.commit()
    assert await giving_up is False, "then it is for `contacts.remove`"
    assert await desk.rows("SELECT source FROM contact") == [("verified",)]


async def waiting_for_a_lock(desk: Desk) -> None:
    """Wait until somebody waits for a row of another transaction."""
    async with asyncio.timeout(10):
        while not await desk.rows(  # noqa: ASYNC110 - the database tells nobody
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ):
            await asyncio.sleep(0.01)
