"""Backfills: what is asked for, how far each has come, and who may go on with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.errors import UniqueViolation
from psycopg.rows import class_row

from storage.errors import StorageError
from storage.ids import new_id
from storage.portal_pulls.kinds import BackfillState
from storage.portal_pulls.streams import LONGEST_ERROR
from storage.unit_of_work import Reading, UnitOfWork

_COLUMNS = """id, deployment, since, until, position, cursor, records, events, strays, state, error, made_at,
  changed_at, ended_at"""
_ADD = """
INSERT INTO portal_backfill (id, deployment, since, until, position, state, made_at, changed_at)
VALUES (%(id)s, %(deployment)s, %(since)s, %(until)s, %(since)s, 'running', %(now)s, %(now)s)
"""
_OPEN = f"SELECT {_COLUMNS} FROM portal_backfill WHERE deployment = %s AND state <> 'done'"
_GET = f"SELECT {_COLUMNS} FROM portal_backfill WHERE id = %s"
_LIST = f"SELECT {_COLUMNS} FROM portal_backfill WHERE deployment = %s ORDER BY made_at DESC LIMIT 20"
_SET = """
UPDATE portal_backfill SET state = %(state)s, error = NULL, changed_at = %(now)s
WHERE deployment = %(deployment)s AND state <> 'done'
"""
_TROUBLE = """
UPDATE portal_backfill SET state = %(state)s, error = %(error)s, changed_at = %(now)s
WHERE deployment = %(deployment)s AND state = 'running'
"""
# One that was paused meanwhile keeps what it has, and moves no further.
_MOVE = """
UPDATE portal_backfill SET position = %(position)s, cursor = %(cursor)s, records = records + %(records)s,
  events = events + %(events)s, strays = strays + %(strays)s, error = NULL, changed_at = %(now)s,
  state = CASE WHEN %(position)s = until THEN 'done' ELSE state END,
  ended_at = CASE WHEN %(position)s = until THEN %(now)s::timestamptz END
WHERE id = %(id)s AND state = 'running'
"""


class BackfillOpenError(StorageError):
    """A backfill of this deployment is not done yet: it goes on first."""


class BackfillStoppedError(StorageError):
    """The backfill was paused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillView:
    """A backfill: see `storage.portal_pulls.models.PortalBackfill`."""

    id: UUID
    deployment: str
    since: datetime
    until: datetime
    position: datetime
    cursor: str | None
    records: int
    events: int
    strays: int
    state: BackfillState
    error: str | None
    made_at: datetime
    changed_at: datetime
    ended_at: datetime | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", BackfillState(self.state))

    @property
    def share(self) -> float:
        """How much of its time was read, from 0 to 1."""
        return (self.position - self.since) / (self.until - self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a page brought, and where the backfill stands after it."""

    position: datetime
    cursor: str | None
    records: int
    events: int
    strays: int


async def add(uow: UnitOfWork, deployment: str, *, since: datetime, until: datetime, now: datetime) -> None:
    """Ask for a backfill. Raises BackfillOpenError."""
    given = {"id": new_id(), "deployment": deployment, "since": since, "until": until, "now": now}
    try:
        await (await uow.driver()).execute(_ADD, given)
    except UniqueViolation as error:
        raise BackfillOpenError(deployment) from error


async def open_one(reading: Reading, deployment: str) -> BackfillView | None:
    """Return the deployment's backfill that is not done, whether it runs or not."""
    async with (await reading.driver()).cursor(row_factory=class_row(BackfillView)) as cursor:
        return await (await cursor.execute(_OPEN, (deployment,))).fetchone()


async def get(reading: Reading, backfill_id: UUID) -> BackfillView:
    """Return a backfill."""
    async with (await reading.driver()).cursor(row_factory=class_row(BackfillView)) as cursor:
        found = await (await cursor.execute(_GET, (backfill_id,))).fetchone()
    if found is None:
        raise KeyError(backfill_id)
    return found


async def listed(reading: Reading, deployment: str) -> list[BackfillView]:
    """Return the deployment's last twenty, newest first."""
    async with (await reading.driver()).cursor(row_factory=class_row(BackfillView)) as cursor:
        return await (await cursor.execute(_LIST, (deployment,))).fetchall()


async def mark(uow: UnitOfWork, deployment: str, state: BackfillState, now: datetime) -> bool:
    """Let the one that is not done run or rest; False where all are done."""
    given = {"deployment": deployment, "state": state, "now": now}
    return (await (await uow.driver()).execute(_SET, given)).rowcount > 0


async def trouble(uow: UnitOfWork, deployment: str, error: str, now: datetime, *, passes: bool) -> None:
    """Say why the one that runs came no further, and let it stand still unless that passes by itself."""
    state = BackfillState.RUNNING if passes else BackfillState.FAILED
    given = {"deployment": deployment, "state": state, "error": error[:LONGEST_ERROR], "now": now}
    await (await uow.driver()).execute(_TROUBLE, given)


async def move(uow: UnitOfWork, backfill_id: UUID, progress: Progress, now: datetime) -> None:
    """Say how far it has come, with what a page brought or not at all. Raises BackfillStoppedError."""
    given = {name: getattr(progress, name) for name in Progress.__slots__}
    if not (await (await uow.driver()).execute(_MOVE, given | {"id": backfill_id, "now": now})).rowcount:
        raise BackfillStoppedError(str(backfill_id))
