"""Dossiers are told to a portal: every change, in order, once; and never what it told us itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.connectors.pushing import dossiers
from storage.portal_reports import asking, sending
from storage.portal_reports.kinds import ReportState
from storage.unit_of_work import UnitOfWork
from tests.contracts.portals.conftest import Stage
from tests.contracts.portals.world import FOREIGN, OURS, Death, Dying, World, build, stamp

PORTAL = "portal:quoc-gia"
HASTY = 1.0
BEFORE = [
    {"kind": "status", "code": 503, "retry_after": 60},
    {"kind": "status", "code": 429},
]
LOST = [
    {"kind": "cut"},
    {"kind": "status", "code": 500},
    {"kind": "accept_then_hang", "seconds": 3600},
    {"kind": "misreport", "code": "77"},
]


def named(fault):
    return "-".join(map(str, fault.values()))


@pytest.fixture
async def world(stage: Stage, unit_of_work: Callable[[], UnitOfWork]) -> World:
    """A database with agencies, and a portal of either style with nothing in it."""
    stage.told["records"] = {"progress_constants": {"NguoiXuLy": "Bộ phận một cửa"}}
    return await build(stage, unit_of_work)


async def test_every_change_arrives_once_and_in_order(world):
    """As a new dossier, then as updates; each fact as a step; and what does not change is not sent."""
    await world.tell(1, 0, summary="Đăng ký khai sinh")
    await world.tell(2, 1, step="Tiếp nhận", note="Đủ giấy tờ", due_at="2026-11-27T17:00:00+07:00")
    (made,) = await world.told()
    assert made.settled.state is ReportState.DONE
    (new,) = await world.records()
    assert new["updating"] is False
    assert {name: new["record"][name] for name in ("MaHoSo", "TrangThaiHoSo", "TenTTHC", "NgayTiepNhan")} == {
        "MaHoSo": OURS,
        "TrangThaiHoSo": "2",
        "TenTTHC": "Thủ tục đăng ký khai sinh",
        "NgayTiepNhan": stamp(1),
    }
    assert new["record"]["SoDienThoai"] == "0912345678"
    assert await world.steps() == [("1", stamp(0)), ("2", stamp(1))]
    assert await world.told() == []
    await world.tell(9, 3)
    await world.tell(4, 2)
    await world.told()
    assert [one["updating"] for one in await world.records()] == [False, True]
    assert (await world.records())[-1]["record"]["TrangThaiHoSo"] == "9"
    assert await world.steps() == [("1", stamp(0)), ("2", stamp(1)), ("4", stamp(2)), ("9", stamp(3))]
    report = await world.report()
    assert (report.state, report.next_at, report.attempts) == (ReportState.DONE, None, 0)
    assert report.told_at is not None


async def test_what_the_portal_told_us_is_not_told_back(world):
    """Of a dossier that is all its own nothing is put down; of a shared one, what others told goes as steps."""
    await world.stage.put(OURS)
    await world.tell(1, 0, by=PORTAL)
    assert await world.told() == []
    await world.tell(2, 1)
    await world.tell(4, 2, by=PORTAL)
    await world.told()
    # Its own status is the newer one: the older is no news about the dossier.
    assert await world.records() == []
    assert await world.steps() == [("2", stamp(1))]
    await world.tell(9, 3)
    await world.told()
    (updated,) = await world.records()
    assert (updated["updating"], updated["record"]["TrangThaiHoSo"]) == (True, "9")
    assert await world.steps() == [("2", stamp(1)), ("9", stamp(3))]
    # What comes back of what it was told is no news either.
    await world.tell(9, 3, by=PORTAL)
    await world.told()
    assert len(await world.stage.reported()) == 3


async def test_only_dossiers_of_its_agencies_are_told(world):
    """Also once others are added to them: those that were passed over are told then."""
    await world.tell(1, 0)
    await world.tell(1, 0, dossier_code=FOREIGN)
    await world.told()
    assert [one["record"]["MaHoSo"] for one in await world.records()] == [OURS]
    await world.told(agencies=["H26", "H27"])
    assert [one["record"]["MaHoSo"] for one in await world.records()] == [OURS, FOREIGN]


@pytest.mark.parametrize("left", ["dossier", "deployment"])
async def test_what_has_left_its_agencies_is_not_told_any_more(world, left):
    """Whether the dossier went to another agency, or the agency out of the deployment, while it was due."""
    await world.tell(1, 0, dossier_code=OURS if left == "dossier" else FOREIGN)
    link = world.link(agencies=["H26", "H27"] if left == "deployment" else ["H26"])
    async with world.turn(link) as turn:
        assert (await dossiers.notice_once(link, turn, settled=timedelta(0))).due == 1
    if left == "dossier":
        async with world.open_unit() as uow:
            await (await uow.driver()).execute("UPDATE dossier SET agency_id = %s", (world.agencies["H27"],))
            await uow.commit()
    made = await world.told()
    assert [one.settled.state for one in made] == [ReportState.DONE]
    assert await world.stage.reported() == []


async def test_old_dossiers_can_be_left_out(world):
    """Those that changed last before a day that an operator names."""
    await world.tell(1, 0)
    assert await world.told(push={"since": "2099-01-01T00:00:00+07:00"}) == []


async def test_nothing_is_looked_at_before_it_has_settled(world):
    """A change may be committed after a later one: so the mark stays behind whoever is still at it."""
    link = world.link()
    async with world.turn(link) as turn, world.open_unit() as open_:
        await (await open_.driver()).execute("SELECT 1")
        await world.tell(1, 0)
        assert (await dossiers.notice_once(link, turn, settled=timedelta(0))).looked_at == 0
        await open_.commit()
    assert len(await world.told()) == 1


@pytest.mark.parametrize("fault", BEFORE, ids=named)
async def test_a_portal_that_is_busy_is_told_later(world, fault):
    """As often as it takes; it has each thing once, and we rest for as long as it asks."""
    await world.tell(1, 0)
    await world.tell(2, 1)
    await world.stage.script({**fault, "times": 2}, to=world.stage.report)
    (made,) = await world.told()
    assert made.settled.state is ReportState.WAITING
    assert made.rest == fault.get("retry_after", dossiers.AWAY_SECONDS)
    assert await world.stage.reported() == []
    for _ in range(2):
        await world.hurry()
        await world.told()
    assert len(await world.records()) == 1
    assert await world.steps() == [("1", stamp(0)), ("2", stamp(1))]


@pytest.mark.parametrize("fault", LOST, ids=named)
@pytest.mark.parametrize("what", ["report", "progress"])
async def test_a_lost_answer_costs_nothing_and_doubles_nothing(world, fault, what):
    """Whether it was lost over the dossier or over its steps."""
    await world.tell(1, 0)
    await world.tell(2, 1)
    await world.stage.script(fault, to=getattr(world.stage, what))
    for _ in range(3):
        await world.told(timeout_seconds=HASTY)
        await world.hurry()
    assert len(await world.records()) == 1
    assert await world.steps() == [("1", stamp(0)), ("2", stamp(1))]
    assert (await world.report()).state == ReportState.DONE


@pytest.mark.parametrize("sent", [True, False])
async def test_whoever_dies_over_it_leaves_it_to_the_next(world, sent):
    """What was under way is asked for: what is found does not go twice, and what is not there goes."""
    await world.tell(1, 0)
    await world.told()
    await world.tell(2, 1)
    link = world.link()
    async with world.turn(link) as turn:
        await dossiers.notice_once(link, turn, settled=timedelta(0))
        with pytest.raises(Death):
            await dossiers.tell_one(replace(link, portal=Dying(link.portal, sent=sent)), turn)
    report = await world.report()
    assert (report.state, report.record_doubted, len(report.doubted_events)) == (ReportState.DOUBTED, True, 1)
    assert await world.told() == []
    await world.hurry()
    await world.told()
    assert [one["updating"] for one in await world.records()] == [False, True]
    assert await world.steps() == [("1", stamp(0)), ("2", stamp(1))]
    assert (await world.report()).state == ReportState.DONE


async def test_who_took_too_long_has_no_say(world):
    """Another took the dossier meanwhile: what the first one says then is not kept."""
    await world.tell(1, 0)
    link = world.link()
    async with world.turn(link) as turn:
        await dossiers.notice_once(link, turn, settled=timedelta(0))
        async with world.open_unit() as uow:
            slow = await sending.take(uow, link.name, now=datetime.now(UTC), lease=timedelta(0))
            await uow.commit()
        assert slow is not None
        made = await dossiers.tell_one(link, turn)
        assert made is not None
        async with world.open_unit() as uow:
            assert not await sending.settle(uow, slow, made.settled, now=datetime.now(UTC))
            await uow.commit()
    assert (await world.report()).state == ReportState.DONE


async def test_what_changes_amid_a_report_is_told_next(world):
    """The outcome of the first does not hide the second."""
    await world.tell(1, 0)
    link = world.link()
    async with world.turn(link) as turn:
        await dossiers.notice_once(link, turn, settled=timedelta(0))
        async with world.open_unit() as uow:
            taken = await sending.take(uow, link.name, now=datetime.now(UTC), lease=sending.LEASE)
            await uow.commit()
        assert taken is not None
        await world.tell(2, 1)
        await dossiers.notice_once(link, turn, settled=timedelta(0))
        done = sending.Settled(state=ReportState.DONE, standing=taken.standing)
        async with world.open_unit() as uow:
            assert await sending.settle(uow, taken, done, now=datetime.now(UTC))
            await uow.commit()
    assert (await world.report()).state == ReportState.DUE
    await world.told()
    assert await world.steps() == [("1", stamp(0)), ("2", stamp(1))]


async def test_what_is_refused_is_kept_and_not_sent_again(world):
    """Until it changes, or an operator says so; its steps do not go without it."""
    await world.tell(1, 0, applicant={"kind": "person", "number": "001190000001"})
    (made,) = await world.told()
    assert (made.settled.state, made.settled.answer_code) == (ReportState.REFUSED, "04")
    await world.hurry()
    assert await world.told() == []
    async with world.open_unit() as uow:
        assert await asking.retry(uow, "quoc-gia", now=datetime.now(UTC), code=OURS) == 1
        await uow.commit()
    assert [one.settled.state for one in await world.told()] == [ReportState.REFUSED]
    assert await world.stage.reported() == []


async def test_a_refusal_is_over_once_the_portal_knows_better(world):
    """Where its own fact is the last one no record of ours is to go: so none is left to be looked at."""
    await world.tell(1, 0, applicant={"kind": "person", "number": "001190000001"})
    await world.told()
    assert (await world.report()).state == ReportState.REFUSED
    await world.stage.put(OURS)
    await world.tell(4, 2, by=PORTAL)
    await world.told()
    assert await world.steps() == [("1", stamp(0))]
    assert (await world.report()).state == ReportState.DONE


async def test_a_refused_step_holds_up_no_other(world):
    """It is kept as refused, beside what went."""
    await world.stage.rule(lengths="refuse")
    await world.tell(1, 0)
    await world.tell(2, 1)
    given = {"records": {"progress_constants": {"NguoiXuLy": "x" * 51}}}
    (made,) = await world.told(**given)
    assert made.settled.state is ReportState.REFUSED
    assert len(await world.records()) == 1
    assert len((await world.report()).refused_events) == 2
    await world.tell(4, 2)
    await world.told()
    assert await world.steps() == [("4", stamp(2))]
    assert (await world.report()).state == ReportState.REFUSED


async def test_who_is_not_let_in_leaves_all_as_it_was(world):
    """An operator is told, the portal is left alone for a while, and nothing is in doubt."""
    await world.tell(1, 0)
    world.stage.password, right = "wrong", world.stage.password
    (made,) = await world.told()
    assert (made.told.shut, made.rest) == (True, 600)
    report = await world.report()
    assert (report.state, report.record_doubted, report.doubted_events) == (ReportState.WAITING, False, [])
    world.stage.password = right
    await world.hurry()
    await world.told()
    assert len(await world.records()) == 1


async def test_steps_that_can_not_be_asked_for_are_left_to_a_person(world):
    """They stay in doubt, newer ones go, and an operator can have them sent."""
    offers = ["dossier", "report_dossier", "report_progress"]
    await world.tell(1, 0)
    await world.stage.script({"kind": "status", "code": 500}, to=world.stage.progress)
    await world.told(offers=offers)
    await world.hurry()
    await world.told(offers=offers)
    report = await world.report()
    assert (report.state, report.next_at, len(report.doubted_events)) == (ReportState.DOUBTED, None, 1)
    await world.tell(2, 1)
    await world.told(offers=offers)
    assert await world.steps() == [("2", stamp(1))]
    async with world.open_unit() as uow:
        assert await asking.retry(uow, "quoc-gia", now=datetime.now(UTC), resend=True) == 1
        await uow.commit()
    await world.told(offers=offers)
    assert await world.steps() == [("2", stamp(1)), ("1", stamp(0))]
    assert (await world.report()).state == ReportState.DONE


async def test_a_portal_that_lost_a_dossier_gets_it_again(world):
    """By whoever found it missing, or by its own word over a step."""
    await world.tell(1, 0)
    await world.told()
    await world.stage.http.delete("/sandbox/portal")
    async with world.open_unit() as uow:
        ids = [await world.dossier_id(uow)]
        await asking.again(uow, "quoc-gia", ids, now=datetime.now(UTC), lost=True)
        await uow.commit()
    await world.told()
    assert len(await world.records()) == 1
    assert await world.steps() == [("1", stamp(0))]
    # Asked for once more where nothing is lost, nothing goes.
    async with world.open_unit() as uow:
        await asking.again(uow, "quoc-gia", ids, now=datetime.now(UTC))
        await uow.commit()
    await world.told()
    assert len(await world.stage.reported()) == 2


async def test_nobody_asks_in_between(world):
    """Whoever sends a dossier at this moment is waited for: two would send it side by side."""
    await world.tell(1, 0)
    link = world.link()
    async with world.turn(link) as turn:
        await dossiers.notice_once(link, turn, settled=timedelta(0))
        with pytest.raises(Death):
            await dossiers.tell_one(replace(link, portal=Dying(link.portal, sent=True)), turn)
        for ask in (asking.retry, asking.again):
            async with world.open_unit() as uow:
                given = [] if ask is asking.retry else [[await world.dossier_id(uow)]]
                await ask(uow, "quoc-gia", *given, now=datetime.now(UTC))
                await uow.commit()
            assert await dossiers.tell_one(link, turn) is None
    await world.hurry()
    await world.told()
    assert await world.steps() == [("1", stamp(0))]
    assert len(await world.records()) == 1
