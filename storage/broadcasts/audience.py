"""Whom a broadcast is for, and in which audiences a party is."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.parties.kinds import PartyKind
from storage.unit_of_work import Reading

EVERYWHERE = UUID(int=0)
"""Stands in the place of the agency where everybody is meant."""
ANY_KIND = "any"

# `own` steps from agency to agency through the index: its cost is how many there are, and not how many
# dossiers. `LIMIT 1` keeps the planner from joining whole tables.
MINE = f"""
own AS (
  (SELECT agency_id FROM dossier WHERE party_id = %(party_id)s ORDER BY agency_id LIMIT 1)
  UNION ALL
  SELECT g.agency_id FROM own o CROSS JOIN LATERAL (
    SELECT d.agency_id FROM dossier d WHERE d.party_id = %(party_id)s AND d.agency_id > o.agency_id
    ORDER BY d.agency_id LIMIT 1) g
), mine AS MATERIALIZED (
  SELECT p.agency_id, k.kind
  FROM (
    SELECT '{EVERYWHERE}'::uuid AS agency_id
    UNION
    SELECT unnest(a.lineage) FROM own o
    CROSS JOIN LATERAL (SELECT lineage FROM agency WHERE id = o.agency_id LIMIT 1) a
  ) p
  CROSS JOIN LATERAL (
    SELECT '{ANY_KIND}'::text AS kind UNION ALL (SELECT kind FROM party WHERE id = %(party_id)s LIMIT 1)) k
)"""
"""For a WITH RECURSIVE: `mine` holds the audiences (agency_id, kind) that the party `party_id` is in."""
_EVERYBODY = "SELECT count(*) FROM party WHERE erased_at IS NULL AND kind = coalesce(%(kind)s, kind)"
_WITH_DOSSIERS = """
SELECT count(*) FROM (
  SELECT DISTINCT d.party_id FROM dossier d
  WHERE d.agency_id = ANY(ARRAY(SELECT id FROM agency WHERE %(agency_id)s = ANY(lineage)))) d
JOIN party p ON p.id = d.party_id
WHERE p.erased_at IS NULL AND p.kind = coalesce(%(kind)s, p.kind)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a broadcast is for.

    Attributes:
        agency_id: parties with a dossier at this agency, or at one below it; everybody where there is none.
        kind: persons or organisations alone; both where there is none.
    """

    agency_id: UUID | None = None
    kind: PartyKind | None = None

    @classmethod
    def of(cls, agency_id: UUID, kind: str) -> "Audience":
        """Read it as it is kept."""
        return cls(
            agency_id=None if agency_id == EVERYWHERE else agency_id,
            kind=None if kind == ANY_KIND else PartyKind(kind),
        )

    @property
    def kept(self) -> tuple[UUID, str]:
        """How it is kept: agency and kind, never null."""
        return self.agency_id or EVERYWHERE, ANY_KIND if self.kind is None else self.kind.value


async def size(reading: Reading, audience: Audience) -> int:
    """Count the parties of an audience as they are now. It reads all of them: for an operator who asks."""
    driver = await reading.driver()
    given = {"agency_id": audience.agency_id, "kind": audience.kind and audience.kind.value}
    query = _EVERYBODY if audience.agency_id is None else _WITH_DOSSIERS
    row: Any = await (await driver.execute(query, given)).fetchone()
    return int(row[0])
