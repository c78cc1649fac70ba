"""Officers' pages read the ratings of the agencies that they show, however many are within reach."""

from datetime import date
from typing import Any

import pytest

from storage.officers.desk import READERS
from storage.officers.roles import Role
from storage.ratings import overview
from tests.storage.plans import planned, walked
from tests.storage.questions import office
from tests.storage.questions.office import OpenUnit
from tests.storage.test_plans import numbered

pytestmark = pytest.mark.usefixtures("new_files")

# Sixty ratings in each of three months, of five hundred agencies below one.
_FILL = """
INSERT INTO agency (id, code, name, parent_id, lineage)
SELECT below.id, 'H26.' || n, '', root.id, ARRAY[root.id, below.id]
FROM agency root, (SELECT gen_random_uuid() AS id, n FROM generate_series(1, 500) n) below;
INSERT INTO rating_key (agency_id, month, kid, public, private_sealed)
SELECT a.id, month, left(md5(a.id::text) || md5(month::text), 43), '', ''
FROM agency a, unnest(ARRAY['2026-09-01', '2026-10-01', '2026-11-01']::date[]) AS month;
INSERT INTO rating (spent, agency_id, month, level, reasons, editable_until)
SELECT sha256((kid || n)::bytea), agency_id, month, 'satisfied', '{}', month FROM rating_key, generate_series(1, 60) n;
ANALYZE agency, officer, officer_role, rating_key, rating;
"""


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("statement", "given"),
    [
        (overview._LISTED, {"after": None, "limit": 51}),
        (overview._ONE, {"code": "H26.7"}),
        (overview._TEXTS, {"after": None, "limit": 51}),
    ],
    ids=["list", "one", "texts"],
)
async def test_nothing_goes_through_all_ratings(
    unit_of_work: OpenUnit, mode: str, statement: str, given: dict[str, Any]
) -> None:
    """Neither those of other agencies nor those of other months."""
    agency_id = await office.agency(unit_of_work, "H26")
    officer_id = await office.officer(unit_of_work, "a@b.vn", (Role.SUPERVISOR, agency_id))
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        await driver.execute(f"SET LOCAL plan_cache_mode = {mode}".encode())
        known = {
            "officer": officer_id,
            "roles": sorted(READERS),
            "agency_id": agency_id,
            "fewest": 5,
            **given,
        }
        known["month"] = date(2026, 11, 1)
        asked = {name: value for name, value in known.items() if f"%({name})s" in statement}
        plan = await planned(driver, *numbered(statement, asked))
        assert "rating" not in await walked(driver, plan), plan
        assert "ix_rating_group" in plan, plan
