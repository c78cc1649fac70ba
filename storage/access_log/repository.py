"""The access log: written together with what it tells of, read by whom it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.access_log.kinds import ObjectKind, Purpose, ReaderKind
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork

_ADD = """
INSERT INTO access_log (id, at, party_id, reader_kind, reader, purpose, object_kind, object_id, basis_id)
SELECT * FROM unnest(%b::uuid[], %b::timestamptz[], %b::uuid[], %b::text[], %b::text[], %b::text[],
  %b::text[], %b::uuid[], %b::uuid[])
"""
# The code of a dossier only where it is still the party's own.
_PAGE = """
SELECT l.id, l.at, l.reader_kind, l.reader, l.purpose, l.object_kind, l.object_id, l.basis_id,
  d.code AS dossier_code
FROM access_log l
LEFT JOIN dossier d ON l.object_kind IN ('dossier', 'messages')
  AND d.id = l.object_id AND d.party_id = l.party_id
WHERE l.party_id = %(party_id)s
  AND (l.at, l.id) < (coalesce(%(at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY l.at DESC, l.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccess:
    """A reading to be noted; see `models.Access`."""

    at: datetime
    party_id: UUID
    reader_kind: ReaderKind
    reader: str | None
    purpose: Purpose
    object_kind: ObjectKind
    object_id: UUID | None = None
    basis_id: UUID | None = None

    def __post_init__(self) -> None:
        if (self.reader is None) is not (self.reader_kind is ReaderKind.ANONYMOUS):
            raise ValueError("a reader has a name exactly where it is known")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedAccess:
    """A reading as it was noted, by words that an older release may not know."""

    id: UUID
    at: datetime
    reader_kind: str
    reader: str | None
    purpose: str
    object_kind: str
    object_id: UUID | None
    basis_id: UUID | None
    dossier_code: str | None


async def add(uow: UnitOfWork, accesses: Sequence[NewAccess]) -> None:
    """Note readings, in one statement."""
    if not accesses:
        return
    rows: list[tuple[Any, ...]] = [
        (
            new_id(),
            access.at,
            access.party_id,
            access.reader_kind.value,
            access.reader,
            access.purpose.value,
            access.object_kind.value,
            access.object_id,
            access.basis_id,
        )
        for access in accesses
    ]
    await (await uow.driver()).execute(_ADD, [list(column) for column in zip(*rows, strict=True)])


async def page(
    reading: Reading, party_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[NotedAccess]:
    """Return up to `limit` readings of a party's data, the last one first.

    `after` is `at` and `id` of the last entry of the page before.
    """
    at, last_id = after or (None, None)
    given = {"party_id": party_id, "at": at, "id": last_id, "limit": limit}
    async with (await reading.driver()).cursor(row_factory=class_row(NotedAccess)) as cursor:
        await cursor.execute(_PAGE, given)
        return await cursor.fetchall()
