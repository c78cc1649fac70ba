"""`tindan portals reconcile`, `differences` and `day`: compared by hand, listed, settled, and counted."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from storage.agencies.repository import AgencyRecord, put, resolve
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.reconciliation import days
from storage.reconciliation.figures import Figures

CODE = "H26-261121-0001"
RECORD = {
    "MaHoSo": CODE,
    "MaTTHC": "1.001193",
    "SoGiayToChuHoSo": "001190000001",
    "ChuHoSo": "Nguyễn Thị Ví Dụ",
    "LoaiDoiTuong": "1",
    "TrangThaiHoSo": "2",
    "NgayTiepNhan": "20261121090000",
}
DAY = (datetime.now(UTC) - timedelta(days=3)).date()


@pytest.fixture
async def tindan(portal_described, on_portals, unit_of_work):
    """Run a command; return its exit code and all that it said."""
    described = portal_described | {
        "answers": {"success": ["00"], "exists": ["02"], "missing": ["03"], "expired": ["01"]},
        "offers": ["dossier", "changed"],
        "reconcile": {"settle_seconds": 0, "all_days": 1, "repair": {"missing_here": "person"}},
    }
    tell = on_portals({"quoc-gia": described})
    async with unit_of_work() as uow:
        await put(uow, [AgencyRecord(code="H26", name="Thành phố Ví Dụ")])
        procedure = Procedure(code="1.001193", name="Đăng ký khai sinh", agency="Ủy ban nhân dân cấp xã")
        await procedures.put(uow, [procedure], author="test", source="test", whole=False)
        await uow.commit()

    async def run(*arguments):
        result = await tell(*arguments)
        return result.exit_code, result.stdout or result.stderr

    return run


async def test_compared_listed_and_settled(tindan, portal):
    """A difference that no rule repairs is found by hand, shown, and let stay, once."""
    assert portal.post("/sandbox/portal/dossiers", json=[RECORD]).status_code == 204
    code, said = await tindan("reconcile", "quoc-gia", "--all", "--json")
    assert code == 0, said
    run = json.loads(said[said.index("{") :])
    assert (run["extent"], run["stage"], run["counts"]["compared"]) == ("all", "done", 1)
    code, said = await tindan("differences", "list", "--json")
    (found,) = json.loads(said)
    assert (found["code"], found["kind"], found["state"]) == (CODE, "missing_here", "left")
    assert "001190000001" not in said
    assert CODE in (await tindan("differences", "list", "quoc-gia"))[1]
    assert json.loads((await tindan("differences", "list", "other", "--json"))[1]) == []
    assert (await tindan("differences", "settle", found["id"], "--note", "Hồ sơ thử"))[0] == 0
    assert (await tindan("differences", "settle", found["id"], "--note", "Lần nữa"))[0] == 2
    shown = json.loads((await tindan("differences", "show", found["id"], "--json"))[1])
    assert (shown["state"], shown["note"]) == ("settled", "Hồ sơ thử")
    assert "Hồ sơ thử" in (await tindan("differences", "show", found["id"]))[1]
    assert json.loads((await tindan("differences", "list", "--json"))[1]) == []
    assert (await tindan("differences", "show", "00000000-0000-0000-0000-000000000000"))[0] == 2


async def test_a_portal_that_does_not_answer(tindan, portal):
    """Exit code 1, one line, and where the comparison stands is kept."""
    fault = {"script": [{"kind": "status", "code": 500}], "match": {"to": "TraCuuHoSo"}}
    assert portal.put("/sandbox/faults/portal", json=fault).status_code == 200
    code, said = await tindan("reconcile", "quoc-gia")
    assert code == 1, said
    portal.delete("/sandbox/faults/portal")
    assert (await tindan("reconcile", "quoc-gia"))[0] == 0


async def test_a_day(tindan, unit_of_work):
    """Of all agencies, or of one by any of its codes; a day that was not reported says so."""
    assert (await tindan("day"))[0] == 2
    async with unit_of_work() as uow:
        agency = (await resolve(uow, ["H26"]))["H26"]
        await days.keep(uow, DAY, {agency.id: Figures(pushed=7, lag_median=5, lag_p95=9)}, datetime.now(UTC))
        await uow.commit()
    _, said = await tindan("day", "--date", f"{DAY}", "--agency", "000.00.00.H26", "--json")
    told = json.loads(said)
    assert (told["date"], told["items"][0]["agency_code"], told["items"][0]["pushed"]) == (f"{DAY}", "H26", 7)
    assert "5/9" in (await tindan("day"))[1]
    assert (await tindan("day", "--agency", "H99"))[0] == 2
    assert (await tindan("day", "--date", "2026-01-01"))[0] == 2
