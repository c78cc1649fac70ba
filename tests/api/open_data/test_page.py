"""The pages of scores: what they say in which language, where they lead, and what they keep to themselves."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from api.open_data.briefs import By
from api.open_data.page_texts import TEXTS
from api.open_data.page_words import month_name, number
from api.services import Services
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, put
from storage.scores.measuring import month_of
from tests.api.open_data.keeping import MONTH, NAME, Keep
from tests.api.procedure_pages import read_page

HOME, COUNTRY = "/cham-diem", "/cham-diem/2026-10"
CITY, WARD = f"{COUNTRY}/H26", f"{COUNTRY}/H26.1"
EN = {"accept-language": "en"}
GOOD: dict[str, Any] = {"on_time": True, "online": True, "digitised": True}


def links(page: str, start: str = HOME) -> set[str]:
    """Return where a page leads, of addresses that begin so."""
    found = {one.get("href") or "" for one in read_page(page).all("a")}
    return {href for href in found if href.startswith(start)}


async def test_the_months(client: httpx.AsyncClient, keep: Keep) -> None:
    """The page leads to all there are, and before all to the newest that is over."""
    assert TEXTS["vi"]["months_none"] in (await client.get(HOME)).text
    running = month_of(datetime.now(UTC))
    for month in (date(2025, 12, 1), MONTH, running, date(running.year + 1, 12, 1)):
        await keep("H26.1", 5, month=month)
    page = (await client.get(HOME)).text
    assert links(page) == {f"{HOME}?lang=en", f"{HOME}/2025-12", COUNTRY, f"{HOME}/{running:%Y-%m}"}
    assert re.findall('class="button" href="([^"]*)"', page) == [COUNTRY]
    assert f"({TEXTS['vi']['running']})" in page


async def test_the_country(client: httpx.AsyncClient, keep: Keep) -> None:
    """All criteria and whoever stands on top, the best first, in numbers as Vietnamese writes them."""
    await keep("H26.1", 1200, **GOOD)
    await keep("H26.1", 34, on_time=False, online=False, digitised=False)
    await keep("H27", 9, on_time=False)
    answer = await client.get(COUNTRY)
    page = read_page(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.unclosed == []
    text = TEXTS["vi"]
    named = ("criteria", "by", "below_country", "trend_one", "how", "data")
    assert page.headings == [(1, "Cả nước"), *((2, text[one]) for one in named)]
    # 1200 of 1243 on time, 1200 of 1234 with a channel.
    for told in ("72,00 trên 72 điểm", "96,54% 20,00 / 20 1.243", "97,24% 12,00 / 12 1.234", "tháng 10/2026"):
        assert told in page.text, told
    assert page.text.index("Thành phố Hà Nội") < page.text.index("Tỉnh khác")
    assert NAME not in page.text, "only the level below is listed"
    assert {CITY, f"{COUNTRY}/H27", HOME} <= links(answer.text)
    data = links(answer.text, "/v1")
    path = "/v1/open-data/scores"
    assert data == {path, f"{path}/schema.json", f"{path}/2026-10", f"{path}/2026-10.csv"}
    for one in data:
        assert (await client.get(one)).status_code == 200


async def test_in_english(client: httpx.AsyncClient, keep: Keep) -> None:
    """By what the browser prefers or a link says, which all links then keep; names stay as they are."""
    await keep("H26.1", 1243, on_time=True)
    page = read_page((await client.get(CITY, headers=EN)).text)
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("h1") == [{"lang": "vi"}]
    assert "100.00% 20.00 / 20 1,243" in page.text
    assert "Of its 100 points 72 are here" in page.text
    chosen = await client.get(f"{CITY}?lang=en", headers={"accept-language": "vi"})
    assert (chosen.headers["content-language"], chosen.headers["vary"]) == ("en", "accept-language")
    assert all("lang=" in link for link in links(chosen.text))


async def test_an_agency(client: httpx.AsyncClient, keep: Keep) -> None:
    """Its own line, the way up, those below, and what it is compared by, which links keep."""
    await keep("H26.1", 20, **GOOD)
    await keep("H26.2", 20, on_time=True, online=False, digitised=False)
    page = read_page((await client.get(CITY)).text)
    assert page.headings[0] == (1, "Thành phố Hà Nội")
    assert page.text.index("Phường Hàng Bạc") > page.text.index("một cửa")
    chosen = (await client.get(f"{CITY}?by=online")).text
    assert f"{WARD}?by=online" in links(chosen)
    assert CITY in links(chosen), "back to all points"
    ward = await client.get(WARD)
    assert CITY in links(ward.text)
    assert "72,00 trên 72" in read_page(ward.text).text
    assert TEXTS["vi"]["below"] not in ward.text


async def test_other_codes_lead_to_it(client: httpx.AsyncClient, keep: Keep, services: Services) -> None:
    """An old code and one in small letters are led to the address that stays, with what was asked for."""
    async with services.unit_of_work() as uow:
        await put(uow, [AgencyRecord(code="H27", name="Tỉnh khác", aliases=(Alias(code="H99"),))])
        await uow.commit()
    await keep("H27", 9)
    for code in ("H99", "h27", "000.00.00.H27"):
        answer = await client.get(f"{COUNTRY}/{code}?by=online&lang=en")
        assert (answer.status_code, answer.headers["location"]) == (307, f"{COUNTRY}/H27?by=online&lang=en")


@pytest.mark.parametrize(
    "path", ["2001-02", "2026-13", "x", "2026-10/H28", "2026-10/%3Cscript%3E", "2026-10/H27"]
)
async def test_what_is_not_there(client: httpx.AsyncClient, keep: Keep, path: str) -> None:
    """A month without dossiers, an agency without, one that nobody has: a page with the way back."""
    await keep("H26.1", 9)
    answer = await client.get(f"{HOME}/{path}")
    page = read_page(answer.text)
    assert (answer.status_code, page.headings) == (404, [(1, TEXTS["vi"]["missing"])])
    assert HOME in links(answer.text)
    assert "<script" not in answer.text
    assert {"name": "robots", "content": "noindex"} in page.all("meta")


async def test_hidden_groups_tell_nothing(client: httpx.AsyncClient, keep: Keep, services: Services) -> None:
    """Two countries that differ in what is hidden alone have the same pages, to the last byte of each chart."""
    pages = []
    for ward, other in (([(14, True)], [(3, False)]), ([(13, True)], [(1, True), (3, False)])):
        async with services.unit_of_work() as uow:
            await (await uow.driver()).execute("DELETE FROM dossier_measure")
            await uow.commit()
        version = len(pages) + 1
        for month in (MONTH, date(2026, 9, 1)):
            for code, some in (("H26.1", ward), ("H26.2", other), ("H27", [(9, True)])):
                for count, on_time in some:
                    await keep(code, count, month=month, version=version, on_time=on_time)
        paths = [f"{one}?by={by}" for one in (COUNTRY, CITY, WARD, f"{COUNTRY}/H26.2") for by in By]
        pages.append([(await client.get(path)).text for path in paths])
    assert pages[0] == pages[1]
    _, city, ward_page, _ = (read_page(one) for one in pages[0][:: len(By)])
    assert city.text.count(TEXTS["vi"]["hidden"]) > 1
    assert "%" not in ward_page.text.split(TEXTS["vi"]["how"])[0].replace("90%", "")
    assert not [one for one in ward_page.all("svg") if one.get("role") == "img"]


async def test_hidden_and_nothing_are_told_apart(client: httpx.AsyncClient, keep: Keep) -> None:
    """With dossiers of which none is judged there is nothing to count; fewer than five are hidden, which is explained."""
    await keep("H26.1", 9)
    await keep("H26.1", 3, month=date(2026, 9, 1))
    paths = (WARD, f"{HOME}/2026-09/H26.1")
    ward, other = [read_page((await client.get(path)).text).text for path in paths]
    told = [TEXTS["vi"][one] for one in ("nothing", "hidden")]
    assert [one in ward.split(TEXTS["vi"]["by"])[0] for one in told] == [True, False]
    assert [one in other.split(TEXTS["vi"]["by"])[0] for one in told] == [False, True]
    assert "Nhóm dưới 5 hồ sơ không hiển thị" in other


@pytest.fixture
def trend(client: httpx.AsyncClient) -> Callable[[str], Awaitable[list[str]]]:
    """Return the lines of a page's table of months."""

    async def run(path: str) -> list[str]:
        text = (await client.get(path)).text
        table = text[text.index('aria-labelledby="trend"') :].split("</table>")[0]
        rows = re.findall("<tr.*?</tr>", table, re.DOTALL)[1:]
        return [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in rows]

    return run


async def test_a_trend_of_twelve_months(keep: Keep, trend: Callable[[str], Awaitable[list[str]]]) -> None:
    """The newest that are over, on the page of any month; where nothing is shown or nothing was, that is said."""
    running = month_of(datetime.now(UTC))
    months = [running]
    while len(months) < 15:
        months.append(month_of(datetime.combine(months[-1], datetime.min.time(), UTC) - timedelta(days=3)))
    for place, month in enumerate(months):
        await keep("H27", 6 + place, month=month, on_time=True)
        await keep("H26.1", {3: 3, 5: 0}.get(place, 10), month=month, on_time=place != 4)
        await keep("H26.2", 20, month=month, on_time=True)
    found = await trend(f"{HOME}/{months[1]:%Y-%m}/H26.1")
    assert len(found) == 12
    assert found[0].startswith(f"Tháng {months[1].month}/{months[1].year} 10 38,00 / 38 100,00%")
    assert found[2].endswith("không hiển thị ẩn ẩn ẩn ẩn ẩn")
    assert " 10 0,00 / 38 0,00%" in found[3]
    assert found[4].endswith("0 không có không có không có không có không có")
    assert await trend(f"{HOME}/{months[14]:%Y-%m}/H26.1") == found


async def test_nothing_is_compared_where_there_is_nothing(client: httpx.AsyncClient, keep: Keep) -> None:
    """An agency with none below and no month that is over has no row of what to compare by."""
    running = month_of(datetime.now(UTC))
    await keep("H26.1", 9, month=running, on_time=True)
    for code, compared in (("H26", True), ("H26.1", False)):
        page = read_page((await client.get(f"{HOME}/{running:%Y-%m}/{code}")).text)
        assert ((2, TEXTS["vi"]["by"]) in page.headings) == compared


async def test_the_running_month(client: httpx.AsyncClient, keep: Keep) -> None:
    """It is marked as not over, and found by no search engine."""
    running = month_of(datetime.now(UTC))
    for month in (running, MONTH):
        await keep("H26.1", 9, month=month)
        page = await client.get(f"{HOME}/{month:%Y-%m}/H26.1")
        found = read_page(page.text)
        assert (TEXTS["vi"]["provisional"] in found.text) == (month == running)
        assert ({"name": "robots", "content": "noindex"} in found.all("meta")) == (month == running)


@pytest.mark.parametrize("path", [HOME, COUNTRY, CITY])
async def test_tags_and_policy(client: httpx.AsyncClient, keep: Keep, path: str) -> None:
    """Who holds a page gets no body, caches may keep it, and nothing in it may run or be loaded."""
    await keep("H26.1", 9)
    first = await client.get(path)
    again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first.headers["cache-control"].startswith("public")
    policy = first.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "form-action 'none'" in policy
    assert not re.search(r'<(script|img|iframe|form)| style="| on[a-z]+="', first.text)
    other = await client.get(path, headers=EN)
    assert other.headers["etag"] != first.headers["etag"]


async def test_hostile_names(client: httpx.AsyncClient, keep: Keep, services: Services) -> None:
    """A name is nothing but a name wherever it stands: title, heading, list, way up."""
    name = "</title></style><script>alert(1)</script>\"'{{7*7}}"
    async with services.unit_of_work() as uow:
        await put(uow, [AgencyRecord(code="H26", name=name)])
        await uow.commit()
    await keep("H26.1", 9)
    for path in (COUNTRY, CITY, WARD):
        page = read_page((await client.get(path)).text)
        assert (page.scripts, page.unclosed) == ([], [])
        assert "{{7*7}}" in page.text


@pytest.mark.parametrize(
    ("value", "vietnamese", "english"),
    [
        (1234567, "1.234.567", "1,234,567"),
        (Decimal("1234.50"), "1.234,50", "1,234.50"),
        (Decimal("0.05"), "0,05", "0.05"),
        (0, "0", "0"),
    ],
)
def test_numbers(value: int | Decimal, vietnamese: str, english: str) -> None:
    """Points and commas as each language has them."""
    assert (number(value, "vi"), number(value, "en")) == (vietnamese, english)
    assert (month_name(MONTH, "vi"), month_name(MONTH, "en")) == ("tháng 10/2026", "October 2026")


def test_both_languages_say_as_much() -> None:
    """No text is missing in one of them, and each has the same blanks."""
    vietnamese, english = TEXTS["vi"], TEXTS["en"]
    assert vietnamese.keys() == english.keys()
    for name, text in vietnamese.items():
        blanks, others = (set(re.findall(r"{\w+}", one)) for one in (text, english[name]))
        assert blanks == others, name
