"""Conversations are read by an index, however many there are."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from storage.consents import standing as consents
from storage.consents.kinds import ConsentPurpose
from storage.conversations import handling, queue, reading, receipts, waiting, writing
from storage.unit_of_work import UnitOfWork
from storage.vault import attached
from tests.storage.plans import planned, walked
from tests.storage.test_plans import numbered

pytestmark = pytest.mark.usefixtures("new_files")

# A hundred agencies, each with a hundred dossiers, with five messages about each.
_FILL = """
INSERT INTO party (id, kind, number_index, number_sealed, locale)
SELECT gen_random_uuid(), 'person', n::text::bytea, '', 'vi' FROM generate_series(1, 10000) n;
INSERT INTO party_key (party_id, wrapped) SELECT id, '' FROM party;
INSERT INTO agency (id, code, name, lineage)
SELECT id, 'H' || n, '', ARRAY[id] FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, 100) n) g;
INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at,
  contradictions, updated_at, heard_at)
SELECT gen_random_uuid(), 'H-' || p.number_index::text, p.id, a.id, '', 4, now(), now(), 0, now(), now()
FROM (SELECT *, row_number() OVER () % 100 + 1 AS n FROM party) p JOIN agency a ON a.code = 'H' || p.n;
INSERT INTO message (id, dossier_id, party_id, author, author_ref, kind, created_at, changed_xid)
SELECT gen_random_uuid(), d.id, d.party_id, 'party', '', 'text', now() + n * interval '1 second',
  (1 + row_number() OVER ())::text::xid8
FROM dossier d, generate_series(1, 5) n;
UPDATE dossier SET waiting_since = now() WHERE code LIKE '%3737';
INSERT INTO officer (id, subject_index, invited_by) VALUES (gen_random_uuid(), 'x', 'test');
INSERT INTO officer_role (id, officer_id, role, agency_id, granted_by)
SELECT gen_random_uuid(), o.id, 'officer', a.id, 'test' FROM officer o, agency a WHERE a.code = 'H1';
INSERT INTO message_attachment (id, message_id, place, name_sealed, media_type, size, sha256, path, wrapped_key)
SELECT gen_random_uuid(), id, 0, '', 'application/pdf', 1, '', id::text, '' FROM message;
ANALYZE party, party_key, agency, officer, officer_role, dossier, message, message_attachment;
"""
NOTHING = UUID(int=0)
ALL = {"agency": None, "unread": False, "supply": None, "at": None, "id": None, "limit": 26}
# Few, all of them, and read whole where that is quicker.
SMALL = {"agency", "officer", "officer_role"}
_ONE = (
    "SELECT m.id, m.dossier_id, m.party_id, d.agency_id, (SELECT id FROM officer)"
    " FROM message m JOIN dossier d ON d.id = m.dossier_id"
)


FOUND = {
    "at": "2026-01-01T00:00:00Z",
    "fault": None,
    "path": "",
    "size": 1,
    "sha256": b"",
    "wrapped_key": b"",
}
READS: tuple[tuple[str, dict[str, Any]], ...] = (
    (reading._NEWEST_FOR_PARTY, {"at": None, "limit": 21}),
    (reading._NEWEST_FOR_OFFICER, {"at": None, "limit": 21}),
    (reading._CHANGED_FOR_PARTY, {"xid": 40_000, "id": NOTHING, "limit": 21}),
    (reading._CHANGED_FOR_AGENCY, {"xid": 49_900, "id": NOTHING, "limit": 21}),
    (reading._CHANGED_FOR_AGENCY, {"xid": 0, "id": NOTHING, "limit": 21}),
    (reading._MOMENT_OF_ONE, {}),
    (reading._MOMENT_OF_ALL, {}),
    (reading._ONE, {}),
    (handling._ONE, {"code": "H-1"}),
    (queue._PAGE, ALL),
    (queue._PAGE, ALL | {"agency": "H1", "unread": True, "supply": "awaited"}),
    (queue._COUNTS, {}),
    (queue._AGENCIES, {}),
    (waiting._SETTLE_UP_TO, {}),
    (receipts._BY_PARTY, {}),
    (receipts._BY_AGENCY, {}),
    (attached._OLDEST, {"limit": 20}),
    (attached._AHEAD, {"ahead": "2036-01-01T00:00:00Z", "limit": 20}),
    (attached._RECORD, FOUND),
    (writing._OPEN_ITEMS, {"since": "2026-01-01T00:00:00Z"}),
)


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_no_read_goes_through_all(unit_of_work: Callable[[], UnitOfWork], mode: str) -> None:
    """What parties and agencies ask for costs no more with millions of messages; agencies are few."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        found: Any = await (await driver.execute(f"{_ONE} LIMIT 1".encode())).fetchone()
        message_id, dossier_id, party_id, agency_id, officer_id = found
        owned: dict[str, Any] = dict.fromkeys(("id", "up_to", "request_id"), message_id)
        owned |= consents.asked(ConsentPurpose.READ_RECEIPTS)
        owned |= {"dossier_id": dossier_id, "party_id": party_id, "agency_id": agency_id}
        owned |= {"officer": officer_id, "roles": ["officer"]}
        await driver.execute(f"SET LOCAL plan_cache_mode = {mode}".encode())
        for statement, given in READS:
            asked = {name: value for name, value in (owned | given).items() if f"%({name})s" in statement}
            plan = await planned(driver, *numbered(statement, asked))
            assert set(await walked(driver, plan)) <= SMALL, plan
