"""Comparisons under way: where each stands, so that it goes on there whatever happens to who does it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from storage.dossiers.changes import Place
from storage.ids import new_id
from storage.moments import BEFORE_ALL_IDS
from storage.reconciliation.kinds import Extent, Stage
from storage.unit_of_work import Reading, UnitOfWork

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = """
SELECT id, deployment, extent, since, until, ours_at, ours_id, stage, cursor, counts, error, started_at,
  moved_at, finished_at
FROM portal_comparison
"""
_RUNNING = f"{_COLUMNS} WHERE deployment = %(deployment)s AND finished_at IS NULL"
# One that began in what is yet to come was begun by a clock that was wrong, and would be the last for long.
_LAST = f"""
{_COLUMNS} WHERE deployment = %(deployment)s AND started_at < now() + interval '5 minutes'
  AND coalesce((finished_at IS NOT NULL) = %(finished)s, true)
ORDER BY started_at DESC LIMIT 1
"""
_BEGIN = """
INSERT INTO portal_comparison (id, deployment, extent, since, until, ours_at, ours_id, stage, counts,
  started_at, moved_at)
VALUES (%(id)s, %(deployment)s, %(extent)s, %(since)s, %(until)s, %(ours_at)s, %(ours_id)s, %(stage)s,
  %(counts)s, %(started_at)s, %(started_at)s)
"""
_MOVE = """
UPDATE portal_comparison SET since = %(since)s, ours_at = %(ours_at)s, ours_id = %(ours_id)s,
  stage = %(stage)s::text, cursor = %(cursor)s, counts = %(counts)s, error = NULL, moved_at = %(now)s,
  finished_at = CASE WHEN %(stage)s::text = 'done' THEN %(now)s::timestamptz END
WHERE id = %(id)s AND finished_at IS NULL
"""
_FAIL = "UPDATE portal_comparison SET error = %s WHERE id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A comparison: see `storage.reconciliation.models.PortalComparison`."""

    id: UUID = field(default_factory=new_id)
    deployment: str
    extent: Extent
    since: datetime
    until: datetime
    ours_at: datetime = BEGINNING
    ours_id: UUID = BEFORE_ALL_IDS
    stage: Stage = Stage.THEIRS
    cursor: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None
    started_at: datetime
    moved_at: datetime | None = None
    finished_at: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "extent", Extent(self.extent))
        object.__setattr__(self, "stage", Stage(self.stage))

    @property
    def place(self) -> Place:
        """How far ours were looked through."""
        return Place(at=self.ours_at, id=self.ours_id)

    def counted(self, **more: int) -> Mapping[str, int]:
        """Return the counts with some more."""
        return dict(Counter(self.counts) + Counter(more))


async def running(reading: Reading, deployment: str) -> Run | None:
    """Return the comparison under way; none where there is none."""
    return await _one(reading, _RUNNING, {"deployment": deployment})


async def last(reading: Reading, deployment: str, *, finished: bool | None = None) -> Run | None:
    """Return the comparison that began last; of those that finished, or did not, where that is said."""
    return await _one(reading, _LAST, {"deployment": deployment, "finished": finished})


async def begin(uow: UnitOfWork, run: Run) -> None:
    """Begin one. Raises psycopg's UniqueViolation, which is contention, where one is under way."""
    await (await uow.driver()).execute(_BEGIN, _given(run, run.started_at))


async def move(uow: UnitOfWork, run: Run, now: datetime) -> None:
    """Keep where one stands, in the transaction that keeps what was found on the way."""
    await (await uow.driver()).execute(_MOVE, _given(run, now))


async def fail(uow: UnitOfWork, run: Run, error: str) -> None:
    """Keep why one stands still."""
    await (await uow.driver()).execute(_FAIL, (error[:80], run.id))


async def _one(reading: Reading, statement: LiteralString, given: Mapping[str, object]) -> Run | None:
    async with (await reading.driver()).cursor(row_factory=class_row(Run)) as cursor:
        return await (await cursor.execute(statement, given)).fetchone()


def _given(run: Run, now: datetime) -> Mapping[str, object]:
    return {
        "id": run.id,
        "deployment": run.deployment,
        "extent": run.extent,
        "since": run.since,
        "until": run.until,
        "ours_at": run.ours_at,
        "ours_id": run.ours_id,
        "stage": run.stage,
        "cursor": run.cursor,
        "counts": Jsonb(dict(run.counts)),
        "started_at": run.started_at,
        "now": now,
    }
