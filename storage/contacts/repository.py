"""Contacts: what an agency supplied with a dossier, and what the owner keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from storage.cipher import PartyKey
from storage.contacts.addresses import ContactKind
from storage.contacts.models import Contact, ContactSource
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork

VALUE = "contact.value"

_SUPPLY = """
INSERT INTO contact (id, party_id, kind, value_index, value_sealed, source, dossier_id)
SELECT g.id, g.party_id, g.kind, g.value_index, g.value_sealed, 'agency_supplied', g.dossier_id
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[], %s::bytea[], %s::uuid[])
  AS g(id, party_id, kind, value_index, value_sealed, dossier_id)
ORDER BY g.party_id, g.kind, g.value_index
ON CONFLICT (party_id, kind, value_index, dossier_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedContact:
    """An address that came with a dossier, in its normal form."""

    party: PartyKey
    dossier_id: UUID
    kind: ContactKind
    value: str


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
        )
        for contact in contacts
    ]
    driver = await uow.driver()
    await driver.execute(_SUPPLY, [list(column) for column in zip(*rows, strict=True)])


def value_index(uow: Reading, kind: ContactKind, value: str) -> bytes:
    """Return the keyed hash of an address."""
    return uow.cipher.blind_index(f"contact.{kind}", value)


async def of_party(uow: Reading, party_id: UUID) -> list[Contact]:
    """Return a party's contacts, newest first."""
    query = select(Contact).where(col(Contact.party_id) == party_id).order_by(col(Contact.id).desc())
    return list((await uow.session.exec(query)).all())


__all__ = ["VALUE", "Contact", "ContactSource", "SuppliedContact", "of_party", "supply", "value_index"]
