"""The list of an agency's dossiers that changed, asked for from where the last answer ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from storage.dossiers import changes
from storage.engine import Engine
from storage.horizon import SETTLED
from tests.api.agency_dossiers.putting import PATH, batch, dossier, told
from tests.api.callers import Agency, MakeAgency

CODES = [f"H26.1-261121-{number:04}" for number in range(5)]


async def page(client: httpx.AsyncClient, agency: Agency, **query: Any) -> Any:
    """Ask for a page."""
    answer = await client.get(PATH, params=query, headers=agency.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def settle(engine: Engine, code: str, minutes: float) -> None:
    """Let a dossier have changed so many minutes before what is settled by now."""
    async with engine.pool.begin() as connection:
        at = datetime.now(UTC) - SETTLED - timedelta(minutes=minutes)
        await connection.exec_driver_sql("UPDATE dossier SET updated_at = %s WHERE code = %s", (at, code))


@pytest.fixture
async def five(client: httpx.AsyncClient, agency: Agency, engine: Engine) -> None:
    """Five dossiers that changed one after another."""
    given = [{"code": code} | dossier(events=[told(f"{code}/1", dossier_code=code)]) for code in CODES]
    assert (await batch(client, agency, *given))["created"] == 5
    for place, code in enumerate(CODES):
        await settle(engine, code, 50 - place)


@pytest.mark.usefixtures("five")
async def test_pages_hold_every_change_once(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """They are told in order; the mark of the last page is good for what changes later."""
    met, query = [], {"limit": "2"}
    while True:
        found = await page(client, agency, **query)
        met += [item["code"] for item in found["items"]]
        query["since"] = found["next_since"]
        if not found["more"]:
            break
    assert met == CODES
    assert (await page(client, agency, **query))["items"] == []
    # Later than all that was looked through, and settled by now.
    await settle(engine, CODES[2], 0)
    later = await page(client, agency, **query)
    assert [item["code"] for item in later["items"]] == [CODES[2]]


@pytest.mark.usefixtures("five")
async def test_what_may_still_be_overtaken_is_left_for_later(
    client: httpx.AsyncClient, agency: Agency
) -> None:
    """A change of this moment is not told before all that began earlier can be seen."""
    await batch(client, agency, {"code": CODES[0], "channel": 1})
    assert [item["code"] for item in (await page(client, agency))["items"]] == CODES[1:]


@pytest.mark.usefixtures("five")
async def test_each_sees_its_own_and_what_is_below(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency
) -> None:
    """Another agency's list is empty, and an empty list gives no mark."""
    other = await make_agency("H55.1")
    assert await page(client, other) == {"items": [], "next_since": None, "more": False}
    assert len((await page(client, agency))["items"]) == 5


@pytest.mark.usefixtures("five")
async def test_what_others_changed_is_passed_over_page_by_page(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small agency's page reads no more of a country's changes than any other: it may be empty, and goes on."""
    monkeypatch.setattr(changes, "MOST_PASSED", 2)
    other = await make_agency("H55.1")
    code = "H55.1-261121-0001"
    await batch(client, other, {"code": code} | dossier(events=[told("1", dossier_code=code)]))
    first = await page(client, other)
    assert (first["items"], first["more"]) == ([], True)
    for asking, expected in ((agency, CODES), (other, [])):
        met, query = list[str](), {}
        while True:
            found = await page(client, asking, **query)
            met += [item["code"] for item in found["items"]]
            query = {"since": found["next_since"]}
            if not found["more"]:
                break
        assert met == expected


async def test_a_mark_that_is_none_is_refused(client: httpx.AsyncClient, agency: Agency) -> None:
    """It is named, and nothing is listed."""
    answer = await client.get(PATH, params={"since": "x"}, headers=agency.headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/since"
