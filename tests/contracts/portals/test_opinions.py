"""Questions, complaints and ratings are told to a portal: what is public of them, once, and as it stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.connectors.dialect import VIETNAM
from api.connectors.pushing import opinions
from storage.portal_reports import asking
from storage.portal_reports.models import PortalOpinionReport
from storage.unit_of_work import UnitOfWork
from tests.contracts.portals.conftest import Stage
from tests.contracts.portals.world import World, build
from tests.storage.vault.keeping import make_party

OFFERS = ["report_opinions"]
LAST_MONTH = (datetime.now(VIETNAM).date().replace(day=1) - timedelta(days=1)).replace(day=1)
THIS_MONTH = datetime.now(VIETNAM).date().replace(day=1)
LOST = [{"kind": "cut"}, {"kind": "status", "code": 500}, {"kind": "misreport", "code": "77"}]
QUESTION = """
INSERT INTO published_answer (id, agency_id, question, answer, procedure_code, procedure_version, published_by,
  published_at, updated_at)
VALUES ('01a20000-0000-7000-8000-000000000001', %s, 'Nộp ở đâu?', 'Tại phường.', '1.001193', 1, 'x',
  '2026-11-02T02:00:00Z', now())
"""
COMPLAINT = """
INSERT INTO complaint (id, code, party_id, author_ref, agency_id, kind, topic, text_sealed, state, publication,
  received_at, accept_by, ask_by, process_by)
VALUES ('01a20000-0000-7000-8000-000000000002', 'PA-7K3M0QXV', %s, '', %s, 'complaint', 'delay', 'secret',
  'received', 'private', '2026-11-02T02:00:00Z', now(), now(), '2026-11-20T10:00:00Z')
"""
PUBLISHED = """
WITH officer AS (INSERT INTO officer (id, subject_index, invited_by) VALUES (gen_random_uuid(), 'x', 'test') RETURNING id)
INSERT INTO published_complaint (id, complaint_id, agency_id, kind, topic, text, answer, answered_at,
  published_by, published_at, updated_at)
SELECT gen_random_uuid(), c.id, c.agency_id, c.kind, c.topic, 'Hồ sơ chậm', 'Xin lỗi', now(), officer.id, now(), now()
FROM complaint c, officer
"""
RATINGS = """
INSERT INTO rating (spent, agency_id, month, level, reasons, editable_until, fresh)
SELECT sha256((%(agency)s::text || %(month)s::text || %(level)s::text || %(fresh)s::text || n)::bytea), %(agency)s, %(month)s,
  %(level)s, ARRAY[%(reason)s], now()::date, %(fresh)s
FROM generate_series(1, %(count)s) AS g(n)
"""


@pytest.fixture
async def world(stage: Stage, unit_of_work: Callable[[], UnitOfWork]) -> World:
    """A database with agencies, and a portal of either style that takes opinions."""
    stage.told["offers"] = OFFERS
    return await build(stage, unit_of_work)


async def do(world: World, query: str, given: Any = None) -> None:
    """Change what is kept."""
    async with world.open_unit() as uow:
        await (await uow.driver()).execute(query.encode(), given)
        await uow.commit()


async def rate(world: World, count: int, **given: Any) -> None:
    """Have ratings of the city, satisfied as it was quick, of the last month and mixed, unless it is given."""
    usual = {"agency": world.agencies["H26"], "month": LAST_MONTH, "level": "satisfied", "fresh": False}
    await do(world, RATINGS, usual | {"reason": "on_time", "count": count} | given)


async def told(world: World, **given: Any) -> list[float]:
    """Draw up what is new, and send all that is due; return the rests."""
    link, rests = world.link(**given), list[float]()
    async with world.turn(link) as turn:
        await opinions.draw_up(link, turn)
        while (rest := await opinions.send_one(link, turn)) is not None:
            rests.append(rest)
    return rests


async def standing(world: World) -> dict[str, dict[str, Any]]:
    """Return what the portal has, by kind and key."""
    found: dict[str, dict[str, Any]] = (await world.stage.http.get("/sandbox/portal")).json()["opinions"]
    return found


async def states(world: World) -> list[str]:
    """Return the states of all that was drawn up."""
    async with world.open_unit() as uow:
        rows = await (await uow.driver()).execute("SELECT state FROM portal_opinion_report ORDER BY key")
        return [str(state) for (state,) in await rows.fetchall()]


async def test_a_question_is_told_as_it_is_published(world):
    """Once; again when it changes; and that it was taken down, without its words."""
    await do(world, QUESTION, [world.agencies["H26.1"]])
    assert await told(world) == [0.0]
    ((key, record),) = (await standing(world))["question"].items()
    assert record == {
        "MaCauHoi": key,
        "MaDonVi": "H26.1",
        "TenDonVi": "Phường Ba Đình",
        "MaTTHC": "1.001193",
        "TenLinhVuc": "Hộ tịch",
        "TrangThai": "published",
        "NoiDungCauHoi": "Nộp ở đâu?",
        "NoiDungTraLoi": "Tại phường.",
        "NgayCongKhai": "20261102090000",
    }
    assert await told(world) == []
    await do(world, "UPDATE published_answer SET answer = 'Trên mạng.'")
    await told(world)
    assert (await standing(world))["question"][key]["NoiDungTraLoi"] == "Trên mạng."
    await do(world, "UPDATE published_answer SET taken_down_at = now()")
    await told(world)
    last = (await standing(world))["question"][key]
    assert last["TrangThai"] == "taken_down"
    assert not last.keys() & {"NoiDungCauHoi", "NoiDungTraLoi"}


async def test_of_a_complaint_only_what_is_published_is_told(world):
    """How far it is, by when it is due; its words once a moderator let them be read, and no longer than that."""
    async with world.open_unit() as uow:
        party = (await make_party(uow)).party_id
        await uow.commit()
    await do(world, COMPLAINT, [party, world.agencies["H26"]])
    await told(world)
    assert (await standing(world))["complaint"] == {
        "PA-7K3M0QXV": {
            "MaPhanAnh": "PA-7K3M0QXV",
            "MaDonVi": "H26",
            "TenDonVi": "Thành phố Hà Nội",
            "LoaiPhanAnh": "complaint",
            "ChuDe": "delay",
            "TrangThai": "received",
            "NgayTiepNhan": "20261102090000",
            "NgayHenTra": "20261120170000",
        }
    }
    await do(world, PUBLISHED)
    await told(world, opinions={"words": {"delay": "CHAM", "received": "1"}})
    shown = (await standing(world))["complaint"]["PA-7K3M0QXV"]
    assert (shown["NoiDungPhanAnh"], shown["NoiDungTraLoi"], shown["ChuDe"]) == (
        "Hồ sơ chậm",
        "Xin lỗi",
        "CHAM",
    )
    await do(world, "UPDATE published_complaint SET taken_down_at = now()")
    await told(world)
    assert "NoiDungPhanAnh" not in (await standing(world))["complaint"]["PA-7K3M0QXV"]


async def test_ratings_are_told_in_counts_of_many(world):
    """Of fewer than five, of those not mixed yet, and of a month that is not over, nothing is said."""
    await rate(world, 4, agency=world.agencies["H26.1"])
    await rate(world, 9, month=THIS_MONTH)
    await rate(world, 4)
    await rate(world, 3, level="dissatisfied", reason="late", fresh=True)
    assert await told(world) == []
    await rate(world, 1, level="dissatisfied", reason="late")
    await told(world)
    assert (await standing(world))["rating"] == {
        f"H26-{LAST_MONTH:%Y%m}": {
            "MaDanhGia": f"H26-{LAST_MONTH:%Y%m}",
            "MaDonVi": "H26",
            "TenDonVi": "Thành phố Hà Nội",
            "Thang": f"{LAST_MONTH:%Y%m}",
            "TongSo": 5,
            "SoKhongHaiLong": 1,
            "SoHaiLong": 4,
            "SoRatHaiLong": 0,
            "DanhSachLyDo": [
                {"MucDo": "dissatisfied", "LyDo": "late", "SoLuong": 1},
                {"MucDo": "satisfied", "LyDo": "on_time", "SoLuong": 4},
            ],
        }
    }


async def test_what_others_were_asked_is_not_told(world):
    """Agencies that are not the portal's tell theirs elsewhere."""
    await do(world, QUESTION, [world.agencies["H27"]])
    await rate(world, 6, agency=world.agencies["H27"])
    assert await told(world) == []


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault["kind"])
@pytest.mark.parametrize("replaces", [True, False])
async def test_a_lost_answer_ends_with_one(world, fault, replaces):
    """Whether the portal takes it again under its key, or says that it is there."""
    await world.stage.rule(replaces=replaces)
    await do(world, QUESTION, [world.agencies["H26"]])
    await world.stage.script(fault, to="DongBoHoiDap")
    assert await told(world) == [opinions.AWAY_SECONDS]
    assert await states(world) == ["doubted"]
    await do(world, "UPDATE portal_opinion_report SET next_at = now()")
    assert await told(world) == [0.0]
    assert await states(world) == ["done"]
    assert len((await standing(world))["question"]) == 1


async def test_a_portal_that_takes_no_changes_refuses_one(world):
    """Which is kept as refused until it changes again, or an operator has it tried again."""
    await world.stage.rule(replaces=False)
    await do(world, QUESTION, [world.agencies["H26"]])
    await told(world)
    await do(world, "UPDATE published_answer SET answer = 'Trên mạng.'")
    assert await told(world) == [0.0]
    assert await states(world) == ["refused"]
    assert await told(world) == []
    await world.stage.rule(replaces=True)
    async with world.open_unit() as uow:
        assert await asking.retry_opinions(uow, "quoc-gia", now=datetime.now(UTC)) == 1
        await uow.commit()
    await told(world)
    assert await states(world) == ["done"]


async def test_who_is_not_let_in_waits(world):
    """For ten minutes, and nothing is in doubt."""
    await do(world, QUESTION, [world.agencies["H26"]])
    world.stage.password = "wrong"
    assert await told(world) == [600]
    assert await states(world) == ["waiting"]


async def test_what_changes_amid_a_report_goes_next(world):
    """What was drawn up anew meanwhile is not taken for told."""
    await do(world, QUESTION, [world.agencies["H26"]])
    link = world.link()
    async with world.turn(link) as turn:
        await opinions.draw_up(link, turn)
        async with world.open_unit() as uow:
            taken = await opinions.opinion_sending.take(
                uow, link.name, now=datetime.now(UTC), lease=opinions.LEASE
            )
            await uow.commit()
        await do(world, "UPDATE published_answer SET answer = 'Trên mạng.'")
        await opinions.draw_up(link, turn)
        async with world.open_unit() as uow:
            assert await opinions.opinion_sending.settle(
                uow, taken, opinions.ReportState.DONE, now=datetime.now(UTC)
            )
            await uow.commit()
            kept = await uow.session.get_one(PortalOpinionReport, ("quoc-gia", "question", taken.key))
        assert (kept.state, kept.told_digest == kept.digest) == ("due", False)


async def test_many_are_drawn_up_in_slices(world, monkeypatch):
    """None is left out at the border of two."""
    monkeypatch.setattr(opinions, "SLICE", 2)
    many = QUESTION.replace("'01a20000-0000-7000-8000-000000000001'", "gen_random_uuid()")
    for _ in range(5):
        await do(world, many, [world.agencies["H26"]])
    await told(world)
    assert len((await standing(world))["question"]) == 5


class Faulty:
    """A portal over one key of which the program fails."""

    def __init__(self, portal: Any, bad: str) -> None:
        self._portal, self._bad = portal, bad
        self.dialect = portal.dialect

    async def report_opinion(self, kind: Any, record: Any) -> Any:
        """Fail as a program does."""
        if self._bad in record.values():
            raise KeyError("a fault of ours")
        return await self._portal.report_opinion(kind, record)


async def test_one_over_which_the_program_fails_holds_up_no_other(world):
    """It is in doubt, and goes again later; what is due after it goes now."""
    await do(world, QUESTION, [world.agencies["H26.1"]])
    await rate(world, 5)
    await told(world)
    await do(world, "UPDATE published_answer SET answer = 'Khác.'")
    await rate(world, 1, level="dissatisfied")
    link = world.link()
    link = replace(link, portal=Faulty(link.portal, "01a20000-0000-7000-8000-000000000001"))
    async with world.turn(link) as turn:
        await opinions.draw_up(link, turn)
        while await opinions.send_one(link, turn) is not None:
            pass
    assert await states(world) == ["doubted", "done"]


async def test_what_says_the_same_is_not_even_locked(world):
    """Drawing up all that there is, each hour, writes nothing where nothing is new."""
    await do(world, QUESTION, [world.agencies["H26.1"]])
    await rate(world, 5)
    await told(world)
    await told(world)
    async with world.open_unit() as uow:
        rows = await (await uow.driver()).execute("SELECT xmax::text FROM portal_opinion_report")
        assert await rows.fetchall() == [("0",), ("0",)]
