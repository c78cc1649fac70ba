"""A token for each dossier, once: signed for who may rate it, and never seen by who signs."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, LiteralString
from uuid import UUID

from storage.errors import NotFoundError, StorageError
from storage.ratings import keys, links, mixing
from storage.ratings.blind_signing import blind_sign
from storage.ratings.keys import Group, PublicKey
from storage.unit_of_work import Reading, UnitOfWork

_BY_CODE = """
SELECT d.id, i.agency_id, i.month, i.closes_on, i.issued
FROM dossier d LEFT JOIN rating_invitation i ON i.dossier_id = d.id
WHERE d.code = %s
"""
# The party is part of the query, as everywhere.
_OWN = f"{_BY_CODE} AND d.party_id = %s"
# Of two who ask at once, the second waits, and then finds what the first was issued.
_HOLD = "SELECT issued FROM rating_invitation WHERE dossier_id = %s FOR UPDATE"
_ISSUE = "UPDATE rating_invitation SET issued = %s, fresh = true WHERE dossier_id = %s"


class NotAskedYet(StorageError):  # noqa: N818 - says what is the case
    """The dossier may not be rated, or not yet."""


class RatingClosed(StorageError):  # noqa: N818 - likewise
    """The time in which the dossier could be rated is over."""


class IssuedAlready(StorageError):  # noqa: N818 - likewise
    """Another token was signed for the dossier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Whether a dossier may be rated.

    Attributes:
        closes_on: the last day; none before the party was asked, as `key`, which names the group, too.
        issued: its token was signed.
    """

    dossier_id: UUID
    closes_on: date | None
    issued: bool
    key: PublicKey | None

    def is_open(self, today: date) -> bool:
        """Whether it may be rated on a day, in Vietnam."""
        return self.closes_on is not None and today <= self.closes_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A blinded token that was signed, and the name of the key."""

    kid: str
    signed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    dossier_id: UUID
    group: Group | None
    closes_on: date | None
    issued: bytes | None


async def invitation(reading: Reading, party_id: UUID, code: str) -> Invitation:
    """Return whether a dossier of a party may be rated.

    Raises NotFoundError, as well where it is another's.
    """
    return await _invitation(reading, await _own(reading, party_id, code))


async def linked_invitation(reading: Reading, code: str, proof: str) -> Invitation:
    """Return whether a dossier may be rated by who has a link to do so: see `links`.

    Raises NotFoundError, also where the proof is not the dossier's.
    """
    return await _invitation(reading, await _linked(reading, code, proof))


async def issue(uow: UnitOfWork, party_id: UUID, code: str, blinded: bytes, *, today: date) -> Issued:
    """Sign a blinded token for a dossier of a party; the same one again gets the same answer.

    `code` is normalised, `blinded` the message of a `blind_signing.Blinded`, `today` the day in Vietnam.

    Raises:
        NotFoundError: there is no such dossier, or it is another's.
        NotAskedYet: it may not be rated yet.
        RatingClosed: not any more.
        IssuedAlready: another token was signed for it.
        BlindSigningError: it is no number that the key signs.
    """
    return await _issue(uow, await _own(uow, party_id, code), blinded, today)


async def issue_linked(uow: UnitOfWork, code: str, proof: str, blinded: bytes, *, today: date) -> Issued:
    """Sign a blinded token for who has a link to rate a dossier. Raises as `issue` does."""
    return await _issue(uow, await _linked(uow, code, proof), blinded, today)


async def _issue(uow: UnitOfWork, own: _Own, blinded: bytes, today: date) -> Issued:
    if own.group is None or own.closes_on is None:
        raise NotAskedYet
    if today > own.closes_on:
        raise RatingClosed
    await mixing.share(uow, own.group)
    driver, digest = await uow.driver(), sha256(blinded).digest()
    row: Any = await (await driver.execute(_HOLD, (own.dossier_id,))).fetchone()
    if row[0] not in (None, digest):
        raise IssuedAlready
    key = await keys.of_group(uow, own.group)
    if key is None:
        raise NotAskedYet
    signed = blind_sign(await keys.private(uow, key.kid), blinded)
    if row[0] is None:
        await driver.execute(_ISSUE, (digest, own.dossier_id))
    return Issued(kid=key.kid, signed=signed)


async def _invitation(reading: Reading, own: _Own) -> Invitation:
    return Invitation(
        dossier_id=own.dossier_id,
        closes_on=own.closes_on,
        issued=own.issued is not None,
        key=await keys.of_group(reading, own.group) if own.group else None,
    )


async def _own(reading: Reading, party_id: UUID, code: str) -> _Own:
    return await _found(reading, _OWN, (code, party_id))


async def _linked(reading: Reading, code: str, proof: str) -> _Own:
    # Before anything is looked for: how long it takes tells nobody whether there is such a dossier.
    if not links.is_proof(reading.cipher, code, proof):
        raise NotFoundError("dossier")
    return await _found(reading, _BY_CODE, (code,))


async def _found(reading: Reading, query: LiteralString, given: tuple[object, ...]) -> _Own:
    row: Any = await (await (await reading.driver()).execute(query, given)).fetchone()
    if row is None:
        raise NotFoundError("dossier")
    dossier_id, agency_id, month, closes_on, issued = row
    group = Group(agency_id=agency_id, month=month) if agency_id else None
    return _Own(dossier_id=dossier_id, group=group, closes_on=closes_on, issued=issued)
