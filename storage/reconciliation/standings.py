"""How dossiers stood at a portal when they were last compared: what stands as it did then agrees still."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from storage.unit_of_work import Reading, UnitOfWork

_KNOWN = """
SELECT code, their_digest, ours_at, seen_at, agrees FROM portal_standing
WHERE deployment = %s AND code = ANY(%s)
"""
_APART = """
SELECT code FROM portal_standing
WHERE deployment = %(deployment)s AND NOT agrees AND code > %(after)s AND seen_at < %(before)s
ORDER BY code LIMIT %(limit)s
"""
_PUT = """
INSERT INTO portal_standing (deployment, code, their_digest, ours_at, seen_at, agrees)
SELECT %s, g.* FROM unnest(%b::text[], %b::bytea[], %b::timestamptz[], %b::timestamptz[], %b::bool[])
  AS g(code, their_digest, ours_at, seen_at, agrees)
ORDER BY g.code
ON CONFLICT (deployment, code) DO UPDATE SET their_digest = EXCLUDED.their_digest,
  ours_at = EXCLUDED.ours_at, seen_at = EXCLUDED.seen_at, agrees = EXCLUDED.agrees
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a dossier stood: see `storage.reconciliation.models.PortalStanding`."""

    code: str
    their_digest: bytes | None
    ours_at: datetime | None
    seen_at: datetime
    agrees: bool

    def holds(self, *, their_digest: bytes | None, ours_at: datetime | None) -> bool:
        """Whether it agreed, and both sides are as they were then."""
        return self.agrees and self.their_digest == their_digest and self.ours_at == ours_at


async def known(reading: Reading, deployment: str, codes: Collection[str]) -> Mapping[str, Standing]:
    """Return the standings that there are, by code."""
    async with (await reading.driver()).cursor(row_factory=class_row(Standing), binary=True) as cursor:
        await cursor.execute(_KNOWN, (deployment, list(codes)))
        return {one.code: one for one in await cursor.fetchall()}


async def apart(
    reading: Reading, deployment: str, *, after: str, before: datetime, limit: int
) -> Sequence[str]:
    """Return codes of dossiers that did not agree when they were last compared, before a moment; by code.

    Args:
        reading: the transaction.
        deployment: which portal.
        after: the last code of the page before; empty for the first page.
        before: what was compared later is not looked for.
        limit: the most of them.
    """
    given = {"deployment": deployment, "after": after, "before": before, "limit": limit}
    rows: list[Any] = await (await (await reading.driver()).execute(_APART, given)).fetchall()
    return [code for (code,) in rows]


async def put(uow: UnitOfWork, deployment: str, standings: Sequence[Standing]) -> None:
    """Keep how dossiers stand, each code once."""
    columns = [
        [getattr(one, name) for one in standings]
        for name in ("code", "their_digest", "ours_at", "seen_at", "agrees")
    ]
    if standings:
        await (await uow.driver()).execute(_PUT, (deployment, *columns))
