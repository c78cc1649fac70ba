"""Seals are found by an index, however many there are."""

from collections.abc import Callable
from typing import Any

import pytest

from storage.seals import lists, reading, repository
from storage.seals.statuses import ENTRIES
from storage.unit_of_work import UnitOfWork
from tests.storage.plans import walked

pytestmark = pytest.mark.usefixtures("new_files")

# Three lists, of whose seals one in ten is not valid any more.
_FILL = """
INSERT INTO seal (id, code, agency_code, token, key_id, status_index, issued_at, state, state_at, reason)
SELECT gen_random_uuid(), n, 'H26', '', '', n * 20, now(), CASE WHEN n % 10 = 0 THEN 'revoked' ELSE 'valid' END,
  CASE WHEN n % 10 = 0 THEN now() END, CASE WHEN n % 10 = 0 THEN '' END
FROM generate_series(1, 20000) n
"""
PLACES = {"first": ENTRIES, "end": 2 * ENTRIES}


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        (repository._BY_CODE, ("77",)),
        (lists._EXISTS, (ENTRIES,)),
        (lists._COUNTS, PLACES),
        (lists._CHANGED, PLACES),
        (reading._LATEST, {"state": None, "before": 200_000, "limit": 500}),
        (reading._LATEST, {"state": "revoked", "before": None, "limit": 500}),
    ],
)
async def test_no_read_goes_through_all(
    unit_of_work: Callable[[], UnitOfWork], statement: str, given: Any
) -> None:
    """What anybody may ask for costs no more with millions of seals."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        await driver.execute("ANALYZE seal")
        cursor = await driver.execute(f"EXPLAIN {statement}".encode(), given)
        plan = "\n".join(str(line) for (line,) in await cursor.fetchall())
        assert await walked(driver, plan) == [], plan
