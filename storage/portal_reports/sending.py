"""Dossiers taken to be told, and what became of it: no connection is held meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from storage.portal_reports.kinds import ReportState
from storage.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=5)
"""How long what is to be told is one worker's: longer than one may be sent for."""

# Whoever dies with it leaves it to the next one when the lease ends.
_TAKE = """
WITH next AS (
  SELECT deployment, dossier_id FROM portal_report
  WHERE deployment = %(deployment)s AND next_at <= %(now)s
    AND coalesce(dossier_id = %(dossier_id)s::uuid, true)
  ORDER BY next_at, dossier_id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE portal_report r SET attempts = least(r.attempts + 1, 32767), next_at = %(until)s
FROM next WHERE r.deployment = next.deployment AND r.dossier_id = next.dossier_id
RETURNING r.dossier_id, r.changes, r.attempts, r.digest, r.refused_digest, r.record_doubted, r.told_events,
  r.refused_events, r.doubted_events
"""
_DOUBT = """
UPDATE portal_report SET state = 'doubted', record_doubted = %(record_doubted)s,
  doubted_events = %(doubted_events)s
WHERE deployment = %(deployment)s AND dossier_id = %(dossier_id)s AND next_at = %(until)s
"""
# Whoever took too long, so that another one took it, has no say any more. What changed meanwhile goes next.
_SETTLE = """
UPDATE portal_report SET
  state = CASE WHEN changes > %(changes)s AND %(state)s IN ('done', 'refused') THEN 'due' ELSE %(state)s END,
  next_at = CASE WHEN changes > %(changes)s THEN coalesce(%(next_at)s, %(now)s) ELSE %(next_at)s END,
  attempts = CASE WHEN %(next_at)s::timestamptz IS NULL THEN 0 ELSE attempts END,
  digest = %(digest)s, refused_digest = %(refused_digest)s, record_doubted = %(record_doubted)s,
  told_events = %(told_events)s, refused_events = %(refused_events)s, doubted_events = %(doubted_events)s,
  answer_code = coalesce(%(answer_code)s, answer_code),
  told_at = CASE WHEN %(told)s THEN %(now)s ELSE told_at END
WHERE deployment = %(deployment)s AND dossier_id = %(dossier_id)s AND next_at = %(until)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a portal has from us of a dossier: see `storage.portal_reports.models.PortalReport`."""

    digest: bytes | None = None
    refused_digest: bytes | None = None
    record_doubted: bool = False
    told_events: frozenset[UUID] = frozenset()
    refused_events: frozenset[UUID] = frozenset()
    doubted_events: frozenset[UUID] = frozenset()

    @property
    def doubted(self) -> bool:
        """Something may have arrived."""
        return self.record_doubted or bool(self.doubted_events)

    @property
    def refused(self) -> bool:
        """Something was not taken."""
        return self.refused_digest is not None or bool(self.refused_events)

    def in_doubt(self, *, record: bool, events: Collection[UUID]) -> Self:
        """Return it as it stands while a record, if so, and these facts are under way."""
        return replace(
            self,
            record_doubted=self.record_doubted or record,
            doubted_events=self.doubted_events | frozenset(events),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A dossier that is to be told now.

    Attributes:
        changes: how often it was found changed until now.
        attempt: the number of this attempt, from 1.
        until: when it counts as given up.
    """

    deployment: str
    dossier_id: UUID
    changes: int
    attempt: int
    until: datetime
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of an attempt.

    Attributes:
        next_at: none for what is done or refused, and where a person decides what is doubted.
        answer_code: what the portal said last, if it said anything.
        told: it took something in.

    Raises:
        ValueError: a next time is missing, or one too much.
    """

    state: ReportState
    standing: Standing
    next_at: datetime | None = None
    answer_code: str | None = None
    told: bool = False

    def __post_init__(self) -> None:
        rests = self.state in {ReportState.DONE, ReportState.REFUSED}
        if self.state is not ReportState.DOUBTED and rests != (self.next_at is None):
            raise ValueError("what goes again, and that alone, has a next time")


async def take(
    uow: UnitOfWork, deployment: str, *, now: datetime, lease: timedelta, dossier_id: UUID | None = None
) -> Taken | None:
    """Take the dossier that is due first, for as long as a lease lasts; none where none is due.

    Args:
        uow: the transaction.
        deployment: which portal is to be told.
        now: the moment.
        lease: how long nobody else may take it.
        dossier_id: only this one.
    """
    until = now + lease
    given = {"deployment": deployment, "now": now, "until": until, "dossier_id": dossier_id}
    row: Any = await (await (await uow.driver()).execute(_TAKE, given)).fetchone()
    if row is None:
        return None
    taken, changes, attempt, digest, refused, record_doubted, *events = row
    told, declined, doubted = (frozenset(ids) for ids in events)
    return Taken(
        deployment=deployment,
        dossier_id=taken,
        changes=changes,
        attempt=attempt,
        until=until,
        standing=Standing(
            digest=_bytes(digest),
            refused_digest=_bytes(refused),
            record_doubted=record_doubted,
            told_events=told,
            refused_events=declined,
            doubted_events=doubted,
        ),
    )


async def doubt(uow: UnitOfWork, taken: Taken, doubted: Standing) -> None:
    """Keep what is about to be sent: it is asked for, should nobody come back to say what became of it."""
    given = {
        **_whose(taken),
        "record_doubted": doubted.record_doubted,
        "doubted_events": sorted(doubted.doubted_events),
    }
    await (await uow.driver()).execute(_DOUBT, given)


async def settle(uow: UnitOfWork, taken: Taken, settled: Settled, *, now: datetime) -> bool:
    """Keep what became of an attempt; return whether it was still ours."""
    standing = settled.standing
    given = {
        **_whose(taken),
        "changes": taken.changes,
        "state": settled.state,
        "next_at": settled.next_at,
        "digest": standing.digest,
        "refused_digest": standing.refused_digest,
        "record_doubted": standing.record_doubted,
        "told_events": sorted(standing.told_events),
        "refused_events": sorted(standing.refused_events),
        "doubted_events": sorted(standing.doubted_events),
        "answer_code": settled.answer_code,
        "told": settled.told,
        "now": now,
    }
    return (await (await uow.driver()).execute(_SETTLE, given)).rowcount == 1


def _whose(taken: Taken) -> dict[str, object]:
    return {"deployment": taken.deployment, "dossier_id": taken.dossier_id, "until": taken.until}


def _bytes(value: object) -> bytes | None:
    return None if value is None else bytes(value)  # type: ignore[call-overload] # rows are untyped
