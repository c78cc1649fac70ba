"""What changed in a store, for an app that keeps a copy of it: as in `storage.notifications.inbox`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.parties import repository as parties
from storage.unit_of_work import Reading
from storage.vault.rows import OwnDocument, open_rows

BEFORE_ALL_IDS = UUID(int=0)

_MOMENT = """
SELECT system_identifier::text || '.' || left(pg_walfile_name(pg_current_wal_lsn()), 8),
  coalesce((SELECT changed_xid::text::bigint + 1 FROM document
    WHERE party_id = %s AND changed_xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY changed_xid DESC LIMIT 1), 0),
  pg_snapshot_xmax(pg_current_snapshot())::text::bigint
FROM pg_control_system()
"""
# Rows loaded from a dump carry numbers of another server; those ahead of ours are no changes here.
_CHANGED = """
SELECT id, changed_xid::text::bigint FROM document
WHERE party_id = %s AND (changed_xid, id) > (%s::text::xid8, %s)
  AND changed_xid < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY changed_xid, id LIMIT %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Where a store stands.

    Attributes:
        era: names the server and its timeline: numbers of transactions mean something within one only.
        floor: whoever reads now has seen every change below it.
        ceiling: no transaction has this number yet, or a higher one.
    """

    era: str
    floor: int
    ceiling: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A document that changed, and the transaction that changed it.

    Attributes:
        own: none where it is gone, or damaged.
        damaged: its row is not as it was written.
    """

    id: UUID
    xid: int
    own: OwnDocument | None
    damaged: bool


async def moment(reading: Reading, party_id: UUID) -> Moment:
    """Return where a store stands. Taken before its documents are read, what it promises holds for them."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_MOMENT, (party_id,), binary=True)).fetchone()
    era, floor, ceiling = row
    return Moment(era=era, floor=floor, ceiling=ceiling)


async def changed(
    reading: Reading, party_id: UUID, *, after: tuple[int, UUID], limit: int
) -> Sequence[Change]:
    """Return up to `limit` documents in the order of their last change, from a change on.

    `after` is the change and id of the last one of the page before; `(floor, BEFORE_ALL_IDS)` to begin.
    """
    key = await parties.open_key(reading, party_id)
    driver = await reading.driver()
    cursor = await driver.execute(_CHANGED, (party_id, *after, limit), binary=True)
    rows: list[Any] = await cursor.fetchall()
    opened = await open_rows(reading, key, [document_id for document_id, _ in rows])
    return [
        Change(id=one, xid=xid, own=opened.own.get(one), damaged=one in opened.damaged) for one, xid in rows
    ]
