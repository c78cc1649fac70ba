"""What a party asks of its questions, and everybody of one answer, goes by an index."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from storage.questions import asking, own, published
from storage.unit_of_work import UnitOfWork
from tests.storage.plans import planned, walked
from tests.storage.test_plans import numbered

pytestmark = pytest.mark.usefixtures("new_files")

# Ten thousand parties with three questions each, half of which are answered, and some of these published.
_FILL = """
INSERT INTO party (id, kind, number_index, number_sealed, locale)
SELECT gen_random_uuid(), 'person', n::text::bytea, '', 'vi' FROM generate_series(1, 10000) n;
INSERT INTO party_key (party_id, wrapped) SELECT id, '' FROM party;
INSERT INTO agency (id, code, name, lineage)
SELECT id, 'H' || n, '', ARRAY[id] FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, 100) n) g;
INSERT INTO procedure (code, name) SELECT '1.' || n, '' FROM generate_series(1, 5000) n;
INSERT INTO officer (id, subject_index, invited_by) SELECT gen_random_uuid(), '', '';
INSERT INTO question (id, party_id, author_ref, agency_id, procedure_code, text_sealed, state, publication,
  asked_at, due_at, closed_at, changed_xid)
SELECT gen_random_uuid(), p.id, '', a.id, '1.' || n, '', CASE n WHEN 1 THEN 'asked' ELSE 'answered' END,
  'private', now() - n * interval '1 day', now(), CASE n WHEN 1 THEN NULL ELSE now() END,
  (1 + row_number() OVER ())::text::xid8
FROM (SELECT *, row_number() OVER () % 100 + 1 AS place FROM party) p
JOIN agency a ON a.code = 'H' || p.place, generate_series(1, 3) n;
INSERT INTO question_answer (id, question_id, officer_id, text_sealed, procedure_code, procedure_version, written_at)
SELECT gen_random_uuid(), q.id, o.id, '', q.procedure_code, 0, now()
FROM question q, officer o WHERE q.state = 'answered';
INSERT INTO published_answer (id, question_id, agency_id, question, answer, published_by, published_at, updated_at)
SELECT gen_random_uuid(), q.id, q.agency_id, '', '', '', now(), now() FROM question q
WHERE q.state = 'answered' LIMIT 5000;
ANALYZE party, party_key, agency, procedure, officer, question, question_answer, published_answer;
"""
NOTHING = UUID(int=0)
NOW = "2026-01-01T00:00:00Z"
STATEMENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (own._NEWEST, {"at": None, "id": None, "limit": 21}),
    (own._CHANGED, {"xid": 15_000, "id": NOTHING, "limit": 21}),
    (own._CHANGED, {"xid": 0, "id": NOTHING, "limit": 21}),
    (own._MOMENT, {}),
    (own._ONE, {}),
    (own._ANSWERS, {}),
    (asking._LOCK, {}),
    (asking._WITHDRAW, {"now": NOW}),
)


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_nothing_goes_through_all(unit_of_work: Callable[[], UnitOfWork], mode: str) -> None:
    """It costs no more with millions of questions; agencies are few."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        found: Any = await (
            await driver.execute(
                "SELECT question_id, party_id, p.id FROM published_answer p"
                " JOIN question q ON q.id = p.question_id LIMIT 1"
            )
        ).fetchone()
        question_id, party_id, published_id = found
        await driver.execute(f"SET LOCAL plan_cache_mode = {mode}".encode())
        owned = {"id": question_id, "party_id": party_id}
        for statement, given in STATEMENTS:
            asked = {name: value for name, value in (owned | given).items() if f"%({name})s" in statement}
            plan = await planned(driver, *numbered(statement, asked))
            assert set(await walked(driver, plan)) <= {"agency"}, plan
        plan = await planned(driver, *numbered(published._ONE, (published_id,)))
        assert set(await walked(driver, plan)) <= {"agency"}, plan
