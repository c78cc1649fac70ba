"""Suppressions: told by a provider, lifted by time, by a later message's arrival or by the owner's proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.contacts.addresses import ContactKind
from storage.contacts.repository import value_index
from storage.unit_of_work import UnitOfWork

# A stop of the owner's, which has no end, outlasts whatever a provider says. What is told late may be
# overtaken: a message that was sent after the failed one has arrived.
_ADD = """
INSERT INTO suppression AS s (channel, value_index, reason, code, until, created_at)
SELECT DISTINCT ON (g.channel, c.value_index) g.channel, c.value_index, g.reason, g.code, g.until, g.ended_at
FROM unnest(%b::text[], %b::uuid[], %b::text[], %b::text[], %b::timestamptz[], %b::timestamptz[])
  AS g(channel, contact_id, reason, code, until, ended_at)
JOIN contact c ON c.id = g.contact_id
WHERE g.until IS NULL OR NOT EXISTS (
  SELECT FROM finished_delivery d
  WHERE d.party_id = c.party_id AND d.finished_at > g.ended_at AND d.channel = g.channel
    AND d.target_id = c.id AND d.receipt IN ('delivered', 'read'))
ORDER BY g.channel, c.value_index, g.until DESC NULLS FIRST
ON CONFLICT (channel, value_index) DO UPDATE
SET reason = EXCLUDED.reason, code = EXCLUDED.code, until = EXCLUDED.until, created_at = EXCLUDED.created_at
WHERE s.until IS NOT NULL AND (EXCLUDED.until IS NULL OR EXCLUDED.until > s.until)
"""
_DISPROVE = """
DELETE FROM suppression s
USING unnest(%b::text[], %b::uuid[], %b::timestamptz[]) AS g(channel, contact_id, ended_at)
  JOIN contact c ON c.id = g.contact_id
WHERE s.channel = g.channel AND s.value_index = c.value_index AND s.until IS NOT NULL
  AND s.created_at <= g.ended_at
"""
_LIFT = "DELETE FROM suppression WHERE value_index = %s"
_SWEEP = "DELETE FROM suppression WHERE until < %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSuppression:
    """A channel that is shut to the address of a contact, until a time or for good.

    `ended_at` is when the send ended that has shown it.
    """

    channel: str
    contact_id: UUID
    reason: str
    code: str | None
    until: datetime | None
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A send that ended then has arrived at the address of a contact."""

    channel: str
    contact_id: UUID
    ended_at: datetime


async def add(uow: UnitOfWork, suppressions: Sequence[NewSuppression]) -> None:
    """Shut channels to addresses; the longer time counts. A contact that is gone is passed over."""
    if not suppressions:
        return
    driver = await uow.driver()
    columns = (
        [one.channel for one in suppressions],
        [one.contact_id for one in suppressions],
        [one.reason for one in suppressions],
        [one.code for one in suppressions],
        [one.until for one in suppressions],
        [one.ended_at for one in suppressions],
    )
    await driver.execute(_ADD, columns)


async def disprove(uow: UnitOfWork, arrivals: Sequence[Arrival]) -> None:
    """Open channels to addresses that a later send has reached, or the same one after all; a stop stays."""
    if not arrivals:
        return
    driver = await uow.driver()
    columns = (
        [one.channel for one in arrivals],
        [one.contact_id for one in arrivals],
        [one.ended_at for one in arrivals],
    )
    await driver.execute(_DISPROVE, columns)


async def lift(uow: UnitOfWork, kind: ContactKind, value: str) -> None:
    """Open all channels to an address whose owner has just proved that it works."""
    driver = await uow.driver()
    await driver.execute(_LIFT, (value_index(uow, kind, value),))


async def sweep(uow: UnitOfWork, now: datetime) -> int:
    """Forget those whose time is over; return how many."""
    driver = await uow.driver()
    return (await driver.execute(_SWEEP, (now,))).rowcount
