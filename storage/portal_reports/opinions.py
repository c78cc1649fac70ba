"""What people ask and think, drawn up to be told to portals: only what everybody can read, and counts.

Official letter 4338/BTTTT-CDSQG (section III) has questions, ratings and complaints told in step with the
National Portal. A question goes as it is published. Of a complaint go its agency, its time limits and how far
it is; its text only as it is published, scrubbed. Of ratings go counts by agency and month, where enough
people rated (`storage.ratings.counting`); nobody is named in any of them.

What says the same as what is kept already is not touched, so that it may be drawn up time and again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from storage.moments import BEFORE_ALL_IDS
from storage.portal_reports.kinds import OpinionKind
from storage.ratings.counting import FEWEST
from storage.ratings.mixing import counted
from storage.unit_of_work import UnitOfWork

# What is there with the same words is left out first: else each row of them would be locked, and so written.
_KEEP: LiteralString = """
INSERT INTO portal_opinion_report AS r (deployment, kind, key, content, digest, state, next_at, changed_at)
SELECT %(deployment)s::text, %(kind)s::text, key, content, sha256(convert_to(content::text, 'UTF8')), 'due',
  %(now)s, %(now)s FROM told
WHERE NOT EXISTS (SELECT FROM portal_opinion_report same
  WHERE (same.deployment, same.kind, same.key) = (%(deployment)s::text, %(kind)s::text, told.key)
    AND same.digest = sha256(convert_to(told.content::text, 'UTF8')))
ORDER BY key
ON CONFLICT (deployment, kind, key) DO UPDATE SET
  content = EXCLUDED.content, digest = EXCLUDED.digest, changed_at = EXCLUDED.changed_at,
  state = CASE WHEN r.state IN ('done', 'refused') THEN 'due' ELSE r.state END,
  next_at = coalesce(r.next_at, EXCLUDED.next_at)
WHERE r.digest <> EXCLUDED.digest RETURNING 1
"""


def _paged(page: LiteralString, told: LiteralString) -> LiteralString:
    return f"""
WITH page AS MATERIALIZED ({page} ORDER BY id LIMIT %(limit)s),
told AS (SELECT key, jsonb_strip_nulls(content) AS content FROM ({told}) drawn),
kept AS ({_KEEP})
SELECT (SELECT id FROM page ORDER BY id DESC LIMIT 1), (SELECT count(*) FROM page),
  (SELECT count(*) FROM kept)
"""


def _utc(moment: LiteralString) -> LiteralString:
    # As JSON alone it would be written by the clock of the session, and be something new by another.
    return f"""to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


# What was taken down is told to those alone who were told of it.
_QUESTIONS = _paged(
    """
SELECT p.* FROM published_answer p WHERE p.id > %(after)s AND p.agency_id = ANY(%(reached)s)
  AND (p.taken_down_at IS NULL OR EXISTS (SELECT FROM portal_opinion_report told
    WHERE told.deployment = %(deployment)s::text AND told.kind = %(kind)s::text AND told.key = p.id::text))
""",
    f"""
SELECT page.id::text AS key, jsonb_build_object(
  'agency', a.code, 'agency_name', a.name, 'field', coalesce(page.field, c.field),
  'procedure', page.procedure_code, 'published_at', {_utc("page.published_at")},
  'state', CASE WHEN page.taken_down_at IS NULL THEN 'published' ELSE 'taken_down' END,
  'question', CASE WHEN page.taken_down_at IS NULL THEN page.question END,
  'answer', CASE WHEN page.taken_down_at IS NULL THEN page.answer END) AS content
FROM page JOIN agency a ON a.id = page.agency_id LEFT JOIN procedure c ON c.code = page.procedure_code
""",
)
_COMPLAINTS = _paged(
    "SELECT c.* FROM complaint c WHERE c.id > %(after)s AND c.agency_id = ANY(%(reached)s)",
    f"""
SELECT page.code AS key, jsonb_build_object(
  'agency', a.code, 'agency_name', a.name, 'kind', page.kind, 'topic', page.topic, 'state', page.state,
  'received_at', {_utc("page.received_at")}, 'process_by', {_utc("page.process_by")},
  'closed_at', {_utc("page.closed_at")},
  'text', live.text, 'answer', live.answer) AS content
FROM page JOIN agency a ON a.id = page.agency_id
LEFT JOIN published_complaint live ON live.complaint_id = page.id AND live.taken_down_at IS NULL
""",
)
_RATINGS = f"""
WITH said AS MATERIALIZED (
  SELECT agency_id, month, level, reasons FROM rating
  WHERE month = %(month)s AND agency_id = ANY(%(reached)s) AND {counted("rating")}
), many AS (
  SELECT agency_id, month, count(*) AS total,
    count(*) FILTER (WHERE level = 'dissatisfied') AS dissatisfied,
    count(*) FILTER (WHERE level = 'satisfied') AS satisfied,
    count(*) FILTER (WHERE level = 'very_satisfied') AS very_satisfied
  FROM said GROUP BY agency_id, month HAVING count(*) >= {FEWEST}
), why AS (
  SELECT agency_id, month,
    jsonb_agg(jsonb_build_object('level', level, 'reason', reason, 'count', n) ORDER BY level, reason)
      AS reasons
  FROM (SELECT agency_id, month, level, reason, count(*) AS n FROM said, unnest(reasons) AS reason
    GROUP BY agency_id, month, level, reason) each
  GROUP BY agency_id, month
), told AS (
  SELECT a.code || '-' || to_char(many.month, 'YYYYMM') AS key, jsonb_build_object(
    'agency', a.code, 'agency_name', a.name, 'month', many.month, 'total', many.total,
    'dissatisfied', many.dissatisfied, 'satisfied', many.satisfied, 'very_satisfied', many.very_satisfied,
    'reasons', coalesce(why.reasons, '[]')) AS content
  FROM many JOIN agency a ON a.id = many.agency_id LEFT JOIN why USING (agency_id, month)
), kept AS ({_KEEP})
SELECT (SELECT count(*) FROM kept)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How many of a slice say something new, and where to go on; nowhere after the last one."""

    changed: int
    after: UUID | None


async def draw_up(
    uow: UnitOfWork,
    deployment: str,
    kind: OpinionKind,
    reached: Sequence[UUID],
    *,
    now: datetime,
    limit: int,
    after: UUID = BEFORE_ALL_IDS,
) -> Drawn:
    """Draw up a slice of the questions or complaints of agencies.

    Args:
        uow: the transaction.
        deployment: our name of the portal.
        kind: which of the two.
        reached: ids of the agencies.
        now: the moment.
        limit: how many to look at, at the most.
        after: where the slice before ended.
    """
    given = {
        "deployment": deployment,
        "kind": kind,
        "reached": list(reached),
        "now": now,
        "after": after,
        "limit": limit,
    }
    query = {OpinionKind.QUESTION: _QUESTIONS, OpinionKind.COMPLAINT: _COMPLAINTS}[kind]
    row: Any = await (await (await uow.driver()).execute(query, given)).fetchone()
    last, looked_at, changed = row
    return Drawn(changed=changed, after=last if looked_at == limit else None)


async def draw_up_ratings(
    uow: UnitOfWork, deployment: str, reached: Sequence[UUID], *, month: date, now: datetime
) -> int:
    """Draw up what was rated of agencies in a month; return how many groups say something new.

    Args:
        uow: the transaction.
        deployment: our name of the portal.
        reached: ids of the agencies.
        month: by its first day.
        now: the moment.
    """
    given = {
        "deployment": deployment,
        "kind": OpinionKind.RATING,
        "reached": list(reached),
        "month": month,
        "now": now,
    }
    row: Any = await (await (await uow.driver()).execute(_RATINGS, given)).fetchone()
    changed: int = row[0]
    return changed
