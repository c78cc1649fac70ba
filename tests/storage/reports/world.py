"""A city with two wards, whose dossiers ended in a month, and all that was said about them."""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from storage.agencies.repository import AgencyRecord, put, resolve
from storage.dossiers.working_days import WorkingCalendar
from storage.scores.measuring import month_of
from storage.scores.writing import measure_dossiers
from storage.unit_of_work import UnitOfWork
from tests.storage.scores.telling import draw, keep_results, tell
from tests.storage.vault.keeping import make_party

WARDS = {"H26.1": 12, "H26.2": 7, "H27": 9}
"""How many dossiers each agency had that ended in the month."""

_MESSAGE = """
INSERT INTO message (id, dossier_id, party_id, author, author_ref, kind, created_at)
SELECT gen_random_uuid(), id, party_id, 'citizen', '', 'message', now() FROM dossier, generate_series(1, 2)
WHERE id = ANY(%s)
"""
_RATINGS = """
INSERT INTO rating (spent, agency_id, month, level, reasons, editable_until, fresh)
SELECT sha256((%(agency)s::text || %(month)s::text || %(fresh)s::text || n)::bytea), %(agency)s, %(month)s,
  'satisfied', '{}', now()::date, %(fresh)s
FROM generate_series(1, %(count)s) AS g(n)
"""
_COMPLAINTS = """
INSERT INTO complaint (id, code, party_id, author_ref, agency_id, kind, topic, text_sealed, state, publication,
  received_at, accept_by, ask_by, process_by)
SELECT gen_random_uuid(), left(md5(%(agency)s::text || g.at::text || n), 16), p.id, '', %(agency)s, 'suggestion',
  'other', '', 'received', 'private', g.at, g.at, g.at, g.at
FROM (SELECT id FROM party LIMIT 1) p, unnest(%(times)s::timestamptz[]) WITH ORDINALITY AS g(at, n)
"""


async def populate(uow: UnitOfWork, month: date, wards: Mapping[str, int] = WARDS) -> Mapping[str, UUID]:
    """Make the world; return the agencies by their codes."""
    key = await make_party(uow)
    records = [AgencyRecord(code="H26", name="Thành phố"), AgencyRecord(code="H27", name="Tỉnh")]
    records += [AgencyRecord(code=code, name="Phường", parent="H26") for code in ("H26.1", "H26.2")]
    await put(uow, records)
    found = await resolve(uow, ["H26", *wards])
    random = Random(1)
    dossiers = []
    for code, count in wards.items():
        wanted = 0
        while wanted < count:
            one = draw(random, found[code].id, (2, 9))
            if month_of(one.to_tell[-1].occurred_at) == month:
                dossiers.append(one)
                wanted += 1
    await tell(uow, key.party_id, dossiers, lambda: 9)
    await keep_results(uow, key.party_id, [one.id for one in dossiers])
    await measure_dossiers(uow, [one.id for one in dossiers], WorkingCalendar())
    return {code: one.id for code, one in found.items()}


async def write_about(uow: UnitOfWork, agency_id: UUID, count: int) -> None:
    """Let there be two messages about each of so many dossiers of an agency."""
    driver = await uow.driver()
    rows: list[Any] = await (
        await driver.execute("SELECT id FROM dossier WHERE agency_id = %s LIMIT %s", (agency_id, count))
    ).fetchall()
    await driver.execute(_MESSAGE, ([one for (one,) in rows],))


async def rate(uow: UnitOfWork, agency_id: UUID, month: date, count: int, *, fresh: bool = False) -> None:
    """Let so many rate an agency's dossiers of a month."""
    given = {"agency": agency_id, "month": month, "count": count, "fresh": fresh}
    await (await uow.driver()).execute(_RATINGS, given)


async def suggest(uow: UnitOfWork, agency_id: UUID, *times: str) -> None:
    """Let suggestions to an agency come in at these times."""
    await (await uow.driver()).execute(_COMPLAINTS, {"agency": agency_id, "times": list(times)})
