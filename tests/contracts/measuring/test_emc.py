"""The adapter of the measuring system against its stand-in: what is sent, what comes back, what goes wrong."""

import socket
from datetime import date, timedelta
from typing import Any

import pytest

from api.connectors.measuring.dialect import EmcDialect
from api.connectors.measuring.port import NotLetInError, RefusedError, UnavailableError
from storage.reports.content import MonthReport
from tests.contracts.measuring.conftest import Open, Reported, Script
from tests.storage.reports.making import filing, report


async def test_a_month_arrives_as_it_is(open_emc: Open, reported: Reported) -> None:
    """Numbers are as they are published, null stands for what is hidden, and the receipt is the system's."""
    receipt = await open_emc().report(filing())
    (item,) = await reported()
    assert (receipt.number, receipt.answer.code) == (item["number"], "00")
    assert receipt.answer.words == "Đã tiếp nhận"
    told = item["report"]
    assert (told["KyBaoCao"], told["LanBaoCao"], told["SoTiepNhanGoc"]) == ("202609", 1, None)
    assert told["TinhHinhSuDung"] == {
        "SoHoSo": 40,
        "SoHoSoTrucTuyen": 31,
        "SoHoSoCoTraoDoi": 9,
        "SoDanhGia": None,
        "SoPhanAnhKienNghi": 0,
    }
    country, city, ward = told["DanhSachCoQuan"]
    assert (country["MaCoQuan"], city["MaCoQuan"], ward["MaCoQuanCapTren"]) == (None, "H26", "H26")
    assert city["DungHan"] == {"SoHoSoTinh": 40, "TyLe": 87.5, "Diem": 19.44}
    assert city["TrucTuyen"] == {"SoHoSoTinh": 0, "TyLe": None, "Diem": None}
    assert city["SoHoa"] is None
    assert ward["SoHoSo"] is None


async def test_the_same_key_again_is_the_same_report(open_emc: Open, reported: Reported) -> None:
    """It has one number, whether it is sent or asked for, and nothing arrives twice."""
    emc, one = open_emc(), filing()
    assert await emc.find(one.key) is None
    first = await emc.report(one)
    again, found = await emc.report(one), await emc.find(one.key)
    assert again.number == first.number
    assert again.answer.code == "01"
    assert found is not None
    assert found.number == first.number
    assert len(await reported()) == 1


async def test_a_correction_names_the_first_receipt(open_emc: Open, reported: Reported) -> None:
    """It is taken in beside it; one that names no other, or a wrong one, is refused with what is wrong."""
    emc = open_emc()
    first = await emc.report(filing())
    other = report(ratings=12)
    with pytest.raises(RefusedError) as refused:
        await emc.report(filing(other))
    assert refused.value.answer is not None
    assert refused.value.answer.code == "06"
    with pytest.raises(RefusedError):
        await emc.report(filing(other, number=2, corrects="EMC-202609-999999"))
    second = await emc.report(filing(other, number=2, corrects=first.number))
    assert [one["number"] for one in await reported()] == [first.number, second.number]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (report().model_copy(update={"agencies": ()}), "02"),
        (report(month=date(2089, 12, 1)), "03"),
        (report(conversations=4), "08"),
    ],
)
async def test_what_is_wrong_is_refused(
    open_emc: Open, reported: Reported, said: MonthReport, code: str
) -> None:
    """The system's own code says why, and nothing is taken in."""
    with pytest.raises(RefusedError) as refused:
        await open_emc().report(filing(said))
    assert refused.value.answer is not None
    assert refused.value.answer.code == code
    assert await reported() == []


@pytest.mark.parametrize("given", [{"key": "wrong"}, {"unit": "SOMEBODY-ELSE"}, {"url": "/nowhere"}])
async def test_who_is_not_let_in(open_emc: Open, reported: Reported, given: dict[str, str]) -> None:
    """A wrong key, unit or address is an operator's to mend."""
    if "url" in given:
        given = {"url": open_emc()._account.url.removesuffix("/bao-cao") + given["url"]}
    with pytest.raises(NotLetInError):
        await open_emc(**given).report(filing())
    assert await reported() == []


async def test_other_names_are_sent_and_refused(open_emc: Open, reported: Reported) -> None:
    """Where the deployment calls fields otherwise than the dialect says, nothing is taken in."""
    dialect = EmcDialect.model_validate({"report": {"usage": "SuDung"}})
    with pytest.raises(RefusedError) as refused:
        await open_emc(dialect=dialect).report(filing())
    assert refused.value.answer is not None
    assert refused.value.answer.code == "02"
    assert await reported() == []


@pytest.mark.parametrize(
    ("fault", "unsure", "arrived"),
    [
        ({"kind": "status", "code": 429, "retry_after": 90}, False, 0),
        ({"kind": "status", "code": 503}, False, 0),
        ({"kind": "status", "code": 500}, True, 0),
        ({"kind": "status", "code": 504}, True, 0),
        ({"kind": "accept_then_hang", "seconds": 30}, True, 1),
        ({"kind": "delay", "seconds": 30}, True, 0),
        ({"kind": "cut"}, True, 1),
    ],
)
async def test_what_does_not_answer(
    open_emc: Open, reported: Reported, script: Script, *, fault: dict[str, Any], unsure: bool, arrived: int
) -> None:
    """Whether it may have arrived is said truly, and asking by the key tells whether it has."""
    await script(fault, to="report")
    one = filing()
    with pytest.raises(UnavailableError) as failed:
        await open_emc(timeout=0.5).report(one)
    assert failed.value.unsure is unsure
    assert failed.value.retry_after == (timedelta(seconds=90) if "retry_after" in fault else None)
    assert len(await reported()) == arrived
    found = await open_emc().find(one.key)
    assert (found is not None) == bool(arrived)


@pytest.mark.parametrize("fault", [{"kind": "status", "code": 403}, {"kind": "refuse", "code": "42"}])
async def test_a_script_refuses(open_emc: Open, script: Script, fault: dict[str, Any]) -> None:
    """A code of the system's is a refusal of the content; a bare status from in front of it is not."""
    await script(fault)
    with pytest.raises(RefusedError if fault["kind"] == "refuse" else NotLetInError):
        await open_emc().report(filing())


async def test_nobody_listens(open_emc: Open) -> None:
    """What can not have left us has not arrived, and is known not to have."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(UnavailableError) as failed:
        await open_emc(url=f"http://127.0.0.1:{port}/emc/bao-cao").report(filing())
    assert failed.value.unsure is False
