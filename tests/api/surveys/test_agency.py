"""Agencies make surveys, open and close them, and read what was answered."""

import csv
import io
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from api.services import Services
from storage.surveys.kinds import FEWEST
from tests.api.callers import Agency, Citizen, MakeAgency
from tests.api.surveys.asking import FORM, answer, changed, keep_answers
from tests.api.telling import pointed

HOME = "/v1/agency/surveys"
CODE = "mot-cua-2026"
SCOPES = frozenset({"surveys"})
EVERYBODY = {"kind": "everybody"}
Call = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def town(agency: Agency, make_agency: MakeAgency) -> Agency:
    """An agency that may ask, below none, and beside the one of the dossiers."""
    assert agency.code == "H26.1"
    return await make_agency("H26.2", scopes=SCOPES)


@pytest.fixture
def put(client: httpx.AsyncClient, town: Agency) -> Call:
    """Make a survey, or change it."""

    async def send(
        form: Any = FORM, code: str = CODE, who: Agency = town, language: str = "vi", **more: Any
    ) -> httpx.Response:
        body = {"form": form, "audience": EVERYBODY} | more
        return await client.put(
            f"{HOME}/{code}", json=body, headers=who.headers | {"accept-language": language}
        )

    return send


@pytest.fixture
def post(client: httpx.AsyncClient, town: Agency) -> Call:
    """Open a survey, or close it."""

    async def send(what: str, code: str = CODE, **body: Any) -> httpx.Response:
        return await client.post(f"{HOME}/{code}/{what}", json=body or None, headers=town.headers)

    return send


@pytest.fixture
def get(client: httpx.AsyncClient, town: Agency) -> Call:
    """Read something of a survey."""

    async def send(what: str = "", code: str = CODE, **query: Any) -> httpx.Response:
        return await client.get(f"{HOME}/{code}{what}", params=query, headers=town.headers)

    return send


async def test_a_survey_from_draft_to_end(
    client: httpx.AsyncClient, citizen: Citizen, put: Call, post: Call, get: Call
) -> None:
    """Made, opened, answered, changed, closed: each step is shown as it is."""
    made = await put()
    assert made.status_code == 201
    shown = made.json()
    assert (shown["state"], shown["version"], shown["answers"], shown["agency"]["code"]) == (
        "draft",
        1,
        0,
        "H26.2",
    )
    assert (await put()).status_code == 200
    assert (await client.get(f"/v1/surveys/{CODE}", headers=citizen.headers)).status_code == 404
    assert (await post("opening", closes_at="2099-01-01T00:00:00+07:00")).json()["state"] == "open"
    sent = await client.post(f"/v1/surveys/{CODE}/answers", json=answer(), headers=citizen.headers)
    assert sent.status_code == 201
    again = await put(changed())
    assert (again.status_code, again.json()["version"], again.json()["state"]) == (200, 2, "open")
    read = (await get()).json()
    assert (read["answers"], read["title"], read["form"]["title"]) == (
        1,
        "Khảo sát đã đổi",
        "Khảo sát đã đổi",
    )
    assert urlsplit(read["page"]).path == f"/khao-sat/{CODE}"
    assert (await client.get(urlsplit(read["page"]).path)).status_code == 200, "whoever has it may answer"
    assert (await post("closing")).json()["state"] == "closed"
    late = await client.post(f"/v1/surveys/{CODE}/answers", json=answer(version=2), headers=citizen.headers)
    assert late.status_code == 409


async def test_whom_a_survey_is_for(put: Call, town: Agency) -> None:
    """Parties of dossiers: of the agency's own, unless another is named for which it speaks."""
    given = {"kind": "dossiers", "procedures": ["1.001193.000.00.00.H26"], "ended_within_days": 14}
    assert (await put(audience=given)).json()["audience"] == {
        "kind": "dossiers",
        "agency_code": town.code,
        "procedures": ["1.001193"],
        "ended_within_days": 14,
    }
    assert (await put(audience={"kind": "dossiers"})).json()["audience"]["ended_within_days"] == 30
    assert (await put()).json()["audience"]["kind"] == "everybody"


@pytest.mark.parametrize(
    ("body", "where", "code"),
    [
        (
            {"audience": {"kind": "dossiers", "agency_code": "H26.1"}},
            "/audience/agency_code",
            "agency-not-yours",
        ),
        (
            {"audience": {"kind": "dossiers", "agency_code": "H99"}},
            "/audience/agency_code",
            "agency-not-yours",
        ),
        ({"agency_code": "H26.1"}, "/agency_code", "agency-not-yours"),
        (
            {"audience": {"kind": "dossiers", "procedures": ["9.999999"]}},
            "/audience/procedures/0",
            "unknown-procedure",
        ),
        (
            {"audience": {"kind": "dossiers", "ended_within_days": 91}},
            "/audience/ended_within_days",
            "less_than_equal",
        ),
        ({"audience": {"kind": "everybody", "ended_within_days": 9}}, "/audience", "survey-audience"),
        ({"audience": {"kind": "friends"}}, "/audience/kind", "enum"),
        ({"platform": "elsewhere"}, "/platform", "enum"),
        ({"form": []}, "/form", "dict_type"),
        ({"form": {**FORM, "$ref": "https://example.com"}}, "/form/$ref", "extra_forbidden"),
        (
            {"form": {**FORM, "properties": {"q": {"type": "string", "title": "~/"}}, "required": []}},
            "/form/properties/q/maxLength",
            "missing",
        ),
        ({"form": {**FORM, "required": ["nobody"]}}, "/form", "survey-required"),
        ({"state": "open"}, "/state", "extra_forbidden"),
    ],
)
async def test_what_can_not_be_asked_is_named(put: Call, body: dict[str, Any], where: str, code: str) -> None:
    """By a pointer, in both languages; nothing is made."""
    for language in ("vi", "en"):
        refused = await put(**body, language=language)
        assert refused.status_code == 422
        assert (where, code) in pointed(refused.json())
        assert all(error["detail"] for error in refused.json()["errors"])


@pytest.mark.parametrize("code", ["Mot-Cua", "một-cửa", "a--b", "-a", "a" * 65, "a.b"])
async def test_a_code_is_fit_for_addresses(put: Call, code: str) -> None:
    """Small letters, digits, and single hyphens between them."""
    assert (await put(code=code)).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/a%00b",
        "/a%00b/summary",
        "/a%00b/answers.csv",
        # A NUL, and half a surrogate pair, in the code that a cursor names.
        "?cursor=eyJjb2RlIjoiYVx1MDAwMCJ9",
        "?cursor=eyJjb2RlIjoiYVx1ZDgwMCJ9",
    ],
)
async def test_what_the_database_can_not_read_is_no_code(
    client: httpx.AsyncClient, town: Agency, path: str
) -> None:
    """It is refused, and nothing fails."""
    assert (await client.get(HOME + path, headers=town.headers)).status_code == 422


async def test_another_agency_s_code_is_taken(put: Call, get: Call, make_agency: MakeAgency) -> None:
    """It stays whose it is."""
    assert (await put()).status_code == 201
    other = await make_agency("H55", scopes=SCOPES)
    refused = await put(changed(), who=other)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:tindan:problem:survey-code-taken")
    assert (await get()).json()["version"] == 1


async def test_where_it_is_answered_stays_once_it_was_opened(put: Call, post: Call) -> None:
    """A draft may change its place."""
    assert (await put(platform="vnform")).json()["platform"] == "vnform"
    assert (await put()).json()["platform"] == "own"
    await post("opening", opens_at="2099-01-01T00:00:00+07:00")
    refused = await put(platform="vnform")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:tindan:problem:survey-fixed")


async def test_an_opening_that_is_over_is_refused(put: Call, post: Call) -> None:
    """Before it opens, in the past, or at the end of the calendar, where every list of surveys would fail."""
    await put()
    now = datetime.now(UTC)
    for body in (
        {"closes_at": (now - timedelta(minutes=1)).isoformat()},
        {"opens_at": "2099-01-02T00:00:00Z", "closes_at": "2099-01-01T00:00:00Z"},
    ):
        refused = await post("opening", **body)
        assert pointed(refused.json()) == [("/closes_at", "survey-dates")]
    for name, far in (
        ("closes_at", "9999-12-31T23:59:59-12:00"),
        ("closes_at", "9999-12-31T23:00:00Z"),
        ("opens_at", "9999-12-31T23:59:59-12:00"),
        ("opens_at", "0001-01-01T00:00:00+14:00"),
    ):
        assert pointed((await post("opening", **{name: far})).json()) == [(f"/{name}", "out-of-range")]
    naive = await post("opening", closes_at="2099-01-01T00:00:00")
    assert [place for place, _ in pointed(naive.json())] == ["/closes_at"]


async def test_our_surveys_are_listed(client: httpx.AsyncClient, put: Call, town: Agency) -> None:
    """In pages, by their codes."""
    for code in ("c", "a", "b"):
        await put(code=code)
    first = (await client.get(HOME, params={"limit": 2}, headers=town.headers)).json()
    assert [one["code"] for one in first["items"]] == ["a", "b"]
    rest = await client.get(HOME, params={"cursor": first["next_cursor"]}, headers=town.headers)
    assert ([one["code"] for one in rest.json()["items"]], rest.json()["next_cursor"]) == (["c"], None)
    assert (await client.get(HOME, params={"cursor": "x"}, headers=town.headers)).status_code == 422


async def test_answers_in_numbers(services: Services, put: Call, post: Call, get: Call) -> None:
    """Nothing of fewer than five; then each choice by its name."""
    await put()
    await post("opening", closes_at="2099-01-01T00:00:00Z")
    await keep_answers(services, CODE, FEWEST - 1, ease=4, channel="desk", again=True)
    few = (await get("/summary")).json()
    assert few == {"version": 1, "invited": 0, "answers": 4, "suppressed": True, "questions": None}
    await keep_answers(services, CODE, 1, ease=2, channel="online")
    told = {one["name"]: one for one in (await get("/summary")).json()["questions"]}
    assert told["channel"]["choices"] == [
        {"code": "online", "name": "Trực tuyến", "count": 1},
        {"code": "desk", "name": "Tại quầy", "count": 4},
    ]
    assert [one["count"] for one in told["ease"]["choices"]] == [0, 1, 0, 4, 0]
    assert (told["again"]["answered"], told["again"]["choices"]) == (None, None)
    assert (await get("/summary", version=2)).status_code == 404


async def test_answers_one_by_one(services: Services, put: Call, post: Call, get: Call) -> None:
    """As a table without formulas, and as lines of JSON; both hold the same."""
    await put()
    await post("opening", closes_at="2099-01-01T00:00:00Z")
    for kind in ("csv", "jsonl"):
        assert (await get(f"/answers.{kind}")).json()["type"] == "urn:tindan:problem:too-few-answers"
    wishes = ["=SUM(A1:A9)", "+1", "-1", "@a", "＝1+1", 'một, "hai"\nba', "bình thường"]
    for wish in wishes:
        await keep_answers(services, CODE, 1, ease=3, liked=["speed", "staff"], again=False, wish=wish)
    sent = await get("/answers.csv")
    assert sent.headers["content-type"].startswith("text/csv")
    assert sent.headers["content-disposition"] == f'attachment; filename="{CODE}.csv"'
    assert "\r\n" in sent.text
    rows = list(csv.DictReader(io.StringIO(sent.text, newline="")))
    assert sorted(row["answer_wish"] for row in rows) == sorted(
        [f"'{wish}" if wish[0] in "=+-@＝" else wish for wish in wishes]
    )
    assert {(row["answer_ease"], row["answer_liked"], row["answer_again"]) for row in rows} == {
        ("3", "speed;staff", "false")
    }
    lines = [json.loads(line) for line in (await get("/answers.jsonl")).text.splitlines()]
    assert [one["id"] for one in lines] == [row["id"] for row in rows]
    assert sorted(one["answers"]["wish"] for one in lines) == sorted(wishes)
    assert set(lines[0]) == {"id", "version", "source", "answered_on", "context", "answers"}


async def test_questions_of_all_versions_have_columns(
    services: Services, put: Call, post: Call, get: Call
) -> None:
    """Those of the newest first; what only an older one asked stands behind."""
    await put()
    await post("opening", closes_at="2099-01-01T00:00:00Z")
    await keep_answers(services, CODE, FEWEST, ease=3)
    other = {"new": {"type": "boolean", "title": "Mới?"}, "ease": FORM["properties"]["ease"]}
    await put({**FORM, "properties": other, "required": []})
    await keep_answers(services, CODE, 1, new=True)
    head = (await get("/answers.csv")).text.splitlines()[0].split(",")
    assert head[7:] == [f"answer_{name}" for name in ("new", "ease", "channel", "liked", "again", "wish")]


async def test_exports_are_not_asked_for_without_end(
    services: Services, put: Call, post: Call, get: Call
) -> None:
    """Each may be a million rows."""
    await put()
    await post("opening", closes_at="2099-01-01T00:00:00Z")
    await keep_answers(services, CODE, FEWEST, ease=3)
    assert [(await get("/answers.csv")).status_code for _ in range(11)] == [200] * 10 + [429]


async def test_several_options_make_no_formula(services: Services, put: Call, post: Call, get: Call) -> None:
    """Their codes may begin with a hyphen, and a table joins them."""
    options = [{"const": code, "title": code} for code in ("-A1", "b")]
    liked = {"type": "array", "title": "Hài lòng về", "uniqueItems": True, "items": {"oneOf": options}}
    await put({"type": "object", "title": "Khảo sát", "properties": {"liked": liked}})
    await post("opening", closes_at="2099-01-01T00:00:00Z")
    await keep_answers(services, CODE, FEWEST, liked=["-A1", "b"])
    rows = csv.DictReader(io.StringIO((await get("/answers.csv")).text, newline=""))
    assert {row["answer_liked"] for row in rows} == {"'-A1;b"}
