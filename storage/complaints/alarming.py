"""Which agencies are late with complaints, for those who read at them."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.rows import class_row

from storage.officers.authority import reached
from storage.officers.desk import Desk
from storage.unit_of_work import Reading

_LATE = f"""
SELECT a.code, a.name, count(*) AS overdue
FROM complaint c JOIN party_key USING (party_id) JOIN agency a ON a.id = c.agency_id
WHERE c.agency_id = ANY({reached()}) AND c.state IN ('received', 'accepted') AND c.next_due_at < now()
GROUP BY a.id ORDER BY overdue DESC, a.name, a.code LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAgency:
    """An agency, and with how many complaints it is late."""

    code: str
    name: str
    overdue: int


async def late_agencies(reading: Reading, desk: Desk, *, limit: int) -> Sequence[LateAgency]:
    """Return up to `limit` agencies that a desk reaches and that are late, those with most first."""
    async with (await reading.driver()).cursor(row_factory=class_row(LateAgency)) as cursor:
        return await (await cursor.execute(_LATE, {**desk.given, "limit": limit})).fetchall()
