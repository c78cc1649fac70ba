"""How long documents are kept: those whose period is over are removed, unless a legal hold counts.

Results belong to their owners for good. Component papers serve the dossier that they were digitised for
(Circular 01/2023/TT-VPCP), and need not be kept for ever once it has ended. A document whose dossier is not
known, or has not ended, stays; one that was taken in later has its period counted from then.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.errors import NotFoundError
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.errors import NotIntact
from storage.vault.kinds import DocumentKind
from storage.vault.removing import OnHold, Removed, remove

AT_A_TIME = 50
"""Documents removed in one transaction."""
BEFORE_ALL_IDS = UUID(int=0)

_DUE = """
SELECT d.id, d.kind, d.agency_code, s.ended_at,
  (SELECT coalesce(sum(f.size), 0)::bigint FROM document_file f WHERE f.document_id = d.id)
FROM document d
JOIN dossier s ON s.id = d.dossier_id
JOIN unnest(%(kinds)s::text[], %(years)s::int[]) AS period(kind, years) ON period.kind = d.kind
WHERE d.removed_at IS NULL AND d.id > %(after)s
  AND greatest(s.ended_at, d.created_at) + make_interval(years => period.years) <= %(now)s
  AND s.ended_at IS NOT NULL
  AND NOT EXISTS (
    SELECT FROM document_hold h
    WHERE h.document_id = d.id AND (h.until IS NULL OR h.until > %(now)s))
ORDER BY d.id LIMIT %(limit)s
"""

Periods = Mapping[DocumentKind, int]
"""Years after the dossier's end for which documents of a kind are kept; other kinds are kept without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A document whose period is over: its dossier ended then, and its files have so many bytes."""

    document_id: UUID
    kind: DocumentKind
    agency_code: str
    ended_at: datetime
    bytes: int


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of a run: what was removed, and what was tampered with and left for somebody to look at."""

    removed: list[Removed] = field(default_factory=list)
    damaged: list[UUID] = field(default_factory=list)


async def due(
    reading: Reading, periods: Periods, *, now: datetime, after: UUID = BEFORE_ALL_IDS, limit: int = 1000
) -> Sequence[Due]:
    """Return documents whose period is over and that no hold keeps, in the order of their ids."""
    driver = await reading.driver()
    given = {
        "kinds": [kind.value for kind in periods],
        "years": list(periods.values()),
        "now": now,
        "after": after,
        "limit": limit,
    }
    rows: list[Any] = await (await driver.execute(_DUE, given)).fetchall()
    return [
        Due(document_id=one, kind=DocumentKind(kind), agency_code=agency, ended_at=ended, bytes=size)
        for one, kind, agency, ended, size in rows
    ]


async def apply(
    open_unit: Callable[[], UnitOfWork],
    periods: Periods,
    *,
    who: str,
    now: datetime,
    progress: Callable[[int], None] = lambda _count: None,
) -> Outcome:
    """Remove what is due, some documents in a transaction; stopped half-way, it may be run again.

    Args:
        open_unit: opens a unit of work.
        periods: see `Periods`.
        who: the operator.
        now: the present.
        progress: is told after each transaction how many documents it dealt with.
    """
    outcome = Outcome()
    after = BEFORE_ALL_IDS
    while True:
        removed: list[Removed] = []
        async with open_unit() as uow:
            found = await due(uow, periods, now=now, after=after, limit=AT_A_TIME)
            for one in found:
                try:
                    reason = f"{one.kind.value}: {periods[one.kind]} years after the end of its dossier"
                    removed.append(await remove(uow, one.document_id, reason=reason, who=who, now=now))
                except NotIntact:
                    outcome.damaged.append(one.document_id)
                except (NotFoundError, OnHold):
                    # Somebody else was first: it is gone, or to be kept.
                    continue
            await uow.commit()
        if not found:
            return outcome
        outcome.removed += removed
        after = found[-1].document_id
        progress(len(found))
