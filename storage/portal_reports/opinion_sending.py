"""Questions, complaints and ratings taken to be told, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from storage.portal_reports.kinds import OpinionKind, ReportState
from storage.unit_of_work import UnitOfWork

# Until it is known what became of it, it may have arrived.
_TAKE = """
WITH next AS (
  SELECT deployment, kind, key, state FROM portal_opinion_report
  WHERE deployment = %(deployment)s AND next_at <= %(now)s
  ORDER BY next_at, kind, key LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE portal_opinion_report r SET attempts = least(r.attempts + 1, 32767), state = 'doubted',
  next_at = %(until)s
FROM next WHERE (r.deployment, r.kind, r.key) = (next.deployment, next.kind, next.key)
RETURNING r.kind, r.key, r.content, r.digest, r.told_digest, r.attempts, next.state = 'doubted'
"""
# Whoever took too long has no say any more. What was drawn up anew meanwhile goes next.
_SETTLE = """
UPDATE portal_opinion_report SET
  state = CASE WHEN digest <> %(digest)s AND %(state)s IN ('done', 'refused') THEN 'due' ELSE %(state)s END,
  next_at = CASE WHEN digest <> %(digest)s THEN coalesce(%(next_at)s, %(now)s) ELSE %(next_at)s END,
  attempts = CASE WHEN %(next_at)s::timestamptz IS NULL THEN 0 ELSE attempts END,
  told_digest = CASE WHEN %(state)s = 'done' THEN %(digest)s ELSE told_digest END,
  told_at = CASE WHEN %(state)s = 'done' THEN %(now)s ELSE told_at END,
  answer_code = coalesce(%(answer_code)s, answer_code)
WHERE deployment = %(deployment)s AND kind = %(kind)s AND key = %(key)s AND next_at = %(until)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What is to be told now: see `storage.portal_reports.models.PortalOpinionReport`.

    Attributes:
        told: the portal has something under this key.
        doubted: or may have, by an earlier attempt.
        attempt: the number of this one, from 1.
        until: when it counts as given up.
    """

    deployment: str
    kind: OpinionKind
    key: str
    content: Mapping[str, Any] = field(repr=False)
    digest: bytes
    told: bool
    doubted: bool
    attempt: int
    until: datetime


async def take(uow: UnitOfWork, deployment: str, *, now: datetime, lease: timedelta) -> Opinion | None:
    """Take what is due first, for as long as a lease lasts; none where nothing is due."""
    until = now + lease
    given = {"deployment": deployment, "now": now, "until": until}
    row: Any = await (await (await uow.driver()).execute(_TAKE, given)).fetchone()
    if row is None:
        return None
    kind, key, content, digest, told, attempt, doubted = row
    return Opinion(
        deployment=deployment,
        kind=OpinionKind(kind),
        key=key,
        content=content,
        digest=bytes(digest),
        told=told is not None,
        doubted=doubted,
        attempt=attempt,
        until=until,
    )


async def settle(
    uow: UnitOfWork,
    opinion: Opinion,
    state: ReportState,
    *,
    now: datetime,
    next_at: datetime | None = None,
    answer_code: str | None = None,
) -> bool:
    """Keep what became of it; return whether it was still ours. What goes again has a next time."""
    given = {
        "deployment": opinion.deployment,
        "kind": opinion.kind,
        "key": opinion.key,
        "until": opinion.until,
        "digest": opinion.digest,
        "state": state,
        "next_at": next_at,
        "answer_code": answer_code,
        "now": now,
    }
    return (await (await uow.driver()).execute(_SETTLE, given)).rowcount == 1
