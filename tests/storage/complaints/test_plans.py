"""What is asked of complaints time and again goes by an index, however many there were."""

from typing import Any
from uuid import UUID

import pytest

from storage.complaints import (
    alarming,
    counting,
    holding,
    moderating,
    own,
    published,
    queue,
    standing,
    watching,
)
from storage.complaints.queue import Pile
from tests.storage.complaints.bureau import OpenUnit
from tests.storage.plans import planned, walked
from tests.storage.test_plans import numbered

pytestmark = pytest.mark.usefixtures("new_files")

# Thirty thousand complaints of ten thousand parties to a hundred agencies: one in a hundred is open.
_FILL = """
INSERT INTO party (id, kind, number_index, number_sealed, locale)
SELECT gen_random_uuid(), 'person', n::text::bytea, '', 'vi' FROM generate_series(1, 10000) n;
INSERT INTO party_key (party_id, wrapped) SELECT id, '' FROM party;
INSERT INTO agency (id, code, name, lineage)
SELECT id, 'H' || n, '', ARRAY[id] FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, 100) n) g;
INSERT INTO officer (id, subject_index, invited_by) SELECT gen_random_uuid(), '', '';
INSERT INTO officer_role (id, officer_id, role, agency_id, valid_from, granted_by)
SELECT gen_random_uuid(), o.id, 'officer', a.id, now() - interval '1 day', ''
FROM officer o, agency a WHERE a.code = 'H1';
INSERT INTO complaint (id, code, party_id, author_ref, agency_id, kind, topic, text_sealed, state,
  publication, received_at, accept_by, ask_by, process_by, next_due_at, publish_by, closed_at, changed_xid)
SELECT gen_random_uuid(), 'PA-' || row_number() OVER (), p.id, '', a.id, 'complaint', 'delay', '',
  CASE WHEN p.place % 100 = 0 THEN 'received' ELSE 'answered' END,
  CASE WHEN p.place % 100 = 1 THEN 'pending' ELSE 'private' END,
  now() - n * interval '1 day', now(), now(), now(),
  CASE WHEN p.place % 100 IN (0, 1) THEN now() - n * interval '1 hour' END,
  CASE WHEN p.place % 100 = 1 THEN now() END,
  CASE WHEN p.place % 100 = 0 THEN NULL ELSE now() END,
  (1 + row_number() OVER ())::text::xid8
FROM (SELECT *, row_number() OVER () AS place FROM party) p
JOIN agency a ON a.code = 'H' || (p.place / 7 % 100 + 1), generate_series(1, 3) n;
INSERT INTO complaint_entry (id, complaint_id, kind, from_agency_id, at)
SELECT gen_random_uuid(), id, 'received', agency_id, received_at FROM complaint;
INSERT INTO complaint_alarm (complaint_id, stage, due_at, raised_at)
SELECT id, 'process', next_due_at, now() FROM complaint WHERE next_due_at IS NOT NULL;
INSERT INTO published_complaint (id, complaint_id, agency_id, kind, topic, text, answer, answered_at,
  published_by, published_at, updated_at)
SELECT gen_random_uuid(), c.id, c.agency_id, c.kind, c.topic, '', '', now(), o.id, now() - n * interval '1 s',
  now()
FROM (SELECT *, row_number() OVER () AS n FROM complaint WHERE state = 'answered' LIMIT 20000) c, officer o;
ANALYZE party, party_key, agency, officer, officer_role, complaint, complaint_entry, complaint_alarm,
  published_complaint;
"""
NOTHING = UUID(int=0)
NOW = "2027-01-01T00:00:00Z"
PAGE: dict[str, Any] = {"at": None, "limit": 21}
STATEMENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (own._NEWEST, PAGE),
    (own._CHANGED, {"xid": 29_000, "limit": 21}),
    (own._MOMENT, {}),
    (own._ONE, {}),
    (own._ENTRIES, {}),
    (holding._LOCK, {}),
    (holding._HELD, {}),
    (holding._LAST, {}),
    (queue._QUERIES[Pile.WAITING], PAGE),
    (queue._QUERIES[Pile.OVERDUE], PAGE),
    (queue._COUNTS, {"soon": NOW}),
    (moderating._PENDING, PAGE),
    (moderating._COUNTS, {}),
    (alarming._LATE, {"limit": 10}),
    (standing._STANDING, PAGE),
    (published._PAGE, PAGE | {"kind": None}),
    (published._PAGE_OF_AGENCY, PAGE | {"kind": None, "agency": str(NOTHING)}),
    (published._ONE, {}),
)
PASSED = {"now": NOW, "limit": 200}
FEW = {"agency", "officer", "officer_role"}


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_nothing_goes_through_all(unit_of_work: OpenUnit, mode: str) -> None:
    """It costs no more with millions of complaints; agencies and roles are few."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        found: Any = await (
            await driver.execute("SELECT c.id, c.party_id, o.id FROM complaint c, officer o LIMIT 1")
        ).fetchone()
        complaint_id, party_id, officer_id = found
        await driver.execute(f"SET LOCAL plan_cache_mode = {mode}".encode())
        whose = {"party_id": party_id, "officer": officer_id, "roles": ["officer"], "agency": None}
        for statement, given in STATEMENTS:
            known = whose | {"id": complaint_id} | given
            asked = {name: value for name, value in known.items() if f"%({name})s" in statement}
            if "%s" in statement:
                plan = await planned(driver, *numbered(statement, (complaint_id,)))
            else:
                plan = await planned(driver, *numbered(statement, asked))
            assert set(await walked(driver, plan)) <= FEW, f"{statement}\n{plan}"


@pytest.mark.parametrize("statement", [watching._RAISE, watching._COUNTS])
async def test_what_has_passed_is_found_by_what_is_due(unit_of_work: OpenUnit, statement: str) -> None:
    """Those with which all is well, or over, are not looked at."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        given = {name: value for name, value in PASSED.items() if f"%({name})s" in statement}
        assert "ix_complaint_due" in await planned(driver, *numbered(statement, given))


async def test_counting_reads_those_with_a_dossier_alone(unit_of_work: OpenUnit) -> None:
    """Complaints about no dossier are not looked at, where most are about none."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        plan = await planned(driver, *numbered(counting._COMPLAINED, ("2026-11-01",)))
        assert "complaint" not in set(await walked(driver, plan)), plan


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("statement", [queue._QUERIES[Pile.ALL], queue._AGENCIES])
async def test_what_agencies_ever_had_is_not_read_for_a_page(
    unit_of_work: OpenUnit, mode: str, statement: str
) -> None:
    """The last of each agency are found in the order of an index, and that there was one by the first."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        ((officer_id,),) = await (await driver.execute("SELECT id FROM officer")).fetchall()
        await driver.execute(f"SET LOCAL plan_cache_mode = {mode}".encode())
        known = PAGE | {"officer": officer_id, "roles": ["officer"], "agency": None, "id": None}
        asked = {name: value for name, value in known.items() if f"%({name})s" in statement}
        plan = await planned(driver, *numbered(statement, asked))
        assert set(await walked(driver, plan)) <= FEW, plan
        assert "using ix_complaint_agency_id on complaint" in plan, plan


async def test_what_one_agency_published_is_found_by_it(unit_of_work: OpenUnit) -> None:
    """Everybody may ask: not by what all others have published since."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        given = PAGE | {"kind": None, "agency": str(NOTHING), "id": None}
        plan = await planned(driver, *numbered(published._PAGE_OF_AGENCY, given))
        assert "ix_published_complaint_agency_id" in plan
        assert "ix_published_complaint_published_at" not in plan
