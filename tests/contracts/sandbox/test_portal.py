"""The stand-in for a national portal: what it takes in and gives out, by both styles, and how it goes wrong."""

import pytest

from infra.sandbox.credentials import PORTAL

DOSSIER = {
    "MaHoSo": "000.00.00.H26-261121-0001",
    "MaTTHC": "1.001193",
    "ChuHoSo": "Nguyễn Thị Ví Dụ",
    "LoaiDoiTuong": "1",
    "TrangThaiHoSo": "2",
    "NgayTiepNhan": "20261121090000",
}
STEP = {
    "MaHoSo": DOSSIER["MaHoSo"],
    "NguoiXuLy": "Bộ phận một cửa",
    "ThoiDiemXuLy": "20261121100000",
    "TrangThai": "4",
}
ISO_DOSSIER = DOSSIER | {"LoaiDoiTuong": "0", "NgayTiepNhan": "2026-11-21T09:00:00+07:00"}


@pytest.fixture
async def call(http, sandbox):
    """Call a service of the session interface, with a session of its own."""
    told = await http.post(
        "/portal/session/login", json={"username": PORTAL.username, "password": PORTAL.password}
    )
    session = told.json()["session"]

    async def call(service, data, **rest):
        body = {"session": session, "madonvi": PORTAL.unit, "service": service, "data": data} | rest
        return (await http.post("/portal/session/service", json=body)).json()

    return call


@pytest.fixture
async def ask(http, sandbox):
    """Call a service of the newer interface, with a token of its own."""
    form = {
        "grant_type": "client_credentials",
        "client_id": PORTAL.username,
        "client_secret": PORTAL.password,
    }
    token = (await http.post("/portal/token/oauth/token", data=form)).json()["access_token"]

    async def ask(service, data):
        body, headers = {"MaDonVi": PORTAL.unit, "DuLieu": data}, {"authorization": f"Bearer {token}"}
        return (await http.post(f"/portal/token/{service}", json=body, headers=headers)).json()

    return ask


async def rule(http, **rules):
    answer = await http.put("/sandbox/portal/rules", json=rules)
    assert answer.status_code == 200, answer.text


async def reported(http):
    return (await http.get("/sandbox/portal")).json()["items"]


async def test_a_dossier_is_new_once_and_then_updated(http, call):
    """Each of the two is refused in the place of the other."""
    assert (await call("DongBoHoSoMC", [DOSSIER], isUpdating="true"))["error_code"] == "03"
    assert (await call("DongBoHoSoMC", [DOSSIER], isUpdating="false"))["error_code"] == "00"
    again = await call("DongBoHoSoMC", [DOSSIER], isUpdating="false")
    assert again["error_code"] == again["result"][0]["error_code"] == "02"
    assert "đã tồn tại" in again["message"]
    changed = DOSSIER | {"TrangThaiHoSo": "4"}
    assert (await call("DongBoHoSoMC", [changed], isUpdating="true"))["error_code"] == "00"
    assert (await call("TraCuuHoSo", {"mahoso": DOSSIER["MaHoSo"]}))["result"] == [changed]
    assert [one["updating"] for one in await reported(http)] == [False, True]


async def test_both_styles_tell_of_one_store(http, call, ask):
    """Dates and kinds are each style's own."""
    assert (await ask("NoiHoSo", [ISO_DOSSIER]))["MaLoi"] == "00"
    assert (await call("TraCuuHoSo", {"mahoso": DOSSIER["MaHoSo"]}))["result"] == [DOSSIER]
    assert (await ask("TraCuuHoSo", {"mahoso": DOSSIER["MaHoSo"]}))["DuLieu"] == [ISO_DOSSIER]
    assert (await ask("NoiHoSo", [DOSSIER | {"MaHoSo": "H26-261121-0002"}]))["MaLoi"] == "04"


async def test_progress_comes_in_tens(http, call):
    """Eleven steps are none; what is known of ten is said of each."""
    await call("DongBoHoSoMC", [DOSSIER], isUpdating="false")
    assert (await call("CapNhatTienDoHoSoMC", [STEP] * 11))["error_code"] == "06"
    steps = [STEP] * 9 + [STEP | {"MaHoSo": "H26-261121-9999"}]
    told = await call("CapNhatTienDoHoSoMC", steps)
    assert told["error_code"] == "03"
    assert [one["error_code"] for one in told["result"]] == ["00"] * 9 + ["03"]
    assert len(await reported(http)) == 10


@pytest.mark.parametrize("lengths", ["refuse", "cut"])
async def test_long_texts(http, call, lengths):
    """They are refused, or cut without a word, as a deployment has it."""
    await rule(http, lengths=lengths)
    told = await call("DongBoHoSoMC", [DOSSIER | {"TrichYeuHoSo": "x" * 1001}], isUpdating="false")
    assert told["error_code"] == ("05" if lengths == "refuse" else "00")
    assert [len(one["record"]["TrichYeuHoSo"]) for one in await reported(http)] == [1000] * (lengths == "cut")


async def test_what_changed_comes_by_pages(http, call):
    """In the order of the change; by a clock that can be wrong; or not at all."""
    many = [DOSSIER | {"MaHoSo": f"H26-261121-{number:04}"} for number in range(1, 6)]
    await http.post("/sandbox/portal/dossiers", json=many)
    window = {"tungay": "20200101000000", "denngay": "20990101000000", "sodong": 2}
    pages = [await call("TraCuuHoSo", window | {"trang": page}) for page in (1, 2, 3)]
    assert [one for page in pages for one in page["result"]] == many
    assert pages[0]["total"] == 5
    await rule(http, window=False)
    assert (await call("TraCuuHoSo", window))["error_code"] == "07"


async def test_who_is_not_let_in(http, call):
    """A wrong password, a session that is over, and somebody else's unit."""
    wrong = await http.post("/portal/session/login", json={"username": PORTAL.username, "password": "x"})
    assert wrong.json() == {"error_code": "09", "message": "Tài khoản hoặc mật khẩu không đúng"}
    assert (await call("LayDanhSachTTHC", {}, madonvi="H99"))["error_code"] == "09"
    assert (await call("LayDanhSachTTHC", {}, session="x"))["error_code"] == "01"


async def test_it_goes_wrong_by_script(http, call, script):
    """Wrong codes with good data, good codes with wrong words, half lists, sessions that end."""
    await script(
        "portal",
        {"kind": "misreport", "code": "1"},
        {"kind": "misreport", "text": "Lỗi"},
        {"kind": "truncate"},
        {"kind": "refuse", "code": "02"},
        {"kind": "expire"},
    )
    whole = [one["MaTTHC"] for one in (await call("LayDanhSachTTHC", {}))["result"]]
    answers = [await call("LayDanhSachTTHC", {}) for _ in range(4)]
    assert len(whole) == len(answers[0]["result"]) == 2 * len(answers[1]["result"])
    assert answers[0]["message"] == "Lỗi"
    assert [one["error_code"] for one in answers] == ["00", "00", "02", "01"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"DuLieu": 3}'])
async def test_what_is_no_call_is_answered(http, ask, body):
    """With a code, by both styles."""
    for path in ("/portal/session/service", "/portal/token/TraCuuHoSo"):
        assert (await http.post(path, content=body)).status_code in {200, 401}


@pytest.mark.parametrize(
    ("name", "service"), [("units", "LayDanhSachDonViHanhChinh"), ("agencies", "LayDanhSachCoQuan")]
)
async def test_lists_are_shared_in_both_styles_whole_or_by_pages(http, call, ask, name, service):
    """As they were put, and dates in the way of the style; another name is no list."""
    entries = [{"Ma": str(number), "NgayHieuLuc": "20250701000000"} for number in range(3)]
    assert (await call(service, {}))["result"]
    assert (await http.put(f"/sandbox/portal/lists/{name}", json=entries)).status_code == 204
    assert (await http.put("/sandbox/portal/lists/roads", json=entries)).status_code == 404
    assert (await http.put(f"/sandbox/portal/lists/{name}", json={})).status_code == 422
    assert await call(service, {"trang": 2, "sodong": 2}) | {"message": ""} == {
        "error_code": "00",
        "message": "",
        "result": entries[2:],
        "total": 3,
    }
    told = await ask(service, {})
    assert told["TongSo"] == 3
    assert {one["NgayHieuLuc"] for one in told["DuLieu"]} == {"2025-07-01T00:00:00+07:00"}
    await rule(http, totals=False)
    assert "total" not in await call(service, {})
