"""What workers and the public ask for goes by an index, however many dossiers there are."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from storage.moments import BEFORE_ALL_IDS
from storage.scores import marking, reading
from storage.unit_of_work import UnitOfWork
from tests.storage.plans import planned, walked
from tests.storage.test_plans import numbered

pytestmark = pytest.mark.usefixtures("new_files")

_FILL = """
INSERT INTO party (id, kind, number_index, number_sealed, locale)
VALUES ('00000000-0000-0000-0000-000000000001', 'person', '', '', 'vi');
INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at, ended_at,
  contradictions, updated_at, heard_at)
SELECT gen_random_uuid(), 'H26-' || n, p.id, p.id, '', 9, now(), now(), CASE WHEN n % 3 = 0 THEN now() END,
  0, now() - n * interval '1 minute', now()
FROM party p, generate_series(1, 6000) n;
INSERT INTO dossier_measure (dossier_id, agency_id, month, ended_at)
SELECT id, id, date '2020-01-01' + (row_number() OVER ())::int % 24 * 31, now() FROM dossier;
INSERT INTO document (id, party_id, agency_code, source_id, content_hash, kind, title_sealed, type_code, type_name,
  dossier_id, issuer_name, issued_on, state, state_at, created_at, mac, changed_xid)
SELECT gen_random_uuid(), party_id, 'H26', code, '', 'result', '', '', '', id, '', now()::date, 'valid', now(), now(), '',
  (row_number() OVER ())::text::xid8
FROM dossier;
ANALYZE party, dossier, dossier_measure, document;
"""
AT = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("query", "given", "index"),
    [
        (
            marking._DOSSIERS,
            (AT, BEFORE_ALL_IDS, datetime(2099, 1, 1, tzinfo=UTC), 500),
            "ix_dossier_measurable",
        ),
        (marking._DOCUMENTS, ("0", UUID(int=9), 500), "ix_document_results"),
        (reading._SUMS, (date(2020, 1, 1),), "ix_dossier_measure_month"),
    ],
)
async def test_by_an_index(
    unit_of_work: Callable[[], UnitOfWork], mode: str, query: str, given: tuple[object, ...], index: str
) -> None:
    """Nothing is read from end to end."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        await driver.execute(f"SET LOCAL plan_cache_mode = {mode}".encode())
        plan = await planned(driver, *numbered(query, given))
        assert not await walked(driver, plan), plan
        assert index in plan, plan
