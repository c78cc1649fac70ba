"""What is reported to a portal: once, in tens, as new or as an update; and what is done when nobody knows."""

import logging
from datetime import timedelta

import pytest

from api.connectors.portals import reporting
from api.connectors.portals.port import NotLetInError, Outcome, Reported, UnavailableError
from api.free_ports import free_port
from tests.contracts.portals.conftest import CODE

HASTY = 1.0
LATER = {"status": 4, "occurred_at": "2026-11-22T09:00:00+07:00"}
LOST = [
    {"kind": "accept_then_hang", "seconds": 3600},
    {"kind": "delay", "seconds": 3600},
    {"kind": "cut"},
    {"kind": "misreport", "code": "1"},
    {"kind": "misreport", "text": "Lỗi: không xác định"},
    {"kind": "status", "code": 500},
    {"kind": "status", "code": 504},
]


def named(fault):
    return "-".join(map(str, fault.values())).replace(" ", "-") if isinstance(fault, dict) else None


async def test_a_new_dossier_and_its_update(stage):
    """Each in the place of the other is told for what it is."""
    portal, new, update = stage.open(), stage.dossier(), stage.dossier(**LATER)
    assert (await portal.report_dossier(update, updating=True)).outcome is Outcome.MISSING
    assert (await portal.report_dossier(new, updating=False)).outcome is Outcome.DONE
    again = await portal.report_dossier(new, updating=False)
    assert again.outcome is Outcome.EXISTS
    assert again.answer is not None
    assert "đã tồn tại" in again.answer.words
    assert (await portal.report_dossier(update, updating=True)).outcome is Outcome.DONE
    assert [one["updating"] for one in await stage.reported()] == [False, True]


@pytest.mark.parametrize("updating", [False, True])
async def test_whoever_knows_not_which_it_is_finds_out(stage, updating):
    """A wrong guess costs one call."""
    portal = stage.open()
    if not updating:
        await stage.put(CODE)
    said = await reporting.report_dossier(portal, stage.dossier(**LATER), updating=updating)
    assert said.outcome is Outcome.DONE
    (item,) = await stage.reported()
    assert item["updating"] is not updating


async def test_both_styles_send_one_record(stage):
    """What the stand-in keeps is the same, whatever it was written in."""
    await stage.open().report_dossier(stage.dossier(), updating=False)
    (item,) = await stage.reported()
    assert item["record"]["NgayTiepNhan"] == "20261121090000"
    assert item["record"]["LoaiDoiTuong"] == "1"


async def test_progress_goes_in_tens(stage):
    """The stand-in takes no more at once; each has its outcome, in order."""
    portal = stage.open()
    await portal.report_dossier(stage.dossier(), updating=False)
    steps = [stage.step(**LATER, step=f"Bước {number}") for number in range(23)]
    said = await portal.report_progress(steps)
    assert [one.outcome for one in said] == [Outcome.DONE] * 23
    kept = [one["record"]["PhongBanXuLy"] for one in (await stage.reported())[1:]]
    assert kept == [f"Bước {number}" for number in range(23)]
    assert len(await portal.progress(CODE)) == 23
    larger = await stage.open(chunk=11).report_progress(steps[:11])
    assert {one.outcome for one in larger} >= {Outcome.DONE}


@pytest.mark.parametrize("each", [True, False])
async def test_one_bad_step_holds_up_no_other(stage, each):
    """Whether the portal says which it is, or refuses all of them."""
    portal = stage.open()
    await portal.report_dossier(stage.dossier(), updating=False)
    await stage.rule(each=each)
    bad = {**stage.step(), "NguoiXuLy": "x" * 51}
    steps = [stage.step(step="A"), bad, stage.step(step="B")]
    said = await portal.report_progress(steps)
    assert [one.outcome for one in said] == [Outcome.DONE, Outcome.REFUSED, Outcome.DONE]
    assert said[1].answer is not None
    assert said[1].answer.code == "05"


async def test_what_was_taken_in_is_not_forgotten_when_the_door_shuts(stage):
    """The steps before are done, those after can be sent again; an operator is told by the next call."""
    portal = stage.open(chunk=2)
    await portal.report_dossier(stage.dossier(), updating=False)
    shut = {"kind": "refuse", "code": "09", "times": -1}
    await stage.script({"kind": "delay", "seconds": 0.01}, shut, to=stage.progress)
    said = await portal.report_progress([stage.step(step=str(number)) for number in range(5)])
    assert [one.outcome for one in said] == [Outcome.DONE] * 2 + [Outcome.RETRYABLE] * 3
    with pytest.raises(NotLetInError):
        await portal.report_progress([stage.step()])
    await stage.script({"kind": "cut"}, shut, to=stage.progress)
    other = await reporting.report_progress(portal, [stage.step(**LATER, step=str(n)) for n in range(3)])
    assert [one.outcome for one in other] == [Outcome.DONE] * 2 + [Outcome.RETRYABLE]


async def test_a_text_that_is_too_long_is_refused_or_cut(stage):
    """As the deployment has it; what is cut without a word still counts as done."""
    portal, long = stage.open(), {**stage.dossier(), "TrichYeuHoSo": "x" * 1001}
    refused = await reporting.report_dossier(portal, long)
    assert (refused.outcome, refused.answer and refused.answer.code) == (Outcome.REFUSED, "05")
    await stage.rule(lengths="cut")
    assert (await reporting.report_dossier(portal, long)).outcome is Outcome.DONE
    assert stage.dossier(summary="x" * 5000)["TrichYeuHoSo"] == "x" * 1000


@pytest.mark.parametrize("fault", LOST, ids=named)
async def test_a_lost_answer_is_asked_for_before_it_is_sent_again(stage, fault):
    """Whatever happened, the portal has the dossier once, and we know it."""
    await stage.script(fault, to=stage.report)
    said = await reporting.report_dossier(stage.open(timeout_seconds=HASTY), stage.dossier())
    assert said.outcome is Outcome.DONE
    assert [one["updating"] for one in await stage.reported()] == [False]


@pytest.mark.parametrize(
    ("fault", "arrived"), [({"kind": "cut"}, 1), ({"kind": "status", "code": 500}, 0)], ids=named
)
async def test_by_itself_an_adapter_sends_once(stage, fault, arrived):
    """What it does not know, it says so."""
    await stage.script(fault, to=stage.report)
    said = await stage.open().report_dossier(stage.dossier(), updating=False)
    assert said == Reported(outcome=Outcome.UNKNOWN)
    assert len(await stage.reported()) == arrived


async def test_what_was_in_doubt_is_asked_for_first(stage):
    """After a crash, say: what has arrived is not sent, what has not is."""
    portal, record = stage.open(), stage.dossier()
    for _ in range(2):
        assert (await reporting.report_dossier(portal, record, doubted=True)).outcome is Outcome.DONE
        assert len(await stage.reported()) == 1
    newer = stage.dossier(**LATER)
    assert (await reporting.report_dossier(portal, newer, doubted=True)).outcome is Outcome.DONE
    assert [one["updating"] for one in await stage.reported()] == [False, True]


async def test_who_can_not_be_asked_leaves_it_unknown(stage):
    """Nothing is sent a second time on a guess."""
    portal = stage.open(services={"find": "TimHoSo"})
    await stage.script({"kind": "cut"}, to=stage.report)
    assert (await reporting.report_dossier(portal, stage.dossier())).outcome is Outcome.UNKNOWN
    assert len(await stage.reported()) == 1


@pytest.mark.parametrize("there", [False, True])
async def test_exists_out_of_place_misleads_nobody(stage, there):
    """Said of a dossier that is not there, or of an update."""
    portal = stage.open()
    if there:
        await stage.put(CODE)
    await portal.dossier(CODE)
    service = stage.report if not there or stage.style == "session" else "CapNhatTrangThai"
    await stage.script({"kind": "refuse", "code": "02"}, to=service)
    said = await reporting.report_dossier(portal, stage.dossier(**LATER), updating=there)
    assert said.outcome is Outcome.DONE
    (item,) = await stage.reported()
    assert item["updating"] is there


async def test_progress_in_doubt_is_asked_for(stage):
    """What has arrived is not sent again, and what has not is; where steps are not shown it stays unknown."""
    portal = stage.open(timeout_seconds=HASTY)
    await portal.report_dossier(stage.dossier(), updating=False)
    steps = [stage.step(**LATER), stage.step(status=9, occurred_at="2026-11-23T09:00:00+07:00")]
    await stage.script({"kind": "accept_then_hang", "seconds": 3600}, to=stage.progress)
    assert [one.outcome for one in await reporting.report_progress(portal, steps[:1])] == [Outcome.DONE]
    both = await reporting.report_progress(portal, steps, doubted=True)
    assert [one.outcome for one in both] == [Outcome.DONE] * 2
    assert len(await stage.reported()) == 3
    blind = stage.open(offers=["dossier", "report_progress"])
    said = await reporting.report_progress(blind, steps, doubted=True)
    assert [one.outcome for one in said] == [Outcome.UNKNOWN] * 2
    assert len(await stage.reported()) == 3


async def test_steps_of_one_moment_are_told_apart(stage):
    """By where they were taken, though the name of that may be cut; else one would be taken for the other."""
    portal, long = stage.open(), "Bộ phận tiếp nhận và trả kết quả của phường"
    await portal.report_dossier(stage.dossier(), updating=False)
    first, second = stage.step(**LATER, step="A"), stage.step(**LATER, step="B")
    await portal.report_progress([first, {**stage.step(**LATER), "PhongBanXuLy": long[:35]}])
    said = await reporting.report_progress(
        portal, [first, second, stage.step(**LATER, step=long)], doubted=True
    )
    assert [one.outcome for one in said] == [Outcome.DONE] * 3
    places = [one["record"]["PhongBanXuLy"] for one in (await stage.reported())[1:]]
    assert places == ["A", long[:35], "B"]


async def test_half_of_the_answers_leaves_the_others_unknown(stage):
    """What is not said of a step is not taken for done."""
    portal = stage.open()
    await portal.report_dossier(stage.dossier(), updating=False)
    other = "000.00.00.H26-261121-0002"
    await stage.put(other)
    steps = [stage.step(**LATER), stage.step(**LATER, dossier_code=other)]
    await stage.script({"kind": "truncate"}, to=stage.progress)
    said = await portal.report_progress(steps)
    assert [one.outcome for one in said] == [Outcome.DONE, Outcome.UNKNOWN]
    same = [stage.step(**LATER, step="A"), stage.step(**LATER, step="B")]
    await stage.script({"kind": "truncate"}, to=stage.progress)
    assert [one.outcome for one in await portal.report_progress(same)] == [Outcome.UNKNOWN] * 2


@pytest.mark.parametrize("success", ["00", "0"])
async def test_success_is_what_the_deployment_says(stage, success):
    """With the other code nothing counts as done, though it was."""
    await stage.rule(success=success)
    right = stage.open(answers=stage.told["answers"] | {"success": [success]})
    assert (await right.report_dossier(stage.dossier(), updating=False)).outcome is Outcome.DONE
    wrong = stage.open(answers=stage.told["answers"] | {"success": ["0" if success == "00" else "00"]})
    if stage.style == "session":
        with pytest.raises(UnavailableError):
            await wrong.dossier(CODE)
    else:
        said = await wrong.report_dossier(stage.dossier(**LATER), updating=True)
        assert said.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("code", [429, 503])
async def test_who_is_busy_has_taken_nothing_in(stage, code):
    """It says for how long to stay away."""
    await stage.script({"kind": "status", "code": code, "retry_after": 90}, to=stage.report)
    said = await stage.open().report_dossier(stage.dossier(), updating=False)
    assert said == Reported(outcome=Outcome.RETRYABLE, retry_after=timedelta(seconds=90))


async def test_a_session_that_ends_amid_a_run_costs_nothing(stage):
    """The report was not looked at, and goes again under another."""
    portal = stage.open()
    await portal.dossier(CODE)
    await stage.script({"kind": "expire"}, to=stage.report)
    assert (await portal.report_dossier(stage.dossier(), updating=False)).outcome is Outcome.DONE
    assert len(await stage.reported()) == 1


async def test_who_is_not_let_in_reports_nothing(stage):
    """An operator is told."""
    stage.password = "wrong"
    with pytest.raises(NotLetInError):
        await stage.open().report_dossier(stage.dossier(), updating=False)


@pytest.mark.parametrize(
    "fault", [{"kind": "status", "code": 502}, {"kind": "delay", "seconds": 3600}], ids=named
)
async def test_who_can_not_sign_in_has_sent_nothing(stage, fault):
    """So it is safe to try again."""
    await stage.script(fault, to="DangNhap")
    said = await stage.open(timeout_seconds=HASTY).report_dossier(stage.dossier(), updating=False)
    assert said.outcome is Outcome.RETRYABLE
    assert await stage.reported() == []


async def test_a_portal_that_is_down_is_left_alone(stage):
    """After ten failures nothing is sent, and how long that lasts is said."""
    at = f"http://127.0.0.1:{free_port()}"
    portal = stage.open(url=at, sign_in_url=at, tries=1)
    said = [await portal.report_dossier(stage.dossier(), updating=False) for _ in range(11)]
    assert {one.outcome for one in said} == {Outcome.RETRYABLE}
    assert [one.retry_after for one in said[:10]] == [None] * 10
    assert said[10].retry_after is not None
    assert timedelta(0) < said[10].retry_after <= timedelta(seconds=5)
    with pytest.raises(UnavailableError, match="left alone"):
        await portal.dossier(CODE)


async def test_nothing_secret_is_logged(stage, caplog, capsys):
    """Neither account nor session, nor anything of a record, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    portal = stage.open()
    wrong = {"kind": "misreport", "code": "77", "text": "Hồ sơ của Nguyễn Thị Ví Dụ"}
    await stage.script({"kind": "cut"}, {"kind": "refuse", "code": "04"}, wrong, to=stage.report)
    for _ in range(4):
        await portal.report_dossier(stage.dossier(), updating=False)
    found = await portal.dossier(CODE)
    assert found is not None
    said = caplog.text + capsys.readouterr().out + repr(portal) + repr(stage.deployment())
    secret = await portal._calls._admission.current()
    for hidden in (stage.password, secret, found["ChuHoSo"], found["SoGiayToChuHoSo"]):
        assert hidden not in said
    assert "127.0.0.1" in said
    assert "portal_unexplained" in said
    assert "77" in said
