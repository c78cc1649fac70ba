"""How agencies are reached: kept for each, and found for those that have nothing of their own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.agencies.authority import ended
from storage.contact_points.record import ContactRecord
from storage.unit_of_work import Reading, UnitOfWork

_PUT = """
INSERT INTO contact_point (agency_id, details, author, updated_at)
SELECT agency_id, details, %s, now() FROM unnest(%s::uuid[], %s::jsonb[]) AS g(agency_id, details)
ON CONFLICT (agency_id) DO UPDATE SET details = EXCLUDED.details, author = EXCLUDED.author,
  updated_at = EXCLUDED.updated_at
WHERE contact_point.details IS DISTINCT FROM EXCLUDED.details
"""
_REMOVE = "DELETE FROM contact_point WHERE agency_id = %s"
_HAVE = "SELECT agency_id FROM contact_point WHERE agency_id = ANY(%s)"
# UNION, and not UNION ALL: successors that lead round in a circle must end the search as well.
_REACHED = f"""
WITH RECURSIVE heir(id) AS (
  SELECT %(agency)s::uuid
  UNION
  SELECT one.successor_id FROM heir JOIN agency one ON one.id = heir.id
  WHERE {ended("one")} AND one.successor_id IS NOT NULL
)
SELECT asked.code, asked.name, charge.code, charge.name, source.code, source.name,
  source.details, source.author, source.updated_at
FROM agency asked
LEFT JOIN (heir JOIN agency charge ON charge.id = heir.id AND NOT {ended("charge")}) ON true
LEFT JOIN LATERAL (
  SELECT above.code, above.name, c.details, c.author, c.updated_at
  FROM contact_point c JOIN agency above ON above.id = c.agency_id
  WHERE c.agency_id = ANY(charge.lineage) AND NOT {ended("above")}
  ORDER BY array_position(charge.lineage, c.agency_id) DESC LIMIT 1
) source ON true
WHERE asked.id = %(agency)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyName:
    """An agency as people know it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How an agency is reached, as somebody entered it.

    Attributes:
        author: who did.
    """

    record: ContactRecord
    author: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How an agency is reached, and whose word that is.

    Attributes:
        agency: the one that was asked for.
        successor: which is in charge now, where it has ended; what follows is that one's.
        inherited_from: the nearest above it that has something said of it, where it has nothing of its own.
        kept: none where nothing is known of any of them, or where it has ended and nobody took over.
    """

    agency: AgencyName
    successor: AgencyName | None
    inherited_from: AgencyName | None
    kept: Kept | None


async def put(uow: UnitOfWork, records: Sequence[tuple[UUID, ContactRecord]], *, author: str) -> int:
    """Keep how agencies are reached, each whole, in place of what was kept; return how many changed.

    Args:
        uow: committed by the caller.
        records: by agency, which is known; each agency once.
        author: who says so.
    """
    ids = [agency_id for agency_id, _ in records]
    details = [
        Jsonb(record.model_dump(mode="json", by_alias=True, exclude_defaults=True)) for _, record in records
    ]
    return (await (await uow.driver()).execute(_PUT, (author, ids, details))).rowcount


async def remove(uow: UnitOfWork, agency_id: UUID) -> bool:
    """Forget an agency's own, so that those above it count again; tell whether it had any."""
    return (await (await uow.driver()).execute(_REMOVE, (agency_id,))).rowcount > 0


async def with_own(reading: Reading, agency_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these agencies have something kept of their own."""
    rows: list[Any] = await (await (await reading.driver()).execute(_HAVE, (list(agency_ids),))).fetchall()
    return frozenset(agency_id for (agency_id,) in rows)


async def of(reading: Reading, agency_id: UUID) -> Reached:
    """Return how an agency that is known is reached: by its own, or that of the nearest above it.

    One that has ended leads to its successor, however often. Of those above, one that has ended is passed
    over: its numbers are nobody's any more.
    """
    cursor = await (await reading.driver()).execute(_REACHED, {"agency": agency_id}, binary=True)
    rows: list[Any] = await cursor.fetchall()
    (row,) = rows
    asked, charge, source = (_named(*row[place : place + 2]) for place in (0, 2, 4))
    details, author, updated_at = row[6:]
    if asked is None:
        raise AssertionError("an agency has a code")
    return Reached(
        agency=asked,
        successor=None if charge == asked else charge,
        inherited_from=None if source == charge else source,
        kept=None
        if source is None
        else Kept(record=ContactRecord.from_kept(details), author=author, updated_at=updated_at),
    )


def _named(code: Any, name: Any) -> AgencyName | None:
    return None if code is None else AgencyName(code=code, name=name)
