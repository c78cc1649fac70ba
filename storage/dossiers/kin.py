"""Dossiers that are parts of another one: procedures handled together ("liên thông").

A parent is known by its code: it may be of any agency, and may come after its children. So it is looked up
whenever kin are read, and nothing has to be mended when it comes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.dossiers.statuses import DossierStatus
from storage.unit_of_work import Reading, UnitOfWork

MOST_CHILDREN = 100
"""Children shown of one dossier."""

# Two links that are each sound may close a circle together: whoever makes links makes them alone.
_LINKING = "SELECT pg_advisory_xact_lock(7089006)"
_ABOVE = """
WITH RECURSIVE link(code, parent_code) AS (
  SELECT d.code, k.parent_code FROM dossier d JOIN dossier_parent k ON k.dossier_id = d.id
  WHERE d.code = ANY(%s)
  UNION
  SELECT d.code, k.parent_code FROM link
  JOIN dossier d ON d.code = link.parent_code JOIN dossier_parent k ON k.dossier_id = d.id
)
SELECT code, parent_code FROM link
"""
_LINK = """
INSERT INTO dossier_parent (dossier_id, parent_code) SELECT * FROM unnest(%b::uuid[], %b::text[])
ON CONFLICT (dossier_id) DO UPDATE SET parent_code = EXCLUDED.parent_code, told_at = now()
WHERE dossier_parent.parent_code <> EXCLUDED.parent_code
"""
_UNLINK = "DELETE FROM dossier_parent WHERE dossier_id = ANY(%s)"
# What is another party's is there, and nothing of it is told.
_SHOWN = """
  CASE WHEN other.party_id = d.party_id THEN other.code END,
  CASE WHEN other.party_id = d.party_id THEN other.status END,
  CASE WHEN other.party_id = d.party_id THEN other.procedure_code END,
  CASE WHEN other.party_id = d.party_id THEN p.name END
"""
_PARENT = f"""
SELECT {_SHOWN}
FROM dossier d JOIN dossier_parent k ON k.dossier_id = d.id
LEFT JOIN dossier other ON other.code = k.parent_code
LEFT JOIN procedure p ON p.code = other.procedure_code
WHERE d.id = %s AND d.party_id = %s
"""
_CHILDREN = f"""
SELECT {_SHOWN}
FROM dossier d JOIN dossier_parent k ON k.parent_code = d.code
JOIN dossier other ON other.id = k.dossier_id
LEFT JOIN procedure p ON p.code = other.procedure_code
WHERE d.id = %s AND d.party_id = %s
ORDER BY other.party_id <> d.party_id, other.first_at, other.id LIMIT {MOST_CHILDREN}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """Another dossier; all none where it is another party's, or is yet to come."""

    code: str | None
    status: DossierStatus | None
    procedure_code: str | None
    procedure_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """What a dossier is part of, if of anything, and what is part of it.

    Those of the same party come before others', which any agency may tell of; and the first begun first.
    """

    parent: Relative | None
    children: tuple[Relative, ...]


def closes_circle(parents: Mapping[str, str], code: str, parent_code: str) -> bool:
    """Whether a dossier that becomes part of another would come to be part of itself. Pure.

    Args:
        parents: of each dossier that is part of one, by codes.
        code: which becomes part of another.
        parent_code: of which one.
    """
    seen = {code}
    above: str | None = parent_code
    while above is not None:
        if above in seen:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


async def links_above(uow: UnitOfWork, codes: Collection[str]) -> dict[str, str]:
    """Return the parents of dossiers, and of those in turn; nobody else makes links until the commit."""
    driver = await uow.driver()
    await driver.execute(_LINKING)
    rows: list[Any] = await (await driver.execute(_ABOVE, (list(codes),))).fetchall()
    return dict(rows)


async def link(uow: UnitOfWork, parents: Mapping[UUID, str | None]) -> None:
    """Make dossiers parts of others, by the ids of the former and the codes of these; none ends it."""
    driver = await uow.driver()
    ended = [dossier_id for dossier_id, code in parents.items() if code is None]
    made = [(dossier_id, code) for dossier_id, code in parents.items() if code is not None]
    if ended:
        await driver.execute(_UNLINK, (ended,))
    if made:
        await driver.execute(_LINK, [list(column) for column in zip(*made, strict=True)])


async def own(reading: Reading, party_id: UUID, dossier_id: UUID) -> Kin:
    """Return what belongs together with a dossier of a party."""
    driver = await reading.driver()
    given = (dossier_id, party_id)
    above: Any = await (await driver.execute(_PARENT, given)).fetchone()
    below: list[Any] = await (await driver.execute(_CHILDREN, given)).fetchall()
    return Kin(parent=_relative(above) if above else None, children=tuple(map(_relative, below)))


def _relative(row: Any) -> Relative:
    code, status, procedure_code, name = row
    return Relative(
        code=code,
        status=None if status is None else DossierStatus(status),
        procedure_code=procedure_code,
        procedure_name=name,
    )
