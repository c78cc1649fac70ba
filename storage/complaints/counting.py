"""How many dossiers of a month somebody complained about."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from storage.unit_of_work import Reading

# From the month's measures to the complaints: most dossiers have none, and the index of those that have is
# small.
_COMPLAINED = """
SELECT measured.agency_id, count(*) FROM dossier_measure measured
WHERE measured.month = %s AND measured.dossier_id IN (
  SELECT dossier_id FROM complaint
  WHERE dossier_id IS NOT NULL AND kind = 'complaint' AND state NOT IN ('declined', 'withdrawn'))
GROUP BY measured.agency_id
"""


async def complained(reading: Reading, month: date) -> Mapping[UUID, int]:
    """Return about how many of the dossiers of each agency that ended in a month somebody complained.

    However often and whenever somebody did, a dossier counts once; a complaint that was declined or withdrawn
    does not count, nor does a suggestion. For the score of Decision 766/QD-TTg. An agency about whose
    dossiers nobody complained is not there.

    Args:
        reading: where to look.
        month: its first day.
    """
    rows: list[Any] = await (await (await reading.driver()).execute(_COMPLAINED, (month,))).fetchall()
    return dict(rows)
