"""Reports that somebody asks for: a reconciliation that found a difference, or an operator."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from storage.portal_reports.noticing import put_down
from storage.portal_reports.sending import LEASE
from storage.unit_of_work import UnitOfWork

# What may be under way at this moment is left to whoever sends it: two would send it side by side.
_SOON: LiteralString = """
CASE WHEN state = 'doubted' AND next_at BETWEEN %(now)s AND %(now)s + %(lease)s THEN next_at ELSE %(now)s END
"""
# What was retried a moment ago is not retried once more, so that slices come to an end.
_RESTS: LiteralString = "(attempts > 0 OR next_at IS NULL OR next_at > %(now)s + %(lease)s)"
AT_ONCE = 5000
"""Rows that are retried in one transaction: whoever is being told waits for it."""
_AGAIN = f"""
UPDATE portal_report SET digest = NULL, refused_digest = NULL, refused_events = '{{}}',
  record_doubted = record_doubted OR digest IS NOT NULL,
  told_events = CASE WHEN %(lost)s THEN '{{}}' ELSE told_events END,
  state = CASE WHEN record_doubted OR digest IS NOT NULL OR doubted_events <> '{{}}' THEN 'doubted'
    ELSE 'due' END,
  attempts = 0, next_at = {_SOON}
WHERE deployment = %(deployment)s AND dossier_id = ANY(%(ids)s::uuid[])
"""
_RETRY = f"""
UPDATE portal_report SET refused_digest = NULL, refused_events = '{{}}',
  doubted_events = CASE WHEN %(resend)s THEN '{{}}' ELSE doubted_events END,
  state = CASE WHEN record_doubted OR doubted_events <> '{{}}' AND NOT %(resend)s THEN 'doubted'
    ELSE 'due' END,
  attempts = 0, next_at = {_SOON}
WHERE deployment = %(deployment)s AND dossier_id = ANY(ARRAY(
  SELECT dossier_id FROM portal_report
  WHERE deployment = %(deployment)s AND state IN ('refused', 'doubted', 'waiting')
    AND (next_at IS NOT NULL OR state IN ('refused', 'doubted'))
    AND (%(code)s::text IS NULL OR dossier_id = (SELECT id FROM dossier WHERE code = %(code)s))
    AND ({_RESTS} OR refused_digest IS NOT NULL OR refused_events <> '{{}}'
      OR %(resend)s AND doubted_events <> '{{}}')
  LIMIT %(limit)s FOR UPDATE))
"""
_RETRY_OPINIONS = f"""
UPDATE portal_opinion_report SET state = CASE state WHEN 'doubted' THEN 'doubted' ELSE 'due' END,
  attempts = 0, next_at = {_SOON}
WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM portal_opinion_report
  WHERE deployment = %(deployment)s AND state IN ('refused', 'doubted', 'waiting')
    AND (next_at IS NOT NULL OR state IN ('refused', 'doubted')) AND {_RESTS}
  LIMIT %(limit)s FOR UPDATE))
"""

LEFT = "left"
"""What stands in place of a portal's word where an operator gave it up."""
# Flags of doubt stay: whoever tries again asks first.
_LEAVE = """
UPDATE portal_report SET state = 'refused', next_at = NULL, attempts = 0, answer_code = %(left)s
WHERE deployment = %(deployment)s AND dossier_id = (SELECT id FROM dossier WHERE code = %(code)s)
  AND state IN ('due', 'waiting', 'doubted')
"""


async def again(
    uow: UnitOfWork, deployment: str, dossier_ids: Sequence[UUID], *, now: datetime, lost: bool = False
) -> None:
    """Have dossiers told to a portal that does not say what it was told, or refused it before.

    The record is asked for first, and sent where it differs.

    Args:
        uow: the transaction.
        deployment: our name of the portal.
        dossier_ids: which.
        now: the moment.
        lost: the portal has no such dossiers any more: steps that it had are sent again as well.
    """
    await put_down(uow, deployment, dossier_ids, now=now)
    given = {"deployment": deployment, "ids": list(dossier_ids), "lost": lost, "now": now, "lease": LEASE}
    await (await uow.driver()).execute(_AGAIN, given)


async def retry(
    uow: UnitOfWork, deployment: str, *, now: datetime, code: str | None = None, resend: bool = False
) -> int:
    """Try again at once what was refused, is in doubt or waits; return how many dossiers.

    They are `AT_ONCE` at the most: where there are so many, there may be more, for the same moment.

    Args:
        uow: the transaction.
        deployment: our name of the portal.
        now: the moment.
        code: only this dossier, by its normalised code.
        resend: an operator knows that steps in doubt have not arrived.
    """
    given = {
        "deployment": deployment,
        "now": now,
        "code": code,
        "resend": resend,
        "lease": LEASE,
        "limit": AT_ONCE,
    }
    return (await (await uow.driver()).execute(_RETRY, given)).rowcount


async def retry_opinions(uow: UnitOfWork, deployment: str, *, now: datetime) -> int:
    """Try again at once what of opinions was refused, is in doubt or waits; return how many, as `retry`."""
    given = {"deployment": deployment, "now": now, "lease": LEASE, "limit": AT_ONCE}
    return (await (await uow.driver()).execute(_RETRY_OPINIONS, given)).rowcount


async def leave(uow: UnitOfWork, deployment: str, *, code: str) -> bool:
    """Give up telling a portal of a dossier, until it changes or is tried again; return whether it was open.

    It stands as refused: what can not be told must not raise the alarm for ever, nor be forgotten.

    Args:
        uow: the transaction.
        deployment: our name of the portal.
        code: of the dossier, normalised.
    """
    given = {"deployment": deployment, "code": code, "left": LEFT}
    return (await (await uow.driver()).execute(_LEAVE, given)).rowcount == 1
