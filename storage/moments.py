"""Where a list stands whose changes are asked for by transaction number (delta sync, decision 8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from storage.unit_of_work import Reading

BEFORE_ALL_IDS = UUID(int=0)
ERA: LiteralString = "system_identifier::text || '.' || left(pg_walfile_name(pg_current_wal_lsn()), 8)"
"""SQL, over `pg_control_system()`, that names the server and its timeline: see `Moment.era`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Where a list stands.

    Attributes:
        era: names the server and its timeline: numbers of transactions mean something within one only.
        floor: whoever reads now has seen every change below it.
        ceiling: no transaction has this number yet, or a higher one.
    """

    era: str
    floor: int
    ceiling: int


def moment_of(
    rows: LiteralString, *, whose: LiteralString, changed: LiteralString = "changed_xid"
) -> LiteralString:
    """Return SQL for where a list stands, to be read with `read`.

    The floor is one above the last change that the list shows among the transactions of which none is
    running any more: see `storage.notifications.inbox` why it is not that border itself.

    Args:
        rows: the table, with an index over what `whose` names and `changed`.
        whose: SQL that tells which rows are the list's.
        changed: SQL for the transaction that changed a row last.
    """
    return f"""
SELECT {ERA} AS era,
  coalesce((SELECT {changed}::text::bigint + 1 FROM {rows}
    WHERE {whose} AND {changed} < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY {changed} DESC LIMIT 1), 0) AS floor,
  pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS ceiling
FROM pg_control_system()
"""


async def read(reading: Reading, statement: LiteralString, given: Mapping[str, Any]) -> Moment:
    """Return where a list stands. Taken before its rows are read, what it promises holds for them."""
    row: Any = await (await (await reading.driver()).execute(statement, given, binary=True)).fetchone()
    era, floor, ceiling = row
    return Moment(era=era, floor=floor, ceiling=ceiling)
