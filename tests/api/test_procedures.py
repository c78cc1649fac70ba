"""Finding procedures over HTTP: what is found, how it is narrowed, and what is answered to whatever is sent."""

import dataclasses
import unicodedata
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.limits import AHEAD, AddressPace, Limit
from api.procedures import pace
from api.procedures.life_events import life_events
from api.procedures.schemas import LONGEST_QUESTION, ProcedureMark
from api.services import Services
from storage.catalogue.book import CatalogueBook
from storage.catalogue.edition import Edition, Stamp, own_province
from storage.engine import Engine
from storage.procedures.record import (
    ApplicantKind,
    Channel,
    Fee,
    Level,
    Method,
    OnlineLevel,
    Procedure,
    TimeLimit,
    Unit,
)
from storage.search.catalogue import Catalogue
from storage.search.index import CANDIDATES
from storage.search.lexicon import lexicon
from storage.settings import StorageSettings
from storage.units.gazetteer import Gazetteer
from storage.units.record import Commune, FormerCommune, Province, Share, Units

ROAD = "/v1/procedures"
JUSTICE, POLICE = "Bộ Tư pháp", "Bộ Công an"


def _commune(code: str, name: str, province: str) -> Commune:
    kind, _, short = name.partition(" ")
    return Commune(code=code, name=name, short_name=short, kind=kind, province_code=province)


def _former(province: tuple[str, str], code: str, name: str, new: str, share: Share) -> FormerCommune:
    return FormerCommune(
        province_code=province[0],
        province=province[1],
        district_code="030",
        district="Huyện Vị Xuyên",
        code=code,
        name=name,
        new_code=new,
        share=share,
    )


UNITS = Units(
    provinces=(
        Province(code="08", name="Tỉnh Tuyên Quang", short_name="Tuyên Quang"),
        Province(code="24", name="Tỉnh Bắc Ninh", short_name="Bắc Ninh"),
    ),
    communes=(
        _commune("00691", "Xã Vị Xuyên", "08"),
        _commune("00706", "Xã Tân Lập", "08"),
        _commune("07000", "Phường Tân Lập", "24"),
    ),
    former=(
        _former(("02", "Tỉnh Hà Giang"), "00913", "Xã Phú Linh", "00691", Share.PART_DEFAULT),
        _former(("02", "Tỉnh Hà Giang"), "00913", "Xã Phú Linh", "00706", Share.PART),
    ),
)


def _method(days: float, fee: int | None, channel: Channel = Channel.IN_PERSON) -> Method:
    limit = TimeLimit(quantity=days, unit=Unit.WORKING_DAY)
    return Method(channel=channel, limit=limit, fees=() if fee is None else (Fee(amount=fee),))


PROCEDURES = (
    Procedure(
        code="1.001193",
        name="Thủ tục đăng ký khai sinh",
        field="Hộ tịch",
        promulgating_agency=JUSTICE,
        levels=(Level.COMMUNE,),
        applicants=(ApplicantKind.CITIZEN,),
        online_level=OnlineLevel.FULL,
        methods=(_method(1, 0),),
    ),
    Procedure(
        code="1.000656",
        name="Thủ tục đăng ký khai tử",
        field="Hộ tịch",
        promulgating_agency=JUSTICE,
        levels=(Level.COMMUNE,),
        applicants=(ApplicantKind.CITIZEN,),
        methods=(_method(3, 15_000),),
    ),
    Procedure(
        code="1.014064",
        name="Cấp lại thẻ căn cước",
        field="Căn cước",
        promulgating_agency=POLICE,
        levels=(Level.COMMUNE,),
        applicants=(ApplicantKind.CITIZEN,),
        methods=(_method(7, 50_000, Channel.ONLINE),),
    ),
    Procedure(
        code="2.001194",
        name="Cấp lại thẻ căn cước (thực hiện tại cấp tỉnh)",
        field="Căn cước",
        promulgating_agency=POLICE,
        levels=(Level.PROVINCE,),
        applicants=(ApplicantKind.CITIZEN,),
        methods=(_method(7, 50_000, Channel.ONLINE),),
    ),
    Procedure(
        code="3.000001",
        name="Hỗ trợ học phí",
        field="Giáo dục",
        promulgating_agency="UBND tỉnh Hà Giang",
        levels=(Level.PROVINCE,),
        applicants=(ApplicantKind.CITIZEN, ApplicantKind.ORGANISATION),
    ),
    Procedure(
        code="3.000002",
        name="Hỗ trợ học phí",
        field="Giáo dục",
        promulgating_agency="UBND tỉnh Bắc Ninh",
        levels=(Level.PROVINCE,),
        applicants=(ApplicantKind.CITIZEN,),
    ),
    Procedure(code="1.009999", name="Hỗ trợ học phí", field="Giáo dục", levels=(Level.COMMUNE,)),
)


def make_edition(*procedures: Procedure, version: int = 1) -> Edition:
    gazetteer = Gazetteer(UNITS)
    catalogue = Catalogue(procedures, lexicon(), version=version, province_of=own_province(gazetteer))
    return Edition(
        stamp=Stamp(catalogue=version, digest=bytes([version])), catalogue=catalogue, gazetteer=gazetteer
    )


@pytest.fixture(scope="module")
def edition() -> Edition:
    """Seven procedures, two provinces."""
    return make_edition(*PROCEDURES)


@pytest.fixture
def holding(app: FastAPI, services: Services, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch):
    """Have the application ask an edition."""

    def hold(edition: Edition | None) -> None:
        book = CatalogueBook(settings, services.reading, look_seconds=3600, edition=edition)
        app.state.services = dataclasses.replace(services, catalogue=book)

    # Of the run, as the application is: what tests before this one have spent is not this one's.
    monkeypatch.setattr(pace, "_pace", AddressPace(pace.SEARCHES))
    yield hold
    app.state.services = services


@pytest.fixture
async def find(client: httpx.AsyncClient, holding, edition: Edition):
    """Look procedures up, and return the answer."""
    holding(edition)

    async def run(q: str = "", **asked: Any) -> dict[str, Any]:
        answer = await client.get(ROAD, params={"q": q, **asked})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return run


@pytest.fixture
async def refused(client: httpx.AsyncClient, holding, edition: Edition):
    """Look procedures up in vain; return the fields at fault, by pointer, with code and words."""
    holding(edition)

    async def run(**asked: Any) -> dict[str, tuple[str, str]]:
        answer = await client.get(ROAD, params=asked, headers={"accept-language": "en"})
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return {fault["pointer"]: (fault["code"], fault["detail"]) for fault in answer.json()["errors"]}

    return run


async def test_a_total_says_whether_it_is_all(client: httpx.AsyncClient, holding):
    """Where more fits than is looked at, it is told that there are at least so many."""
    alike = [Procedure(code=f"1.{n:06d}", name=f"Giấy phép loại {n}") for n in range(2 * CANDIDATES)]
    holding(make_edition(*alike))
    for question, told in (("giấy phép loại", "at_least"), ("", "exact")):
        answer = (await client.get(ROAD, params={"q": question})).json()
        assert (answer["total_is"], answer["total"] < len(alike)) == (told, told == "at_least")


def codes(body: dict[str, Any]) -> list[str]:
    return [item["code"] for item in body["items"]]


async def test_a_citizens_words_find_it(find):
    """With its facts, where the words stand in its name, and how the question was read."""
    body = await find("làm giấy khai sihn cho con", limit=1)
    (item,) = body["items"]
    highlights = item.pop("highlights")
    assert item == {
        "code": "1.001193",
        "name": "Thủ tục đăng ký khai sinh",
        "field": "Hộ tịch",
        "agency": JUSTICE,
        "levels": ["commune"],
        "applicants": ["citizen"],
        "online": "full",
        "limit": {"quantity": 1.0, "unit": "working_day"},
        "fee": 0,
        "province": None,
        "variants": [],
    }
    assert "sinh" in [item["name"][start:end] for start, end in highlights]
    assert body["read_as"] == "làm giấy khai sinh cho con"
    assert body["version"] == 1


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_both_forms_of_unicode_are_one(find, form):
    """However the keyboard writes it, also both in one question."""
    text = unicodedata.normalize(form, "đăng ký khai ") + unicodedata.normalize("NFD", "tử")
    assert codes(await find(text))[0] == "1.000656"


async def test_variants_are_folded_with_what_differs(find):
    """The entry for the other level stands under the one, and says in what it differs."""
    (item,) = (await find("cấp lại thẻ căn cước", limit=1))["items"]
    assert item["code"] == "1.014064"
    assert [(one["code"], one["differs"]) for one in item["variants"]] == [("2.001194", ["levels"])]


async def test_provinces_own_are_folded_under_what_holds_everywhere(find):
    """And come first where their province is given, by whichever name, without the other provinces' own."""
    (item,) = (await find("hỗ trợ học phí"))["items"]
    assert item["code"] == "1.009999"
    assert {one["code"]: one["province"] and one["province"]["code"] for one in item["variants"]} == {
        "3.000001": "08",
        "3.000002": "24",
    }
    for named in ("08", "Tuyên Quang", "Hà Giang", "tinh ha giang"):
        body = await find("hỗ trợ học phí", province=named)
        (item,) = body["items"]
        assert (item["code"], [one["code"] for one in item["variants"]]) == ("3.000001", ["1.009999"])
        assert item["province"] == {"code": "08", "name": "Tỉnh Tuyên Quang"}
        assert body["place"] == {"province": item["province"], "commune": None}


@pytest.mark.parametrize(
    ("asked", "commune"),
    [
        ({"commune": "Vị Xuyên, Hà Giang"}, "00691"),
        ({"commune": "00706"}, "00706"),
        ({"commune": "Tân Lập", "province": "Bắc Ninh"}, "07000"),
        ({"commune": "phuong tan lap"}, "07000"),
        ({"commune": "Phú Linh"}, "00691"),
    ],
)
async def test_a_commune_is_in_its_province(find, asked, commune):
    """Of today or before, and of a divided one the main part; what is its province's own is found."""
    place = (await find("hỗ trợ học phí", **asked))["place"]
    assert place["commune"]["code"] == commune
    assert place["province"]["code"] == ("24" if commune == "07000" else "08")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"field": "Hộ tịch"}, {"1.001193", "1.000656"}),
        ({"field": "hộ TỊCH"}, {"1.001193", "1.000656"}),
        ({"field": ["Hộ tịch", "Căn cước"]}, {"1.001193", "1.000656", "1.014064"}),
        ({"agency": POLICE}, {"1.014064"}),
        ({"agency": POLICE, "field": "Hộ tịch"}, set()),
        ({"level": "province"}, {"2.001194", "3.000001"}),
        ({"applicant": "organisation"}, {"3.000001"}),
        ({"online": "full"}, {"1.001193"}),
        ({"online": ["full", "partial"]}, {"1.001193", "1.014064"}),
        ({"max_days": 3}, {"1.001193", "1.000656"}),
        ({"max_fee": 15000}, {"1.001193", "1.000656"}),
        ({"free": True}, {"1.001193"}),
        ({"free": True, "max_fee": 15000}, {"1.001193"}),
    ],
)
async def test_filters(find, asked, found):
    """Values of one filter are alternatives, and filters all hold."""
    assert set(codes(await find(**asked))) == found


async def test_facets_have_words(client: httpx.AsyncClient, holding, edition):
    """Their values are named in the language asked for, the commonest first."""
    holding(edition)
    for language, label in (("vi", "Cấp xã"), ("en", "Commune")):
        answer = await client.get(ROAD, headers={"accept-language": language})
        levels = answer.json()["facets"]["level"]
        assert levels[0] == {"value": "commune", "label": label, "count": 4}
        assert answer.headers["content-language"] == language


@pytest.mark.parametrize(("sort", "first"), [("name", "1.014064"), ("days", "1.001193"), ("fee", "1.001193")])
async def test_sorting(find, sort, first):
    """By name, the quickest, or the cheapest first."""
    assert codes(await find(sort=sort))[0] == first


async def test_pages_go_on_to_the_end(find):
    """Each entry once, in the order of the whole list."""
    whole, seen, cursor = codes(await find(limit=100)), [], {}
    while True:
        body = await find(limit=2, **cursor)
        seen += codes(body)
        if body["next_cursor"] is None:
            break
        cursor = {"cursor": body["next_cursor"]}
    assert seen == whole
    assert body["total"] == len(whole) == 4


async def test_a_cursor_goes_on_in_the_next_version(find, holding):
    """At its place, and the answer says which version that is; beyond the end is nothing."""
    cursor = (await find(limit=2))["next_cursor"]
    holding(make_edition(*PROCEDURES[:3], version=2))
    body = await find(limit=2, cursor=cursor)
    assert (len(body["items"]), body["version"], body["next_cursor"]) == (1, 2, None)
    beyond = ProcedureMark(version=1, place=10_000).encode()
    assert (await find(cursor=beyond))["items"] == []


async def test_an_answer_need_not_travel_twice(client: httpx.AsyncClient, holding, edition):
    """Under its tag it is sent once, until the catalogue, the question or the language is another."""
    holding(edition)
    asked = {"q": "khai sinh"}
    first = await client.get(ROAD, params=asked)
    tag = {"if-none-match": first.headers["etag"]}
    assert first.headers["cache-control"] == "public, max-age=60"
    assert "accept-language" in first.headers["vary"]
    again = await client.get(ROAD, params=asked, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    for params, headers in (({"q": "khai tử"}, tag), (asked, {**tag, "accept-language": "en"})):
        assert (await client.get(ROAD, params=params, headers=headers)).status_code == 200
    holding(make_edition(*PROCEDURES, version=2))
    assert (await client.get(ROAD, params=asked, headers=tag)).status_code == 200


EVERYTHING = ["1.014064", "1.000656", "1.001193", "1.009999"]
HOSTILE = {
    "empty": ("", EVERYTHING),
    "blank": (" \n\t ", EVERYTHING),
    "punctuation": ("?!… --- ,,,", EVERYTHING),
    "emoji": ("😀👩‍👩‍👧‍👦🇻🇳", EVERYTHING),
    "sql": ("'; DROP TABLE procedure; --", []),
    "query syntax": ('name:[* TO *] AND "x"~2^3 +(y -z)', []),
    "markup": ("<script>alert(1)</script>", []),
    "unknown": ("xyzzyx qwrtpl", []),
    "long": ("khai sinh " * 1000, ["1.001193", "1.000656"]),
    "one long word": ("a" * LONGEST_QUESTION, []),
}


@pytest.mark.parametrize(("text", "found"), HOSTILE.values(), ids=HOSTILE)
async def test_hostile_questions(find, text, found):
    """Signs and length are words or nothing; where no word is there, all is listed, what is likeliest first."""
    assert codes(await find(text)) == found


async def test_query_syntax_is_plain_words(find):
    """What would be an operator to the index finds what the words in it do."""
    assert codes(await find('"khai" AND +(sinh) OR -name:tử^9'))[0] in {"1.001193", "1.000656"}
    assert codes(await find("khai* sinh~"))[0] == "1.001193"


@pytest.mark.parametrize(
    ("asked", "pointer", "code"),
    [
        ({"q": "khai\x00sinh"}, "/query/q", "control_character"),
        ({"q": "a" * (LONGEST_QUESTION + 1)}, "/query/q", "string_too_long"),
        ({"field": "Hộ tich"}, "/query/field/0", "unknown-value"),
        ({"field": ["Hộ tịch", "x" * 201]}, "/query/field/1", "string_too_long"),
        ({"field": ["Hộ tịch"] * 21}, "/query/field", "too_long"),
        ({"agency": "Bộ Tư pháo"}, "/query/agency/0", "unknown-value"),
        ({"level": "district"}, "/query/level/0", "enum"),
        ({"applicant": "everybody"}, "/query/applicant/0", "enum"),
        ({"online": "4"}, "/query/online/0", "enum"),
        ({"sort": "price"}, "/query/sort", "enum"),
        ({"province": "Bắc Nin"}, "/query/province", "unknown-value"),
        ({"commune": "Nơi Nào Đó"}, "/query/commune", "unknown-unit"),
        ({"commune": "Tân Lập"}, "/query/commune", "ambiguous-unit"),
        ({"commune": "Vị Xuyên", "province": "24"}, "/query/commune", "unknown-value"),
        ({"commune": "Vị Xuyên", "province": "Bắc Nin"}, "/query/province", "unknown-value"),
        ({"max_days": -1}, "/query/max_days", "greater_than_equal"),
        ({"max_days": "nan"}, "/query/max_days", "finite_number"),
        ({"max_fee": "9" * 30}, "/query/max_fee", "less_than_equal"),
        ({"limit": 0}, "/query/limit", "greater_than_equal"),
        ({"limit": 101}, "/query/limit", "less_than_equal"),
        ({"cursor": "nonsense"}, "/query/cursor", "invalid-cursor"),
    ],
)
async def test_what_can_not_be_asked_is_named(refused, asked, pointer, code):
    """The parameter at fault, and why."""
    assert (await refused(**asked))[pointer][0] == code


async def test_refusals_name_what_there_is(refused):
    """The values that may be chosen, those that are near, and the units that bear a name."""
    assert "'commune'" in (await refused(level="district"))["/query/level/0"][1]
    said = await refused(field="Ho tic", province="Bac Nin", commune="Tân Lập")
    assert "Hộ tịch" in said["/query/field/0"][1]
    assert "Tỉnh Bắc Ninh" in said["/query/province"][1]
    assert "00706 Xã Tân Lập, Tỉnh Tuyên Quang" in said["/query/commune"][1]
    assert "07000 Phường Tân Lập, Tỉnh Bắc Ninh" in said["/query/commune"][1]
    assert "Xã Vị Xuyên" in (await refused(province="Hà Giang", commune="Vi Xuyn"))["/query/commune"][1]
    assert "'Ba Đình, Hà Nội'" in (await refused(commune="Vi Xuyn"))["/query/commune"][1]


async def test_suggestions(client: httpx.AsyncClient, holding, edition):
    """At most as many as asked for, and nothing for nothing."""
    holding(edition)
    for typed, wanted in (("đăng ký khai s", "đăng ký khai sinh"), ("dang ky khai t", "đăng ký khai tử")):
        answer = await client.get(f"{ROAD}/suggestions", params={"q": typed, "limit": 3})
        found = answer.json()["suggestions"]
        assert wanted in found
        assert len(found) <= 3
    for typed in ("", "k", "?!", "z" * LONGEST_QUESTION):
        assert (await client.get(f"{ROAD}/suggestions", params={"q": typed})).json() == {"suggestions": []}


async def test_life_events(client: httpx.AsyncClient, holding, edition):
    """Each has words in both languages, and those of its procedures that the catalogue has, in their order."""
    holding(edition)
    for language in ("vi", "en"):
        answer = await client.get("/v1/life-events", headers={"accept-language": language})
        items = {item["event"]: item for item in answer.json()["items"]}
        assert list(items) == ["birth", "marriage", "house", "business", "retirement", "death"]
        assert items["death"]["title"] == getattr(life_events()["death"].title, language)
        assert (items["death"]["count"], items["house"]["count"]) == (1, 0)
    death = (await client.get("/v1/life-events/death")).json()
    assert [one["code"] for one in death["procedures"]] == ["1.000656"]
    assert (await client.get("/v1/life-events/nothing")).status_code == 404


async def test_before_the_first_catalogue_is_ready(
    client: httpx.AsyncClient, holding, monkeypatch: pytest.MonkeyPatch
):
    """Who asks is told to come again; other routes answer."""
    monkeypatch.setattr("api.procedures.router.PATIENCE_SECONDS", 0.01)
    holding(None)
    answer = await client.get(ROAD)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await client.get("/health/live")).status_code == 200


async def test_an_address_may_search_so_often(client: httpx.AsyncClient, holding, edition, monkeypatch):
    """What it has left is told; beyond that it is refused, and others are not."""
    holding(edition)
    limit = dataclasses.replace(pace.SEARCHES, burst=30)
    monkeypatch.setattr(pace, "_pace", AddressPace(limit))
    answers = [await client.get("/v1/life-events") for _ in range(45)]
    assert all(answer.headers["ratelimit-policy"].startswith('"searches"') for answer in answers)
    refusals = [answer for answer in answers if answer.status_code == 429]
    assert refusals
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refusals)
    # A token comes back every 20 ms: the test is no faster than that allows.
    assert sum(answer.status_code == 200 for answer in answers) >= 30


async def test_who_searches_is_asked_of_the_database_once_in_a_while(
    services: Services, engine: Engine, monkeypatch
):
    """Tokens are taken ahead for an address, and given out without a statement."""
    times = iter([0.0] * 100)
    asked = AddressPace(pace.SEARCHES, now=lambda: next(times))
    count = 0
    spend = Limit.spend

    async def counting(*given: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        return await spend(*given, **named)

    monkeypatch.setattr(Limit, "spend", counting)
    for _ in range(AHEAD + 1):
        assert (await asked.spend(services, "203.0.113.7")).granted
    assert count == 2


async def test_searching_goes_on_without_the_database(services: Services, monkeypatch):
    """Nothing is read from it, and so nobody is refused for its absence."""

    def away() -> None:
        raise OSError("away")

    gone = dataclasses.replace(services)
    monkeypatch.setattr(Services, "unit_of_work", lambda _: away())
    assert (await AddressPace(pace.SEARCHES).spend(gone, "203.0.113.7")).granted
