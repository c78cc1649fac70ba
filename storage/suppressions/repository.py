"""Suppressions: told by a provider, lifted by time or by the owner's proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.contacts.addresses import ContactKind
from storage.contacts.repository import value_index
from storage.unit_of_work import UnitOfWork

# A stop of the owner's, which has no end, outlasts whatever a provider says.
_ADD = """
INSERT INTO suppression AS s (channel, value_index, reason, code, until)
SELECT DISTINCT ON (g.channel, c.value_index) g.channel, c.value_index, g.reason, g.code, g.until
FROM unnest(%b::text[], %b::uuid[], %b::text[], %b::text[], %b::timestamptz[])
  AS g(channel, contact_id, reason, code, until)
JOIN contact c ON c.id = g.contact_id
ORDER BY g.channel, c.value_index, g.until DESC NULLS FIRST
ON CONFLICT (channel, value_index) DO UPDATE
SET reason = EXCLUDED.reason, code = EXCLUDED.code, until = EXCLUDED.until, created_at = now()
WHERE s.until IS NOT NULL AND (EXCLUDED.until IS NULL OR EXCLUDED.until > s.until)
"""
_LIFT = "DELETE FROM suppression WHERE value_index = %s"
_SWEEP = "DELETE FROM suppression WHERE until < %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSuppression:
    """A channel that is shut to the address of a contact, until a time or for good."""

    channel: str
    contact_id: UUID
    reason: str
    code: str | None
    until: datetime | None


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
    )
    await driver.execute(_ADD, columns)


async def lift(uow: UnitOfWork, kind: ContactKind, value: str) -> None:
    """Open all channels to an address whose owner has just proved that it works."""
    driver = await uow.driver()
    await driver.execute(_LIFT, (value_index(uow, kind, value),))


async def sweep(uow: UnitOfWork, now: datetime) -> int:
    """Forget those whose time is over; return how many."""
    driver = await uow.driver()
    return (await driver.execute(_SWEEP, (now,))).rowcount
