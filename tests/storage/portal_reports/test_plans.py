"""What a worker asks for, time and again, goes by an index, however many dossiers there are."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from storage.moments import BEFORE_ALL_IDS
from storage.portal_reports import asking, listing, noticing, reading, sending
from storage.portal_reports.kinds import ReportState
from storage.unit_of_work import UnitOfWork
from tests.storage.plans import walked

pytestmark = pytest.mark.usefixtures("new_files")

_FILL = """
INSERT INTO party (id, kind, number_index, number_sealed, locale)
VALUES ('00000000-0000-0000-0000-000000000001', 'person', '', '', 'vi');
INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at,
  contradictions, updated_at, heard_at)
SELECT gen_random_uuid(), 'H26-' || n, p.id, p.id, '', 9, now(), now(), 0, now() - n * interval '1 minute', now()
FROM party p, generate_series(1, 6000) n;
INSERT INTO portal_report (deployment, dossier_id, state, next_at, changed_at)
SELECT 'quoc-gia', id, CASE WHEN n % 100 = 0 THEN 'due' ELSE 'done' END,
  CASE WHEN n % 100 = 0 THEN now() END, now()
FROM (SELECT id, row_number() OVER () AS n FROM dossier) d;
INSERT INTO contact (id, party_id, kind, value_index, value_sealed, source, dossier_id)
SELECT gen_random_uuid(), party_id, 'phone', '', '', 'agency_supplied', id FROM dossier;
ANALYZE party, dossier, portal_report, contact;
"""
SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
ASKED: list[tuple[str, Mapping[str, Any] | list[Any], str]] = [
    (
        noticing._CHANGED,
        {
            "reached": [UUID(int=1)],
            "portal": "portal:quoc-gia",
            "at": SINCE,
            "id": BEFORE_ALL_IDS,
            "until": UNTIL,
            "limit": 500,
        },
        "ix_dossier_changed",
    ),
    (
        sending._TAKE,
        {"deployment": "quoc-gia", "now": UNTIL, "until": UNTIL, "dossier_id": None},
        "ix_portal_report_next",
    ),
    (reading._ONE, [UUID(int=9)], "ix_contact_dossier"),
    (listing._COUNTS, ["quoc-gia"], "ix_portal_report"),
    (listing._LIST, {"deployment": "quoc-gia", "state": None, "limit": 200}, "ix_portal_report"),
    (
        asking._RETRY,
        {
            "deployment": "quoc-gia",
            "code": None,
            "resend": False,
            "now": UNTIL,
            "lease": sending.LEASE,
            "limit": 50,
        },
        "ix_portal_report",
    ),
    (
        asking._RETRY,
        {
            "deployment": "quoc-gia",
            "code": "H26-7",
            "resend": False,
            "now": UNTIL,
            "lease": sending.LEASE,
            "limit": 50,
        },
        "pk_portal_report",
    ),
]


NAMES = ["changed", "take", "known", "counts", "list", "retry", "retry_one"]


@pytest.mark.parametrize(("query", "given", "index"), ASKED, ids=NAMES)
async def test_by_an_index(
    unit_of_work: Callable[[], UnitOfWork], query: str, given: Mapping[str, Any] | list[Any], index: str
) -> None:
    """No table is read from end to end."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL.encode())
        lines: list[Any] = await (await driver.execute(f"EXPLAIN {query}".encode(), given)).fetchall()
        plan = "\n".join(line for (line,) in lines)
        assert index in plan
        assert await walked(driver, plan) == []


async def test_very_many_are_retried_in_slices(
    unit_of_work: Callable[[], UnitOfWork], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row once, until none is left; what is under way keeps its lease."""
    monkeypatch.setattr(asking, "AT_ONCE", 3)
    now = datetime.now(UTC)
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(
            """
            INSERT INTO portal_report (deployment, dossier_id, state, attempts, next_at, changed_at, refused_digest,
              doubted_events)
            SELECT 'quoc-gia', gen_random_uuid(), state, CASE state WHEN 'refused' THEN 0 ELSE 1 END,
              CASE state WHEN 'doubted' THEN %(now)s + interval '1 minute' WHEN 'waiting' THEN %(now)s + interval '6 hours'
              END, now(), CASE state WHEN 'refused' THEN ''::bytea END,
              CASE state WHEN 'doubted' THEN ARRAY[gen_random_uuid()] ELSE '{}' END
            FROM unnest(ARRAY['refused', 'refused', 'refused', 'doubted', 'doubted', 'waiting', 'waiting', 'done']) AS g(state)
            """,
            {"now": now},
        )
        await driver.execute("""
            INSERT INTO portal_opinion_report (deployment, kind, key, content, digest, state, changed_at)
            SELECT 'quoc-gia', 'question', n::text, '{}', '', 'refused', now() FROM generate_series(1, 4) n
        """)
        counts = [await asking.retry(uow, "quoc-gia", now=now, resend=True) for _ in range(4)]
        assert counts == [3, 3, 1, 0]
        assert [await asking.retry_opinions(uow, "quoc-gia", now=now) for _ in range(3)] == [3, 1, 0]
        rows = await driver.execute(
            "SELECT state, next_at - %s, count(*) FROM portal_report GROUP BY 1, 2 ORDER BY 1, 2", (now,)
        )
        assert await rows.fetchall() == [
            ("done", None, 1),
            ("due", timedelta(0), 5),
            ("due", timedelta(minutes=1), 2),
        ]


async def test_what_changes_again_while_it_waits_is_late_since_it_changed_first(
    unit_of_work: Callable[[], UnitOfWork],
) -> None:
    """A portal that is away for days shows, however often its dossiers change meanwhile."""
    dossier, now = UUID(int=5), datetime.now(UTC)
    async with unit_of_work() as uow:
        for days in (3, 2, 0):
            await noticing.put_down(uow, "quoc-gia", [dossier], now=now - timedelta(days=days))
        assert (await listing.lag(uow))["quoc-gia"] >= timedelta(days=3).total_seconds()
        taken = await sending.take(uow, "quoc-gia", now=now, lease=sending.LEASE)
        assert taken is not None
        done = sending.Settled(state=ReportState.DONE, standing=taken.standing)
        assert await sending.settle(uow, taken, done, now=now)
        await noticing.put_down(uow, "quoc-gia", [dossier], now=now)
        assert (await listing.lag(uow))["quoc-gia"] < 60
