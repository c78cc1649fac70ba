"""The query of the national result store, in its own names."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.reuse.reusing import STORE, TYPE, Reuse, pass_by


async def ask(reuse: Reuse, /, **told: Any) -> httpx.Response:
    """Query the owner's birth certificate; what is told replaces what is asked."""
    body = {
        "MaThuTuc": "1.001193",
        "KenhThucHien": "2",
        "SoDinhDanhChuSoHuu": reuse.owner.number,
        "DanhSachDanhMucKetQua": [TYPE],
    } | told
    return await reuse.client.post(STORE, json=body, headers=reuse.agency.headers)


async def test_it_asks_first_and_answers_once_granted(reuse: Reuse) -> None:
    """Asking again asks nobody again; what was granted is told in the names of the national store."""
    document_id = await reuse.keep()
    first = (await ask(reuse)).json()
    assert first == {"MaYeuCau": first["MaYeuCau"], "DanhSachKetQua": []}
    assert (await ask(reuse)).json() == first
    assert await reuse.notices() == ["asked"]
    await reuse.grant(first["MaYeuCau"], document_id)
    (told,) = (await ask(reuse, KenhThucHien=1)).json()["DanhSachKetQua"]
    assert set(told) == {
        "MaKetQua",
        "TenGiayTo",
        "SoKyHieu",
        "CoQuanChuQuan",
        "TinhTrang",
        "DanhSachTepTin",
    }
    assert (told["MaKetQua"], told["TenGiayTo"], told["SoKyHieu"], told["TinhTrang"]) == (
        str(document_id),
        "Giấy khai sinh",
        "123/2026/TP-KS",
        "Còn hiệu lực",
    )
    assert len(await reuse.accesses()) == 1
    (original, _) = told["DanhSachTepTin"]
    assert original["TenTepTin"] == "original.pdf"
    file = await reuse.client.get(original["DuongDan"], headers=reuse.agency.headers)
    assert (file.status_code, len(file.content)) == (200, original["KichThuoc"])


async def test_it_tells_no_more_than_is_asked(reuse: Reuse) -> None:
    """Of a grant to more types, those alone; another type or procedure asks anew."""
    birth, other = await reuse.keep("1"), await reuse.keep("2", type_code="X")
    request_id = (await ask(reuse, DanhSachDanhMucKetQua=[TYPE, "X"])).json()["MaYeuCau"]
    await reuse.grant(request_id, birth, other)
    (told,) = (await ask(reuse)).json()["DanhSachKetQua"]
    assert told["MaKetQua"] == str(birth)
    another = (await ask(reuse, DanhSachDanhMucKetQua=["Y"])).json()
    assert another["MaYeuCau"] != request_id
    assert another["DanhSachKetQua"] == []


async def test_who_declined_is_left_alone_until_it_ends(reuse: Reuse) -> None:
    """The answer is as if nothing was said; a week later it may be asked again."""
    request_id = (await ask(reuse)).json()["MaYeuCau"]
    assert (await reuse.answer(request_id, "decline")).status_code == 200
    assert (await ask(reuse)).json() == {"MaYeuCau": request_id, "DanhSachKetQua": []}
    assert await reuse.notices() == ["asked"]
    await pass_by(reuse, "8 days")
    assert (await ask(reuse)).json()["MaYeuCau"] != request_id
    assert await reuse.notices() == ["asked", "asked"]


async def test_many_at_once_ask_once(reuse: Reuse) -> None:
    """They are answered one after the other, and by one request."""
    answers = await asyncio.gather(*(ask(reuse) for _ in range(6)))
    assert len({one.json()["MaYeuCau"] for one in answers}) == 1
    assert await reuse.notices() == ["asked"]


async def test_organisations_are_told_by_their_numbers(reuse: Reuse) -> None:
    """Twelve digits are a person's, ten or thirteen a tax code."""
    for number in ("0100109106", "0100109106-001"):
        answer = await ask(reuse, SoDinhDanhChuSoHuu=number)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"MaThuTuc": "9.999999"}, "/procedure_code"),
        ({"MaThuTuc": "?"}, "/MaThuTuc"),
        ({"KenhThucHien": "4"}, "/KenhThucHien"),
        ({"SoDinhDanhChuSoHuu": "12"}, "/SoDinhDanhChuSoHuu"),
        ({"DanhSachDanhMucKetQua": []}, "/DanhSachDanhMucKetQua"),
        ({"DanhSachDanhMucKetQua": ["X"] * 21}, "/DanhSachDanhMucKetQua"),
        ({"procedure_code": "1.001193"}, "/procedure_code"),
    ],
)
async def test_what_can_not_be_is_refused(reuse: Reuse, told: dict[str, Any], pointer: str) -> None:
    """With the place, and nobody is asked."""
    answer = await ask(reuse, **told)
    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.json()["errors"]]
    assert await reuse.notices() == []
