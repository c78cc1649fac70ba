"""What is counted of a day, agency by agency, of dossiers that were told of."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from api.connectors.reconciling.days import DayKeeper
from storage import partitions
from storage.agencies.repository import AgencyRecord, put, resolve
from storage.dossiers import changes
from storage.dossiers.changes import Place
from storage.ids import least_id, new_id
from storage.portal_pulls import strays
from storage.portal_pulls.kinds import StrayOutcome
from storage.portal_pulls.strays import Stray
from storage.reconciliation import days, ours
from storage.reconciliation.figures import Figures, bounds, gather

DAY = date(2026, 11, 20)
START, END = bounds(DAY)
NOON = START + timedelta(hours=12)
WARD, OTHER = "H26.1", "H26.2"
DOSSIER = """
INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at, ended_at,
  waits, contradictions, updated_at, heard_at)
VALUES (%(id)s, %(code)s, %(party)s, %(agency)s, '1.001193', %(status)s, %(since)s, %(first)s, %(ended)s,
  '[]', %(contradictions)s, %(updated)s, %(updated)s)
"""
EVENT = """
INSERT INTO dossier_event (id, dossier_id, client_id, status, occurred_at, sequence, step, recorded_at)
VALUES (%s, %s, %s, 2, %s, %s, '', %s)
"""


def id_at(moment: datetime) -> UUID:
    """Return an id as it is drawn at a moment."""
    return UUID(int=least_id(moment).int | new_id().int & (1 << 80) - 1)


class World:
    """Agencies, and dossiers that are made up row by row."""

    def __init__(self, open_unit, party: UUID, agencies: dict[str, UUID]) -> None:
        self.open_unit, self.party, self.agencies = open_unit, party, agencies

    async def dossier(self, agency=WARD, *, updated=NOON, status=2, since=NOON, ended=None, contradictions=0):
        """Have a dossier; return its id."""
        found = new_id()
        given = {
            "id": found,
            "code": f"{agency}-{found}",
            "party": self.party,
            "agency": self.agencies[agency],
            "status": status,
            "since": since,
            "first": since - timedelta(days=400),
            "ended": ended,
            "contradictions": contradictions,
            "updated": updated,
        }
        async with self.open_unit() as uow:
            await (await uow.driver()).execute(DOSSIER, given)
            await uow.commit()
        return found

    async def told(
        self, dossier, *, client="client", late=timedelta(minutes=1), recorded=NOON, sequence=None
    ):
        """Have been told of a dossier."""
        async with self.open_unit() as uow:
            given = (id_at(recorded), dossier, client, recorded - late, sequence, recorded)
            await (await uow.driver()).execute(EVENT, given)
            await uow.commit()


@pytest.fixture
async def world(unit_of_work):
    """Two wards of a city."""
    party = new_id()
    async with unit_of_work() as uow:
        await put(
            uow,
            [
                AgencyRecord(code="H26", name="Thành phố"),
                AgencyRecord(code=WARD, name="Một", parent="H26"),
                AgencyRecord(code=OTHER, name="Hai", parent="H26"),
            ],
        )
        driver = await uow.driver()
        await driver.execute(
            "INSERT INTO party (id, kind, number_index, number_sealed, locale) VALUES (%s, 'person', 'x', 'x', 'vi')",
            (party,),
        )
        await partitions.keep(uow, DAY)
        found = await resolve(uow, ["H26", WARD, OTHER])
        await uow.commit()
    return World(unit_of_work, party, {code: one.id for code, one in found.items()})


async def of_ward(world, reading, agency=WARD) -> Figures:
    """Count the day, and return what is told of an agency."""
    return (await gather(reading, DAY)).get(world.agencies[agency], Figures())


async def test_events_by_who_told_them_and_how_late(world, reading):
    """Of the day in Vietnam alone; a fact that was known the day before counts there."""
    one = await world.dossier()
    for late in (10, 20, 30):
        await world.told(one, late=timedelta(seconds=late))
    await world.told(one, client="portal:quoc-gia", late=timedelta(hours=2))
    await world.told(one, client="console:H26.1", late=timedelta(seconds=-60))
    await world.told(one, recorded=START - timedelta(seconds=1))
    await world.told(one, recorded=END)
    told = await of_ward(world, reading)
    assert (told.pushed, told.pulled, told.filed) == (3, 1, 1)
    assert told.lag_median == 20
    assert 5000 < told.lag_p95 < 7200
    assert await of_ward(world, reading, OTHER) == Figures()


async def test_silence_is_longer_than_what_is_usual_there(world, reading):
    """Thirty days where nothing is usual yet; less where dossiers end sooner; never while the citizen is awaited."""
    await world.dossier(since=END - timedelta(days=31), updated=END - timedelta(days=31))
    await world.dossier(since=END - timedelta(days=29), updated=END - timedelta(days=29))
    await world.dossier(since=END - timedelta(days=90), updated=END - timedelta(days=90), status=5)
    await world.dossier(since=END - timedelta(days=90), updated=END - timedelta(days=1))
    assert (await of_ward(world, reading)).silent == 1
    async with world.open_unit() as uow:
        driver = await uow.driver()
        for number in range(20):
            given = {
                "id": new_id(),
                "code": f"e{number}",
                "party": world.party,
                "agency": world.agencies[WARD],
                "status": 9,
                "since": NOON,
                "first": NOON - timedelta(days=10),
                "ended": NOON,
                "contradictions": 0,
                "updated": NOON,
            }
            await driver.execute(DOSSIER, given)
        await uow.commit()
    assert (await of_ward(world, reading)).silent == 2


async def test_numbers_that_were_left_out_and_contradictions(world, reading):
    """1, 2, 4 leaves one out; 1, 2, 3 does not; a clock in place of a counter says nothing."""
    for numbers in ((1, 2, 4), (1, 2, 3), (1, 500_000)):
        one = await world.dossier(contradictions=int(numbers == (1, 2, 4)))
        for number in numbers:
            await world.told(one, sequence=number, late=timedelta(minutes=number % 7))
    told = await of_ward(world, reading)
    assert (told.holes, told.contradictions) == (1, 1)


async def test_a_day_is_made_once_and_swept_when_it_is_old(world, unit_of_work, reading):
    """Days that were missed are made up for; who reads sees one's own agencies."""
    await world.told(await world.dossier())
    now = END + timedelta(minutes=20)
    keeper = DayKeeper(unit_of_work, reading)
    made = await keeper.make(now)
    assert made == [DAY - timedelta(days=back) for back in range(6, -1, -1)]
    assert await keeper.make(now) == []
    assert await keeper.make(END + timedelta(days=1)) == []
    async with reading() as one:
        assert (await days.made(one)).day == DAY
        (row,) = await days.of_caller(one, world.agencies["H26"], DAY)
        assert (row.code, row.figures.pushed) == (WARD, 1)
        assert await days.of_caller(one, world.agencies[OTHER], DAY) == []
    await keeper.sweep(datetime.combine(DAY, datetime.min.time(), UTC) + days.KEPT + timedelta(days=1))
    async with reading() as one:
        assert await days.made(one) is None


async def test_much_that_is_old_is_swept_in_many_transactions(unit_of_work, reading):
    """None of them clears away more than a slice; what is live, new, or was settled by a person stays."""
    now = datetime.now(UTC)
    async with unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute(
            """
            INSERT INTO portal_difference (id, deployment, agency_id, code, kind, field, action, rule, state, found_at,
              last_seen_at, closed_at, settled_by)
            SELECT gen_random_uuid(), 'x', %(id)s, n::text, 'k', '', 'person', 'r', state, %(old)s, %(old)s,
              CASE state WHEN 'open' THEN NULL WHEN 'gone' THEN %(now)s ELSE %(old)s END,
              CASE state WHEN 'settled' THEN 'x' END
            FROM (SELECT n, CASE WHEN n <= 10010 THEN 'repaired' WHEN n <= 10020 THEN 'settled'
              WHEN n <= 10030 THEN 'open' ELSE 'gone' END AS state FROM generate_series(1, 10040) n) one
            """,
            {"id": new_id(), "old": now - days.KEPT - timedelta(days=1), "now": now},
        )
        await uow.commit()
    async with unit_of_work() as uow:
        assert await days.sweep(uow, now)
        assert await count(uow, "portal_difference") == 10_040 - days.SWEPT_AT_ONCE
    await DayKeeper(unit_of_work, reading).sweep(now)
    async with unit_of_work() as uow:
        assert await count(uow, "portal_difference") == 30


async def test_a_record_that_was_kept_in_the_end_goes_after_a_month(unit_of_work, reading):
    """It names people; what is open or was left by a person stays."""
    now = datetime.now(UTC)
    old = now - strays.KEPT - timedelta(days=1)
    async with unit_of_work() as uow:
        told = [Stray(record={"n": n}, code=None, reason="x") for n in range(4)]
        await strays.add(uow, "x", told, old)
        digests = [strays.digest_of(uow.cipher, one.record) for one in told]
        await strays.settle(uow, "x", digests[:1], StrayOutcome.KEPT, old)
        await strays.settle(uow, "x", digests[1:2], StrayOutcome.KEPT, now)
        await strays.settle(uow, "x", digests[2:3], StrayOutcome.LEFT, old)
        await uow.commit()
    await DayKeeper(unit_of_work, reading).sweep(now)
    async with unit_of_work() as uow:
        cursor = await (await uow.driver()).execute("SELECT digest FROM portal_stray")
        assert {bytes(one) for (one,) in await cursor.fetchall()} == set(digests[1:])


async def count(uow, table) -> int:
    """Count rows."""
    (found,) = await (await (await uow.driver()).execute(f"SELECT count(*) FROM {table}")).fetchone()
    return found


async def test_few_of_all_that_changed_are_found_step_by_step(world, monkeypatch):
    """However many of others' lie between: each step passes over so many of them, and no more."""
    monkeypatch.setattr(changes, "MOST_PASSED", 3)
    whose = [WARD, *[OTHER] * 8, WARD, WARD, *[OTHER] * 4]
    for place, agency in enumerate(whose):
        await world.dossier(agency, updated=NOON + timedelta(minutes=place))
    met, steps, place = [], 0, Place(at=START, id=UUID(int=0))
    async with world.open_unit() as uow:
        while True:
            page = await ours.changed(uow, [world.agencies[WARD]], place, END, limit=2)
            met += [one.place.at for one in page.changed]
            steps, place = steps + 1, page.place
            if not page.more:
                break
    assert met == [NOON + timedelta(minutes=place) for place in (0, 9, 10)]
    assert steps == 6
