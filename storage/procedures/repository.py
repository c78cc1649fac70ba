"""The catalogue, as far as dossiers need it."""

from collections.abc import Collection, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from storage.unit_of_work import Reading, UnitOfWork

_UPSERT = """
INSERT INTO procedure (code, name, field, executing_agency, details)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[])
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, field = EXCLUDED.field,
  executing_agency = EXCLUDED.executing_agency, details = EXCLUDED.details, updated_at = now()
"""


async def known_codes(uow: Reading, codes: Collection[str]) -> frozenset[str]:
    """Return those of the short codes that are in the catalogue."""
    if not codes:
        return frozenset()
    driver = await uow.driver()
    cursor = await driver.execute("SELECT code FROM procedure WHERE code = ANY(%s)", (list(codes),))
    return frozenset(str(code) for (code,) in await cursor.fetchall())


async def put(uow: UnitOfWork, procedures: Sequence[dict[str, Any]]) -> None:
    """Insert or replace procedures given as records with `code`, `name`, `field`, `agency`, and more."""
    driver = await uow.driver()
    columns = [[p["code"], p["name"], p.get("field"), p.get("agency"), Jsonb(p)] for p in procedures]
    await driver.execute(_UPSERT, [list(column) for column in zip(*columns, strict=True)])
