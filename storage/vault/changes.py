"""What changed in a store, for an app that keeps a copy of it: as in `storage.notifications.inbox`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage import moments
from storage.moments import Moment, moment_of
from storage.parties import repository as parties
from storage.unit_of_work import Reading
from storage.vault.rows import OwnDocument, open_rows

_MOMENT = moment_of("document", whose="party_id = %(party_id)s")
# Rows loaded from a dump carry numbers of another server; those ahead of ours are no changes here.
_CHANGED = """
SELECT id, changed_xid::text::bigint FROM document
WHERE party_id = %s AND (changed_xid, id) > (%s::text::xid8, %s)
  AND changed_xid < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY document.changed_xid, id LIMIT %s
"""


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
    """Return where a store stands."""
    return await moments.read(reading, _MOMENT, {"party_id": party_id})


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
