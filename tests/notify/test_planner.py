"""Notices that are due become sends, judged as late as possible."""

import asyncio
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from notify import planner
from notify.announce import Notice, announce
from notify.categories import Category
from notify.planner import Planner
from notify.ports import AddressKind
from notify.registry import ADDRESSES
from storage.contacts.addresses import ContactKind
from storage.contacts.models import Contact, ContactSource
from storage.contacts.repository import VALUE, SuppliedContact, supply, value_index
from storage.ids import new_id
from storage.notifications import claiming
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from tests.faults.office import Office
from tests.storage.queue import Queue

TOLD = datetime(2026, 11, 21, 9, tzinfo=UTC)
AN = PartyIdentity(kind=PartyKind.PERSON, number="001190000001")


class Desk:
    """One citizen with dossiers, and what is planned for them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.planner = Planner(office.open_unit, ADDRESSES)

    async def dossier(self, code: str, email: str | None = None) -> UUID:
        """Keep a dossier of the citizen, with the address that came along."""
        dossier_id = new_id()
        async with self.office.open_unit() as uow:
            (key,) = await parties.find_or_create(uow, [AN])
            await (await uow.driver()).execute(
                "INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at,"
                " contradictions, updated_at, heard_at) VALUES (%s, %s, %s, %s, '', 1, now(), now(), 0, now(), now())",
                (dossier_id, code, key.party_id, self.office.agency_id),
            )
            if email:
                given = SuppliedContact(
                    party=key, dossier_id=dossier_id, kind=ContactKind.EMAIL, value=email, told_at=TOLD
                )
                await supply(uow, [given])
            await uow.commit()
        return dossier_id

    async def verify(self, email: str) -> None:
        """Keep an address that the citizen has proved."""
        async with self.office.open_unit() as uow:
            (key,) = await parties.find_or_create(uow, [AN])
            contact = Contact(
                party_id=key.party_id,
                kind="email",
                value_index=value_index(uow, ContactKind.EMAIL, email),
                value_sealed=key.encrypt(email, VALUE),
                source=ContactSource.VERIFIED,
            )
            uow.session.add(contact)
            await uow.commit()

    async def run(self, query: str, *params: object) -> None:
        """Change something by SQL."""
        async with self.office.open_unit() as uow:
            await (await uow.driver()).execute(query.encode(), params)
            await uow.commit()

    async def tell(self, dossier_id: UUID | None, category: Category = Category.STATUS_CHANGE) -> list[str]:
        """Announce a notice and plan it; return the addresses of the mails planned."""
        async with self.office.open_unit() as uow:
            (key,) = await parties.find_or_create(uow, [AN])
            notice = Notice(
                party_id=key.party_id,
                agency_id=self.office.agency_id,
                category=category,
                dossier_id=dossier_id,
            )
            await announce(uow, [notice], datetime.now(UTC))
            await uow.commit()
        assert await self.planner.run_once() == 1
        async with self.office.open_unit() as uow:
            (key,) = await parties.find_or_create(uow, [AN])
            query = (
                "WITH planned AS (DELETE FROM delivery RETURNING target_id, channel)"
                " SELECT c.value_sealed FROM planned JOIN contact c ON c.id = target_id WHERE channel = 'email'"
            )
            rows: list[Any] = await (await (await uow.driver()).execute(query)).fetchall()
            # As if it were long ago, so that the next one is no following notice of this one.
            await (await uow.driver()).execute(
                "UPDATE notification SET planned_at = now() - interval '1 hour'"
            )
            await uow.commit()
        return [key.decrypt(sealed, VALUE) for (sealed,) in rows]


@pytest.fixture
def desk(office: Office) -> Desk:
    """A citizen without any address."""
    return Desk(office)


async def test_a_supplied_address_serves_its_dossier_only(desk: Desk) -> None:
    """Each dossier's notices go to the address that came with it, and others nowhere."""
    first = await desk.dossier("H26-261121-0001", "first@example.vn")
    second = await desk.dossier("H26-261121-0002", "second@example.vn")
    bare = await desk.dossier("H26-261121-0003")
    assert await desk.tell(first) == ["first@example.vn"]
    assert await desk.tell(second) == ["second@example.vn"]
    assert await desk.tell(bare) == []
    assert await desk.tell(None) == []


async def test_a_verified_address_replaces_supplied_ones(desk: Desk) -> None:
    """For every notice of the party."""
    first = await desk.dossier("H26-261121-0001", "first@example.vn")
    bare = await desk.dossier("H26-261121-0002")
    await desk.verify("own@example.vn")
    assert await desk.tell(first) == ["own@example.vn"]
    assert await desk.tell(bare) == ["own@example.vn"]


async def test_an_opt_out_holds_when_the_agency_supplies_it_again(desk: Desk) -> None:
    """The next event brings the same address: it stays given up, for mandatory notices as well."""
    first = await desk.dossier("H26-261121-0001", "first@example.vn")
    await desk.run("UPDATE contact SET opted_out_at = now()")
    async with desk.office.open_unit() as uow:
        (key,) = await parties.find_or_create(uow, [AN])
        again = SuppliedContact(
            party=key, dossier_id=first, kind=ContactKind.EMAIL, value="first@example.vn", told_at=TOLD
        )
        await supply(uow, [again])
        await uow.commit()
    assert await desk.tell(first) == []
    assert await desk.tell(first, Category.SUPPLEMENT_REQUIRED) == []


async def test_a_preference_is_heeded_where_it_may_be(desk: Desk) -> None:
    """Turned off, status changes are not mailed; a request for papers is."""
    first = await desk.dossier("H26-261121-0001", "first@example.vn")
    await desk.run(
        "INSERT INTO preference (party_id, category, channel, enabled)"
        " SELECT id, c, 'email', false FROM party, unnest(ARRAY['status_change', 'supplement_required']) AS c"
    )
    assert await desk.tell(first) == []
    assert await desk.tell(first, Category.SUPPLEMENT_REQUIRED) == ["first@example.vn"]


async def test_a_notice_is_planned_once(office: Office) -> None:
    """It is not due again after its last step, and what nobody can be told ends as well."""
    await office.announce(3, "email")
    assert await Planner(office.open_unit, {"email": AddressKind.EMAIL}).run_once() == 0
    assert len(await office.waiting()) == 3


async def test_it_says_for_which_channels_something_was_planned(desk: Desk) -> None:
    """And of no other one: whoever is woken for nothing looks at every agency for nothing."""
    told: list[Collection[str]] = []
    desk.planner = Planner(desk.office.open_unit, ADDRESSES, on_planned=told.append)
    assert await desk.planner.run_once() == 0
    assert told == []
    await desk.tell(await desk.dossier("H26-261121-0001", "first@example.vn"))
    assert told == [{"email"}]


async def test_planners_at_the_same_time_plan_each_notice_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any number of them, in batches smaller than the work."""
    monkeypatch.setattr(planner, "BATCH", 7)
    async with office.open_unit() as uow:
        (key,) = await parties.find_or_create(uow, [AN])
        await (await uow.driver()).execute(
            "INSERT INTO device (id, party_id, platform, token_index, token_sealed, confirms_receipt)"
            " VALUES (%s, %s, 'ios', 'x', 'x', false)",
            (new_id(), key.party_id),
        )
        notices = [
            Notice(party_id=key.party_id, agency_id=office.agency_id, category=Category.REFUSED)
            for _ in range(100)
        ]
        await announce(uow, notices, datetime.now(UTC))
        await uow.commit()

    async def plan_all() -> int:
        count = 0
        while found := await Planner(office.open_unit, {"push": AddressKind.DEVICE}).run_once():
            count += found
        return count

    assert sum(await asyncio.gather(*(plan_all() for _ in range(4)))) == 100
    planned = Counter(row["notification_ids"][0] for row in await office.waiting())
    assert len(planned) == 100
    assert set(planned.values()) == {1}


async def test_a_planner_looks_at_every_agency_before_it_rests(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many, most wait for a step to come: the one with something to plan is found in the same turn."""
    monkeypatch.setattr(claiming, "WIDTH", 2)
    queue = await Queue.open(office.open_unit)
    await queue.run(
        "INSERT INTO notification (id, party_id, agency_id, category, expires_at, step, lane, plan_at)"
        " SELECT gen_random_uuid(), %s, lpad(n::text, 32, '0')::uuid, 'status_change', now() + interval '1 day', 1,"
        " 2, now() + interval '1 hour' FROM generate_series(1, 9) n",
        queue.party_id,
    )
    last = "UPDATE notification SET agency_id = repeat('f', 32)::uuid WHERE id = %s"
    await queue.run(last, queue.notification_id)
    planner = Planner(office.open_unit, ADDRESSES)
    assert [await planner.run_once(), await planner.run_once()] == [1, 0]


async def test_what_expired_waiting_is_not_sent(desk: Desk) -> None:
    """A notice of which the time has passed stays in the app only."""
    dossier = await desk.dossier("H26-261121-0001", "first@example.vn")
    async with desk.office.open_unit() as uow:
        (key,) = await parties.find_or_create(uow, [AN])
        notice = Notice(
            party_id=key.party_id,
            agency_id=desk.office.agency_id,
            category=Category.STATUS_CHANGE,
            dossier_id=dossier,
        )
        await announce(uow, [notice], datetime.now(UTC))
        await uow.commit()
    await desk.run("UPDATE notification SET created_at = now() - interval '3 days'")
    assert await desk.planner.run_once() == 1
    assert await desk.office.waiting() == []
    assert await desk.planner.run_once() == 0


async def test_a_category_of_a_newer_release_waits_for_that_release(desk: Desk) -> None:
    """It keeps nobody else's notice from being planned, and is looked at again later."""
    dossier = await desk.dossier("H26-261121-0001", "first@example.vn")
    queue = await Queue.open(desk.office.open_unit)
    await desk.run("UPDATE notification SET category = 'rating_wanted' WHERE id = %s", queue.notification_id)
    async with desk.office.open_unit() as uow:
        (key,) = await parties.find_or_create(uow, [AN])
        notice = Notice(
            party_id=key.party_id,
            agency_id=desk.office.agency_id,
            category=Category.REFUSED,
            dossier_id=dossier,
        )
        await announce(uow, [notice], datetime.now(UTC))
        await uow.commit()
    assert await desk.planner.run_once() == 2
    (sent,) = await desk.office.waiting()
    assert sent["notification_ids"] != [queue.notification_id]
    assert await desk.planner.run_once() == 0
    ((step, wait),) = await queue.rows(
        "SELECT step, plan_at - now() FROM notification WHERE id = %s", queue.notification_id
    )
    assert step == 0
    assert timedelta(0) < wait <= planner.PAUSE


async def test_sends_carry_what_they_need(office: Office) -> None:
    """Lane, agency and expiry of the notice, due now."""
    await office.announce(1, "push")
    (row,) = await office.waiting()
    assert (row["channel"], row["lane"], row["agency_id"], row["attempt"]) == ("push", 2, office.agency_id, 0)
    assert row["due_at"] <= row["now"]
    assert timedelta(days=1) < row["expires_at"] - row["now"] <= timedelta(days=2)
