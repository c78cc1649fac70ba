"""Who may speak for an agency, now: the rule, and the one place where it stands.

An agency speaks for itself and for all below it, as long as it is in force: from its first day to its last,
in Vietnam. One that has ended speaks for nobody. What it spoke for goes to its successor, that is to the
successor and to those above it; if that has ended as well, to the successor's successor, and so on. Hence:

- for an agency in force speak those of its lineage that are in force, and those who speak for the successor
  of each in its lineage that has ended;
- for one that has ended speak those who speak for its successor, and without one nobody does;
- for one that is yet to begin nobody speaks.

Other codes (aliases) are names of one agency, and lead to the same answer.
"""

import time
from collections.abc import Callable, Collection
from typing import Any, LiteralString
from uuid import UUID

from storage.unit_of_work import Reading

LIFE_SECONDS = 5.0
MOST_KEPT = 50_000
TODAY: LiteralString = "(now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
"""SQL for today's day in Vietnam."""


def in_force(agency: LiteralString) -> LiteralString:
    """Return SQL that tells whether a row of `agency`, by its name in the query, is in force today."""
    return (
        f"(coalesce({agency}.valid_from <= {TODAY}, true) AND coalesce({TODAY} <= {agency}.valid_to, true))"
    )


def ended(agency: LiteralString) -> LiteralString:
    """Return SQL that tells whether the last day of a row of `agency`, by its name in the query, is over."""
    return f"coalesce({agency}.valid_to < {TODAY}, false)"


def speakers(agency_id: LiteralString) -> LiteralString:
    """Return SQL for the ids, as an array, of the agencies that may speak for one.

    Args:
        agency_id: SQL for its id. Best used on rows that name each agency once.
    """
    return f"""ARRAY(
  WITH RECURSIVE heir(id) AS (
    SELECT {agency_id}
    UNION
    SELECT gone.successor_id FROM heir
    JOIN agency one ON one.id = heir.id
    JOIN agency gone ON gone.id = ANY(CASE WHEN {in_force("one")} THEN one.lineage ELSE ARRAY[one.id] END)
    WHERE gone.valid_to < {TODAY} AND gone.successor_id IS NOT NULL
  )
  SELECT DISTINCT above.id FROM heir
  JOIN agency one ON one.id = heir.id
  JOIN agency above ON above.id = ANY(one.lineage)
  WHERE {in_force("one")} AND {in_force("above")}
)"""


def spoken_for(agency_id: LiteralString) -> LiteralString:
    """Return SQL for the ids, as an array, of the agencies for which one may speak: the same rule, backwards.

    For lists over all of them: to ask `speakers` of every row would take a search for each.

    Args:
        agency_id: SQL for its id, the same for all rows.
    """
    return f"""ARRAY(
  WITH RECURSIVE theirs(id) AS (
    SELECT one.id FROM agency caller JOIN agency one ON caller.id = ANY(one.lineage)
    WHERE caller.id = {agency_id} AND {in_force("caller")} AND {in_force("one")}
    UNION
    SELECT one.id FROM theirs
    JOIN agency gone ON gone.successor_id = theirs.id AND gone.valid_to < {TODAY}
    JOIN agency one ON one.id = gone.id OR (gone.id = ANY(one.lineage) AND {in_force("one")})
  )
  SELECT id FROM theirs
)"""


_SPEAKERS = f"SELECT a.id, {speakers('a.id')} FROM agency a WHERE a.id = ANY(%s)"


class AuthorityBook:
    """Who may speak for which agency, as one process knows it: asked of the database every five seconds.

    Every push asks, and agencies change a few times a year: what an import changes counts within seconds.

    Args:
        life: seconds for which an answer is kept.
        now: seconds, ascending.
    """

    def __init__(self, *, life: float = LIFE_SECONDS, now: Callable[[], float] = time.monotonic) -> None:
        self._life = life
        self._now = now
        self._kept: dict[UUID, tuple[float, frozenset[UUID]]] = {}

    async def speakers(self, reading: Reading, agency_ids: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
        """Return the ids of the agencies that may speak for each of these, which are known."""
        now = self._now()
        found = {
            agency_id: kept[1]
            for agency_id in agency_ids
            if (kept := self._kept.get(agency_id)) is not None and now < kept[0]
        }
        missing = [agency_id for agency_id in agency_ids if agency_id not in found]
        if missing:
            cursor = await (await reading.driver()).execute(_SPEAKERS, (missing,), binary=True)
            rows: list[Any] = await cursor.fetchall()
            fresh = {agency_id: frozenset(by) for agency_id, by in rows}
            if len(self._kept) + len(fresh) > MOST_KEPT:
                self._kept.clear()
            self._kept |= {agency_id: (now + self._life, by) for agency_id, by in fresh.items()}
            found |= fresh
        return found
