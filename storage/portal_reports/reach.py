"""Of which agencies a portal is told."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from storage.agencies import repository as agencies
from storage.agencies.authority import AuthorityBook, spoken_for
from storage.unit_of_work import Reading

_REACHED = f"""
SELECT DISTINCT reached FROM unnest(%s::uuid[]) AS top(id), unnest({spoken_for("top.id")}) reached
"""


async def reached(reading: Reading, codes: Collection[str]) -> list[UUID]:
    """Return the ids of all for whom the agencies of these codes may speak, by the rule of that.

    A code that names no agency reaches nobody.
    """
    tops = {found.id for found in (await agencies.resolve(reading, codes)).values()}
    rows: list[Any] = await (await (await reading.driver()).execute(_REACHED, (list(tops),))).fetchall()
    return [one for (one,) in rows]


async def reached_of(
    reading: Reading, authority: AuthorityBook, codes: Collection[str], agency_ids: Collection[UUID]
) -> frozenset[UUID]:
    """Return those of some agencies for whom those of these codes may speak: the same rule, of a few."""
    tops = {found.id for found in (await agencies.resolve(reading, codes)).values()}
    speakers = await authority.speakers(reading, agency_ids)
    return frozenset(one for one in agency_ids if not tops.isdisjoint(speakers.get(one, ())))
