"""The page of a procedure: what it says, what it lets in, and what it does with hostile texts."""

import json
import re
from base64 import b64encode
from hashlib import sha256

import httpx
import pytest

from api.procedures.checklist import checklist
from api.procedures.page import Asked, render
from api.procedures.page_texts import TEXTS
from api.services import Services
from storage.procedures.record import Channel, Fee, Method, Paper, Procedure, Steps, TimeLimit, Unit
from storage.procedures.repository import Kept
from tests.api.procedure_examples import BIRTH, CODE, NO_REAL, PORTAL, REAL, Import, importer, real_catalogue
from tests.api.procedure_pages import read_page

PAGE = f"/thu-tuc/{CODE}"
HOSTILE = "</script></style></title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&lt;{{7*7}}\u2028"


@pytest.fixture
def put(services: Services) -> Import:
    """Import procedures as the whole catalogue, and return its version."""
    return importer(services)


async def test_the_whole_of_it(put: Import, client: httpx.AsyncClient):
    """All that a person needs, below headings that can be walked, in the language of the browser."""
    await put(BIRTH)
    answer = await client.get(PAGE)
    page = read_page(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.unclosed == []
    assert page.headings == [
        *((1, "Đăng ký khai sinh"), (2, "Trong trang này"), (2, "Giấy tờ cần chuẩn bị"), (3, "Uỷ quyền")),
        *((2, "Nơi nộp hồ sơ"), (2, "Cách nộp, thời hạn và phí"), (3, "Trực tiếp"), (3, "Trực tuyến")),
        *((2, "Các bước thực hiện"), (3, "Bước 1: Nộp hồ sơ"), (3, "Bước 2: Nhận kết quả")),
        *((2, "Kết quả nhận được"), (2, "Yêu cầu, điều kiện"), (2, "Căn cứ pháp lý")),
    ]
    for text in (
        *("Tờ khai 1 bản chính", "Giấy chứng sinh 1 bản chính, 2 bản sao", "Mẫu số 1", "Bộ phận Một cửa"),
        *("1 ngày làm việc", "8.000 đồng", "Miễn phí", "7 (khác) – Danh mục không nói rõ đơn vị thời gian"),
        *("Chưa công bố. Điều này không có nghĩa là miễn phí", "Luật Hộ tịch 60/2014/QH13", "528/QĐ-BTP"),
        *("phiên bản 1", "Trực tuyến toàn trình"),
    ):
        assert text in page.text
    assert len(page.all("input")) == 3, "papers can be ticked off, headings and notes can not"
    english = read_page((await client.get(PAGE, headers={"accept-language": "en"})).text)
    assert english.all("html") == [{"lang": "en"}]
    assert [text for level, text in english.headings if level == 1] == ["Đăng ký khai sinh"]
    assert english.all("h1") == [{"lang": "vi"}]
    assert "1 original, 2 copies" in english.text
    chosen = await client.get(f"{PAGE}?lang=en", headers={"accept-language": "vi"})
    assert (chosen.headers["content-language"], chosen.headers["vary"]) == ("en", "accept-language")


def method(channel: Channel, limit: TimeLimit | None = None, *fees: Fee) -> Method:
    """Make a way to hand in."""
    return Method(channel=channel, limit=limit, fees=fees)


DAY = TimeLimit(quantity=1, unit=Unit.WORKING_DAY, text="1 ngày làm việc")
WEEK = TimeLimit(quantity=5, unit=Unit.WORKING_DAY, text="5 ngày làm việc")
OPEN = TimeLimit(text="7 (khác)")
FREE, DEAR = Fee(amount=0), Fee(amount=8000)
IN_PERSON, ONLINE = Channel.IN_PERSON, Channel.ONLINE
VARIES = "Tùy cách nộp hoặc trường hợp"


@pytest.mark.parametrize(
    ("methods", "limit", "fee"),
    [
        ((), None, None),
        ((method(IN_PERSON),), None, None),
        ((method(IN_PERSON, DAY, FREE), method(ONLINE, DAY, FREE)), "1 ngày làm việc", "Miễn phí"),
        ((method(IN_PERSON, OPEN, DEAR),), "7 (khác)", "8.000 đồng"),
        ((method(IN_PERSON, DAY, FREE), method(ONLINE, WEEK, DEAR)), VARIES, VARIES),
        ((method(IN_PERSON, DAY, FREE), method(ONLINE)), VARIES, VARIES),
        ((method(ONLINE), method(IN_PERSON, DAY, FREE)), VARIES, VARIES),
        ((method(IN_PERSON, DAY, FREE, DEAR),), "1 ngày làm việc", VARIES),
        ((method(IN_PERSON, None, Fee(amount=0, note="Đúng hạn")),), None, VARIES),
        ((method(IN_PERSON, None, Fee(note="Theo biểu")),), None, VARIES),
    ],
)
async def test_how_long_and_how_much_stand_first(
    put: Import, client: httpx.AsyncClient, methods: tuple[Method, ...], limit: str | None, fee: str | None
):
    """What holds for every way is told at once; what does not is a jump away, and never told as if it did."""
    await put(BIRTH.model_copy(update={"methods": methods, "online_level": None}))
    top = (await client.get(PAGE)).text.partition('<nav aria-labelledby="contents">')[0]
    told = dict(re.findall(r"<dt>([^<]+)</dt><dd[^>]*>\s*(?:<[^>]+>)?([^<]*?)\s*<", top))
    assert (told.get("Thời hạn"), told.get("Phí, lệ phí")) == (limit, fee)
    by_net = any(way.channel is ONLINE for way in methods)
    assert told["Mức độ trực tuyến"] == ("Nộp trực tuyến được" if by_net else "Danh mục không ghi")


def test_its_words_are_there_in_both_languages():
    """And none is hidden by a method of the mapping that holds them."""
    assert set(TEXTS["vi"]) == set(TEXTS["en"])
    assert not {name for name in TEXTS["vi"] if hasattr(dict, name)}


async def test_links(put: Import, client: httpx.AsyncClient):
    """To the portal without telling it from where; the page is known under one address in two languages."""
    await put(BIRTH)
    page = read_page((await client.get(f"/thu-tuc/{CODE}.000.00.00.H26?lang=en")).text)
    outside = [link for link in page.all("a") if str(link["href"]).startswith("http")]
    assert [(link["href"], link["rel"]) for link in outside] == [
        (PORTAL, "noreferrer"),
        ("https://dichvucong.gov.vn/mau.docx", "noreferrer"),
    ]
    canonical, vi, en = page.all("link")
    assert canonical["rel"] == "canonical"
    assert str(canonical["href"]).endswith(PAGE)
    assert (vi["href"], en["href"]) == (f"{canonical['href']}?lang=vi", f"{canonical['href']}?lang=en")
    other = next(link for link in page.all("a") if link.get("hreflang"))
    assert (other["href"], other["lang"]) == (f"{PAGE}?lang=vi", "vi")
    targets = {str(link["href"])[1:] for link in page.all("a") if str(link["href"]).startswith("#")}
    assert targets <= {attributes.get("id") for _, attributes in page.elements}


async def test_its_policy_lets_in_its_own_alone(put: Import, client: httpx.AsyncClient):
    """The one style and the one script of the page, by their hashes; data for search engines runs nowhere."""
    await put(BIRTH)
    answer = await client.get(PAGE)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    page = read_page(answer.text)
    data, script = page.scripts
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
    assert page.all("script") == [{"type": "application/ld+json"}, {}]
    assert not [1 for _, attributes in page.elements if "style" in attributes or "onclick" in attributes]
    described = json.loads(data)
    assert (described["@type"], described["identifier"]) == ("GovernmentService", CODE)
    assert described["availableChannel"]["serviceUrl"] == PORTAL


def hostile() -> Procedure:
    """Make a procedure in which every text is hostile."""
    text = dict.fromkeys(("name", "field", "agency", "decision", "conditions", "description"), HOSTILE)
    paper = Paper(
        name=HOSTILE, case=HOSTILE, code=HOSTILE, form_name=HOSTILE, form_url="javascript:alert(1)", copies=1
    )
    return BIRTH.model_copy(
        update={
            **text,
            "papers": (paper, paper.model_copy(update={"is_note": True, "case": None})),
            "steps": (Steps(text=f"Bước 1: {HOSTILE}\n- {HOSTILE}", case=HOSTILE),),
            "receiving_address": HOSTILE,
            "portal_url": "javascript:alert(1)//.gov.vn",
        }
    )


async def test_hostile_texts_stay_texts(put: Import, client: httpx.AsyncClient):
    """Markup, script, template syntax and addresses that are script are shown, and are nothing else."""
    await put(hostile())
    page = read_page((await client.get(PAGE)).text)
    assert page.unclosed == []
    assert len(page.all("script")) == 2
    assert page.all("img") == []
    assert not [link for link in page.all("a") if "javascript" in str(link["href"])]
    assert "{{7*7}}" in page.text
    assert json.loads(page.scripts[0])["name"] == HOSTILE


async def test_a_megabyte_of_text(put: Import, client: httpx.AsyncClient):
    """Is a long page, and no more."""
    text = "- Bước 1: nộp\n+ nhận <b>\n" * 40_000
    await put(BIRTH.model_copy(update={"steps": (Steps(text=text),), "conditions": "x" * 1_000_000}))
    answer = await client.get(PAGE)
    assert answer.status_code == 200
    assert answer.text.count("nhận &lt;b&gt;") == 40_000


async def test_it_is_small(put: Import, client: httpx.AsyncClient):
    """Below 60 kB without what the catalogue says, for those who pay by the byte."""
    await put(Procedure(code=CODE, name="Thủ tục"))
    answer = await client.get(PAGE)
    page = read_page(answer.text)
    assert len(answer.content) < 20_000
    for text in (
        "Danh mục không nêu giấy tờ nào",
        "Danh mục không ghi nơi nộp",
        "Danh mục không ghi cách nộp",
    ):
        assert text in page.text
    assert page.unclosed == []


async def test_what_nobody_has(client: httpx.AsyncClient):
    """The page that is not there says what a code looks like, and where else to look."""
    answer = await client.get('/thu-tuc/9.999999"><img src=x onerror=alert(1)>')
    page = read_page(answer.text)
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert [text for level, text in page.headings if level == 1] == ["Không tìm thấy thủ tục"]
    assert '9.999999"><img src=x onerror=alert(1)>' in page.text
    assert page.all("img") == []
    assert page.all("script") == []
    assert [link["href"] for link in page.all("a")][-2:] == ["https://dichvucong.gov.vn", "/tra-cuu"]
    long = read_page((await client.get(f"/thu-tuc/{'9' * 3000}?lang=en")).text)
    assert "There is no such procedure" in long.text
    assert "9" * 61 not in long.text


async def test_earlier_versions(put: Import, client: httpx.AsyncClient):
    """One that is not in force says so and leads to the one that is; what came between is listed."""
    await put(Procedure(code="2.000001", name="Khác"))
    await put(BIRTH)
    await put(BIRTH.model_copy(update={"name": "Khai sinh"}))
    page = read_page((await client.get(f"{PAGE}?version=2")).text)
    assert "Đang xem phiên bản 2" in page.text
    assert {"name": "robots", "content": "noindex"} in page.all("meta")
    links = [link["href"] for link in page.all("a")]
    assert f"{PAGE}?lang=vi" in links
    assert f"{PAGE}?version=2&lang=en" in links
    assert links[-2:] == ["?version=3&lang=vi", "?version=2&lang=vi"]
    missing = await client.get(f"{PAGE}?version=1")
    assert missing.status_code == 404
    assert f"{PAGE}?lang=vi" in [link["href"] for link in read_page(missing.text).all("a")]


async def test_a_removed_one_warns(put: Import, client: httpx.AsyncClient):
    """It says in which version it went, has no link to apply, and is not for search engines."""
    await put(BIRTH)
    await put(Procedure(code="2.000001", name="Khác"))
    page = read_page((await client.get(PAGE)).text)
    assert (2, "Thủ tục này không còn trong danh mục") in page.headings
    assert "từ phiên bản 2" in page.text
    assert PORTAL not in [link["href"] for link in page.all("a")]
    assert {"name": "robots", "content": "noindex"} in page.all("meta")


async def test_the_page_need_not_travel_twice(put: Import, client: httpx.AsyncClient):
    """It has a tag, and may be kept for five minutes."""
    await put(BIRTH)
    first = await client.get(PAGE)
    assert first.headers["cache-control"] == "public, max-age=300"
    again = await client.get(PAGE, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.skipif(not REAL.exists(), reason=NO_REAL)
def test_every_procedure_of_the_real_catalogue():
    """Each has a checklist and a page: well formed, with its code, and nothing that runs but our script."""
    for number, procedure in enumerate(real_catalogue()):
        locale = ("vi", "en")[number % 2]
        kept = Kept(procedure=procedure, version=1)
        page_url = f"https://tindan.example/thu-tuc/{procedure.code}"
        found = checklist(kept, catalogue=None, removed_in=None, page_url=page_url, locale=locale)
        assert found.apply_url == procedure.portal_url
        assert len(found.model_dump_json()) > 100
        page = render(found, [], Asked(version=None, locale=locale))
        assert page.count("<script") == 2
        assert f"<strong>{procedure.code}</strong>" in page
        if number % 25 == 0:
            assert read_page(page).unclosed == []
