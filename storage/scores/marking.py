"""How far the measuring has come, such that it misses nothing.

A dossier says by `updated_at` when the transaction began that changed it last: see `storage.horizon`. A
document says which transaction changed it: likewise.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from storage.horizon import HORIZON, SETTLED
from storage.moments import BEFORE_ALL_IDS, ERA
from storage.unit_of_work import UnitOfWork
from storage.vault.kinds import DocumentKind

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_ONLY = 1

_HOLD = """
SELECT dossier_at, dossier_id, document_era, document_xid, document_id
FROM score_mark WHERE id = %s FOR UPDATE
"""
_BEGIN = """
INSERT INTO score_mark (id, dossier_at, dossier_id, document_era, document_xid, document_id)
VALUES (%s, %s, %s, '', 0, %s) ON CONFLICT DO NOTHING
"""
_MOVE = """
UPDATE score_mark SET dossier_at = %s, dossier_id = %s, document_era = %s, document_xid = %s, document_id = %s
WHERE id = %s
"""
_NOW = f"SELECT {ERA}, {HORIZON} FROM pg_control_system()"
# Whatever was once told to have ended has ended, or contradicts itself, as nothing may follow: so also one
# that was opened again is found here, and its measure taken out.
_DOSSIERS = """
SELECT updated_at, id FROM dossier
WHERE (ended_at IS NOT NULL OR contradictions > 0) AND (updated_at, id) > (%s, %s) AND updated_at < %s
ORDER BY updated_at, id LIMIT %s
"""
_DOCUMENTS = f"""
SELECT changed_xid::text::bigint, id, dossier_id FROM document
WHERE kind = '{DocumentKind.RESULT}' AND dossier_id IS NOT NULL
  AND (changed_xid, id) > (%s::text::xid8, %s) AND changed_xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY document.changed_xid, id LIMIT %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the measuring has come: see `storage.scores.models.ScoreMark`."""

    dossier_at: datetime
    dossier_id: UUID
    document_era: str
    document_xid: int
    document_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Dossiers to be measured next, where the mark then stands, and whether there may be more."""

    ids: Collection[UUID]
    mark: Mark
    more: bool


async def hold(uow: UnitOfWork) -> Mark:
    """Wait until nobody else measures, keep others from it until the commit, and return the mark."""
    driver = await uow.driver()
    row: Any = await (await driver.execute(_HOLD, (_ONLY,), binary=True)).fetchone()
    if row is None:
        await driver.execute(_BEGIN, (_ONLY, _BEGINNING, BEFORE_ALL_IDS, BEFORE_ALL_IDS))
        row = await (await driver.execute(_HOLD, (_ONLY,), binary=True)).fetchone()
    at, dossier_id, era, xid, document_id = row
    return Mark(
        dossier_at=at, dossier_id=dossier_id, document_era=era, document_xid=xid, document_id=document_id
    )


async def due(uow: UnitOfWork, mark: Mark, *, limit: int, settled: timedelta = SETTLED) -> Due:
    """Return what has changed since the mark, and can not be overtaken by something older any more.

    Args:
        uow: holds the mark.
        mark: where it stands.
        limit: the most dossiers, and the most documents.
        settled: how much older than every transaction under way a change must be.
    """
    driver = await uow.driver()
    # Before the rows are read, by a snapshot of their own: who began meanwhile is younger than this.
    row: Any = await (await driver.execute(_NOW, (settled,))).fetchone()
    era, until = row
    xid, document_id = (
        (mark.document_xid, mark.document_id) if era == mark.document_era else (0, BEFORE_ALL_IDS)
    )
    changed: list[Any] = await (
        await driver.execute(_DOSSIERS, (mark.dossier_at, mark.dossier_id, until, limit))
    ).fetchall()
    documents: list[Any] = await (await driver.execute(_DOCUMENTS, (xid, document_id, limit))).fetchall()
    at, dossier_id = changed[-1] if changed else (mark.dossier_at, mark.dossier_id)
    if documents:
        xid, document_id, _ = documents[-1]
    return Due(
        ids={one for _, one in changed} | {one for _, _, one in documents},
        mark=Mark(
            dossier_at=at,
            dossier_id=dossier_id,
            document_era=era,
            document_xid=xid,
            document_id=document_id,
        ),
        more=limit in {len(changed), len(documents)},
    )


async def move(uow: UnitOfWork, mark: Mark) -> None:
    """Set the mark, which this transaction holds."""
    given = (mark.dossier_at, mark.dossier_id, mark.document_era, mark.document_xid, mark.document_id, _ONLY)
    await (await uow.driver()).execute(_MOVE, given)
