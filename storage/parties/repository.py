"""Parties: found by the keyed hash of their number, made on first mention."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from storage.cipher import Cipher, PartyKey
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.parties.kinds import PartyKind
from storage.parties.models import Party, PartyKeyRow
from storage.unit_of_work import Reading, UnitOfWork

AT_A_TIME = 250
"""Parties encrypted, and handed to the database, at a time."""
NUMBER = "party.number"
NAME = "party.name"

_FIND = """
SELECT p.number_index, p.id, k.wrapped FROM party p JOIN party_key k ON k.party_id = p.id
WHERE p.number_index = ANY(%b)
"""
_ADD = """
WITH given AS (
  SELECT * FROM unnest(%b::uuid[], %b::text[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[])
    AS g(id, kind, number_index, number_sealed, name_sealed, wrapped)
), added AS (
  INSERT INTO party (id, kind, number_index, number_sealed, name_sealed, locale)
  SELECT id, kind, number_index, number_sealed, name_sealed, 'vi' FROM given ORDER BY number_index
  ON CONFLICT (number_index) DO NOTHING RETURNING id
)
INSERT INTO party_key (party_id, wrapped) SELECT g.id, g.wrapped FROM given g JOIN added USING (id)
RETURNING party_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyIdentity:
    """Who somebody is: kind, checked number (digits only), and name where it is known."""

    kind: PartyKind
    number: str
    name: str | None = None


def number_index(cipher: Cipher, identity: PartyIdentity) -> bytes:
    """Return the keyed hash by which a party is found."""
    return cipher.blind_index(f"party.{identity.kind}", identity.number)


async def find_or_create(uow: UnitOfWork, identities: Sequence[PartyIdentity]) -> list[PartyKey]:
    """Return the open key of each party, in order; parties not seen before are made.

    Safe against another process that makes the same party at the same moment: the first one stays.
    """
    if not identities:
        return []
    by_index = {number_index(uow.cipher, identity): identity for identity in identities}
    found = await _find(uow, list(by_index))
    missing = {index: identity for index, identity in by_index.items() if index not in found}
    if missing:
        added = await _add(uow, missing)
        found |= added
        if len(added) < len(missing):
            found |= await _find(uow, [index for index in missing if index not in added])
    return [found[number_index(uow.cipher, identity)] for identity in identities]


async def _find(uow: Reading, indexes: list[bytes]) -> dict[bytes, PartyKey]:
    driver = await uow.driver()
    cursor = await driver.execute(_FIND, (indexes,), binary=True)
    return {
        bytes(index): uow.cipher.open_party_key(party_id, wrapped)  # type: ignore[arg-type, call-overload] # rows are untyped
        for index, party_id, wrapped in await cursor.fetchall()
    }


async def _add(uow: UnitOfWork, missing: Mapping[bytes, PartyIdentity]) -> dict[bytes, PartyKey]:
    """Make parties; return the keys of those that nobody else has made meanwhile.

    The database makes some while the next are encrypted, in one order for everybody.
    """
    keys: dict[UUID, tuple[bytes, PartyKey]] = {}
    cursors = []
    driver = await uow.driver()
    async with uow.together():
        ordered = sorted(missing.items())
        for start in range(0, len(ordered), AT_A_TIME):
            rows = []
            for index, identity in ordered[start : start + AT_A_TIME]:
                key, wrapped = uow.cipher.new_party_key(new_id())
                keys[key.party_id] = (index, key)
                rows.append(_row(index, identity, key, wrapped))
            columns = [list(column) for column in zip(*rows, strict=True)]
            cursors.append(await driver.execute(_ADD, columns, binary=True))
    made = [row for cursor in cursors for row in await cursor.fetchall()]
    return dict(keys[party_id] for (party_id,) in made)  # type: ignore[index] # rows are untyped


def _row(index: bytes, identity: PartyIdentity, key: PartyKey, wrapped: bytes) -> tuple[object, ...]:
    return (
        key.party_id,
        identity.kind.value,
        index,
        key.encrypt(identity.number, NUMBER),
        key.encrypt_optional(identity.name, NAME),
        wrapped,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyProfile:
    """A party as its owner sees it. `time_zone` is a name of IANA's."""

    party_id: UUID
    kind: PartyKind
    number: str
    name: str | None
    locale: str
    time_zone: str


async def open_key(uow: Reading, party_id: UUID) -> PartyKey:
    """Return a party's open key. Raises NotFoundError when there is none (any more)."""
    row = await uow.session.get(PartyKeyRow, party_id)
    if row is None:
        raise NotFoundError("party")
    return uow.cipher.open_party_key(party_id, row.wrapped)


async def profile(uow: Reading, party_id: UUID) -> PartyProfile:
    """Return a party's own data, decrypted. Raises NotFoundError."""
    key = await open_key(uow, party_id)
    party = (await uow.session.exec(select(Party).where(col(Party.id) == party_id))).one()
    return PartyProfile(
        party_id=party_id,
        kind=PartyKind(party.kind),
        number=key.decrypt(party.number_sealed, NUMBER),
        name=key.decrypt_optional(party.name_sealed, NAME),
        locale=party.locale,
        time_zone=party.time_zone,
    )


async def learn_name(uow: UnitOfWork, key: PartyKey, name: str) -> None:
    """Keep the name that the identity provider vouches for."""
    party = await uow.session.get_one(Party, key.party_id)
    party.name_sealed = key.encrypt(name, NAME)


async def set_locale(uow: UnitOfWork, party_id: UUID, locale: str) -> None:
    """Keep the language (`vi` or `en`) in which a party is written to."""
    driver = await uow.driver()
    await driver.execute("UPDATE party SET locale = %s WHERE id = %s", (locale, party_id))


async def set_time_zone(uow: UnitOfWork, party_id: UUID, time_zone: str) -> None:
    """Keep by which clock a party sleeps: a name of IANA's, such as `Asia/Ho_Chi_Minh`."""
    driver = await uow.driver()
    await driver.execute("UPDATE party SET time_zone = %s WHERE id = %s", (time_zone, party_id))
