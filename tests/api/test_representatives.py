"""Who may act for whom: vouched for by an agency, or named and accepted in the app; ended by either side."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.services import Services
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.representations import establishing
from storage.representations.establishing import MOST, MOST_A_DAY, MOST_OF_ONE_A_DAY
from tests.api.acting import listed, sign_in, vouch, vouched
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen
from tests.api.statements import recorded
from tests.faults.polling import until

SOON = timedelta(days=30)
MINE, THEIRS = "/v1/me/representatives", "/v1/me/represented"


@pytest.fixture
async def registry(make_agency: MakeAgency) -> Agency:
    """An agency that may vouch for representatives."""
    return await make_agency("G01", scopes=frozenset({"representations"}))


@pytest.fixture
async def owner(make_citizen: MakeCitizen) -> Citizen:
    """Who wants to be represented."""
    return await make_citizen("001190000011", name="Nguyễn Thị Chủ")


@pytest.fixture
async def helper(make_citizen: MakeCitizen) -> Citizen:
    """Who is to act."""
    return await make_citizen("001190000022", name="Trần Văn Giúp")


def named(citizen: Citizen, **fields: Any) -> dict[str, Any]:
    """Return what names a representative in the app."""
    until = (datetime.now(UTC) + SOON).isoformat()
    return {
        "kind": citizen.kind.value,
        "number": citizen.number,
        "scope": ["read_dossiers"],
        "valid_until": until,
    } | fields


async def test_who_is_named_counts_once_they_accept(
    client: httpx.AsyncClient, owner: Citizen, helper: Citizen
) -> None:
    """Until then neither sees more of the other than the owner wrote and the helper needs to decide."""
    answer = await client.post(MINE, json=named(helper), headers=owner.headers)
    assert answer.status_code == 201, answer.text
    asked = answer.json()
    assert set(asked) == {"id", "number", "valid_until"}
    (pending,) = await listed(client, owner, MINE)
    assert (pending["standing"], pending["number"]) == ("pending", "001********2")
    assert (pending["name"], pending["party_kind"], pending["confirmed_at"]) == (None, None, None)
    (offered,) = await listed(client, helper, THEIRS)
    assert (offered["id"], offered["standing"], offered["name"]) == (asked["id"], "pending", owner.name)

    for _ in range(2):
        accepted = await client.post(f"{THEIRS}/{asked['id']}/accept", headers=helper.headers)
        assert accepted.status_code == 204, accepted.text
    (mine,) = await listed(client, owner, MINE)
    assert (mine["standing"], mine["name"], mine["kind"]) == ("active", helper.name, "authorised")
    (theirs,) = await listed(client, helper, THEIRS)
    assert (theirs["standing"], theirs["established_by"]) == ("active", "represented")
    assert await listed(client, helper, MINE) == await listed(client, owner, THEIRS) == []


@pytest.mark.parametrize("side", ["representatives", "represented"])
async def test_either_side_ends_it(
    client: httpx.AsyncClient, registry: Agency, owner: Citizen, helper: Citizen, side: str
) -> None:
    """At once, for good, and it stays in both lists with who ended it; to repeat it changes nothing."""
    right = await vouch(client, registry, helper, owner)
    caller = owner if side == "representatives" else helper
    stranger = helper if caller is owner else owner
    other_role = await client.delete(f"/v1/me/{side}/{right}", headers=stranger.headers)
    assert other_role.status_code == 404
    ended = []
    for _ in range(2):
        answer = await client.delete(f"/v1/me/{side}/{right}", headers=caller.headers)
        assert answer.status_code == 204, answer.text
        (entry,) = await listed(client, owner, MINE)
        ended.append((entry["standing"], entry["ended_at"], entry["ended_by"]))
    assert ended[0] == ended[1]
    assert (ended[0][0], ended[0][2]) == (
        "ended",
        "represented" if side == "representatives" else "representative",
    )
    assert (await listed(client, helper, THEIRS))[0]["standing"] == "ended"
    accepted = await client.post(f"{THEIRS}/{right}/accept", headers=helper.headers)
    assert accepted.status_code == 404


async def test_the_answer_hides_whether_a_number_is_known(
    client: httpx.AsyncClient, services: Services, owner: Citizen, helper: Citizen
) -> None:
    """For a number of nobody: the same answer, the same list, the same statements, and no party is made."""
    unknown = Citizen(
        party_id=owner.party_id, kind=PartyKind.PERSON, number="001190000032", name="", headers={}
    )
    assert unknown.number[-1] == helper.number[-1]
    seen = []
    await client.post(MINE, json=named(owner, number="001190000099"), headers=owner.headers)
    for somebody in (helper, unknown):
        with recorded() as statements:
            answer = await client.post(
                MINE, json=named(somebody, valid_until="2027-01-01T00:00:00Z"), headers=owner.headers
            )
        entry = next(e for e in await listed(client, owner, MINE) if e["id"] == answer.json()["id"])
        volatile = {"id", "created_at", "valid_from"}
        headers = {name for name in answer.headers if name != "x-request-id"}
        seen.append(
            (
                answer.status_code,
                {k: v for k, v in answer.json().items() if k not in volatile},
                {k: v for k, v in entry.items() if k not in volatile},
                headers,
                len(statements),
            )
        )
    assert seen[0] == seen[1]
    assert seen[0][0] == 201
    async with services.reading() as reading:
        cursor = await (await reading.driver()).execute("SELECT count(*) FROM party")
        assert await cursor.fetchone() == (2,)


async def test_level_1_names_and_accepts_nobody(
    client: httpx.AsyncClient, services: Services, owner: Citizen, helper: Citizen
) -> None:
    """The way out is in the challenge (RFC 9470)."""
    asked = await client.post(MINE, json=named(helper), headers=owner.headers)
    for caller, path, body in (
        (owner, MINE, named(helper)),
        (helper, f"{THEIRS}/{asked.json()['id']}/accept", None),
    ):
        basic = await sign_in(services, caller, assurance=1)
        answer = await client.post(path, json=body, headers=basic.headers)
        assert answer.status_code == 401
        assert 'acr_values="2"' in answer.headers["www-authenticate"]
    assert [e["standing"] for e in await listed(client, owner, MINE)] == ["pending"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"number": "001190000011"}, ("/representative", "represents-itself")),
        ({"valid_until": "2020-01-01T00:00:00Z"}, ("/valid_until", "ends-before-it-begins")),
        ({"valid_until": "2036-01-01T00:00:00Z"}, ("/valid_until", "lasts-too-long")),
        ({"scope": []}, ("/scope", "too_short")),
        ({"scope": ["sell_house"]}, ("/scope/0", "enum")),
        ({"number": "123"}, ("/number", "invalid-number")),
    ],
)
async def test_what_can_not_be_is_refused(
    client: httpx.AsyncClient, owner: Citizen, helper: Citizen, fields: dict[str, Any], error: tuple[str, str]
) -> None:
    """With the field at fault, and nothing is kept."""
    answer = await client.post(MINE, json=named(helper, **fields), headers=owner.headers)
    assert answer.status_code == 422, answer.text
    assert error in [(e["pointer"], e["code"]) for e in answer.json()["errors"]]
    assert await listed(client, owner, MINE) == []


async def test_nobody_names_crowds(client: httpx.AsyncClient, owner: Citizen, helper: Citizen) -> None:
    """Beyond the limit it is refused until one is ended, and beyond that of a day until tomorrow."""

    async def name(serial: int) -> int:
        body = named(helper, number=f"0011901{serial:05d}")
        return (await client.post(MINE, json=body, headers=owner.headers)).status_code

    assert {await name(serial) for serial in range(MOST)} == {201}
    refused = await client.post(MINE, json=named(helper), headers=owner.headers)
    assert (refused.status_code, refused.json()["type"]) == (
        409,
        "urn:tindan:problem:too-many-representatives",
    )
    statuses = []
    for serial in range(MOST, MOST_A_DAY + 1):
        newest = (await listed(client, owner, MINE))[0]["id"]
        await client.delete(f"{MINE}/{newest}", headers=owner.headers)
        statuses.append(await name(serial))
    assert statuses == [201] * (MOST_A_DAY - MOST) + [409]


async def test_nobody_names_crowds_at_once(
    client: httpx.AsyncClient, services: Services, owner: Citizen, helper: Citizen
) -> None:
    """Who names one more while the last one is being named waits for that, and is refused."""
    now = datetime.now(UTC)
    async with services.unit_of_work() as uow:
        profile = await parties.profile(uow, owner.party_id)
        for serial in range(MOST):
            identity = PartyIdentity(kind=PartyKind.PERSON, number=f"0011901{serial:05d}")
            await establishing.name(
                uow, profile, identity, scope=frozenset({"vault"}), valid_until=now + SOON, now=now
            )
        asking = asyncio.create_task(client.post(MINE, json=named(helper), headers=owner.headers))
        await until(lambda: _somebody_waits(services))
        await uow.commit()
    assert (await asking).status_code == 409


async def _somebody_waits(services: Services) -> bool:
    query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with services.reading() as reading:
        return (await (await reading.driver()).execute(query)).rowcount > 0


async def test_nobody_accepts_for_another(
    client: httpx.AsyncClient, owner: Citizen, helper: Citizen, make_citizen: MakeCitizen
) -> None:
    """A stranger who knows the id, and the owner itself, accept nothing; who was named still can."""
    stranger = await make_citizen("001190000077")
    asked = (await client.post(MINE, json=named(helper), headers=owner.headers)).json()
    for somebody in (stranger, owner):
        answer = await client.post(f"{THEIRS}/{asked['id']}/accept", headers=somebody.headers)
        assert answer.status_code == 404
    assert (await listed(client, owner, MINE))[0]["standing"] == "pending"
    accepted = await client.post(f"{THEIRS}/{asked['id']}/accept", headers=helper.headers)
    assert accepted.status_code == 204


async def test_a_repeat_names_nobody_twice(
    client: httpx.AsyncClient, owner: Citizen, helper: Citizen
) -> None:
    """An app that got no answer sends the same again with the same key."""
    body, headers = named(helper), owner.headers | {"idempotency-key": "8e03978e"}
    answers = [await client.post(MINE, json=body, headers=headers) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {201}
    assert answers[0].json() == answers[1].json()
    assert len(await listed(client, owner, MINE)) == 1


async def test_nobody_is_pestered(client: httpx.AsyncClient, owner: Citizen, helper: Citizen) -> None:
    """Naming the same one again and again ends soon, though each was declined."""
    statuses = []
    for _ in range(MOST_OF_ONE_A_DAY + 1):
        answer = await client.post(MINE, json=named(helper), headers=owner.headers)
        statuses.append(answer.status_code)
        if answer.status_code == 201:
            await client.delete(f"{THEIRS}/{answer.json()['id']}", headers=helper.headers)
    assert statuses == [201] * MOST_OF_ONE_A_DAY + [409]
    notices = await listed(client, helper, "/v1/notifications")
    assert len(notices) == 2 * MOST_OF_ONE_A_DAY


async def test_both_sides_are_told(
    client: httpx.AsyncClient, registry: Agency, owner: Citizen, helper: Citizen
) -> None:
    """Of each step once, in words, and of nothing that was done before."""
    right = (await client.post(MINE, json=named(helper), headers=owner.headers)).json()["id"]
    for _ in range(2):
        await client.post(f"{THEIRS}/{right}/accept", headers=helper.headers)
    for _ in range(2):
        await client.delete(f"{MINE}/{right}", headers=owner.headers)
    body = vouched(helper, owner)
    for _ in range(2):
        await client.post("/v1/agency/representations", json=body, headers=registry.headers)
    words = ("được đề nghị", "được chấp nhận", "chấm dứt", "ghi nhận")
    for side in (owner, helper):
        notices = (await listed(client, side, "/v1/notifications"))[::-1]
        assert [notice["category"] for notice in notices] == ["security"] * 4
        for notice, word in zip(notices, words, strict=True):
            assert word in notice["body"]
            assert owner.name not in notice["body"]


async def test_pages_hold_all(
    client: httpx.AsyncClient, registry: Agency, owner: Citizen, helper: Citizen
) -> None:
    """Both lists are turned to their end without a gap or a repeat."""
    rights = {await vouch(client, registry, helper, owner) for _ in range(5)}
    for caller, path in ((owner, MINE), (helper, THEIRS)):
        found: list[str] = []
        query: dict[str, Any] = {"limit": 2}
        while True:
            page = (await client.get(path, params=query, headers=caller.headers)).json()
            found += [entry["id"] for entry in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert len(found) == 5
        assert set(found) == rights
