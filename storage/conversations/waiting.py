"""Since when a party waits for an answer about its dossier: kept with the dossier, whose agency may change.

Both work on a dossier that this transaction has locked, so that no message comes in between.
"""

from datetime import datetime
from uuid import UUID

from storage.unit_of_work import UnitOfWork

_BEGIN = "UPDATE dossier SET waiting_since = %(since)s WHERE id = %(id)s AND waiting_since IS NULL"
_SETTLE = "UPDATE dossier SET waiting_since = NULL WHERE id = %(id)s AND waiting_since IS NOT NULL"
# A message of another dossier is no place in this one: then nothing is settled.
_SETTLE_UP_TO = """
UPDATE dossier d SET waiting_since = (
  SELECT min(m.created_at) FROM message m
  WHERE m.dossier_id = d.id AND m.author = 'party' AND (m.created_at, m.id) > (seen.created_at, seen.id))
FROM message seen
WHERE d.id = %(id)s AND seen.id = %(up_to)s AND seen.dossier_id = d.id AND d.waiting_since <= seen.created_at
"""


async def begin(uow: UnitOfWork, dossier_id: UUID, *, since: datetime) -> None:
    """Note that the party wrote; it waits since the oldest message that has no answer."""
    await (await uow.driver()).execute(_BEGIN, {"id": dossier_id, "since": since})


async def settle(uow: UnitOfWork, dossier_id: UUID, *, up_to: UUID | None = None) -> bool:
    """Note that nobody waits any more: what the party wrote was answered, or needs no answer.

    Args:
        uow: the unit of work.
        dossier_id: which dossier.
        up_to: the last message that whoever settles it has seen; what came after that goes on waiting.

    Returns whether anything was settled.
    """
    driver = await uow.driver()
    statement = _SETTLE if up_to is None else _SETTLE_UP_TO
    return (await driver.execute(statement, {"id": dossier_id, "up_to": up_to})).rowcount > 0
