"""Verifications: the codes of a contact, how often each was guessed at, and how many were sent lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.contacts.addresses import ContactKind
from storage.contacts.repository import value_index
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork

KEPT = timedelta(days=1)
"""How long the limits look back."""

# Two transactions that count and then add would each be allowed the last code. The party before the address,
# and one of each: nobody waits in a circle.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_TO_ADDRESS = """
SELECT v.created_at FROM verification v JOIN contact c ON c.id = v.contact_id
WHERE v.created_at > %s AND c.kind = %s AND c.value_index = %s ORDER BY v.created_at DESC
"""
_BY_PARTY = """
SELECT created_at FROM verification WHERE party_id = %s AND created_at > %s ORDER BY created_at DESC
"""
_ADD = """
INSERT INTO verification (id, contact_id, party_id, created_at, expires_at) VALUES (%s, %s, %s, %s, %s)
"""
_NEWEST = """
SELECT id, tries, expires_at FROM verification WHERE contact_id = %s ORDER BY created_at DESC, id DESC LIMIT 1
"""
_COUNT_TRY = "UPDATE verification SET tries = tries + 1 WHERE id = %s"
_USE = "UPDATE verification SET used_at = %s WHERE id = %s"
# The addresses first, as who guesses locks them first. What was given up, or asked for again, meanwhile is
# then looked at anew.
_LOCK_OLD = """
SELECT id FROM contact WHERE id IN (SELECT contact_id FROM verification WHERE created_at <= %s)
ORDER BY id FOR UPDATE
"""
_SWEEP = "DELETE FROM verification WHERE contact_id = ANY(%s) AND created_at <= %s"
_SWEEP_UNPROVED = """
DELETE FROM contact c WHERE id = ANY(%s) AND source = 'pending'
  AND NOT EXISTS (SELECT FROM verification v WHERE v.contact_id = c.id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCode:
    """The code of a contact that counts, which is the newest."""

    id: UUID
    tries: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """When codes were sent within the last day, newest first."""

    to_address: Sequence[datetime]
    by_party: Sequence[datetime]


async def sent_lately(
    uow: UnitOfWork, party_id: UUID, kind: ContactKind, value: str, *, now: datetime
) -> Sent:
    """Return when codes went to an address, whoever asked, and when a party asked for any.

    Whoever asks for either waits until this transaction ends, so that what is counted here stays true.
    """
    driver = await uow.driver()
    index, since = value_index(uow, kind, value), now - KEPT
    await driver.execute(_ALONE, (f"codes of {party_id}",))
    await driver.execute(_ALONE, (f"codes to {kind} {index.hex()}",))
    to_address: list[Any] = await (await driver.execute(_TO_ADDRESS, (since, kind.value, index))).fetchall()
    by_party: list[Any] = await (await driver.execute(_BY_PARTY, (party_id, since))).fetchall()
    return Sent(to_address=[at for (at,) in to_address], by_party=[at for (at,) in by_party])


async def add(
    uow: UnitOfWork, contact_id: UUID, party_id: UUID, *, now: datetime, expires_at: datetime
) -> UUID:
    """Keep that a code is sent to a contact; return the id from which it is derived."""
    verification_id = new_id()
    driver = await uow.driver()
    await driver.execute(_ADD, (verification_id, contact_id, party_id, now, expires_at))
    return verification_id


async def newest(uow: UnitOfWork, contact_id: UUID) -> LiveCode | None:
    """Return the code that counts. The contact must be locked, so that its tries stay as they are."""
    async with (await uow.driver()).cursor(row_factory=class_row(LiveCode)) as cursor:
        await cursor.execute(_NEWEST, (contact_id,))
        return await cursor.fetchone()


async def count_try(uow: UnitOfWork, verification_id: UUID) -> None:
    """Count a guess."""
    await (await uow.driver()).execute(_COUNT_TRY, (verification_id,))


async def use(uow: UnitOfWork, verification_id: UUID, *, now: datetime) -> None:
    """Note that a code has done its work."""
    await (await uow.driver()).execute(_USE, (now, verification_id))


async def sweep(uow: UnitOfWork, now: datetime) -> int:
    """Delete codes of more than a day ago, and addresses that were never proved or were given up by then.

    Returns the number of codes. To be run about once an hour.
    """
    driver, before = await uow.driver(), now - KEPT
    rows: list[Any] = await (await driver.execute(_LOCK_OLD, (before,))).fetchall()
    ids = [contact_id for (contact_id,) in rows]
    swept = (await driver.execute(_SWEEP, (ids, before))).rowcount
    await driver.execute(_SWEEP_UNPROVED, (ids,))
    return swept
