"""Notices due to be planned, and where their parties can be reached."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from storage.contacts.models import ContactSource
from storage.deliveries.claiming import FIRST
from storage.ids import new_id
from storage.notifications import planning, repository
from storage.notifications.claiming import claim_due
from storage.notifications.planning import Advance, DueNotification, SentState
from storage.notifications.repository import NewNotification
from storage.unit_of_work import UnitOfWork
from tests.storage.queue import LANES, Queue

OpenUnit = Callable[[], UnitOfWork]


@pytest.fixture
async def queue(unit_of_work: OpenUnit) -> Queue:
    """A party with a verified address and one notice."""
    return await Queue.open(unit_of_work)


async def add(queue: Queue, count: int) -> list[UUID]:
    """Add notices to the party."""
    new = [
        NewNotification(
            id=new_id(),
            party_id=queue.party_id,
            agency_id=new_id(),
            dossier_id=None,
            event_id=None,
            category="status_change",
            params={"status": 2},
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )
        for _ in range(count)
    ]
    async with queue.open_unit() as uow:
        await repository.add(uow, new)
        await uow.commit()
    return [one.id for one in new]


async def due_of(uow: UnitOfWork, size: int) -> list[DueNotification]:
    """Claim from the first agency on."""
    due, _ = await claim_due(uow, size, after=dict.fromkeys(LANES, FIRST))
    return due


async def test_planners_side_by_side_hold_different_notices(queue: Queue) -> None:
    """What one planner holds, another passes over; what was not committed is due again."""
    ids = {queue.notification_id, *await add(queue, 9)}
    async with queue.open_unit() as one, queue.open_unit() as other:
        mine = {due.id for due in await due_of(one, 4)}
        theirs = {due.id for due in await due_of(other, 100)}
    assert (len(mine), len(theirs)) == (4, 6)
    assert mine | theirs == ids
    async with queue.open_unit() as uow:
        assert {due.id for due in await due_of(uow, 100)} == ids


async def test_a_notice_comes_back_when_its_step_is_due(queue: Queue) -> None:
    """Put off, it is not due; with nothing left to plan, never again."""
    (later,) = await add(queue, 1)
    async with queue.open_unit() as uow:
        soon = datetime.now(UTC) + timedelta(hours=1)
        steps = [
            Advance(id=later, step=1, plan_at=soon),
            Advance(id=queue.notification_id, step=1, plan_at=None),
        ]
        await due_of(uow, 10)
        await planning.advance(uow, steps)
        await uow.commit()
    async with queue.open_unit() as uow:
        assert await due_of(uow, 10) == []
    await queue.run("UPDATE notification SET plan_at = plan_at - interval '1 hour'")
    async with queue.open_unit() as uow:
        (due,) = await due_of(uow, 10)
        assert (due.id, due.step) == (later, 1)


async def test_reach_knows_what_may_be_used(queue: Queue) -> None:
    """Live phones, addresses that were not given up, those of the dossiers asked for, and the party's word."""
    phones = [new_id(), new_id()]
    for number, phone in enumerate(phones):
        await queue.run(
            "INSERT INTO device (id, party_id, platform, token_index, token_sealed, confirms_receipt, retired_at)"
            " VALUES (%s, %s, 'ios', %s, '\\x00', true, CASE WHEN %s THEN now() END)",
            phone, queue.party_id, bytes([number]), number == 1,
        )  # fmt: skip
    dossiers = [new_id(), new_id(), new_id()]
    supplied = [new_id(), new_id(), new_id()]
    for number, (dossier, contact) in enumerate(zip(dossiers, supplied, strict=True)):
        await queue.run(
            "INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at,"
            " contradictions, updated_at, heard_at) VALUES (%s, %s, %s, %s, '', 1, now(), now(), 0, now(), now())",
            dossier, f"H26-261121-000{number}", queue.party_id, new_id(),
        )  # fmt: skip
        await queue.run(
            "INSERT INTO contact (id, party_id, kind, value_index, value_sealed, source, dossier_id, opted_out_at)"
            " VALUES (%s, %s, 'email', %s, '\\x00', 'agency_supplied', %s, CASE WHEN %s THEN now() END)",
            contact, queue.party_id, bytes([number]), dossier, number == 2,
        )  # fmt: skip
    await queue.run(
        "INSERT INTO suppression (channel, value_index, reason) VALUES ('email', %s, '')", bytes([0])
    )
    await queue.run(
        "INSERT INTO suppression (channel, value_index, reason, until) VALUES ('sms', %s, '', now())",
        bytes([0]),
    )
    await queue.run("UPDATE party SET time_zone = 'Europe/Berlin'")
    await queue.run(
        "INSERT INTO preference (party_id, category, channel, enabled) VALUES (%s, 'status_change', 'email', false)",
        queue.party_id,
    )
    async with queue.open_unit() as uow:
        notices = [_due(party, dossier) for party in (queue.party_id, new_id()) for dossier in dossiers[::2]]
        found = await planning.reach(uow, notices, ["email", "sms"])
    assert found.keys() == {queue.party_id}
    reach = found[queue.party_id]
    assert (reach.devices, reach.confirming) == ([phones[0]], {phones[0]})
    assert [(c.id, c.source, c.dossier_id, c.suppressed) for c in reach.contacts] == [
        (supplied[0], ContactSource.AGENCY_SUPPLIED, dossiers[0], frozenset({"email"})),
        (queue.contact_id, ContactSource.VERIFIED, None, frozenset()),
    ]
    assert reach.preferences == {("status_change", "email"): False}
    assert reach.zone == ZoneInfo("Europe/Berlin")


async def test_a_time_zone_that_is_no_more_is_that_of_vietnam(queue: Queue) -> None:
    """A name that this machine does not know stops no planner."""
    await queue.run("UPDATE party SET time_zone = 'Mars/Olympus'")
    async with queue.open_unit() as uow:
        found = await planning.reach(uow, [_due(queue.party_id, None)], ["email"])
    assert found[queue.party_id].zone == planning.DEFAULT_ZONE


def _due(party_id: UUID, dossier_id: UUID | None) -> DueNotification:
    return DueNotification(
        id=new_id(),
        party_id=party_id,
        agency_id=party_id,
        dossier_id=dossier_id,
        category="status_change",
        step=0,
        created_at=datetime.now(UTC) - timedelta(minutes=1),
        due_at=datetime.now(UTC),
    )


async def test_earlier_sends_are_known_by_what_came_of_them(queue: Queue) -> None:
    """Waiting, taken, failed, and what a provider has reported since."""
    waiting, *ended = await queue.add(6)
    states = [
        ("accepted", None),
        ("rejected", None),
        ("accepted", "failed"),
        ("accepted", "read"),
        ("accepted", "sent"),
    ]
    for delivery_id, (outcome, receipt) in zip(ended, states, strict=True):
        await queue.run(
            "WITH gone AS (DELETE FROM delivery WHERE id = %s RETURNING *) INSERT INTO finished_delivery (id,"
            " notification_ids, party_id, agency_id, channel, lane, target_id, created_at, finished_at, attempt,"
            " possible_duplicate, outcome, receipt) SELECT id, notification_ids, party_id, agency_id, channel, lane,"
            " target_id, created_at, now(), 1, false, %s, %s FROM gone",
            delivery_id, outcome, receipt,
        )  # fmt: skip
    notice = replace(_due(queue.party_id, None), delivery_ids=[waiting, *ended])
    async with queue.open_unit() as uow:
        found = await planning.reach(uow, [notice], ["email"])
    told = {one.state for one in found[queue.party_id].sent[notice.id]}
    assert told == set(SentState)
    assert sorted(one.state for one in found[queue.party_id].sent[notice.id]) == [
        "accepted",
        "accepted",
        "delivered",
        "failed",
        "failed",
        "waiting",
    ]
