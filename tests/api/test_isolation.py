"""Nobody sees, or touches, what is another's: shown on random populations."""

import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.inbox.schemas import SyncMark
from tests.api.callers import Agency, Citizen, MakeCitizen, NewCode


async def pages(
    client: httpx.AsyncClient, citizen: Citizen, path: str, **query: Any
) -> AsyncIterator[dict[str, Any]]:
    """Turn all pages of a list."""
    while True:
        answer = await client.get(path, params=query, headers=citizen.headers)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        yield page
        if page["next_cursor"] is None:
            return
        query = {"cursor": page["next_cursor"], "limit": query["limit"]}


async def items(client: httpx.AsyncClient, citizen: Citizen, path: str, **query: Any) -> list[dict[str, Any]]:
    """Return the entries of all pages."""
    return [item async for page in pages(client, citizen, path, **query) for item in page["items"]]


def codes(found: list[dict[str, Any]], key: str) -> set[str]:
    """Return the dossiers that entries are about."""
    return {item[key] for item in found}


@pytest.fixture(params=range(4))
async def population(
    request: pytest.FixtureRequest,
    client: httpx.AsyncClient,
    agency: Agency,
    make_citizen: MakeCitizen,
    new_code: NewCode,
) -> dict[Citizen, set[str]]:
    """Some citizens and whose dossiers are whose, by a seed; one citizen has none."""
    chance = random.Random(request.param)
    citizens = [await make_citizen() for _ in range(chance.randint(2, 5))]
    owners = {new_code(): chance.choice(citizens) for _ in range(chance.randint(5, 25))}
    events = [
        {
            "event_id": f"{code}/{status}",
            "dossier_code": code,
            "status": status,
            "occurred_at": f"2026-11-{10 + status:02d}T09:00:00+07:00",
            "note": f"for {owner.number}",
            "procedure_code": "1.001193",
            "applicant": {"number": owner.number, "email": f"c{owner.number}@example.vn"},
        }
        for code, owner in owners.items()
        for status in range(1, chance.randint(2, 6))
    ]
    chance.shuffle(events)
    answer = await client.post("/v1/agency/dossier-events", json={"events": events}, headers=agency.headers)
    assert answer.json()["accepted"] == len(events)
    nobody = await make_citizen()
    return {
        citizen: {code for code, owner in owners.items() if owner is citizen}
        for citizen in (*citizens, nobody)
    }


async def test_lists_hold_all_of_ones_own_and_nothing_else(
    client: httpx.AsyncClient, population: dict[Citizen, set[str]]
) -> None:
    """Dossiers, notices, deltas from the beginning and addresses: each party's own, complete."""
    for citizen, own in population.items():
        assert codes(await items(client, citizen, "/v1/dossiers", limit=3), "code") == own
        assert codes(await items(client, citizen, "/v1/notifications", limit=3), "dossier_code") == own
        first = (await client.get("/v1/notifications", headers=citizen.headers)).json()
        era = SyncMark.decode(first["sync_token"], parameter="since").era
        since = SyncMark(era=era, xid=0).encode()
        delta = await items(client, citizen, "/v1/notifications", limit=3, since=since)
        assert codes(delta, "dossier_code") == own
        contacts = (await client.get("/v1/me/contacts", headers=citizen.headers)).json()["items"]
        assert codes(contacts, "dossier_code") == own


async def test_dossiers_open_to_their_owner_alone(
    client: httpx.AsyncClient, population: dict[Citizen, set[str]]
) -> None:
    """To all others they are not there."""
    for citizen, own in population.items():
        for code in set().union(*population.values()):
            answer = await client.get(f"/v1/dossiers/{code}", headers=citizen.headers)
            assert answer.status_code == (200 if code in own else 404)
            if code in own:
                notes = {entry["note"] for entry in answer.json()["timeline"]}
                assert notes == {f"for {citizen.number}"}


async def test_a_cursor_of_another_opens_nothing(
    client: httpx.AsyncClient, population: dict[Citizen, set[str]]
) -> None:
    """A cursor says where to go on, never whose list it is."""
    cursors = [
        (path, page["next_cursor"])
        for citizen in population
        for path in ("/v1/dossiers", "/v1/notifications")
        async for page in pages(client, citizen, path, limit=2)
        if page["next_cursor"]
    ]
    assert cursors
    for citizen, own in population.items():
        for path, cursor in cursors:
            found = await items(client, citizen, path, limit=100, cursor=cursor)
            assert codes(found, "code" if path == "/v1/dossiers" else "dossier_code") <= own


@pytest.mark.parametrize("how", ["read", "received"])
async def test_marks_reach_ones_own_alone(
    client: httpx.AsyncClient, population: dict[Citizen, set[str]], how: str
) -> None:
    """Of the ids of everybody each party marks exactly its own."""
    own = {
        citizen: [item["id"] for item in await items(client, citizen, "/v1/notifications", limit=100)]
        for citizen in population
    }
    everything = [notice for ids in own.values() for notice in ids]
    for citizen, ids in own.items():
        url = f"/v1/notifications/{how}"
        answer = await client.post(url, json={"ids": everything}, headers=citizen.headers)
        assert answer.json()["marked"] == len(ids)
