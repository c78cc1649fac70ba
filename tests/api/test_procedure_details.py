"""A procedure as a checklist: as it is, as it was, gone, hostile, huge."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from api import limits
from api.main import create_app
from api.procedures.detail_router import BY_ADDRESS
from api.services import Services
from storage.procedures.record import Paper, Procedure, Steps
from tests.api.procedure_examples import BIRTH, CODE, PORTAL, Import, importer


@pytest.fixture
def put(services: Services) -> Import:
    """Import procedures as the whole catalogue, and return its version."""
    return importer(services)


@pytest.fixture
def get(client: httpx.AsyncClient) -> Callable[..., Awaitable[Any]]:
    """Get what is there, as JSON."""

    async def run(path: str, **headers: str) -> Any:
        answer = await client.get(f"/v1/procedures/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return run


async def test_a_checklist(put: Import, get):
    """What to bring by case, where, how, how long, how much, the steps and what comes of it."""
    await put(BIRTH)
    found = await get(CODE)
    assert (found["code"], found["name"], found["field"], found["content_language"]) == (
        *(CODE, "Đăng ký khai sinh", "Hộ tịch"),
        "vi",
    )
    papers, authorised = found["bring"]["cases"]
    assert (found["bring"]["sets"], papers["case"], authorised["case"]) == (1, None, "Uỷ quyền")
    assert [(one["kind"], one["name"], one["count"]) for one in papers["entries"]] == [
        ("heading", "Giấy tờ phải nộp:", None),
        ("paper", "Tờ khai", "1 bản chính"),
        ("paper", "Giấy chứng sinh", "1 bản chính, 2 bản sao"),
        ("note", "Không phải nộp nếu đã có dữ liệu", None),
    ]
    form, none = papers["entries"][1]["form"], papers["entries"][2]["form"]
    assert (form, none) == ({"name": "Mẫu số 1", "url": "https://dichvucong.gov.vn/mau.docx"}, None)
    assert found["where"]["agency"] == "Ủy ban nhân dân cấp xã"
    assert found["where"]["address"] == [{"text": "Bộ phận Một cửa", "depth": 0}]
    in_person, online = found["how"]["ways"]
    assert in_person["channel"] == {"code": "in_person", "label": "Trực tiếp"}
    assert in_person["limit"] == {"text": "1 ngày làm việc", "quantity": 1.0, "unit": "working_day"}
    assert [(fee["amount"], fee["text"], fee["note"][0]["text"]) for fee in in_person["fees"]] == [
        (8000, "8.000 đồng", "Bản sao"),
        (0, "Miễn phí", "Không"),
        (None, "Xem ghi chú", "Đúng hạn thì miễn"),
    ]
    assert (online["limit"], online["fees"]) == ({"text": "7 (khác)", "quantity": None, "unit": None}, [])
    (case,) = found["steps"]
    assert [(step["number"], step["title"], len(step["lines"])) for step in case["steps"]] == [
        ("1", "Nộp hồ sơ", 2),
        ("2", "Nhận kết quả", 0),
    ]
    assert found["results"] == [{"name": "Giấy khai sinh", "code": "KQ1"}]
    assert found["legal_basis"] == [{"name": "Luật Hộ tịch", "number": "60/2014/QH13"}]
    assert found["online_level"]["code"] == "full"
    assert [one["code"] for one in found["applicants"]] == ["citizen", "other"]
    assert found["apply_url"] == PORTAL
    assert found["page_url"].endswith(f"/thu-tuc/{CODE}")
    assert (found["catalogue"]["number"], found["changed_in"], found["removed_in"]) == (1, 1, None)
    assert datetime.fromisoformat(found["catalogue"]["imported_at"]).tzinfo


async def test_in_english(put: Import, client: httpx.AsyncClient):
    """What we word is English, what the catalogue says stays Vietnamese."""
    await put(BIRTH)
    answer = await client.get(f"/v1/procedures/{CODE}", headers={"accept-language": "en"})
    found = answer.json()
    assert answer.headers["content-language"] == "en"
    assert (found["name"], found["content_language"]) == ("Đăng ký khai sinh", "vi")
    way = found["how"]["ways"][0]
    assert (way["channel"]["label"], way["limit"]["text"]) == ("In person", "1 working day")
    assert [fee["text"] for fee in way["fees"]] == ["8,000 đồng", "Free of charge", "See the note"]
    assert found["bring"]["cases"][0]["entries"][2]["count"] == "1 original, 2 copies"
    assert found["where"]["levels"] == [{"code": "commune", "label": "Commune"}]


@pytest.mark.parametrize(
    "code", ["1.001193.000.00.00.H26", "1.001193.H26", "%201.001193%20", "1.001193.h55.242"]
)
async def test_long_codes(put: Import, get, code: str):
    """The long form of a code, in either order, names the same procedure."""
    await put(BIRTH)
    assert (await get(code))["code"] == CODE


async def test_misprinted_codes(put: Import, get):
    """Those of the catalogue itself open what they stand for."""
    await put(Procedure(code="1.014955-XOA", name="Thủ tục"))
    assert (await get("1.014955-Xoa"))["code"] == "1.014955-XOA"


@pytest.mark.parametrize(
    "path",
    [
        *(
            "9.999999",
            "x",
            "1.001193.!!",
            "%00",
            "1.001193%27--",
            "1" * 3000,
            "%F0%9F%98%80",
            "9.999999/versions",
        ),
        *("bundles", "1.001193;", "%C3%28"),
    ],
)
async def test_unknown_ones(put: Import, client: httpx.AsyncClient, path: str):
    """What is no code and what nobody has answer alike, with a word on what a code looks like."""
    await put(BIRTH)
    answer = await client.get(f"/v1/procedures/{path}")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:tindan:problem:no-such-procedure")
    assert "1.001193" in answer.json()["detail"]
    assert answer.headers["cache-control"] == "no-store"


async def test_as_it_was(put: Import, get, client: httpx.AsyncClient):
    """By version; before it came it is not there, and versions that are none are named as such."""
    await put(Procedure(code="2.000001", name="Khác"))
    await put(BIRTH)
    await put(BIRTH.model_copy(update={"name": "Khai sinh"}))
    assert [(await get(f"{CODE}?version={n}"))["name"] for n in (2, 3)] == ["Đăng ký khai sinh", "Khai sinh"]
    old = await get(f"{CODE}?version=2")
    assert (old["catalogue"]["number"], old["changed_in"]) == (2, 2)
    for path, kind in (
        (f"{CODE}?version=1", "no-such-procedure"),
        (f"{CODE}?version=4", "no-such-catalogue-version"),
    ):
        answer = await client.get(f"/v1/procedures/{path}")
        assert (answer.status_code, answer.json()["type"]) == (404, f"urn:tindan:problem:{kind}")
    assert "1 đến 3" in answer.json()["detail"]
    for number in ("0", "-1", "x", "1e3", "99999999999999999999", ""):
        assert (await client.get(f"/v1/procedures/{CODE}?version={number}")).status_code == 422


async def test_a_removed_one_says_so(put: Import, get):
    """It is shown as it was last, with the version in which it went, and no way to apply."""
    await put(BIRTH)
    await put(Procedure(code="2.000001", name="Khác"))
    await put(Procedure(code="2.000001", name="Khác nữa"))
    found = await get(CODE)
    assert (found["name"], found["apply_url"]) == ("Đăng ký khai sinh", None)
    assert (found["catalogue"]["number"], found["changed_in"], found["removed_in"]["number"]) == (3, 1, 2)
    assert (await get(f"{CODE}?version=1"))["removed_in"] is None
    assert (await get(f"{CODE}?version=3"))["removed_in"]["number"] == 2
    await put(BIRTH)
    assert (await get(CODE))["removed_in"] is None
    history = await get(f"{CODE}/versions")
    assert [(one["version"], one["change"]) for one in history["items"]] == [
        (4, "added"),
        (2, "removed"),
        (1, "added"),
    ]


async def test_history(put: Import, get, client: httpx.AsyncClient):
    """What a version did to it; who imported it, and from where, is not the public's."""
    await put(BIRTH)
    await put(BIRTH, Procedure(code="2.000001", name="Khác"))
    await put(BIRTH.model_copy(update={"name": "Khai sinh"}))
    answer = await client.get(f"/v1/procedures/{CODE}.H26/versions")
    assert [(one["version"], one["change"]) for one in answer.json()["items"]] == [
        (3, "changed"),
        (1, "added"),
    ]
    assert answer.json()["code"] == CODE
    assert "Nguyễn" not in answer.text
    assert "jsonl" not in answer.text


async def test_what_was_before_there_were_versions(get, services: Services):
    """A row of an older release has neither version nor history."""
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("INSERT INTO procedure (code, name) VALUES (%s, 'Cũ')", (CODE,))
        await uow.commit()
    found = await get(CODE)
    assert (found["name"], found["catalogue"], found["changed_in"]) == ("Cũ", None, None)
    assert (await get(f"{CODE}/versions"))["items"] == []


async def test_papers_keep_their_ids(put: Import, get):
    """So that what was ticked off stays ticked when others come and go; twins are told apart."""
    await put(BIRTH)
    before = [one["id"] for group in (await get(CODE))["bring"]["cases"] for one in group["entries"]]
    extra = (Paper(name="Mới", copies=1), *BIRTH.papers, BIRTH.papers[1])
    await put(BIRTH.model_copy(update={"papers": extra}))
    after = [one["id"] for group in (await get(CODE))["bring"]["cases"] for one in group["entries"]]
    assert len({*before}) == 5
    assert len({*after}) == 7
    assert {*before} < {*after}


@pytest.mark.parametrize("path", [CODE, f"{CODE}/versions"])
async def test_it_need_not_travel_twice(put: Import, client: httpx.AsyncClient, path: str):
    """Caches may keep it for five minutes; then its tag is asked for, until the catalogue moves."""
    await put(BIRTH)
    first = await client.get(f"/v1/procedures/{path}")
    assert first.headers["cache-control"] == "public, max-age=300"
    assert first.headers["vary"] == "accept-language"
    tag = {"if-none-match": first.headers["etag"]}
    again = await client.get(f"/v1/procedures/{path}", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    await put(BIRTH.model_copy(update={"name": "Khai sinh"}))
    assert (await client.get(f"/v1/procedures/{path}", headers=tag)).status_code == 200


async def test_an_address_asks_only_so_often(put: Import, client: httpx.AsyncClient, services: Services):
    """For the checklist and the page together; beyond that it is told when to come again."""
    await put(BIRTH)
    answer = await client.get(f"/v1/procedures/{CODE}")
    assert answer.headers["ratelimit-policy"].startswith('"procedure";q=300')
    async with services.unit_of_work() as uow:
        await BY_ADDRESS.spend(uow, limits.site_of("127.0.0.1"), cost=BY_ADDRESS.burst)
        await uow.commit()
    for path in (f"/v1/procedures/{CODE}", f"/thu-tuc/{CODE}"):
        refused = await client.get(path)
        assert (refused.status_code, int(refused.headers["retry-after"]) >= 1) == (429, True)


HUGE = "<script>alert(1)</script> - Bước 1: " * 30_000


async def test_huge_and_hostile_texts(put: Import, get):
    """A text of a megabyte is cut and sent like any other; nothing in it is anything but text."""
    await put(BIRTH.model_copy(update={"name": "<b>", "steps": (Steps(text=HUGE),), "conditions": HUGE}))
    found = await get(CODE)
    assert found["name"] == "<b>"
    assert len(found["conditions"][0]["text"]) > 1_000_000


async def test_its_texts_where_parts_were_not_told_apart(put: Import, get):
    """What the publisher says of papers and ways in one text is shown where there is nothing better."""
    told = {"documents_text": "Đơn 1 bản chính", "methods_text": "Trực tuyến 5 ngày", "state": 7}
    await put(Procedure(code=CODE, name="Thủ tục", extra=told))
    found = await get(CODE)
    assert found["bring"] == {"sets": None, "cases": [], "as_published": "Đơn 1 bản chính"}
    assert found["how"] == {"ways": [], "as_published": "Trực tuyến 5 ngày"}
    await put(BIRTH.model_copy(update={"extra": told}))
    assert (await get(CODE))["bring"]["as_published"] is None
    await put(Procedure(code=CODE, name="Thủ tục", extra={"documents_text": {"a": 1}}))
    assert (await get(CODE))["bring"]["as_published"] is None


def test_it_is_described(app_settings):
    """The description of the API names every field of the checklist."""
    described = create_app(app_settings).openapi()
    operation = described["paths"]["/v1/procedures/{code}"]["get"]
    assert set(operation["responses"]) >= {"200", "304", "404"}
    assert "apply_url" in described["components"]["schemas"]["Checklist"]["properties"]
