"""Documents are found by an index, however many there are, and whoever asks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from storage.agencies import speaking
from storage.unit_of_work import UnitOfWork
from storage.vault import changes, checklist, finding, opening, rows, shares, visits
from tests.storage.plans import walked

pytestmark = pytest.mark.usefixtures("new_files")

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
# Two thousand people with ten documents each, of which each has shared one.
_FILL = """
INSERT INTO party (id, kind, number_index, number_sealed, locale)
SELECT uuidv(n), 'person', int4send(n), '', 'vi' FROM generate_series(1, 2000) n;
INSERT INTO party_key (party_id, wrapped) SELECT uuidv(n), '' FROM generate_series(1, 2000) n;
INSERT INTO document (id, party_id, agency_code, source_id, content_hash, kind, title_sealed, type_code,
  type_name, issuer_name, issued_on, state, state_at, created_at, mac)
SELECT uuidv(n), uuidv(n % 2000 + 1), 'H26', n, '', 'result', '', '', '', '', '2026-11-01', 'valid', now(),
  now() - n * interval '1 minute', '' FROM generate_series(1, 20000) n;
INSERT INTO document_file (id, document_id, role, media_type, size, sha256, path, wrapped_key, created_at, mac,
  checked_at)
SELECT uuidv(n), uuidv(n), 'original', '', 1, '', n, '', now(), '', now() - n * interval '1 minute'
FROM generate_series(1, 20000) n;
INSERT INTO share (id, party_id, token_hash, purpose_sealed, roles, created_at, expires_at, uses_allowed)
SELECT uuidv(n), uuidv(n), int4send(n), '', '{copy}', now(), 'infinity', 5 FROM generate_series(1, 2000) n;
INSERT INTO share_document SELECT uuidv(n), uuidv(n), 0 FROM generate_series(1, 2000) n;
INSERT INTO share_visit SELECT uuidv(n), uuidv(n), int4send(n), now(), 'infinity'
FROM generate_series(1, 2000) n;
INSERT INTO share_reading SELECT uuidv(n), uuidv(n), 'copy', now() FROM generate_series(1, 2000) n;
ANALYZE party, party_key, document, document_file, share, share_document, share_visit, share_reading
"""
_UUIDV = """
CREATE FUNCTION pg_temp.uuidv(n int) RETURNS uuid IMMUTABLE LANGUAGE sql AS
  $$ SELECT lpad(n::text, 32, '0')::uuid $$
"""
ONE, HASH = UUID(int=7), (7).to_bytes(4)
OWN: dict[str, Any] = {"party_id": ONE, "id": ONE, "ids": [ONE], "limit": 51}
EVERYTHING = OWN | dict.fromkeys(
    (
        *("kind", "type_code", "state", "expired", "agency_code", "procedure_code", "dossier_code"),
        *("issued_from", "issued_until", "at"),
    )
)
LINK: dict[str, Any] = {"token_hash": HASH, "visit_hash": HASH, "now": NOW, "id": ONE, "ends_at": NOW}
_OLDEST = """
SELECT f.id FROM document_file f JOIN document d ON d.id = f.document_id JOIN party p ON p.id = d.party_id
ORDER BY f.checked_at NULLS FIRST, f.id LIMIT 200
"""
_AHEAD = """
SELECT f.id FROM document_file f JOIN document d ON d.id = f.document_id JOIN party p ON p.id = d.party_id
WHERE f.checked_at > %s LIMIT 200
"""


STATEMENTS: dict[str, tuple[str, Any]] = {
    "a list": (finding._SCAN, EVERYTHING | {"today": NOW.date(), "id": None}),
    "a search": (
        finding._SCAN,
        EVERYTHING | {"today": NOW.date(), "expired": True, "at": NOW, "state": "valid", "limit": 1000},
    ),
    "documents": (rows._ROWS, OWN),
    "files": (rows._FILES, OWN),
    "versions": (opening._VERSIONS, OWN),
    "a moment": (changes._MOMENT, {"party_id": ONE}),
    "what changed": (changes._CHANGED, (ONE, 0, ONE, 51)),
    "what was not checked for long": (_OLDEST, ()),
    "what was checked in the future": (_AHEAD, (NOW + timedelta(days=9),)),
    "what was found": (checklist._RECORD, (NOW, None, ONE, b"")),
    "what is faulty": (checklist._FAULTY, (1000,)),
    "how many links": (shares._LIVE, (ONE, NOW)),
    "links": (shares._PAGE, {"party_id": ONE, "at": None, "id": None, "limit": 51}),
    "visits": (shares._VISITS, ([ONE],)),
    "the end of a link": (shares._REVOKE, (NOW, ONE, ONE)),
    "a look at a link": (visits._LOOK, LINK),
    "the opening of a link": (visits._OPEN, LINK),
    "a visit": (visits._FIND, LINK),
    "whose document": (speaking._DOCUMENT, {"id": ONE, "caller_id": ONE}),
}


async def test_nothing_goes_through_all(unit_of_work: Callable[[], UnitOfWork]) -> None:
    """What one person asks for costs no more with the documents of a whole country."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_UUIDV)
        for line in _FILL.replace("uuidv(", "pg_temp.uuidv(").split(";"):
            await driver.execute(line.encode())
        for name, (statement, given) in STATEMENTS.items():
            cursor = await driver.execute(f"EXPLAIN {statement}".encode(), given)
            plan = "\n".join(str(line) for (line,) in await cursor.fetchall())
            assert await walked(driver, plan) == [], (name, plan)
