"""Reads of citizens go by an index, whatever else the tables hold, and however PostgreSQL plans them."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from storage.broadcasts import followers
from storage.contacts import repository as contacts
from storage.dossiers import lookup
from storage.dossiers import reading as dossiers
from storage.ids import new_id
from storage.notifications import inbox
from storage.unit_of_work import UnitOfWork

pytestmark = pytest.mark.usefixtures("new_files")

LATER = datetime(2099, 1, 1, tzinfo=UTC)

# One party with many dossiers, such as a notary's office, among many with few. The events are of a month before
# all partitions: those that other tests keep for the months at hand hold none of them.
_FILL = """
INSERT INTO party (id, kind, number_index, number_sealed, locale)
SELECT gen_random_uuid(), 'person', n::text::bytea, '', 'vi' FROM generate_series(1, 500) n;
INSERT INTO party_key (party_id, wrapped) SELECT id, '' FROM party;
INSERT INTO agency (id, code, name, lineage)
SELECT id, 'H26', '', ARRAY[id] FROM (SELECT gen_random_uuid() AS id) g;
INSERT INTO procedure (code, name) SELECT '1.' || n, '' FROM generate_series(1, 500) n;
INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at,
  contradictions, updated_at, heard_at)
SELECT gen_random_uuid(), 'H26-' || p.number_index::text || '-' || n, p.id, a.id, '1.' || n % 500, n % 10 + 1,
  now(), '2001-11-01', 0, now() - n * interval '1 minute', now()
FROM agency a, party p, generate_series(1, CASE WHEN p.number_index = '1' THEN 4000 ELSE 6 END) n;
INSERT INTO dossier_event (id, dossier_id, client_id, status, occurred_at, step)
SELECT gen_random_uuid(), d.id, 'c', n, '2001-11-01', '' FROM dossier d, generate_series(1, 2) n;
INSERT INTO notification (id, party_id, agency_id, dossier_id, category, expires_at, step, created_at)
SELECT gen_random_uuid(), party_id, agency_id, id, 'status_change', now(), 0, updated_at FROM dossier;
INSERT INTO contact (id, party_id, kind, value_index, value_sealed, source, dossier_id)
SELECT gen_random_uuid(), party_id, 'email', '', '', 'agency_supplied', id FROM dossier WHERE status < 3;
INSERT INTO broadcast (id, agency_id, words, audience_agency_id, audience_kind, author, publish_at, published_at,
  expires_at)
SELECT gen_random_uuid(), a.id, '{}',
  CASE n % 3 WHEN 0 THEN a.id ELSE '00000000-0000-0000-0000-000000000000' END,
  (ARRAY['any', 'person'])[n % 2 + 1], '', now(), now() - n * interval '1 hour',
  now() + (25 - n) * interval '1 hour'
FROM agency a, generate_series(1, 5000) n;
INSERT INTO broadcast_mark (broadcast_id, party_id, read_at, changed_xid)
SELECT b.id, p.id, now(), pg_current_xact_id() FROM party p, (SELECT id FROM broadcast LIMIT 60) b;
ANALYZE party, party_key, agency, procedure, dossier, dossier_event, notification, contact, broadcast,
  broadcast_mark;
"""


def numbered(query: str, given: Any) -> tuple[str, list[Any]]:
    """Return a query with PostgreSQL's own placeholders, and the values in their order."""
    if isinstance(given, tuple):
        places = iter(range(1, len(given) + 1))
        return re.sub("%s", lambda _: f"${next(places)}", query), list(given)
    for place, name in enumerate(given, 1):
        query = query.replace(f"%({name})s", f"${place}")
    return query, list(given.values())


Explain = Callable[..., Any]


@pytest.fixture
async def explain(unit_of_work: Callable[[], UnitOfWork]) -> Any:
    """Explain a query of a party with a few dossiers, or of the one with many."""
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(_FILL)
        owner = "SELECT id FROM party WHERE number_index = %s"
        small: Any = await (await driver.execute(owner, (b"2",))).fetchone()
        large: Any = await (await driver.execute(owner, (b"1",))).fetchone()

        async def plan(query: str, given: Any, mode: str, *, many: bool = False) -> str:
            prepared, values = numbered(query, given((large if many else small)[0]))
            await driver.execute(f"SET LOCAL plan_cache_mode = {mode}")
            await driver.execute(f"PREPARE read AS {prepared}")
            call = sql.SQL("EXPLAIN EXECUTE read({})").format(sql.SQL(", ").join(map(sql.Literal, values)))
            lines: list[Any] = await (await driver.execute(call, prepare=False)).fetchall()
            await driver.execute("DEALLOCATE read")
            return "\n".join(line for (line,) in lines)

        yield plan


def page(party_id: UUID) -> dict[str, Any]:
    """Return what a page of dossiers is asked for with."""
    return {"party_id": party_id, "updated_at": LATER, "id": new_id(), "statuses": [1, 2], "limit": 21}


def given(party_id: UUID, **values: Any) -> dict[str, object]:
    """Return what an owner asks of the inbox."""
    return inbox.Viewer.owner(party_id).given(**values)


READS: dict[str, tuple[str, Any]] = {
    "dossiers": (dossiers._PAGE, page),
    "dossiers from the start": (
        dossiers._PAGE,
        lambda party_id: page(party_id) | {"updated_at": None, "id": None, "statuses": None},
    ),
    "dossier": (dossiers._ONE, lambda party_id: ("H26-261121-0001", party_id)),
    "moment": (inbox._MOMENT, lambda party_id: given(party_id, since=5)),
    "newest": (
        inbox._NEWEST,
        lambda party_id: given(party_id, created_at=LATER, id=new_id(), limit=21),
    ),
    "changed": (
        inbox._CHANGED,
        lambda party_id: given(party_id, xid=5, id=new_id(), limit=21),
    ),
    "read by id": (
        inbox._MARK_READ_IDS,
        lambda party_id: given(party_id, ids=[new_id() for _ in range(20)]),
    ),
    "all read": (inbox._MARK_READ_BEFORE, lambda party_id: given(party_id, before=LATER)),
    "received": (
        inbox._MARK_RECEIVED,
        lambda party_id: given(party_id, ids=[new_id() for _ in range(20)]),
    ),
    "broadcasts read by id": (
        inbox._MARK_BROADCASTS_READ_IDS,
        lambda party_id: {"party_id": party_id, "ids": [new_id() for _ in range(20)]},
    ),
    "all broadcasts read": (
        inbox._MARK_BROADCASTS_READ_BEFORE,
        lambda party_id: {"party_id": party_id, "before": LATER},
    ),
    "broadcasts received": (
        inbox._MARK_BROADCASTS_RECEIVED,
        lambda party_id: {"party_id": party_id, "ids": [new_id() for _ in range(20)]},
    ),
    "unread": (inbox._UNREAD, given),
    "topics": (
        followers._FIND,
        lambda party_id: {"party_id": party_id, "category": "broadcast", "channel": "push"},
    ),
    "contacts": (contacts._OWN, lambda party_id: (party_id,)),
    "claim of a slip": (lookup._CLAIM, lambda _: ("H26-261121-0001",)),
    "look-up": (lookup._PUBLIC, lambda _: (new_id(),)),
    "slip for an agency": (lookup._SPOKEN_FOR, lambda _: ("H26-261121-0001", new_id())),
}
LARGE = (
    "dossier",
    "dossier_event_p_default",
    "notification",
    "contact",
    "party",
    "broadcast",
    "broadcast_mark",
)


MODES = ("force_custom_plan", "force_generic_plan")


async def test_no_read_scans_a_large_table(explain: Explain) -> None:
    """Neither a plan for the values at hand nor one for all values walks a whole table."""
    for name, (query, given) in READS.items():
        for mode in MODES:
            plan = await explain(query, given, mode)
            scanned = [table for table in LARGE if f"Seq Scan on {table} " in plan]
            assert not scanned, f"{name}: {plan}"


def sorted_whole(plan: str) -> list[str]:
    """Return what a plan sorts that was not cut to the length of a page before."""
    lines, found = plan.splitlines(), []
    for place, line in enumerate(lines):
        if not line.lstrip().startswith("->  Sort"):
            continue
        deeper = list(below(line, lines[place + 1 :]))
        cuts = [depth(one) for one in deeper if "->  Limit" in one]
        reads = [one for one in deeper if re.search(r"(Seq|Only|Index|Heap) Scan (using|on) ", one)]
        found += [one for one in reads if not any(depth(one) > cut for cut in cuts)]
    return found


def below(node: str, following: Iterable[str]) -> Iterator[str]:
    """Yield the nodes of a plan below one of it."""
    for line in following:
        if "->" in line:
            if depth(line) <= depth(node):
                return
            yield line


def depth(line: str) -> int:
    """Return how far a line of a plan is indented."""
    return len(line) - len(line.lstrip())


async def test_pages_come_in_order_from_the_index(explain: Explain) -> None:
    """A page costs its length, not that of the list: only pages are sorted, those of audiences into one."""
    for name in ("dossiers", "newest", "changed"):
        for mode in MODES:
            plan = await explain(*READS[name], mode, many=True)
            assert not sorted_whole(plan), f"{name}: {plan}"


async def test_broadcasts_are_looked_up_audience_by_audience(explain: Explain) -> None:
    """No read of a party's gathers what was told to others."""
    for name in ("moment", "newest", "changed", "unread", "all broadcasts read"):
        for mode in MODES:
            plan = await explain(*READS[name], mode)
            scans = re.findall(r"ix_broadcast_(?!mark).*\n\s+Index Cond: (.*)", plan)
            assert scans, f"{name}: {plan}"
            assert all("audience_agency_id = mine" in condition for condition in scans), f"{name}: {plan}"
