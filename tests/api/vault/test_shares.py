"""Owners give links away, see what became of them, and take them back."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.services import Services
from storage.vault import shares as kept_shares
from tests.api.acting import Pair, sign_in
from tests.api.callers import MakeAgency, MakeCitizen
from tests.api.documents import keep_document
from tests.api.shares.giving import SHARES, Giver, make_giver


@pytest.fixture
async def giver(client: httpx.AsyncClient, services: Services, make_citizen: MakeCitizen) -> Giver:
    """An owner who is signed in at level 2, with two documents."""
    return await make_giver(client, services, await sign_in(services, await make_citizen("001190000011")))


async def test_a_link_is_shown_once(giver: Giver) -> None:
    """In the answer that made it; the list has the rest: copies, a week and five visits, unless said else."""
    made = await giver.give()
    link = made.pop("link")
    assert "/chia-se/" in link
    assert len(link.rpartition("/")[2]) == 43
    assert await giver.listed() == [made]
    life = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert (life, made["uses"], made["roles"], made["open"]) == (timedelta(days=7), 5, ["copy"], True)
    assert made["document_ids"] == [str(one) for one in giver.ids]
    assert link.rpartition("/")[2] not in str(await giver.listed())


async def test_the_secret_is_kept_nowhere(giver: Giver, services: Services) -> None:
    """What the database holds opens no link; a repeat of the request is answered out of a sealed text."""
    made = await giver.give(headers={"idempotency-key": "once"})
    secret = made["link"].rpartition("/")[2]
    async with services.reading() as reading:
        driver = await reading.driver()
        for table in ("share", "idempotent_answer"):
            rows = await (await driver.execute(f"SELECT t::text FROM {table} t".encode())).fetchall()
            assert rows
            assert secret not in str(rows)
            assert secret.encode().hex() not in str(rows)


async def test_a_repeated_request_makes_one_link(giver: Giver) -> None:
    """Under one key; another content under it is refused."""
    key = {"idempotency-key": "k1"}
    first, again = [await giver.post(headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert len(await giver.listed()) == 1
    assert (await giver.post(headers=key, uses=1)).status_code == 422


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ({"document_ids": []}, "/document_ids", "too_short"),
        ({"document_ids": [str(uuid4()) for _ in range(21)]}, "/document_ids", "too_long"),
        ({"document_ids": ["019aa0c5-8f6e-7c63-b5a8-2f6f0f6d7a11"] * 2}, "/document_ids", "repeated"),
        ({"document_ids": ["x"]}, "/document_ids/0", "uuid_parsing"),
        ({"roles": []}, "/roles", "too_short"),
        ({"roles": ["copy", "copy"]}, "/roles", "repeated"),
        ({"roles": ["all"]}, "/roles/0", "enum"),
        ({"purpose": "  "}, "/purpose", "string_too_short"),
        ({"purpose": "x" * 201}, "/purpose", "string_too_long"),
        ({"uses": 0}, "/uses", "greater_than_equal"),
        ({"uses": 101}, "/uses", "less_than_equal"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "ends-before-it-begins"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "/expires_at", "lasts-too-long"),
        ({"expires_at": "2026-12-01T00:00:00"}, "/expires_at", "timezone_aware"),
        ({"password": "x"}, "/password", "extra_forbidden"),
    ],
)
async def test_what_can_not_be_is_refused(
    giver: Giver, told: dict[str, Any], pointer: str, code: str
) -> None:
    """By field and reason, in words; nothing is made."""
    answer = await giver.post(**told)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert error["detail"]
    assert await giver.listed() == []


async def test_ninety_days_are_the_most(giver: Giver) -> None:
    """To the minute."""
    longest = datetime.now(UTC) + timedelta(days=90)
    await giver.give(expires_at=(longest - timedelta(seconds=1)).isoformat())
    assert (await giver.post(expires_at=(longest + timedelta(minutes=1)).isoformat())).status_code == 422


async def test_there_must_be_something_to_see(giver: Giver, services: Services) -> None:
    """A document without a copy is not shared by its copy alone."""
    bare = await keep_document(services, giver.owner, "bare", copy=None)
    ids = [str(giver.ids[0]), str(bare)]
    answer = await giver.post(document_ids=ids)
    assert answer.json()["errors"][0]["pointer"] == "/document_ids/1"
    await giver.give(document_ids=ids, roles=["original"])


async def test_nobody_shares_what_is_anothers(
    giver: Giver, services: Services, make_citizen: MakeCitizen
) -> None:
    """Alone or among one's own: it is as if it were not there; nor are others' links seen or ended."""
    stranger = replace(giver, owner=await sign_in(services, await make_citizen()), ids=[])
    own = await keep_document(services, stranger.owner)
    for ids in ([giver.ids[0]], [own, giver.ids[0]], [own, uuid4()]):
        answer = await stranger.post(document_ids=[str(one) for one in ids])
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:tindan:problem:not-found")
    made = await giver.give()
    assert await stranger.listed() == []
    assert await stranger.end(made["id"]) == await stranger.end(str(uuid4())) == 404
    assert (await giver.listed())[0]["open"]


async def test_a_link_is_taken_back(giver: Giver) -> None:
    """Twice is once."""
    made = await giver.give()
    assert await giver.end(made["id"]) == await giver.end(made["id"]) == 204
    (shown,) = await giver.listed()
    assert not shown["open"]
    assert shown["revoked_at"]


async def test_links_have_pages(giver: Giver) -> None:
    """Turned to the end they hold each once, the newest first."""
    made = [(await giver.give())["id"] for _ in range(5)]
    found: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await giver.client.get(SHARES, params=query, headers=giver.owner.headers)).json()
        found += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert found == made[::-1]


async def test_open_links_are_few(giver: Giver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when many are asked for at once; the refusal says how many may be."""
    monkeypatch.setattr(kept_shares, "MOST_LIVE", 3)
    answers = await asyncio.gather(*(giver.post() for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["type"] == "urn:tindan:problem:too-many-shares"


async def test_sharing_takes_level_2(giver: Giver, services: Services) -> None:
    """As it is set by default."""
    low = replace(giver, owner=await sign_in(services, giver.owner, assurance=1))
    assert (await low.post()).status_code == 401


async def test_representatives_share_by_a_power_of_its_own(
    giver: Giver, services: Services, make_agency: MakeAgency, make_citizen: MakeCitizen
) -> None:
    """Seeing the store is not giving it away; the owner sees who made a link, and that it was looked at."""
    pair = Pair(
        client=giver.client,
        registry=await make_agency("G01", scopes=frozenset({"representations"})),
        owner=giver.owner,
        helper=await sign_in(services, await make_citizen("001190000022")),
    )
    seeing = replace(giver, owner=await pair.acting(scope=["vault"]))
    sharing = replace(giver, owner=await pair.acting(scope=["share_documents"]))
    assert (await seeing.post()).status_code == 403
    assert (await giver.client.get(SHARES, headers=seeing.owner.headers)).status_code == 403
    assert (await sharing.give())["by_representative"]
    assert not (await giver.give())["by_representative"]
    assert len(await sharing.listed()) == 2
    store = await giver.client.get("/v1/vault/documents", headers=sharing.owner.headers)
    assert store.status_code == 200
    log = (await giver.client.get("/v1/me/access-log", headers=giver.owner.headers)).json()["items"]
    assert [one["object_kind"] for one in reversed(log)] == ["shares", "documents"]
