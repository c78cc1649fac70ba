"""All measures taken anew from the timelines, in slices.

What that changes was wrong, or follows working days that were decreed since.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from storage.dossiers.working_days import WorkingCalendar
from storage.moments import BEFORE_ALL_IDS
from storage.scores import marking
from storage.scores.writing import measure_dossiers
from storage.unit_of_work import UnitOfWork

SLICE = 1000
# A month's are those that ended in it, by the dossier or by the measure that is kept of it.
_NEXT = """
SELECT d.id FROM dossier d LEFT JOIN dossier_measure m ON m.dossier_id = d.id
WHERE d.id > %(after)s AND (d.ended_at IS NOT NULL OR m.dossier_id IS NOT NULL)
  AND (%(month)s::date IS NULL OR m.month = %(month)s
    OR date_trunc('month', d.ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh') = %(month)s)
ORDER BY d.id LIMIT %(limit)s
"""
_ENDS = (
    "SELECT (SELECT id FROM dossier ORDER BY id LIMIT 1), (SELECT id FROM dossier ORDER BY id DESC LIMIT 1)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it has come: how many dossiers were measured, how many of them counted for something else.

    `part` is the part of all dossiers that has been gone through, 0 to 1, as their ids are spread.
    """

    measured: int
    changed: int
    part: float


async def recompute(
    open_unit: Callable[[], UnitOfWork],
    calendar: WorkingCalendar,
    *,
    month: date | None = None,
    limit: int = SLICE,
) -> AsyncIterator[Progress]:
    """Measure all dossiers anew, or those of a month; tell after each slice how far it has come.

    Each slice is committed by itself: what was cut short goes on when it is begun again, and workers measure
    meanwhile. The last one told is of the whole.

    Args:
        open_unit: opens a unit of work for each slice.
        calendar: the working days by which waits are deducted.
        month: the first day of the month; none for all.
        limit: the most dossiers of a slice.
    """
    after, measured, changed = BEFORE_ALL_IDS, 0, 0
    while True:
        async with open_unit() as uow:
            await marking.hold(uow)
            ids = await _next(uow, after, month, limit)
            changed += await measure_dossiers(uow, ids, calendar) if ids else 0
            part = await _part(uow, ids[-1]) if len(ids) == limit else 1.0
            await uow.commit()
        measured += len(ids)
        yield Progress(measured=measured, changed=changed, part=part)
        if len(ids) < limit:
            return
        after = ids[-1]


async def _next(uow: UnitOfWork, after: UUID, month: date | None, limit: int) -> list[UUID]:
    given = {"after": after, "month": month, "limit": limit}
    rows: list[Any] = await (await (await uow.driver()).execute(_NEXT, given)).fetchall()
    return [one for (one,) in rows]


async def _part(uow: UnitOfWork, reached: UUID) -> float:
    row: Any = await (await (await uow.driver()).execute(_ENDS)).fetchone()
    first, last = (end.int for end in row)
    return float((reached.int - first) / max(1, last - first))
