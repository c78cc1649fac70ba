"""However many dossiers there are, a day is counted by what it brought, and each once."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from storage import partitions
from storage.ids import least_id, new_id
from storage.moments import BEFORE_ALL_IDS
from storage.portal_reports import listing as reports
from storage.reconciliation import listing, slices
from storage.reconciliation.figures import bounds, gather
from storage.reconciliation.kinds import DifferenceState
from storage.reconciliation.listing import Wish
from tests.storage.plans import walked

pytestmark = pytest.mark.usefixtures("new_files")

AGENCY = UUID(int=1)
START, END = bounds(datetime.now(UTC).date() - timedelta(days=2))
GIVEN = {"agency": AGENCY, "start": START, "least": least_id(START + timedelta(hours=12)).hex[:12]}
# A dossier a minute before the day began for each ten within it, and an event of each.
FILL = """
INSERT INTO party (id, kind, number_index, number_sealed, locale) VALUES (%(agency)s, 'person', 'x', 'x', 'vi');
INSERT INTO agency (id, code, name, lineage) VALUES (%(agency)s, 'H26', 'x', ARRAY[%(agency)s]::uuid[]);
INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at, ended_at,
  contradictions, updated_at, heard_at)
SELECT lpad(to_hex(n), 32, '0')::uuid, 'H26-' || n, %(agency)s, %(agency)s, '', 9, at, at, at, n %% 2, at, at
FROM generate_series(1, {dossiers}) n,
  LATERAL (SELECT CASE WHEN n %% 11 = 0 THEN %(start)s - interval '1 minute'
    ELSE %(start)s::timestamptz + interval '12 hours' END AS at) t;
INSERT INTO dossier_event (id, dossier_id, client_id, status, occurred_at, step, recorded_at)
SELECT (%(least)s || '7000800' || lpad(to_hex(n * 2 + twice), 13, '0'))::uuid, d.id, 'portal:x', 9, d.first_at, twice::text,
  d.first_at FROM generate_series(1, {dossiers}) n JOIN dossier d ON d.code = 'H26-' || n, generate_series(0, 1) twice;
INSERT INTO portal_report (deployment, dossier_id, state, changed_at, told_at)
SELECT 'quoc-gia', id, 'done', updated_at, updated_at FROM dossier;
ANALYZE dossier, dossier_event, portal_report;
"""


@pytest.fixture
async def filled(unit_of_work):
    """A transaction, never committed, in which there are dossiers: more than a slice has."""
    async with unit_of_work() as uow:
        await partitions.keep(uow, START.date())
        driver = await uow.driver()
        for statement in FILL.format(dossiers=11_000).split(";\n"):
            await driver.execute(statement.encode(), GIVEN if "%" in statement else None)
        yield uow


async def test_all_slices_together_count_each_once(filled):
    """More than one slice has of events, of dossiers that changed and of those that ended."""
    told = (await gather(lambda: nullcontext(filled), START.date()))[AGENCY]
    assert (told.pulled, told.reported, told.contradictions) == (20_000, 10_000, 5_000)


STATEMENTS = {
    "told": (
        slices._TOLD,
        {"after": least_id(END - timedelta(minutes=1)), "before": least_id(END), "start": START, "end": END},
    ),
    "changed": (
        slices._CHANGED,
        {"at": END, "id": BEFORE_ALL_IDS, "until": END + timedelta(minutes=5), "within": 1000},
    ),
    "reported": (slices._REPORTED, {"start": END, "end": END + timedelta(hours=6)}),
    "ended": (slices._ENDED, {"start": END, "end": END + timedelta(hours=6), "unit": 60.0}),
    "silent": (slices._SILENT, {"agencies": [AGENCY], "since": [START], "awaiting": [5, 6]}),
}


@pytest.mark.parametrize("name", STATEMENTS)
async def test_by_an_index(filled, name):
    """No table is read from end to end for a part of a day."""
    query, given = STATEMENTS[name]
    driver = await filled.driver()
    lines = await (await driver.execute(f"EXPLAIN {query}".encode(), given)).fetchall()
    assert await walked(driver, "\n".join(line for (line,) in lines)) == []


async def test_what_is_not_settled_of_opinions_is_counted_by_an_index(unit_of_work):
    """However many are done."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute("""
            INSERT INTO portal_opinion_report (deployment, kind, key, content, digest, state, changed_at)
            SELECT 'quoc-gia', 'complaint', n::text, '{"text": "0123456789"}', '',
              CASE WHEN n % 1000 = 0 THEN 'refused' ELSE 'done' END, now() FROM generate_series(1, 6000) n
        """)
        await driver.execute("ANALYZE portal_opinion_report")
        lines = await (await driver.execute(f"EXPLAIN {reports._STANDING}".encode())).fetchall()
        assert await walked(driver, "\n".join(line for (line,) in lines)) == []
        assert await reports.standing(uow) == {"quoc-gia:refused": 6}


def test_what_was_drawn_later_has_a_greater_id():
    """An id is at or above the least one of its moment, and below that of a moment later."""
    before = datetime.now(UTC)
    found = new_id()
    assert least_id(before) <= found < least_id(datetime.now(UTC) + timedelta(milliseconds=2))


LIVE = [DifferenceState.OPEN, DifferenceState.LEFT]
WISHES = {
    "all": Wish(),
    "live": Wish(states=LIVE),
    "behind": Wish(before=(START, AGENCY)),
    "one": Wish(code="7"),
}


@pytest.mark.parametrize("name", WISHES)
async def test_differences_are_listed_by_an_index(unit_of_work, name):
    """However many were repaired before: the last ones, those that are live, or a further page."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute("""
            INSERT INTO portal_difference (id, deployment, agency_id, code, kind, field, action, rule, state, found_at,
              last_seen_at, closed_at)
            SELECT gen_random_uuid(), 'quoc-gia', gen_random_uuid(), n::text, 'k', '', 'person', 'r',
              CASE WHEN n % 500 = 0 THEN 'left' ELSE 'repaired' END, now() - n * interval '1 minute', now(),
              CASE WHEN n % 500 = 0 THEN NULL ELSE now() END
            FROM generate_series(1, 10000) n
        """)
        await driver.execute("ANALYZE portal_difference")
        wish = WISHES[name]
        lines = await (
            await driver.execute(f"EXPLAIN {listing._asked(wish)}".encode(), wish.given, prepare=False)
        ).fetchall()
        assert await walked(driver, "\n".join(line for (line,) in lines)) == []
        assert await listing.listed(uow, wish)
