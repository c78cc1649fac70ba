"""Contacts: what an agency supplied with a dossier, and what the owner keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.cipher import PartyKey
from storage.contacts.addresses import ContactKind
from storage.contacts.models import ContactSource
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork

VALUE = "contact.value"

_SUPPLY = """
INSERT INTO contact (id, party_id, kind, value_index, value_sealed, source, dossier_id, told_at)
SELECT g.id, g.party_id, g.kind, g.value_index, g.value_sealed, 'agency_supplied', g.dossier_id,
  g.told_at
FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::bytea[], %b::bytea[], %b::uuid[],
  %b::timestamptz[])
  AS g(id, party_id, kind, value_index, value_sealed, dossier_id, told_at)
ORDER BY g.party_id, g.kind, g.value_index
ON CONFLICT (party_id, kind, value_index, dossier_id) DO UPDATE
  SET told_at = greatest(contact.told_at, EXCLUDED.told_at)
"""


_OWN = """
SELECT c.id, c.kind, c.value_sealed, c.source, c.verified_at, c.created_at, d.code, k.wrapped
FROM contact c JOIN party_key k ON k.party_id = c.party_id LEFT JOIN dossier d ON d.id = c.dossier_id
WHERE c.party_id = %s AND c.opted_out_at IS NULL ORDER BY c.told_at DESC, c.id DESC
"""
_REMOVE = """
WITH removed AS (
  DELETE FROM contact WHERE id = %(id)s AND party_id = %(party_id)s AND source = 'verified' RETURNING id
), given_up AS (
  UPDATE contact SET opted_out_at = now()
  WHERE id = %(id)s AND party_id = %(party_id)s AND source = 'agency_supplied' AND opted_out_at IS NULL
  RETURNING id
)
SELECT EXISTS (SELECT FROM removed) OR EXISTS (SELECT FROM given_up)
"""
_OPTED_OUT = "SELECT opted_out_at IS NOT NULL FROM contact WHERE id = %s AND source = 'agency_supplied'"
_OPT_OUT = """
UPDATE contact SET opted_out_at = coalesce(opted_out_at, now())
WHERE id = %s AND source = 'agency_supplied'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnContact:
    """An address as its owner sees it. `dossier_code` bounds one that an agency supplied."""

    id: UUID
    kind: ContactKind
    value: str
    source: ContactSource
    verified_at: datetime | None
    created_at: datetime
    dossier_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedContact:
    """An address that came with a dossier, in its normal form."""

    party: PartyKey
    dossier_id: UUID
    kind: ContactKind
    value: str
    told_at: datetime


async def supply(uow: UnitOfWork, contacts: Sequence[SuppliedContact]) -> None:
    """Keep addresses that an agency sent. One that the person opted out of stays opted out."""
    if not contacts:
        return
    rows = [
        (
            new_id(),
            contact.party.party_id,
            contact.kind.value,
            value_index(uow, contact.kind, contact.value),
            contact.party.encrypt(contact.value, VALUE),
            contact.dossier_id,
            contact.told_at,
        )
        for contact in contacts
    ]
    driver = await uow.driver()
    await driver.execute(_SUPPLY, [list(column) for column in zip(*rows, strict=True)])


def value_index(uow: Reading, kind: ContactKind, value: str) -> bytes:
    """Return the keyed hash of an address."""
    return uow.cipher.blind_index(f"contact.{kind}", value)


async def of_party(reading: Reading, party_id: UUID) -> list[OwnContact]:
    """Return the addresses at which a party lets itself be reached, newest first."""
    driver = await reading.driver()
    cursor = await driver.execute(_OWN, (party_id,), binary=True)
    rows: list[Any] = await cursor.fetchall()
    if not rows:
        return []
    key = reading.cipher.open_party_key(party_id, rows[0][-1])
    return [
        OwnContact(
            id=contact_id,
            kind=ContactKind(kind),
            value=key.decrypt(sealed, VALUE),
            source=ContactSource(source),
            verified_at=verified_at,
            created_at=created_at,
            dossier_code=code,
        )
        for contact_id, kind, sealed, source, verified_at, created_at, code, _ in rows
    ]


async def remove(uow: UnitOfWork, party_id: UUID, contact_id: UUID) -> bool:
    """Send nothing more to an address of this party; say whether there was one.

    A verified one is forgotten. One that an agency supplied is kept as opted out: the agency will supply it
    again with the dossier's next event.
    """
    driver = await uow.driver()
    given = {"id": contact_id, "party_id": party_id}
    row: Any = await (await driver.execute(_REMOVE, given)).fetchone()
    return bool(row[0])


async def opted_out(reading: Reading, contact_id: UUID) -> bool | None:
    """Whether a supplied address was given up; none where there is no such address (any more)."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_OPTED_OUT, (contact_id,))).fetchone()
    return None if row is None else bool(row[0])


async def opt_out(uow: UnitOfWork, contact_id: UUID) -> bool:
    """Give up a supplied address for whoever holds it; say whether there is one. May be repeated."""
    driver = await uow.driver()
    return (await driver.execute(_OPT_OUT, (contact_id,))).rowcount > 0
