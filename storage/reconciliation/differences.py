"""Differences as comparisons keep them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.ids import new_id
from storage.reconciliation.findings import Change, Difference
from storage.reconciliation.kinds import LIVE, Action, DifferenceKind, DifferenceState
from storage.unit_of_work import Reading, UnitOfWork

_KEPT = """
SELECT code, id, kind, field, ours, theirs, action, state, repair_at FROM portal_difference
WHERE deployment = %s AND code = ANY(%s) AND state IN ('open', 'left', 'settled')
ORDER BY found_at, id
"""
_ADD = """
INSERT INTO portal_difference
  (id, deployment, agency_id, code, kind, field, ours, theirs, action, rule, state, found_at, last_seen_at,
   repair_at)
VALUES (%(id)s, %(deployment)s, %(agency_id)s, %(code)s, %(kind)s, %(field)s, %(ours)s, %(theirs)s,
  %(action)s, %(rule)s, %(state)s, %(now)s, %(now)s, CASE WHEN %(begins)s THEN %(now)s::timestamptz END)
"""
_SEE = """
UPDATE portal_difference SET agency_id = %(agency_id)s, ours = %(ours)s, theirs = %(theirs)s,
  action = %(action)s, rule = %(rule)s, state = %(state)s, last_seen_at = %(now)s,
  repair_at = CASE WHEN %(begins)s THEN %(now)s::timestamptz ELSE repair_at END
WHERE id = %(id)s AND state IN ('open', 'left')
"""
_SEE_SETTLED = "UPDATE portal_difference SET last_seen_at = %(now)s WHERE id = %(id)s AND state = 'settled'"
_END = """
UPDATE portal_difference SET state = %(state)s, closed_at = %(now)s
WHERE id = %(id)s AND state IN ('open', 'left')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Which dossier a difference is of: whose it is, and its code."""

    code: str
    agency_id: UUID


async def kept(
    reading: Reading, deployment: str, codes: Collection[str]
) -> Mapping[str, Sequence[Difference]]:
    """Return what is live or was settled, by the dossier's code."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_KEPT, (deployment, list(codes)))).fetchall()
    found: dict[str, list[Difference]] = defaultdict(list)
    for code, difference_id, kind, field, ours, theirs, action, state, repair_at in rows:
        found[code].append(
            Difference(
                id=difference_id,
                kind=DifferenceKind(kind),
                field=field,
                ours=ours,
                theirs=theirs,
                action=Action(action),
                state=DifferenceState(state),
                repair_at=repair_at,
            )
        )
    return found


async def write(
    uow: UnitOfWork, deployment: str, told: Sequence[tuple[Dossier, Change]], now: datetime
) -> None:
    """Keep what comes of findings. What a person settles meanwhile stays as it was settled."""
    driver = await uow.driver()
    async with driver.pipeline():
        # What ends makes room for what begins in its place.
        for dossier, change in sorted(told, key=lambda one: one[1].finding is not None):
            await driver.execute(_statement(change), _given(deployment, dossier, change, now))


def _statement(change: Change) -> Any:
    if change.finding is None:
        return _END
    if change.id is None:
        return _ADD
    return _SEE if change.state in LIVE else _SEE_SETTLED


def _given(deployment: str, dossier: Dossier, change: Change, now: datetime) -> Mapping[str, object]:
    given: dict[str, object] = {"id": change.id or new_id(), "state": change.state, "now": now}
    if (finding := change.finding) is not None:
        given |= {
            "deployment": deployment,
            "agency_id": dossier.agency_id,
            "code": dossier.code,
            "kind": finding.kind,
            "field": finding.field or "",
            "ours": finding.ours,
            "theirs": finding.theirs,
            "action": finding.action,
            "rule": finding.rule,
            "begins": change.begins,
        }
    return given
