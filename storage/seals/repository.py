"""Seals in the database: kept once, found by code or id, bound once, superseded and revoked for good.

Whether who asks may is asked before: a seal is nobody's secret, and its document says whose it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import class_row, dict_row

from storage.errors import NotFoundError
from storage.seals.errors import Conflict, SealConflictError
from storage.seals.statuses import SealState
from storage.unit_of_work import Reading, UnitOfWork

_NEXT_INDEX = "SELECT nextval('seal_status_index')"
_ADD = """
INSERT INTO seal (id, code, document_id, party_id, agency_code, token, key_id, status_index, issued_at,
  expires_at, file_hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_SELECT = """
SELECT s.id, s.code, s.document_id, s.party_id, s.agency_code, s.token, s.key_id, s.status_index, s.issued_at,
  s.expires_at, s.file_hash, s.bound_at, s.state, s.state_at, s.reason, s.successor_id,
  n.code AS successor_code, n.issued_at AS successor_issued_at
FROM seal s LEFT JOIN seal n ON n.id = s.successor_id
"""
_BY_CODE = f"{_SELECT} WHERE s.code = %s"
_BY_ID = f"{_SELECT} WHERE s.id = %s"
_BIND = """
UPDATE seal SET file_hash = %(sha256)s, bound_at = %(now)s, document_id = %(document_id)s,
  party_id = %(party_id)s
WHERE id = %(id)s AND file_hash IS NULL AND state = 'valid'
  AND coalesce(party_id, %(party_id)s) = %(party_id)s
"""
# In the order of ids, so that two who make each the successor of the other take turns.
_LOCK = """
SELECT id, party_id, agency_code, state, successor_id FROM seal WHERE id = ANY(%s) ORDER BY id FOR UPDATE
"""
_SUPERSEDE = """
UPDATE seal SET state = 'superseded', state_at = %(now)s, reason = %(reason)s, successor_id = %(successor_id)s
WHERE id = %(id)s
"""
_REVOKE = """
UPDATE seal SET state = 'revoked', state_at = %(now)s, reason = %(reason)s
WHERE id = %(id)s AND state <> 'revoked'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnkeptSeal:
    """A seal that was signed, and is to be kept before its link is given to anybody; see `models.SealRow`."""

    id: UUID
    code: str
    document_id: UUID | None
    party_id: UUID | None
    agency_code: str
    token: bytes
    key_id: str
    status_index: int
    issued_at: datetime
    expires_at: datetime | None
    file_hash: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal(UnkeptSeal):
    """A seal as it is kept, and by what it was superseded, if it was; see `models.SealRow`."""

    bound_at: datetime | None = None
    state: SealState = SealState.VALID
    state_at: datetime | None = None
    reason: str | None = None
    successor_id: UUID | None = None
    successor_code: str | None = None
    successor_issued_at: datetime | None = None

    def __post_init__(self) -> None:
        """Take the state as the database spells it."""
        object.__setattr__(self, "state", SealState(self.state))

    def has_expired(self, now: datetime) -> bool:
        """Tell whether its own time is over, whatever its issuer said of it besides."""
        return self.expires_at is not None and self.expires_at <= now


async def next_status_index(uow: UnitOfWork) -> int:
    """Return a place in the status lists that nobody else gets. One that is not used stays empty."""
    row: Any = await (await (await uow.driver()).execute(_NEXT_INDEX)).fetchone()
    return int(row[0])


async def keep(uow: UnitOfWork, seal: UnkeptSeal) -> None:
    """Keep a seal.

    Raises psycopg.errors.UniqueViolation where its code, by a chance of one in 2^60, or its document has one.
    """
    row = (
        seal.id,
        seal.code,
        seal.document_id,
        seal.party_id,
        seal.agency_code,
        seal.token,
        seal.key_id,
        seal.status_index,
        seal.issued_at,
        seal.expires_at,
        seal.file_hash,
    )
    await (await uow.driver()).execute(_ADD, row)


async def by_code(reading: Reading, code: str) -> Seal | None:
    """Return the seal that a code leads to; see `storage.seals.link.read_code`."""
    return await _one(reading, _BY_CODE, code)


async def by_id(reading: Reading, seal_id: UUID) -> Seal | None:
    """Return a seal."""
    return await _one(reading, _BY_ID, seal_id)


async def bind(
    uow: UnitOfWork, seal_id: UUID, *, document_id: UUID, party_id: UUID, sha256: bytes, now: datetime
) -> Seal:
    """Say of which file a seal is that was reserved; once, and may be repeated with the same file.

    Args:
        uow: the unit of work.
        seal_id: names the seal.
        document_id: the document that the file belongs to.
        party_id: whose document it is.
        sha256: of the file, 32 bytes.
        now: the time.

    Raises:
        NotFoundError: there is no such seal, or it was reserved for another party.
        SealConflictError: `bound_to_another` file or document, the token's own included; or `not_valid`.
    """
    given = {
        "id": seal_id,
        "document_id": document_id,
        "party_id": party_id,
        "sha256": sha256,
        "now": now,
    }
    changed = (await (await uow.driver()).execute(_BIND, given)).rowcount
    seal = await _kept(uow, seal_id)
    if changed:
        return seal
    if seal.party_id not in {None, party_id}:
        raise NotFoundError("no such seal")
    if seal.file_hash is None:
        raise SealConflictError(Conflict.NOT_VALID)
    if (seal.file_hash, seal.document_id) != (sha256, document_id):
        raise SealConflictError(Conflict.BOUND_TO_ANOTHER)
    return seal


async def supersede(
    uow: UnitOfWork, seal_id: UUID, *, successor_id: UUID, reason: str, now: datetime
) -> Seal:
    """Let another seal stand in the place of this one; may be repeated, and the first time stays.

    Only a valid seal may follow, and that has no successor itself: so no circle can come about.

    Args:
        uow: the unit of work.
        seal_id: names the seal.
        successor_id: another one of the same party; where neither has a party, of the same agency.
        reason: in words for everybody who scans the paper.
        now: the time.

    Raises:
        NotFoundError: one of them does not exist, or the successor is another's.
        SealConflictError: `revoked`, `superseded_by_another`, `successor_not_valid`, `successor_is_itself`.
    """
    if seal_id == successor_id:
        raise SealConflictError(Conflict.SUCCESSOR_IS_ITSELF)
    rows = await _locked(uow, seal_id, successor_id)
    if _owner(rows[seal_id]) != _owner(rows[successor_id]):
        raise NotFoundError("no such seal")
    if not _is_superseded_by(rows[seal_id], successor_id):
        if rows[successor_id]["state"] != SealState.VALID:
            raise SealConflictError(Conflict.SUCCESSOR_NOT_VALID)
        given = {"id": seal_id, "successor_id": successor_id, "reason": reason, "now": now}
        await (await uow.driver()).execute(_SUPERSEDE, given)
    return await _kept(uow, seal_id)


async def revoke(uow: UnitOfWork, seal_id: UUID, *, reason: str, now: datetime) -> Seal:
    """Take a seal back for good, superseded or not; may be repeated, and the first time stays.

    Args:
        uow: the unit of work.
        seal_id: names the seal.
        reason: in words for everybody who scans the paper.
        now: the time.

    Raises NotFoundError.
    """
    await (await uow.driver()).execute(_REVOKE, {"id": seal_id, "reason": reason, "now": now})
    return await _kept(uow, seal_id)


async def _locked(uow: UnitOfWork, *ids: UUID) -> dict[UUID, dict[str, Any]]:
    async with (await uow.driver()).cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_LOCK, (list(ids),))
        rows = {row["id"]: row for row in await cursor.fetchall()}
    if len(rows) < len(ids):
        raise NotFoundError("no such seal")
    return rows


def _owner(row: dict[str, Any]) -> Any:
    # A party's agency may have been dissolved since; its successor's documents follow the old ones.
    return row["party_id"] or row["agency_code"]


def _is_superseded_by(row: dict[str, Any], successor_id: UUID) -> bool:
    if row["state"] == SealState.REVOKED:
        raise SealConflictError(Conflict.REVOKED)
    if row["state"] == SealState.VALID:
        return False
    if row["successor_id"] != successor_id:
        raise SealConflictError(Conflict.SUPERSEDED_BY_ANOTHER)
    return True


async def _kept(uow: UnitOfWork, seal_id: UUID) -> Seal:
    seal = await by_id(uow, seal_id)
    if seal is None:
        raise NotFoundError("no such seal")
    return seal


async def _one(reading: Reading, statement: LiteralString, key: object) -> Seal | None:
    async with (await reading.driver()).cursor(row_factory=class_row(Seal)) as cursor:
        await cursor.execute(statement, (key,))
        return await cursor.fetchone()
