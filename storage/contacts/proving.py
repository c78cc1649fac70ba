"""A party's own addresses: given, proved by a code, given up again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.cipher import PartyKey
from storage.contacts.addresses import ContactKind
from storage.contacts.models import ContactSource
from storage.contacts.repository import VALUE, OwnContact, value_index
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork

# One that is proved stays so: named again, it is the one in use.
_GIVE = """
INSERT INTO contact (id, party_id, kind, value_index, value_sealed, source, told_at, created_at)
VALUES (%(id)s, %(party_id)s, %(kind)s, %(value_index)s, %(value_sealed)s, 'pending', %(now)s, %(now)s)
ON CONFLICT (party_id, kind, value_index, dossier_id) DO UPDATE
  SET told_at = EXCLUDED.told_at, opted_out_at = NULL
RETURNING id, source = 'verified'
"""
_LOCK = """
SELECT c.kind, c.value_sealed, c.source, c.verified_at, c.created_at, k.wrapped
FROM contact c JOIN party_key k ON k.party_id = c.party_id
WHERE c.id = %s AND c.party_id = %s AND c.source IN ('pending', 'verified') AND c.opted_out_at IS NULL
FOR UPDATE OF c
"""
_PROVE = """
UPDATE contact SET source = 'verified', verified_at = %(now)s, told_at = %(now)s WHERE id = %(id)s
"""
# By itself, so that what is decided then is decided on what others have left.
_HOLD = "SELECT FROM contact WHERE id = %(id)s AND party_id = %(party_id)s FOR UPDATE"
_WITHDRAW = """
UPDATE contact c SET source = 'pending', verified_at = NULL, opted_out_at = %(now)s
WHERE id = %(id)s AND party_id = %(party_id)s AND opted_out_at IS NULL
  AND (source = 'pending' OR source = 'verified'
    AND EXISTS (SELECT FROM verification v WHERE v.contact_id = c.id))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenContact:
    """An address as its owner gave it, proved already or not."""

    id: UUID
    verified: bool


async def give(
    uow: UnitOfWork, party: PartyKey, kind: ContactKind, value: str, *, now: datetime
) -> GivenContact:
    """Keep an address, in its normal form, that a party says is its own; lock it."""
    given = {
        "id": new_id(),
        "party_id": party.party_id,
        "kind": kind.value,
        "value_index": value_index(uow, kind, value),
        "value_sealed": party.encrypt(value, VALUE),
        "now": now,
    }
    row: Any = await (await (await uow.driver()).execute(_GIVE, given)).fetchone()
    return GivenContact(id=row[0], verified=row[1])


async def lock(uow: UnitOfWork, party_id: UUID, contact_id: UUID) -> OwnContact:
    """Return an address that a party gave, and let nobody else change it until this transaction ends.

    Raises NotFoundError when there is none, or it is another party's, or an agency supplied it.
    """
    row: Any = await (await (await uow.driver()).execute(_LOCK, (contact_id, party_id))).fetchone()
    if row is None:
        raise NotFoundError("contact")
    kind, sealed, source, verified_at, created_at, wrapped = row
    return OwnContact(
        id=contact_id,
        kind=ContactKind(kind),
        value=uow.cipher.open_party_key(party_id, wrapped).decrypt(sealed, VALUE),
        source=ContactSource(source),
        verified_at=verified_at,
        created_at=created_at,
        dossier_code=None,
    )


async def prove(uow: UnitOfWork, contact_id: UUID, *, now: datetime) -> None:
    """Make an address a proved one, and of its kind the one in use."""
    await (await uow.driver()).execute(_PROVE, {"id": contact_id, "now": now})


async def withdraw(uow: UnitOfWork, party_id: UUID, contact_id: UUID, *, now: datetime) -> bool:
    """Give up an address to which codes went within the last day; say whether there was one.

    Nobody sees it or sends to it any more. It goes with its codes (`storage.verifications.repository.sweep`):
    were they forgotten at once, whoever gives an address up could ask for codes without an end.
    """
    given = {"id": contact_id, "party_id": party_id, "now": now}
    driver = await uow.driver()
    await driver.execute(_HOLD, given)
    return (await driver.execute(_WITHDRAW, given)).rowcount > 0
