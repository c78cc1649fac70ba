"""What others read of a party's is noted before they get it, for the party to see."""

import asyncio
from typing import Any

import httpx
import psycopg
import pytest

from api.services import Services
from storage.access_log import repository as access_log
from storage.unit_of_work import UnitOfWork
from tests.api.acting import Pair, act, sign_in, vouch
from tests.api.callers import MakeAgency, MakeCitizen, NewCode, PushEvent

LOG = "/v1/me/access-log"


@pytest.fixture
async def pair(
    client: httpx.AsyncClient, services: Services, make_agency: MakeAgency, make_citizen: MakeCitizen
) -> Pair:
    """Somebody who may act for an owner."""
    return Pair(
        client=client,
        registry=await make_agency("G01", scopes=frozenset({"representations"})),
        owner=await make_citizen("001190000011"),
        helper=await sign_in(services, await make_citizen("001190000022")),
    )


async def test_readings_are_noted_for_the_owner(
    client: httpx.AsyncClient, pair: Pair, push_event: PushEvent, new_code: NewCode
) -> None:
    """What, by whom, by which right, in order; not what the owner read, nor what was not there to be read."""
    code, owner, helper = new_code(), pair.owner, pair.helper
    await push_event(code, 2, citizen=owner)
    right = await vouch(client, pair.registry, helper, owner)
    acting = await act(client, helper, owner, right)
    for path in ("/v1/dossiers", f"/v1/dossiers/{code}", "/v1/notifications", "/v1/me"):
        for caller in (owner, acting):
            assert (await client.get(path, headers=caller.headers)).status_code == 200
    tag = (await client.get("/v1/dossiers", headers=acting.headers)).headers["etag"]
    again = await client.get("/v1/dossiers", headers=acting.headers | {"if-none-match": tag})
    assert again.status_code == 304
    assert (await client.get(f"/v1/dossiers/{new_code()}", headers=acting.headers)).status_code == 404

    log = (await client.get(LOG, headers=owner.headers)).json()["items"]
    assert [entry["object_kind"] for entry in reversed(log)] == [
        *("dossiers", "dossier", "inbox", "profile"),
        *("dossiers", "dossiers"),
    ]
    assert {(e["reader_kind"], e["reader"], e["purpose"], e["representation_id"]) for e in log} == {
        ("party", str(helper.party_id), "representation", right)
    }
    assert [e["dossier_code"] for e in log if e["object_kind"] == "dossier"] == [code]
    assert (await client.get(LOG, headers=helper.headers)).json()["items"] == []
    assert (await client.get(LOG, headers=acting.headers)).status_code == 403


async def test_the_log_has_pages(client: httpx.AsyncClient, pair: Pair) -> None:
    """Turned to its end it holds each reading once."""
    acting = await pair.acting()
    for _ in range(5):
        await client.get("/v1/dossiers", headers=acting.headers)
    found: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await client.get(LOG, params=query, headers=pair.owner.headers)).json()
        found += [entry["id"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert len(found) == len(set(found)) == 5


async def test_what_can_not_be_noted_is_not_shown(
    client: httpx.AsyncClient,
    pair: Pair,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A log that can not be written stops the reading, though it was done."""
    acting = await pair.acting()

    async def broken(_uow: UnitOfWork, _accesses: Any) -> None:
        raise psycopg.OperationalError("gone")

    monkeypatch.setattr(access_log, "add", broken)
    answer = await client.get("/v1/dossiers", headers=acting.headers)
    assert (answer.status_code, "items" in answer.json()) == (503, False)
    assert (await client.get("/v1/dossiers", headers=pair.owner.headers)).status_code == 200


async def test_what_was_noted_stays(client: httpx.AsyncClient, services: Services, pair: Pair) -> None:
    """The database takes no change of it."""
    acting = await pair.acting()
    await client.get("/v1/dossiers", headers=acting.headers)
    for change in (b"DELETE FROM access_log", b"UPDATE access_log SET reader = 'x'"):
        async with services.unit_of_work() as uow:
            with pytest.raises(psycopg.errors.RestrictViolation):
                await (await uow.driver()).execute(change)


async def test_one_connection_is_enough(client: httpx.AsyncClient, services: Services, pair: Pair) -> None:
    """Reading and noting never hold two at once: else a full pool of such requests would stand still."""

    acting = await pair.acting()
    most = services.engine.pool.pool.size()  # type: ignore[attr-defined] # of a queue pool
    answers = await asyncio.wait_for(
        asyncio.gather(*(client.get("/v1/dossiers", headers=acting.headers) for _ in range(3 * most))), 20
    )
    assert {answer.status_code for answer in answers} == {200}
