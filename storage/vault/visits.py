"""Links to documents as who was given one uses them.

A use is a visit: it begins when somebody says so, and not when a program looks at the link, and within it
the documents may be opened as often as one likes. One that is unknown, over, ended or used up is none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.kinds import FileRole

LIFE = timedelta(hours=1)
"""Of a visit: long enough to read, too short for the page to be of use to whoever finds it open."""

_LOOK = """
SELECT s.expires_at, s.uses_allowed - s.uses_made, s.roles,
  (SELECT count(*) FROM share_document c JOIN document d ON d.id = c.document_id AND d.removed_at IS NULL
   WHERE c.share_id = s.id)
FROM share s JOIN party_key k ON k.party_id = s.party_id
WHERE s.token_hash = %(token_hash)s AND s.revoked_at IS NULL AND s.expires_at > %(now)s
  AND s.uses_made < s.uses_allowed
"""
_OPEN = """
WITH used AS (
  UPDATE share s SET uses_made = s.uses_made + 1
  FROM party_key k
  WHERE s.token_hash = %(token_hash)s AND k.party_id = s.party_id AND s.revoked_at IS NULL
    AND s.expires_at > %(now)s AND s.uses_made < s.uses_allowed
  RETURNING s.*
), opened AS (
  INSERT INTO share_visit (id, share_id, token_hash, opened_at, ends_at)
  SELECT %(id)s, u.id, %(visit_hash)s, %(now)s, least(u.expires_at, %(ends_at)s) FROM used u
  RETURNING *
)
SELECT o.id, u.id, u.party_id, u.purpose_sealed, u.roles, o.ends_at,
  ARRAY(SELECT c.document_id FROM share_document c WHERE c.share_id = u.id ORDER BY c.place)
FROM used u, opened o
"""
_FIND = """
SELECT v.id, s.id, s.party_id, s.purpose_sealed, s.roles, v.ends_at,
  ARRAY(SELECT c.document_id FROM share_document c WHERE c.share_id = s.id ORDER BY c.place)
FROM share s
JOIN share_visit v ON v.share_id = s.id AND v.token_hash = %(visit_hash)s AND v.ends_at > %(now)s
JOIN party_key k ON k.party_id = s.party_id
WHERE s.token_hash = %(token_hash)s AND s.revoked_at IS NULL AND s.expires_at > %(now)s
"""
_NOTE = """
INSERT INTO share_reading (visit_id, document_id, role, at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a link says before it is used: nothing of what it leads to but how many documents."""

    expires_at: datetime
    uses_left: int
    roles: frozenset[FileRole]
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVisit:
    """A visit that goes on.

    Attributes:
        party_id: whose documents these are.
        purpose_sealed: for whoever opens the party's key.
        document_ids: in the owner's order; some may be gone by now.
    """

    id: UUID
    share_id: UUID
    party_id: UUID
    purpose_sealed: bytes
    roles: frozenset[FileRole]
    ends_at: datetime
    document_ids: tuple[UUID, ...]


async def look(reading: Reading, token_hash: bytes, *, now: datetime) -> Offer | None:
    """Return what a link offers; none where it is none (any more). It counts as no use."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_LOOK, {"token_hash": token_hash, "now": now})).fetchone()
    if row is None:
        return None
    expires_at, uses_left, roles, documents = row
    return Offer(
        expires_at=expires_at,
        uses_left=uses_left,
        roles=frozenset(map(FileRole, roles)),
        documents=documents,
    )


async def begin(uow: UnitOfWork, token_hash: bytes, *, visit_hash: bytes, now: datetime) -> OpenVisit | None:
    """Use a link once, and open a visit by the hash of a secret of its own; none where it is none."""
    given = {
        "token_hash": token_hash,
        "visit_hash": visit_hash,
        "id": new_id(),
        "now": now,
        "ends_at": now + LIFE,
    }
    return _visit(await (await (await uow.driver()).execute(_OPEN, given, binary=True)).fetchone())


async def find(reading: Reading, token_hash: bytes, *, visit_hash: bytes, now: datetime) -> OpenVisit | None:
    """Return a visit that goes on; none where it is over, or its link was ended since."""
    given = {"token_hash": token_hash, "visit_hash": visit_hash, "now": now}
    return _visit(await (await (await reading.driver()).execute(_FIND, given, binary=True)).fetchone())


async def note(
    uow: UnitOfWork, visit: OpenVisit, document_id: UUID, role: FileRole, *, now: datetime
) -> bool:
    """Note that a file was opened; return whether it was for the first time in this visit."""
    driver = await uow.driver()
    cursor = await driver.execute(_NOTE, (visit.id, document_id, role.value, now))
    return cursor.rowcount == 1


def _visit(row: Any) -> OpenVisit | None:
    if row is None:
        return None
    visit_id, share_id, party_id, purpose_sealed, roles, ends_at, document_ids = row
    return OpenVisit(
        id=visit_id,
        share_id=share_id,
        party_id=party_id,
        purpose_sealed=purpose_sealed,
        roles=frozenset(map(FileRole, roles)),
        ends_at=ends_at,
        document_ids=tuple(document_ids),
    )
