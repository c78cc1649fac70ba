"""Scores as open data: JSON that its schema describes, CSV that says the same, tags, and months without data."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from api.open_data import tables
from api.open_data.service import LIFE_SECONDS, MOST_KEPT, Shelf
from api.problems import Problem
from api.services import Services
from storage.scores.measuring import month_of
from storage.scores.points import Criterion
from tests.api.open_data.keeping import MONTH, NAME, Keep

JSON, CSV = "/v1/open-data/scores/2026-10", "/v1/open-data/scores/2026-10.csv"


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_a_month_as_json(client: httpx.AsyncClient, keep: Keep) -> None:
    """Each agency with all below it, to the last digit; nobody who had nothing to do."""
    await keep("H26.1", 14, on_time=True, online=True, digitised=True)
    await keep("H26.2", 16, on_time=False, online=None, digitised=None)
    answer = await client.get(JSON)
    assert answer.headers["link"] == '</v1/open-data/scores/schema.json>; rel="describedby"'
    found = answer.json()
    assert (found["month"], found["provisional"], found["least_group"]) == ("2026-10", False, 5)
    assert [one["agency"]["code"] for one in found["agencies"]] == ["H26", "H26.1", "H26.2"]
    city, ward, _ = found["agencies"]
    assert ward["agency"] == {"code": "H26.1", "name": NAME, "parent": "H26"}
    assert (ward["dossiers"], ward["points"], ward["out_of"], ward["hidden"]) == (14, 72.0, 72, False)
    assert city["criteria"]["on_time"] == {"counted": 30, "percent": 46.67, "points": 10.37}
    assert city["criteria"]["digitised"] == {"counted": 14, "percent": 100.0, "points": 22.0}
    assert {**found["country"], "agency": city["agency"]} == city


async def test_the_table_says_the_same(client: httpx.AsyncClient, keep: Keep) -> None:
    """CSV by RFC 4180, with quotes where they are needed, has each number of the JSON, as it is written there."""
    await keep("H26.1", 14, on_time=True, online=True, digitised=True)
    await keep("H26.2", 3, on_time=False)
    await keep("H27", 9)
    answer = await client.get(CSV)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="tindan-scores-2026-10.csv"'
    assert answer.content.startswith(b"month,provisional,agency_code,")
    assert answer.content.count(b"\r\n") == len(rows_of(answer)) + 1
    told = (await client.get(JSON)).json()
    for row, line in zip(rows_of(answer), [told["country"], *told["agencies"]], strict=True):
        agency = line.get("agency") or {"code": "", "name": "", "parent": None}
        assert (row["agency_code"], row["agency_name"]) == (agency["code"], agency["name"])
        assert (row["parent_code"], row["month"], row["provisional"]) == (
            agency["parent"] or "",
            "2026-10",
            "false",
        )
        assert row["dossiers"] == ("" if line["hidden"] else str(line["dossiers"]))
        for criterion in Criterion:
            standing = line["criteria"][criterion] or {}
            for part in ("counted", "percent", "points"):
                cell, value = row[f"{criterion}_{part}"], standing.get(part)
                assert (Decimal(cell) if cell else None) == (None if value is None else Decimal(str(value)))


async def test_few_dossiers_are_hidden(client: httpx.AsyncClient, keep: Keep) -> None:
    """Three dossiers of a ward are nowhere told, not by what the city's other ward leaves either."""
    await keep("H26.1", 14, on_time=True)
    await keep("H26.2", 3, on_time=False)
    _, *wards = (await client.get(JSON)).json()["agencies"]
    for ward in wards:
        assert (ward["dossiers"], ward["hidden"], ward["points"]) == (None, True, None)
        assert set(ward["criteria"].values()) == {None}


async def test_the_schema_describes_it(client: httpx.AsyncClient, keep: Keep) -> None:
    """Whatever is answered, hidden things included, has the fields and types of the schema, and no others."""
    await keep("H26.1", 14, on_time=True)
    await keep("H26.2", 3)
    answer = await client.get("/v1/open-data/scores/schema.json")
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    assert (schema["$id"], schema["$schema"][:24]) == (
        "/v1/open-data/scores/schema.json",
        "https://json-schema.org/",
    )
    _require(schema, schema, (await client.get(JSON)).json())


TYPES = {"integer": int, "number": (int, float), "string": str, "boolean": bool, "null": type(None)}


def _require(schema: dict[str, Any], part: dict[str, Any], value: Any) -> None:
    """Hold a value to the few words of JSON Schema that the schema uses."""
    if "$ref" in part:
        part = schema["$defs"][part["$ref"].removeprefix("#/$defs/")]
    if "anyOf" in part:
        kinds = [one for one in part["anyOf"] if (one.get("type") == "null") == (value is None)]
        _require(schema, kinds[0], value)
    elif part["type"] == "object":
        assert set(value) == set(part["properties"]) == set(part["required"])
        for name, inner in value.items():
            _require(schema, part["properties"][name], inner)
    elif part["type"] == "array":
        for inner in value:
            _require(schema, part["items"], inner)
    else:
        assert isinstance(value, TYPES[part["type"]])


@pytest.mark.parametrize("path", [JSON, CSV, "/v1/open-data/scores", "/v1/open-data/scores/schema.json"])
async def test_tags(client: httpx.AsyncClient, keep: Keep, path: str) -> None:
    """Who holds it gets no body, and caches may keep it for everybody."""
    await keep("H26.1", 14, on_time=True)
    first = await client.get(path)
    again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert first.headers["cache-control"].startswith("public")


async def test_a_new_version_is_another_answer(client: httpx.AsyncClient, keep: Keep) -> None:
    """What was measured since is told at once, under another tag; JSON and CSV never share one."""
    await keep("H26.1", 14)
    first = await client.get(JSON)
    await keep("H26.1", 1)
    assert (await client.get(JSON)).content == first.content
    await keep("H26.1", 1, version=2)
    second = await client.get(JSON, headers={"if-none-match": first.headers["etag"]})
    assert (second.status_code, second.json()["country"]["dossiers"]) == (200, 16)
    assert (await client.get(CSV)).headers["etag"] != second.headers["etag"]


async def test_the_months_there_are(client: httpx.AsyncClient, keep: Keep) -> None:
    """The newest first, each with addresses that lead to it; none that has yet to come."""
    assert (await client.get("/v1/open-data/scores")).json() == {"months": []}
    running = month_of(datetime.now(UTC))
    for month in (date(2025, 12, 1), running, MONTH, date(running.year + 1, 12, 1)):
        await keep("H26.1", 5, month=month)
    found = (await client.get("/v1/open-data/scores")).json()["months"]
    assert [(one["month"], one["provisional"]) for one in found] == [
        (f"{running:%Y-%m}", True),
        ("2026-10", False),
        ("2025-12", False),
    ]
    for name, kind in (("json_url", "application/json"), ("csv_url", "text/csv"), ("page_url", "text/html")):
        answer = await client.get(urlsplit(found[1][name]).path)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, kind)


@pytest.mark.parametrize("ending", ["", ".csv"])
async def test_a_month_without_data(client: httpx.AsyncClient, keep: Keep, ending: str) -> None:
    """It is said in words that there is none, also for a month that has yet to come."""
    later = date(datetime.now(UTC).year + 1, 12, 1)
    await keep("H26.1", 14, month=later)
    for month in ("2001-02", f"{later:%Y-%m}"):
        answer = await client.get(f"/v1/open-data/scores/{month}{ending}", headers={"accept-language": "en"})
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:tindan:problem:no-scores")
        assert f"{month[5:]}/{month[:4]}" in answer.json()["detail"]


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "0000-01", "2026-1", "２026-10", "2026-10-01", "x", "%00"]
)
async def test_no_month_at_all(client: httpx.AsyncClient, month: str) -> None:
    """What is no month is refused as such."""
    answer = await client.get(f"/v1/open-data/scores/{month}")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:tindan:problem:validation")


async def test_the_running_month_is_provisional(client: httpx.AsyncClient, keep: Keep) -> None:
    """In Vietnam, and the month before is not."""
    running = month_of(datetime.now(UTC))
    before = month_of(datetime.combine(running, datetime.min.time(), UTC) - timedelta(days=3))
    for month in (running, before):
        await keep("H26.1", 5, month=month)
        answer = await client.get(f"/v1/open-data/scores/{month:%Y-%m}")
        assert answer.json()["provisional"] is (month == running)


async def test_a_shelf_is_small_and_forgets(services: Services, keep: Keep) -> None:
    """It keeps a few months, makes each once while its version stays, and again after an hour."""
    hours = [0.0]
    shelf = Shelf(now=lambda: hours[0])
    months = [date(2026, number, 1) for number in range(1, MOST_KEPT + 2)]
    for month in months:
        await keep("H26.1", 5, month=month)
    first, *_, last = [await shelf.take(services.reading, month, current=MONTH) for month in months]
    assert await shelf.take(services.reading, months[-1], current=MONTH) is last
    assert await shelf.take(services.reading, months[0], current=MONTH) is not first
    hours[0] = LIFE_SECONDS
    assert await shelf.take(services.reading, months[-1], current=MONTH) is not last
    with pytest.raises(Problem):
        await shelf.take(services.reading, MONTH, current=MONTH)


async def test_a_long_table_comes_in_parts(services: Services, keep: Keep) -> None:
    """Lines are sent some at a time, each of them once."""
    await keep("H27", 5)
    made = await Shelf().take(services.reading, MONTH, current=MONTH)
    lines = [made.lines[-1]] * (tables.LINES_AT_ONCE * 2)
    parts = [part async for part in tables.table(MONTH, lines, provisional=False)]
    assert len(parts) == 3
    assert b"".join(parts).count(b"\r\n") == len(lines) + 1
