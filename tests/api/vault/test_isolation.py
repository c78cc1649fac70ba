"""Nobody sees what is another's: shown on random stores, for lists, deltas, cursors, files and links."""

import random
from typing import Any

import httpx
import pytest

from api.paging import SyncMark
from api.services import Services
from tests.api.acting import sign_in
from tests.api.callers import Citizen, MakeCitizen
from tests.api.documents import keep_document

STORE, SHARES = "/v1/vault/documents", "/v1/vault/shares"
Stores = dict[Citizen, set[str]]


@pytest.fixture(params=range(3))
async def stores(request: pytest.FixtureRequest, services: Services, make_citizen: MakeCitizen) -> Stores:
    """Some citizens and whose documents are whose, by a seed; one citizen has none."""
    chance = random.Random(request.param)
    citizens = [await sign_in(services, await make_citizen()) for _ in range(chance.randint(3, 4))]
    owned: Stores = {citizen: set() for citizen in citizens}
    for n in range(chance.randint(6, 12)):
        owner = chance.choice(citizens[1:])
        original = f"of {owner.number}".encode()
        owned[owner].add(str(await keep_document(services, owner, str(n), original=original)))
    return owned


async def pages(client: httpx.AsyncClient, citizen: Citizen, path: str, **query: Any) -> list[dict[str, Any]]:
    """Return a list page by page, to its end."""
    found = []
    while True:
        answer = await client.get(path, params=query, headers=citizen.headers)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        if found[-1]["next_cursor"] is None:
            return found
        query["cursor"] = found[-1]["next_cursor"]


def ids(found: list[dict[str, Any]]) -> list[str]:
    """Return what pages hold."""
    return [item["id"] for page in found for item in page["items"]]


async def test_stores_hold_all_of_ones_own_and_nothing_else(
    client: httpx.AsyncClient, stores: Stores
) -> None:
    """As a list, a search, and a delta from the beginning; no cursor of one opens anything of another."""
    cursors = []
    for citizen, own in stores.items():
        first = (await client.get(STORE, headers=citizen.headers)).json()
        era = SyncMark.decode(first["sync_token"], parameter="since").era
        since = SyncMark(era=era, xid=0).encode()
        for query in ({}, {"q": "giay khai"}, {"since": since}):
            found = await pages(client, citizen, STORE, limit=2, **query)
            assert sorted(ids(found)) == sorted(own)
            cursors += [page["next_cursor"] for page in found if page["next_cursor"]]
    assert cursors
    for citizen, own in stores.items():
        for cursor in cursors:
            assert set(ids(await pages(client, citizen, STORE, limit=50, cursor=cursor))) <= own


async def test_documents_open_to_their_owner_alone(client: httpx.AsyncClient, stores: Stores) -> None:
    """Their files, too; and nobody makes a link to what is not theirs, nor sees another's."""
    everything = set().union(*stores.values())
    for citizen, own in stores.items():
        for document_id in everything:
            mine = document_id in own
            told = await client.get(f"{STORE}/{document_id}", headers=citizen.headers)
            file = await client.get(f"{STORE}/{document_id}/original", headers=citizen.headers)
            assert (told.status_code, file.status_code) == ((200, 200) if mine else (404, 404))
            assert not mine or file.content == f"of {citizen.number}".encode()
            body = {"document_ids": [document_id], "purpose": citizen.number}
            made = await client.post(SHARES, json=body, headers=citizen.headers)
            assert made.status_code == (201 if mine else 404)
    for citizen, own in stores.items():
        listed = [item for page in await pages(client, citizen, SHARES, limit=3) for item in page["items"]]
        assert sorted(one["document_ids"][0] for one in listed) == sorted(own)
        assert {one["purpose"] for one in listed} <= {citizen.number}
