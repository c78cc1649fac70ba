"""Which dossiers may be rated, and when their parties are asked: once, when there is something to judge."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from storage.dossiers.statuses import DossierStatus
from storage.dossiers.working_days import VIETNAM, WorkingCalendar
from storage.ratings.keys import Group
from storage.ratings.kinds import ASKED_WITHIN, OPEN, month_of
from storage.unit_of_work import Reading, UnitOfWork

SETTLING_DAYS = 2
"""Working days for which an end that nothing was handed out at is left to settle."""

_DUE = """
SELECT d.id AS dossier_id, d.party_id, d.agency_id, d.code, d.procedure_code, p.name AS procedure_name,
  a.name AS agency_name, d.ended_at
FROM dossier d
LEFT JOIN procedure p ON p.code = d.procedure_code
JOIN agency a ON a.id = d.agency_id
WHERE d.ended_at BETWEEN %(from)s AND %(now)s
  AND (d.status = %(returned)s OR d.ended_at < %(settled)s OR d.status = %(resolved)s AND EXISTS (
    SELECT FROM document r WHERE r.dossier_id = d.id AND r.kind = 'result' AND r.removed_at IS NULL))
  AND NOT EXISTS (SELECT FROM rating_invitation i WHERE i.dossier_id = d.id)
ORDER BY d.ended_at, d.id LIMIT %(limit)s
"""
# Of two workers that find the same, one invites.
_INVITE = """
INSERT INTO rating_invitation (dossier_id, agency_id, month, asked_on, closes_on)
SELECT g.dossier_id, g.agency_id, g.month, %(asked_on)s, %(closes_on)s
FROM unnest(%(dossiers)s::uuid[], %(agencies)s::uuid[], %(months)s::date[]) AS g(dossier_id, agency_id, month)
ON CONFLICT DO NOTHING RETURNING dossier_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A dossier whose party has not been asked yet."""

    dossier_id: UUID
    party_id: UUID
    agency_id: UUID
    code: str
    procedure_code: str
    procedure_name: str | None
    agency_name: str
    ended_at: datetime

    @property
    def group(self) -> Group:
        """Among whose ratings its own will be."""
        return Group(agency_id=self.agency_id, month=month_of(self.ended_at.astimezone(VIETNAM).date()))


def settled_before(today: date, calendar: WorkingCalendar) -> datetime:
    """Return the moment before which an end is `SETTLING_DAYS` working days old on a day in Vietnam.

    As terms are counted (Civil Code 2015, article 147), the day of the end itself is left out.
    """
    day = calendar.add_working_days(today + timedelta(days=1), -SETTLING_DAYS)
    return datetime.combine(day, time(), VIETNAM)


async def due(reading: Reading, *, now: datetime, calendar: WorkingCalendar, limit: int) -> Sequence[Ended]:
    """Return up to `limit` dossiers whose parties are to be asked now, what ended first before the others.

    They are those whose result was handed out, or lies in its owner's store; others once the end has settled.
    """
    given = {
        "now": now,
        "from": now - ASKED_WITHIN,
        "settled": settled_before(now.astimezone(VIETNAM).date(), calendar),
        "returned": DossierStatus.RETURNED,
        "resolved": DossierStatus.RESOLVED,
        "limit": limit,
    }
    async with (await reading.driver()).cursor(row_factory=class_row(Ended)) as cursor:
        return await (await cursor.execute(_DUE, given)).fetchall()


async def invite(uow: UnitOfWork, ended: Collection[Ended], *, today: date) -> Sequence[Ended]:
    """Let dossiers be rated from a day in Vietnam on; return those that nobody else was first to invite."""
    given = {
        "dossiers": [one.dossier_id for one in ended],
        "agencies": [one.agency_id for one in ended],
        "months": [one.group.month for one in ended],
        "asked_on": today,
        "closes_on": today + OPEN,
    }
    rows: list[Any] = await (await (await uow.driver()).execute(_INVITE, given)).fetchall()
    invited = {dossier_id for (dossier_id,) in rows}
    return [one for one in ended if one.dossier_id in invited]
