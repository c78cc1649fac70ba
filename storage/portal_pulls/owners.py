"""Whose the dossiers are that a portal tells of."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from storage.unit_of_work import Reading

_OWNERS = "SELECT code, agency_id FROM dossier WHERE code = ANY(%b)"


async def owners(reading: Reading, codes: Collection[str]) -> Mapping[str, UUID]:
    """Return the agencies of those of these dossiers that we have, by the dossiers' codes."""
    driver = await reading.driver()
    rows: list[Any] = await (await driver.execute(_OWNERS, (list(codes),), binary=True)).fetchall()
    return dict(rows)
