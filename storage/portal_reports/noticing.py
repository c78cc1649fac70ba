"""Dossiers that changed are put down to be told to a portal: none is ever passed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from storage.horizon import SETTLED, horizon
from storage.moments import BEFORE_ALL_IDS
from storage.portal_reports.reach import reached
from storage.unit_of_work import UnitOfWork

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_HOLD = """
SELECT agencies, dossier_at, dossier_id FROM portal_report_mark WHERE deployment = %s FOR UPDATE
"""
_BEGIN = """
INSERT INTO portal_report_mark (deployment, agencies, dossier_at, dossier_id) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_MOVE = """
UPDATE portal_report_mark SET agencies = %s, dossier_at = %s, dossier_id = %s WHERE deployment = %s
"""
# A dossier of which the portal itself told us all is none to tell it of: so a backfill of millions leaves
# nothing to do.
_CHANGED = """
SELECT d.updated_at, d.id, d.agency_id = ANY(%(reached)s::uuid[]) AND EXISTS (
  SELECT FROM dossier_event e
  WHERE e.dossier_id = d.id AND e.occurred_at >= d.first_at AND e.client_id <> %(portal)s)
FROM (
  SELECT id, updated_at, agency_id, first_at FROM dossier
  WHERE (updated_at, id) > (%(at)s, %(id)s) AND updated_at < %(until)s
  ORDER BY updated_at, id LIMIT %(limit)s) d
ORDER BY d.updated_at, d.id
"""
# What is amid an attempt, or rests after one, is left there: it takes up the change when it goes again. So it
# waits since its first change: what changes each day would else never seem late.
PUT_DOWN = """
INSERT INTO portal_report AS r (deployment, dossier_id, state, next_at, changed_at)
SELECT %(deployment)s, g.id, 'due', %(now)s, %(now)s FROM unnest(%(ids)s::uuid[]) AS g(id) ORDER BY g.id
ON CONFLICT (deployment, dossier_id) DO UPDATE SET
  changes = r.changes + 1,
  changed_at = CASE WHEN r.state IN ('done', 'refused') THEN EXCLUDED.changed_at ELSE r.changed_at END,
  state = CASE WHEN r.state IN ('done', 'refused') THEN 'due' ELSE r.state END,
  next_at = coalesce(r.next_at, EXCLUDED.next_at)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose dossiers a portal is told of.

    Attributes:
        deployment: our name of the portal.
        portal: the client by which facts say that they came from it.
        agencies: codes of the agencies, with all for whom they speak.
        since: what changed last before is not told.
    """

    deployment: str
    portal: str
    agencies: Sequence[str]
    since: datetime = BEGINNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """How many dossiers were looked at, and how many of them are to be told; whether there may be more."""

    looked_at: int
    due: int
    more: bool


async def notice(
    uow: UnitOfWork, scope: Scope, *, now: datetime, limit: int, settled: timedelta = SETTLED
) -> Noticed:
    """Put down what changed since the last time. Nobody else does so for the portal until the commit.

    Args:
        uow: the transaction.
        scope: whose dossiers.
        now: the moment.
        limit: how many dossiers to look at, at the most.
        settled: see `storage.horizon`.
    """
    at, dossier_id = await _hold(uow, scope)
    until = await horizon(uow, settled=settled)
    given = {
        "reached": await reached(uow, scope.agencies),
        "portal": scope.portal,
        "at": at,
        "id": dossier_id,
        "until": until,
        "limit": limit,
    }
    driver = await uow.driver()
    changed: list[Any] = await (await driver.execute(_CHANGED, given)).fetchall()
    due = [one for _, one, told in changed if told]
    if due:
        await put_down(uow, scope.deployment, due, now=now)
    if changed:
        at, dossier_id, _ = changed[-1]
    await driver.execute(_MOVE, (list(scope.agencies), at, dossier_id, scope.deployment))
    return Noticed(looked_at=len(changed), due=len(due), more=len(changed) == limit)


async def put_down(uow: UnitOfWork, deployment: str, dossier_ids: Sequence[UUID], *, now: datetime) -> None:
    """Have dossiers told to a portal; what it has of them already is not sent again."""
    given = {"deployment": deployment, "ids": list(dossier_ids), "now": now}
    await (await uow.driver()).execute(PUT_DOWN, given)


async def _hold(uow: UnitOfWork, scope: Scope) -> tuple[datetime, UUID]:
    """Return where the mark stands; at the beginning where other agencies are told of than before."""
    driver = await uow.driver()
    beginning = (scope.since, BEFORE_ALL_IDS)
    row: Any = await (await driver.execute(_HOLD, (scope.deployment,))).fetchone()
    if row is None:
        await driver.execute(_BEGIN, (scope.deployment, list(scope.agencies), *beginning))
        row = await (await driver.execute(_HOLD, (scope.deployment,))).fetchone()
    agencies, at, dossier_id = row
    return (at, dossier_id) if set(agencies) == set(scope.agencies) else beginning
