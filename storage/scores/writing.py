"""Dossiers measured from their timelines, and what they count for kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from storage.dossiers.statuses import DossierStatus
from storage.dossiers.timeline import Fact
from storage.dossiers.working_days import WorkingCalendar
from storage.scores.measuring import Measure, measure
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.kinds import DocumentKind

# A result that was removed since was there electronically all the same.
_DOSSIERS = f"""
SELECT d.id, d.agency_id, d.channel,
  ARRAY(SELECT s.at FROM dossier_supplied s WHERE s.dossier_id = d.id),
  EXISTS (SELECT FROM document r WHERE r.dossier_id = d.id AND r.kind = '{DocumentKind.RESULT}'),
  m.agency_id, m.ended_at, m.on_time, m.online, m.digitised
FROM dossier d LEFT JOIN dossier_measure m ON m.dossier_id = d.id
WHERE d.id = ANY(%b)
"""
_FACTS = """
SELECT d.id, d.first_at, e.id, e.status, e.occurred_at, e.sequence, e.step, e.due_at
FROM dossier d JOIN dossier_event e ON e.dossier_id = d.id AND e.occurred_at >= d.first_at
WHERE d.id = ANY(%b)
"""
_PUT = """
INSERT INTO dossier_measure AS m (dossier_id, agency_id, month, ended_at, on_time, online, digitised)
SELECT * FROM unnest(
  %b::uuid[], %b::uuid[], %b::date[], %b::timestamptz[], %b::bool[], %b::bool[], %b::bool[])
ON CONFLICT (dossier_id) DO UPDATE SET agency_id = EXCLUDED.agency_id, month = EXCLUDED.month,
  ended_at = EXCLUDED.ended_at, on_time = EXCLUDED.on_time, online = EXCLUDED.online,
  digitised = EXCLUDED.digitised
"""
_TAKE_OUT = "DELETE FROM dossier_measure WHERE dossier_id = ANY(%b)"
_RENEW = """
INSERT INTO score_month AS m (month, version) SELECT month, 1 FROM unnest(%b::date[]) AS g(month)
ON CONFLICT (month) DO UPDATE SET version = m.version + 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A measure, and whose it is."""

    agency_id: UUID
    measure: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dossier:
    id: UUID
    before: Kept | None
    after: Kept | None


async def measure_dossiers(uow: UnitOfWork, ids: Collection[UUID], calendar: WorkingCalendar) -> int:
    """Measure dossiers anew; return for how many that changed what is kept.

    Whoever calls holds the mark (`storage.scores.marking`), so that no two measure at a time. Dossiers whose
    timeline is not whole any more, as old months of it were dropped, keep what they count for.
    """
    found = await _measured(uow, ids, calendar)
    changed = [one for one in found if one.before != one.after]
    driver = await uow.driver()
    rows = [_row(one.id, one.after) for one in changed if one.after]
    if rows:
        await driver.execute(_PUT, [list(column) for column in zip(*rows, strict=True)])
    gone = [one.id for one in changed if one.after is None]
    if gone:
        await driver.execute(_TAKE_OUT, (gone,))
    months = {kept.measure.month for one in changed for kept in (one.before, one.after) if kept}
    if months:
        await driver.execute(_RENEW, (sorted(months),))
    return len(changed)


async def _measured(reading: Reading, ids: Collection[UUID], calendar: WorkingCalendar) -> list[_Dossier]:
    driver = await reading.driver()
    async with driver.pipeline():
        kept = await driver.execute(_DOSSIERS, (list(ids),), binary=True)
        told = await driver.execute(_FACTS, (list(ids),), binary=True)
        dossiers: list[Any] = await kept.fetchall()
        facts = _whole(await told.fetchall())
    return [_one(row, facts[row[0]], calendar) for row in dossiers if row[0] in facts]


def _whole(rows: Sequence[Any]) -> Mapping[UUID, list[Fact]]:
    """Return the facts of each dossier whose first one is among them."""
    facts: dict[UUID, list[Fact]] = {}
    begun: set[UUID] = set()
    for dossier_id, first_at, fact_id, status, occurred_at, sequence, step, due_at in rows:
        if occurred_at == first_at:
            begun.add(dossier_id)
        facts.setdefault(dossier_id, []).append(
            Fact(
                id=fact_id,
                status=DossierStatus(status),
                occurred_at=occurred_at,
                sequence=sequence,
                step=step,
                due_at=due_at,
            )
        )
    return {dossier_id: some for dossier_id, some in facts.items() if dossier_id in begun}


def _one(row: Any, facts: Sequence[Fact], calendar: WorkingCalendar) -> _Dossier:
    dossier_id, agency_id, channel, supplied, electronic, agency_then, ended_at, *verdicts = row
    before = None
    if ended_at is not None:
        on_time, online, digitised = verdicts
        known = Measure(ended_at=ended_at, on_time=on_time, online=online, digitised=digitised)
        before = Kept(agency_id=agency_then, measure=known)
    now = measure(facts, supplied=supplied, channel=channel, electronic=electronic, calendar=calendar)
    after = None
    if now is not None:
        same_end = before is not None and before.measure.ended_at == now.ended_at
        after = Kept(agency_id=agency_then if same_end else agency_id, measure=now)
    return _Dossier(id=dossier_id, before=before, after=after)


def _row(dossier_id: UUID, kept: Kept) -> tuple[UUID, UUID, date, object, object, object, object]:
    told = kept.measure
    verdicts = (told.on_time, told.online, told.digitised)
    return (dossier_id, kept.agency_id, told.month, told.ended_at, *verdicts)
