"""A portal is compared with us: every difference is listed, and repaired by its rule or left for a person."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from api.connectors.portals.outward import dossier_record
from api.connectors.portals.port import UnavailableError
from api.connectors.pulling.keeping import Keeping
from api.connectors.reconciling import running
from api.connectors.reconciling.chore import NAME, take_on
from api.connectors.reconciling.running import Running, start
from storage.horizon import horizon
from storage.reconciliation import comparisons, listing
from storage.reconciliation.kinds import Extent, Stage
from storage.reconciliation.listing import Wish
from tests.contracts.portals.conftest import EVENT, RULES
from tests.contracts.portals.pulling import Pulling, dossier, dossiers

DOUBTED = "SELECT d.code, r.state FROM portal_report r JOIN dossier d ON d.id = r.dossier_id ORDER BY d.code"
FIRST, SECOND, THIRD = (f"H26-261121-{number:04}" for number in (1, 2, 3))


class Reconciling(Pulling):
    """What a test compares with."""

    def connect(self, **given):
        """Connect to the portal; nothing is too fresh to be compared."""
        rules = {"settle_seconds": 0, "all_days": 1, **given.pop("rules", {})}
        return self.link(reconcile=rules, **given)

    async def both(self, link, count):
        """Let both sides have dossiers, as a pull leaves them."""
        await self.have(dossiers(count))
        await self.know(link, *range(1, count + 1))

    async def know(self, link, *numbers, **changes):
        """Let us alone know of dossiers, by their numbers."""
        dialect = link.deployment.dialect.dialect
        told = [dossier_record([event(number, **changes)], dialect, RULES).record for number in numbers]
        assert (await Keeping(link).keep(told)).strays == []

    async def change(self, statement):
        """Change what we keep behind everybody's back."""
        async with self.open_unit() as uow:
            await (await uow.driver()).execute(statement.encode())
            await uow.commit()

    async def compare(self, link, extent=Extent.CHANGED):
        """Compare to the end, and return the counts."""
        await self.settled()
        async with self.turn(link, NAME) as turn:
            run = await start(link, extent, datetime.now(UTC))
            return (await take_on(link, turn, run)).counts

    async def settled(self):
        """Wait until no transaction is under way that could have begun before our last change."""
        async with asyncio.timeout(20):
            while True:
                async with self.open_unit() as uow:
                    until = await horizon(uow, settled=timedelta(0))
                last = (await self.rows("SELECT max(updated_at) FROM dossier"))[0][0]
                if last is None or last < until:
                    return

    async def differences(self, *states):
        """Return what is listed, by code: kind, field, what is said, rule, and what came of it."""
        async with self.open_unit() as uow:
            found = await listing.listed(uow, Wish(states=states or None))
        return sorted((one.code, one.kind, one.field, one.rule, one.state) for one in found)

    async def one(self):
        """Return the only difference."""
        async with self.open_unit() as uow:
            (found,) = await listing.listed(uow, Wish())
        return found


def event(number, **changes):
    """Return what is told of a dossier, as `dossiers` has it."""
    applicant = {"kind": "person", "number": f"00119{number:07}", "name": "Nguyễn Thị Ví Dụ"}
    return EVENT | {"dossier_code": f"H26-261121-{number:04}", "applicant": applicant} | changes


@pytest.fixture
async def world(stage, unit_of_work):
    """A portal, and a database with agencies and a catalogue."""
    one = Reconciling(stage=stage, open_unit=unit_of_work)
    await one.prepare()
    return one


async def test_what_agrees_is_neither_listed_nor_looked_at_again(world):
    """The first comparison is of everything; the next one reads nothing that has not changed."""
    link = world.connect()
    await world.both(link, 5)
    first = await world.compare(link)
    assert (first["compared"], first.get("differing")) == (5, None)
    again = await world.compare(link)
    # Windows overlap by seconds, so the portal shows them once more: known by what they say, they are passed.
    assert again.get("compared") is None
    assert await world.differences() == []


async def test_a_change_on_either_side_is_compared_and_nothing_else(world):
    """Of 40 agreeing dossiers, one that changed here is asked for, and none of the others."""
    link = world.connect(overlap_seconds=0)
    await world.both(link, 40)
    await world.compare(link)
    await world.know(link, 3, status=4, occurred_at="2026-11-21T11:00:00+07:00")
    counts = await world.compare(link)
    assert counts["compared"] == 1
    assert counts["listed"] == 1
    assert await world.differences() == [
        (THIRD, "field_differs", "status", "status_ours_newer", "open"),
    ]


async def test_what_is_missing_here_is_pulled(world):
    """It is listed with the rule that repaired it, and ours from then on."""
    link = world.connect()
    await world.have(dossiers(3))
    await world.know(link, 1, 2)
    counts = await world.compare(link)
    assert counts["pulled"] == 1
    assert await world.codes() == [FIRST, SECOND, THIRD]
    assert await world.differences() == [(THIRD, "missing_here", "", "missing_here", "repaired")]
    assert (await world.one()).theirs.startswith("2@2026-11-21T09:00:00")


async def test_what_is_missing_there_is_reported_and_seen_to_arrive(world):
    """It goes to the queue of reports; repaired it is when the portal is seen to have it."""
    link = world.connect()
    records = dossiers(2)
    await world.both(link, 1)
    await world.know(link, 2)
    await world.compare(link)
    assert await world.differences() == [(SECOND, "missing_there", "", "missing_there", "open")]
    assert await world.rows(DOUBTED) == [(SECOND, "due")]
    await world.compare(link)
    assert await world.differences() == [(SECOND, "missing_there", "", "missing_there", "open")]
    await world.have(records[1:])
    await world.compare(link)
    assert await world.differences() == [(SECOND, "missing_there", "", "missing_there", "repaired")]


async def test_a_newer_status_of_theirs_is_pulled_beside_what_we_know(world):
    """Theirs becomes a fact among ours: none is overwritten."""
    link = world.connect()
    await world.both(link, 1)
    later = dossiers(1, status=4, occurred_at="2026-11-21T15:00:00+07:00")
    await world.have(later)
    await world.compare(link)
    assert await world.differences() == [
        (FIRST, "field_differs", "status", "status_theirs_newer", "repaired")
    ]
    assert [status for _, status, *_ in await world.rows()] == [2, 4]


async def test_what_a_pull_does_not_mend_is_left_for_a_person(world):
    """What we were told already, and what stands against it by the source's own order: nothing loops."""
    link = world.connect()
    later = {"status": 4, "occurred_at": "2026-11-21T15:00:00+07:00"}
    await world.both(link, 1)
    await world.know(link, 1, **later)
    await world.change("UPDATE dossier SET status = 2, status_since = '2026-11-21T09:00:00+07:00'")
    await world.have(dossiers(1, **later))
    assert (await world.compare(link))["pulled"] == 1
    assert (await world.differences())[0][-1] == "left"
    assert (await world.compare(link)).get("pulled") is None
    assert (await world.differences())[0][-1] == "left"


async def test_a_newer_status_of_ours_is_reported(world):
    """The portal is told again; late, it is left for a person."""
    link = world.connect()
    await world.both(link, 1)
    await world.know(link, 1, status=4, occurred_at="2026-11-21T15:00:00+07:00")
    await world.compare(link)
    assert await world.differences() == [(FIRST, "field_differs", "status", "status_ours_newer", "open")]
    assert [code for code, _ in await world.rows(DOUBTED)] == [FIRST]
    await world.change("UPDATE portal_difference SET repair_at = repair_at - interval '7 hours'")
    await world.compare(link)
    assert (await world.differences())[0][-1] == "left"


async def test_what_no_rule_repairs_is_left_and_says_nothing_personal(world):
    """Another applicant, another day, another procedure: listed; the numbers of people are not."""
    link = world.connect()
    await world.both(link, 1)
    other = {"kind": "person", "number": "001190009999", "name": "Trần Văn Khác"}
    (theirs,) = dossiers(1, due_at="2026-12-01T17:00:00+07:00", procedure_code="2.000635")
    await world.have(
        [
            {
                **theirs,
                **dossier(applicant=other),
                "MaHoSo": FIRST,
                "NgayHenTra": theirs["NgayHenTra"],
                "MaTTHC": "2.000635",
            }
        ]
    )
    await world.compare(link)
    assert await world.differences() == [
        (FIRST, "field_differs", "applicant", "applicant", "left"),
        (FIRST, "field_differs", "due", "due", "left"),
        (FIRST, "field_differs", "procedure", "procedure", "left"),
    ]
    async with world.open_unit() as uow:
        told = json.dumps([(one.ours, one.theirs) for one in await listing.listed(uow, Wish())])
    assert "001190" not in told
    assert "2.000635" in told
    assert [status for _, status, *_ in await world.rows()] == [2]


async def test_what_a_person_settled_stays_so_until_either_side_says_something_else(world):
    """It is not asked for every night, and comes up again when their day changes."""
    link = world.connect()
    await world.both(link, 1)
    await world.have(dossiers(1, due_at="2026-12-01T17:00:00+07:00"))
    await world.compare(link)
    async with world.open_unit() as uow:
        assert await listing.settle(uow, (await world.one()).id, by="tester", note="Đã gọi điện")
        await uow.commit()
    await world.compare(link, Extent.ALL)
    assert await world.differences() == [(FIRST, "field_differs", "due", "due", "settled")]
    assert (await world.compare(link)).get("compared") is None
    await world.have(dossiers(1, due_at="2026-12-09T17:00:00+07:00"))
    await world.compare(link)
    assert [state for *_, state in await world.differences()] == ["left", "settled"]


async def test_what_agrees_again_by_itself_is_gone(world):
    """Nobody here did anything."""
    link = world.connect()
    await world.both(link, 1)
    await world.have(dossiers(1, due_at="2026-12-01T17:00:00+07:00"))
    await world.compare(link)
    await world.have(dossiers(1))
    await world.compare(link)
    assert await world.differences() == [(FIRST, "field_differs", "due", "due", "gone")]


async def test_rules_can_leave_everything_to_people(world):
    """Nothing is pulled, and nothing reported."""
    link = world.connect(rules={"repair": {"missing_here": "person", "missing_there": "person"}})
    records = dossiers(2)
    await world.have(records[:1])
    await world.know(link, 2)
    await world.compare(link)
    assert await world.codes() == [SECOND]
    assert await world.rows(DOUBTED) == []
    assert [state for *_, state in await world.differences()] == ["left", "left"]


async def test_one_that_can_not_be_read_is_a_stray_and_holds_up_no_other(world):
    """The others are compared; it is kept, sealed, until something is mended."""
    link = world.connect()
    records = dossiers(2)
    await world.have([{**records[0], "TrangThaiHoSo": "99"}, records[1]])
    counts = await world.compare(link)
    assert (counts["unreadable"], counts["pulled"]) == (1, 1)
    assert await world.rows("SELECT code, reason FROM portal_stray") == [(FIRST, "malformed")]


async def test_a_portal_that_stalls_leaves_the_comparison_where_it_stood(world):
    """What was found is kept, why it stands is said, and it goes on with the page where it stopped."""
    link = world.connect(page_size=2)
    await world.have(dossiers(5))
    async with world.turn(link, NAME) as turn:
        run = await start(link, Extent.ALL, datetime.now(UTC))
        step = Running(link, turn)
        while not run.counts.get("read"):
            run = await step.step(run, datetime.now(UTC))
        await world.stage.script({"kind": "status", "code": 500}, to="TraCuuHoSo")
        with pytest.raises(UnavailableError):
            await take_on(link, turn, run)
    async with world.open_unit() as uow:
        stands = await comparisons.running(uow, link.name)
    assert stands.stage is Stage.THEIRS
    assert stands.cursor
    assert stands.error
    await world.stage.http.delete("/sandbox/faults/portal")
    async with world.turn(link, NAME) as turn:
        done = await take_on(link, turn, stands)
    assert done.counts["read"] == 5
    assert len(await world.codes()) == 5


async def test_one_that_is_never_answered_holds_up_the_others_for_an_hour(world, monkeypatch):
    """After that it is passed over, and asked for again the next time."""
    link = world.connect()
    await world.both(link, 1)
    monkeypatch.setattr(running, "STUCK", timedelta(0))
    await world.know(link, 2)
    link.portal.dossier = _never
    counts = await world.compare(link)
    assert counts["unheard"] == 1
    assert await world.differences() == []
    assert await world.rows("SELECT code, agrees FROM portal_standing ORDER BY code") == [
        (FIRST, True),
        (SECOND, False),
    ]


async def _never(_code):
    raise UnavailableError("no answer")


async def test_whoever_dies_between_finding_and_pulling_loses_nothing(world, monkeypatch):
    """The next one finds it open, and pulls it."""
    link = world.connect()
    await world.have(dossiers(1))

    async def dies(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Keeping, "keep", dies)
        with pytest.raises(KeyboardInterrupt):
            await world.compare(link)
    assert (await world.differences())[0][-1] == "open"
    async with world.turn(link, NAME) as turn:
        async with world.open_unit() as uow:
            run = await comparisons.running(uow, link.name)
        await take_on(link, turn, run)
    assert await world.differences() == [(FIRST, "missing_here", "", "missing_here", "repaired")]
    assert await world.codes() == [FIRST]


async def test_one_comparison_of_a_portal_goes_on_at_a_time(world):
    """A second one is refused by the database."""
    link = world.connect()
    await start(link, Extent.ALL, datetime.now(UTC))
    with pytest.raises(Exception, match="uq_portal_comparison_running"):
        await start(link, Extent.ALL, datetime.now(UTC))
