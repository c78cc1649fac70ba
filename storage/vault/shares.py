"""Links to documents as their owner makes, sees and ends them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from storage.errors import NotFoundError, StorageError
from storage.ids import new_id
from storage.parties import repository as parties
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.kinds import FileRole
from storage.vault.share_models import Share

PURPOSE = "share.purpose"
MOST_LIVE = 100
"""Links of one party that are open at a time."""

# Two requests at once are counted one after the other.
_ONE_AT_A_TIME = "SELECT FROM party WHERE id = %s FOR NO KEY UPDATE"
_LIVE = """
SELECT count(*) FROM share
WHERE party_id = %s AND revoked_at IS NULL AND expires_at > %s AND uses_made < uses_allowed
"""
_ADD_DOCUMENTS = """
INSERT INTO share_document (share_id, document_id, place)
SELECT %(share_id)s, g.id, g.place
FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS g(id, place)
JOIN document d ON d.id = g.id AND d.party_id = %(party_id)s AND d.removed_at IS NULL
"""
_REVOKE = "UPDATE share SET revoked_at = coalesce(revoked_at, %s) WHERE id = %s AND party_id = %s"
_PAGE = """
SELECT s.id, s.purpose_sealed, s.roles, s.created_at, s.expires_at, s.uses_allowed, s.uses_made, s.revoked_at,
  s.representation_id,
  ARRAY(SELECT document_id FROM share_document WHERE share_id = s.id ORDER BY place) AS document_ids
FROM share s
WHERE s.party_id = %(party_id)s
  AND (s.created_at, s.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY s.created_at DESC, s.id DESC LIMIT %(limit)s
"""
_VISITS = """
SELECT v.share_id, v.id, v.opened_at, r.document_id, r.role, r.at
FROM share_visit v LEFT JOIN share_reading r ON r.visit_id = v.id
WHERE v.share_id = ANY(%s) ORDER BY v.opened_at, v.id, r.at
"""


class TooManyShares(StorageError):  # noqa: N818 - says what is the case
    """The party has as many links open as it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShare:
    """What a link is to open, and how long; see `share_models.Share`.

    Attributes:
        document_ids: in the order in which they are to be shown, each once.
    """

    document_ids: Sequence[UUID]
    roles: frozenset[FileRole]
    purpose: str
    expires_at: datetime
    uses_allowed: int
    representation_id: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse a link that leads nowhere."""
        if not self.roles or not self.document_ids or len(set(self.document_ids)) < len(self.document_ids):
            raise ValueError("a link leads to some files of some documents, each named once")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """A file that was opened in a visit."""

    document_id: UUID
    role: FileRole
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One use of a link, with the files that were opened in it. Nothing is known of who it was."""

    opened_at: datetime
    files: tuple[FileReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShare:
    """A link as its owner sees it: all but the link itself."""

    id: UUID
    document_ids: tuple[UUID, ...]
    roles: frozenset[FileRole]
    purpose: str
    created_at: datetime
    expires_at: datetime
    uses_allowed: int
    uses_made: int
    revoked_at: datetime | None
    representation_id: UUID | None
    visits: tuple[Visit, ...]

    def is_open(self, now: datetime) -> bool:
        """Tell whether the link can still be used."""
        return self.revoked_at is None and now < self.expires_at and self.uses_made < self.uses_allowed


async def add(
    uow: UnitOfWork, party_id: UUID, new: NewShare, *, token_hash: bytes, now: datetime
) -> OwnShare:
    """Keep a link to documents of a party, by the hash of its secret.

    Raises:
        NotFoundError: one of the documents is not there, or not the party's.
        TooManyShares: so many links are open already.
    """
    key = await parties.open_key(uow, party_id)
    driver = await uow.driver()
    await driver.execute(_ONE_AT_A_TIME, (party_id,))
    live: Any = await (await driver.execute(_LIVE, (party_id, now))).fetchone()
    if live[0] >= MOST_LIVE:
        raise TooManyShares(str(MOST_LIVE))
    row = Share(
        id=new_id(),
        party_id=party_id,
        token_hash=token_hash,
        purpose_sealed=key.encrypt(new.purpose, PURPOSE),
        roles=sorted(new.roles),
        created_at=now,
        expires_at=new.expires_at,
        uses_allowed=new.uses_allowed,
        representation_id=new.representation_id,
    )
    uow.session.add(row)
    await uow.session.flush()
    given = {"share_id": row.id, "ids": list(new.document_ids), "party_id": party_id}
    if (await driver.execute(_ADD_DOCUMENTS, given)).rowcount != len(new.document_ids):
        raise NotFoundError("document")
    return _own(row.model_dump() | {"document_ids": new.document_ids}, new.purpose, ())


async def page(
    reading: Reading, party_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[OwnShare]:
    """Return up to `limit` links of a party with their visits, the newest first.

    `after` is `created_at` and `id` of the last one of the page before. Raises NotFoundError when the party
    is no more.
    """
    key = await parties.open_key(reading, party_id)
    at, last_id = after or (None, None)
    given = {"party_id": party_id, "at": at, "id": last_id, "limit": limit}
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_PAGE, given)
        rows = await cursor.fetchall()
        await cursor.execute(_VISITS, ([row["id"] for row in rows],))
        visits = await cursor.fetchall()
    return [
        _own(row, key.decrypt(row["purpose_sealed"], PURPOSE), _visits(visits, row["id"])) for row in rows
    ]


async def revoke(uow: UnitOfWork, party_id: UUID, share_id: UUID, *, now: datetime) -> None:
    """End a link of a party's at once, also for who has it open; what has ended stays so.

    Raises NotFoundError where there is none, or it is somebody else's.
    """
    driver = await uow.driver()
    if not (await driver.execute(_REVOKE, (now, share_id, party_id))).rowcount:
        raise NotFoundError("share")


def _own(row: dict[str, Any], purpose: str, visits: tuple[Visit, ...]) -> OwnShare:
    return OwnShare(
        id=row["id"],
        document_ids=tuple(row["document_ids"]),
        roles=frozenset(map(FileRole, row["roles"])),
        purpose=purpose,
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        uses_allowed=row["uses_allowed"],
        uses_made=row["uses_made"],
        revoked_at=row["revoked_at"],
        representation_id=row["representation_id"],
        visits=visits,
    )


def _visits(rows: Collection[dict[str, Any]], share_id: UUID) -> tuple[Visit, ...]:
    mine: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        if row["share_id"] == share_id:
            mine.setdefault(row["id"], []).append(row)
    return tuple(
        Visit(
            opened_at=some[0]["opened_at"],
            files=tuple(
                FileReading(document_id=one["document_id"], role=FileRole(one["role"]), at=one["at"])
                for one in some
                if one["document_id"] is not None
            ),
        )
        for some in mine.values()
    )
