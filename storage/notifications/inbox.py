"""Notices as their owner reads and marks them: the party is part of every query.

What is new is told by transaction number. A transaction that began early may commit late, so that no time
in a row says what somebody has seen; `floor` does: every change below it was there to be seen, for good.
It is one above the last change that a party's rows show among the transactions of which none is running
any more, and not that border itself: numbers of transactions that left nothing behind may be given out
again after a crash of the server, numbers of what was committed never.

One-time codes are none of it: they prove who holds an address, which somebody who holds the phone and
reads the app does not. Who reads for another sees nothing of that one's sessions and addresses either. What
somebody does not see here, is neither counted nor marked for them.

Broadcasts stand among the notices, in one order with them, for as long as they are not withdrawn; what they
bring to each statement is in `storage.broadcasts.reading`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from storage.broadcasts import reading as broadcasts
from storage.broadcasts.audience import MINE
from storage.unit_of_work import Reading, UnitOfWork

BEFORE_ALL_IDS = UUID(int=0)
SHOWN = "party_id = %(party_id)s AND category <> ALL(%(hidden)s::text[])"

_MOMENT = f"""
WITH RECURSIVE {MINE}, floor AS MATERIALIZED (
  SELECT greatest(0, ({broadcasts.FLOOR}), (
    SELECT changed_xid::text::bigint + 1 FROM notification
    WHERE {SHOWN}
      AND changed_xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY changed_xid DESC LIMIT 1)) AS xid
)
SELECT system_identifier::text || '.' || left(pg_walfile_name(pg_current_wal_lsn()), 8), floor.xid,
  pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
  (SELECT count(*) FROM notification
   WHERE {SHOWN} AND read_at IS NULL) + ({broadcasts.UNREAD}),
  ({broadcasts.CIRCLES.format(before="floor.xid")}),
  ({broadcasts.CIRCLES.format(before="coalesce(%(since)s::bigint, 0)")})
FROM pg_control_system(), floor
"""
_COLUMNS = "id, category, params, created_at, read_at, xid, code, procedure, agency, link, expires_at, gone"
_NOTICES = """
SELECT n.id, n.category, n.params, n.created_at, n.read_at, n.changed_xid::text::bigint, d.code, p.name,
  a.name, NULL::varchar, NULL::timestamptz, false
FROM notification n
LEFT JOIN dossier d ON d.id = n.dossier_id
LEFT JOIN procedure p ON p.code = d.procedure_code
LEFT JOIN agency a ON a.id = n.agency_id
WHERE n.party_id = %(party_id)s AND n.category <> ALL(%(hidden)s::text[])
"""
_NEWEST = f"""
WITH RECURSIVE {MINE}
SELECT i.* FROM ((
  {_NOTICES}
    AND (n.created_at, n.id) < (coalesce(%(created_at)s::timestamptz, 'infinity'),
      coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
  ORDER BY n.created_at DESC, n.id DESC LIMIT %(limit)s
) UNION ALL ({broadcasts.NEWEST})) AS i ({_COLUMNS})
ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""
# Rows loaded from a dump carry numbers of another server; those ahead of ours are no changes here.
_CHANGED = f"""
WITH RECURSIVE {MINE}
SELECT i.* FROM ((
  {_NOTICES}
    AND (n.changed_xid, n.id) > (%(xid)s::text::xid8, %(id)s)
    AND n.changed_xid < pg_snapshot_xmax(pg_current_snapshot())
  ORDER BY n.changed_xid, n.id LIMIT %(limit)s
) UNION ALL ({broadcasts.CHANGED}) UNION ALL ({broadcasts.MARKED})) AS i ({_COLUMNS})
ORDER BY xid, id LIMIT %(limit)s
"""
# Locked in one order for everybody, so that two phones of one person never wait for each other.
_MARK_READ = f"""
WITH mine AS (
  SELECT id FROM notification
  WHERE {SHOWN} AND read_at IS NULL AND {{chosen}}
  ORDER BY id FOR UPDATE
)
UPDATE notification n SET read_at = now(), received_at = coalesce(n.received_at, now()),
  changed_xid = pg_current_xact_id()
FROM mine WHERE n.id = mine.id
"""
_MARK_READ_IDS = _MARK_READ.format(chosen="id = ANY(%(ids)s)")
_MARK_READ_BEFORE = _MARK_READ.format(chosen="created_at <= %(before)s")
_MARK_BROADCASTS_READ_IDS = f"WITH RECURSIVE {MINE} {broadcasts.MARK_READ_IDS}"
_MARK_BROADCASTS_READ_BEFORE = f"WITH RECURSIVE {MINE} {broadcasts.MARK_READ_BEFORE}"
# No change that an app would see, so none that it has to fetch.
_MARK_RECEIVED = f"""
WITH mine AS (
  SELECT id FROM notification
  WHERE {SHOWN} AND received_at IS NULL AND id = ANY(%(ids)s)
  ORDER BY id FOR UPDATE
)
UPDATE notification n SET received_at = now() FROM mine WHERE n.id = mine.id
"""
_MARK_BROADCASTS_RECEIVED = f"WITH RECURSIVE {MINE} {broadcasts.MARK_RECEIVED}"
_UNREAD = f"""
WITH RECURSIVE {MINE}
SELECT (SELECT count(*) FROM notification
  WHERE {SHOWN} AND read_at IS NULL) + ({broadcasts.UNREAD})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks into whose inbox. Categories that are `hidden` are not there for them."""

    party_id: UUID
    hidden: tuple[str, ...]

    @classmethod
    def owner(cls, party_id: UUID) -> Self:
        """Return the party itself."""
        return cls(party_id=party_id, hidden=("otp",))

    @classmethod
    def representative(cls, party_id: UUID) -> Self:
        """Return who acts for the party."""
        return cls(party_id=party_id, hidden=("otp", "security"))

    def given(self, **values: object) -> dict[str, object]:
        """Return the parameters of a query, with these."""
        return {"party_id": self.party_id, "hidden": list(self.hidden), **values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Where an inbox stands.

    Attributes:
        era: names the server and its timeline: numbers of transactions mean something within one only.
        floor: whoever reads now has seen every change below it.
        ceiling: no transaction has this number yet, or a higher one.
        unread: how many notices are unread.
        circles: names the audiences of the party that were told something below the floor.
        circles_then: the same for below `since`.
    """

    era: str
    floor: int
    ceiling: int
    unread: int
    circles: str
    circles_then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxNotice:
    """A notice. `params` is what its wording names, with names as they stand now.

    Attributes:
        link: where a broadcast leads, if it leads anywhere.
        expires_at: of a broadcast: it counts as unread until then.
        gone: it was withdrawn, and is nothing any more but its id.
    """

    id: UUID
    category: str
    params: dict[str, Any]
    created_at: datetime
    read_at: datetime | None
    changed_xid: int
    dossier_code: str | None
    link: str | None = None
    expires_at: datetime | None = None
    gone: bool = False


async def moment(reading: Reading, viewer: Viewer, *, since: int | None = None) -> Moment:
    """Return where the inbox stands. Taken before its notices are read, what it promises holds for them.

    `since` is the floor of an earlier moment, from which somebody goes on.
    """
    driver = await reading.driver()
    cursor = await driver.execute(_MOMENT, viewer.given(since=since), binary=True)
    row: Any = await cursor.fetchone()
    era, floor, ceiling, unread, circles, circles_then = row
    return Moment(
        era=era, floor=floor, ceiling=ceiling, unread=unread, circles=circles, circles_then=circles_then
    )


async def newest(
    reading: Reading, viewer: Viewer, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[InboxNotice]:
    """Return up to `limit` notices, newest first; `before` is time and id of the last of the page before."""
    created_at, last_id = before or (None, None)
    given = viewer.given(created_at=created_at, id=last_id, limit=limit)
    return await _notices(reading, _NEWEST, given)


async def changed(
    reading: Reading, viewer: Viewer, *, after: tuple[int, UUID], limit: int
) -> list[InboxNotice]:
    """Return up to `limit` notices in the order of their last change, from a change on.

    `after` is the change and id of the last one of the page before; `(floor, BEFORE_ALL_IDS)` to begin.
    """
    xid, last_id = after
    return await _notices(reading, _CHANGED, viewer.given(xid=xid, id=last_id, limit=limit))


async def _notices(reading: Reading, query: str, given: Mapping[str, object]) -> list[InboxNotice]:
    driver = await reading.driver()
    cursor = await driver.execute(query, given, binary=True)
    return [_notice(row) for row in await cursor.fetchall()]


def _notice(row: Any) -> InboxNotice:
    notice_id, category, params, created_at, read_at, xid, code, procedure, agency, *rest = row
    link, expires_at, gone = rest
    return InboxNotice(
        id=notice_id,
        category=category,
        params={**params, "dossier_code": code, "procedure_name": procedure, "agency_name": agency},
        created_at=created_at,
        read_at=read_at,
        changed_xid=xid,
        dossier_code=code,
        link=link,
        expires_at=expires_at,
        gone=gone,
    )


async def mark_read(uow: UnitOfWork, viewer: Viewer, ids: Collection[UUID]) -> int:
    """Mark notices of a party as read, and so as received; return how many were not before."""
    given = viewer.given(ids=list(ids))
    return await _mark(uow, (_MARK_READ_IDS, _MARK_BROADCASTS_READ_IDS), given)


async def mark_all_read(uow: UnitOfWork, viewer: Viewer, *, before: datetime) -> int:
    """Mark all notices up to a time as read; return how many were not before."""
    given = viewer.given(before=before)
    return await _mark(uow, (_MARK_READ_BEFORE, _MARK_BROADCASTS_READ_BEFORE), given)


async def mark_received(uow: UnitOfWork, viewer: Viewer, ids: Collection[UUID]) -> int:
    """Note that notices have reached a phone; return of how many that was not known."""
    given = viewer.given(ids=list(ids))
    return await _mark(uow, (_MARK_RECEIVED, _MARK_BROADCASTS_RECEIVED), given)


async def _mark(uow: UnitOfWork, queries: Iterable[str], given: Mapping[str, object]) -> int:
    driver = await uow.driver()
    async with driver.pipeline():
        cursors = [await driver.execute(query, given) for query in queries]
    return sum(cursor.rowcount for cursor in cursors)


async def unread_count(reading: Reading, viewer: Viewer) -> int:
    """Count a party's unread notices."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_UNREAD, viewer.given())).fetchone()
    return int(row[0])
