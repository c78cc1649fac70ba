"""How far portals were read: windows of time, and the page within the one under way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

from psycopg.rows import class_row

from storage.portal_pulls.kinds import Stream
from storage.unit_of_work import Reading, UnitOfWork

LONGEST_ERROR = 200
_COLUMNS = """deployment, stream, read_until, window_since, window_until, cursor, tried_at, succeeded_at,
  failing_since, error, records"""
_READ = f"SELECT {_COLUMNS} FROM portal_stream WHERE deployment = %s AND stream = %s"
_ALL = f"SELECT {_COLUMNS} FROM portal_stream ORDER BY deployment, stream"
_BEGIN = """
INSERT INTO portal_stream (deployment, stream, window_since, window_until, tried_at)
VALUES (%(deployment)s, %(stream)s, %(since)s, %(until)s, %(now)s)
ON CONFLICT (deployment, stream) DO UPDATE SET window_since = EXCLUDED.window_since,
  window_until = EXCLUDED.window_until, cursor = NULL, tried_at = EXCLUDED.tried_at
"""
_TRY = "UPDATE portal_stream SET tried_at = %s WHERE deployment = %s AND stream = %s"
_MOVE = """
UPDATE portal_stream SET cursor = %s, records = records + %s WHERE deployment = %s AND stream = %s
"""
_FINISH = """
UPDATE portal_stream SET read_until = window_until, window_since = NULL, window_until = NULL, cursor = NULL,
  records = records + %(records)s, succeeded_at = %(now)s, failing_since = NULL, error = NULL
WHERE deployment = %(deployment)s AND stream = %(stream)s
"""
_DONE = """
INSERT INTO portal_stream AS known (deployment, stream, read_until, tried_at, succeeded_at, records)
VALUES (%(deployment)s, %(stream)s, %(now)s, %(now)s, %(now)s, %(records)s)
ON CONFLICT (deployment, stream) DO UPDATE SET read_until = EXCLUDED.read_until,
  tried_at = EXCLUDED.tried_at, succeeded_at = EXCLUDED.succeeded_at,
  records = known.records + EXCLUDED.records, failing_since = NULL, error = NULL
"""
_FAIL = """
INSERT INTO portal_stream AS known (deployment, stream, tried_at, failing_since, error)
VALUES (%(deployment)s, %(stream)s, %(now)s, %(now)s, %(error)s)
ON CONFLICT (deployment, stream) DO UPDATE SET tried_at = EXCLUDED.tried_at, error = EXCLUDED.error,
  failing_since = coalesce(known.failing_since, EXCLUDED.failing_since)
"""
# Where nothing was read yet, since the first try.
_LAG = """
SELECT deployment || '/' || stream,
  extract(epoch FROM now() - coalesce(read_until, tried_at))::bigint FROM portal_stream
"""
_FAILING = """
SELECT deployment || '/' || stream, coalesce(extract(epoch FROM now() - failing_since)::bigint, 0)
FROM portal_stream
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamView:
    """How far one thing was read: see `storage.portal_pulls.models.PortalStream`."""

    deployment: str
    stream: Stream
    read_until: datetime | None = None
    window_since: datetime | None = None
    window_until: datetime | None = None
    cursor: str | None = None
    tried_at: datetime | None = None
    succeeded_at: datetime | None = None
    failing_since: datetime | None = None
    error: str | None = None
    records: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "stream", Stream(self.stream))

    def due_at(self, every: timedelta) -> datetime | None:
        """Return when it is to be read next; none where it never was, which is at once."""
        return None if self.tried_at is None else self.tried_at + every


async def read(reading: Reading, deployment: str, stream: Stream) -> StreamView:
    """Return how far a thing was read; nothing of what never was."""
    async with (await reading.driver()).cursor(row_factory=class_row(StreamView)) as cursor:
        found = await (await cursor.execute(_READ, (deployment, stream))).fetchone()
    return found or StreamView(deployment=deployment, stream=stream)


async def all_streams(reading: Reading) -> list[StreamView]:
    """Return all that was ever read, by deployment."""
    async with (await reading.driver()).cursor(row_factory=class_row(StreamView)) as cursor:
        return await (await cursor.execute(_ALL)).fetchall()


async def begin(
    uow: UnitOfWork, deployment: str, stream: Stream, *, since: datetime, until: datetime, now: datetime
) -> None:
    """Begin a window, in place of one under way."""
    given = {"deployment": deployment, "stream": stream, "since": since, "until": until, "now": now}
    await (await uow.driver()).execute(_BEGIN, given)


async def tried(uow: UnitOfWork, deployment: str, stream: Stream, now: datetime) -> None:
    """Say that a window under way is gone on with."""
    await (await uow.driver()).execute(_TRY, (now, deployment, stream))


async def move(uow: UnitOfWork, deployment: str, stream: Stream, cursor: str, records: int) -> None:
    """Say where the window goes on; with what the page before brought, or not at all."""
    await (await uow.driver()).execute(_MOVE, (cursor, records, deployment, stream))


async def finish(uow: UnitOfWork, deployment: str, stream: Stream, records: int, now: datetime) -> None:
    """End the window: all of it was read."""
    given = {"deployment": deployment, "stream": stream, "records": records, "now": now}
    await (await uow.driver()).execute(_FINISH, given)


async def done(uow: UnitOfWork, deployment: str, stream: Stream, records: int, now: datetime) -> None:
    """Say that a thing without windows was read whole."""
    given = {"deployment": deployment, "stream": stream, "records": records, "now": now}
    await (await uow.driver()).execute(_DONE, given)


async def fail(uow: UnitOfWork, deployment: str, stream: Stream, error: str, now: datetime) -> None:
    """Say that it came to nothing, since when, and why. Where it stands does not change."""
    given = {"deployment": deployment, "stream": stream, "error": error[:LONGEST_ERROR], "now": now}
    await (await uow.driver()).execute(_FAIL, given)


async def lags(reading: Reading) -> Mapping[str, int]:
    """Return by deployment and stream how many seconds ago all that changed is known to have been read."""
    return await _by_stream(reading, _LAG)


async def failing(reading: Reading) -> Mapping[str, int]:
    """Return by deployment and stream for how many seconds reading has failed; 0 while all is well."""
    return await _by_stream(reading, _FAILING)


async def _by_stream(reading: Reading, statement: LiteralString) -> Mapping[str, int]:
    rows: list[Any] = await (await (await reading.driver()).execute(statement)).fetchall()
    return dict(rows)
