"""Rights to act that an agency vouches for, within what the law knows."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest

from api.services import Services
from storage.parties.kinds import PartyKind
from tests.api.acting import CHILD, listed, party, vouch, vouched
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen

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


async def test_an_agency_vouches_once(
    client: httpx.AsyncClient, registry: Agency, owner: Citizen, helper: Citizen, make_agency: MakeAgency
) -> None:
    """A repeat gets the first answer, another content is refused, another agency has ids of its own."""
    body = vouched(helper, owner)
    path = "/v1/agency/representations"
    first = await client.post(path, json=body, headers=registry.headers)
    again = await client.post(path, json=body, headers=registry.headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await client.post(path, json=body | {"scope": ["vault"]}, headers=registry.headers)
    assert (other.status_code, other.json()["type"]) == (409, "urn:tindan:problem:representation-id-reused")
    elsewhere = await make_agency("G02", scopes=frozenset({"representations"}))
    assert (await client.post(path, json=body, headers=elsewhere.headers)).status_code == 201
    assert len(await listed(client, owner, MINE)) == 2


async def test_at_once_vouched_twice_is_vouched_once(
    client: httpx.AsyncClient, registry: Agency, owner: Citizen, helper: Citizen
) -> None:
    """Of requests that race with one id, one enters it, and all get its answer."""

    body = vouched(helper, owner)
    answers = await asyncio.gather(
        *(client.post("/v1/agency/representations", json=body, headers=registry.headers) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_parent_acts_until_the_child_is_18(
    client: httpx.AsyncClient, registry: Agency, helper: Citizen, make_citizen: MakeCitizen
) -> None:
    """To the birthday where it is known, else to the end of that year; no adult has parents here."""
    child = await make_citizen(CHILD)
    path = "/v1/agency/representations"

    async def told(until: str, represented: dict[str, Any]) -> tuple[int, str]:
        body = vouched(helper, child, kind="parent", valid_until=until, represented=represented)
        answer = await client.post(path, json=body, headers=registry.headers)
        return answer.status_code, answer.json().get("errors", [{"code": ""}])[0]["code"]

    unknown, known = party(child), party(child) | {"born_on": "2020-02-29"}
    assert await told("2039-01-01T00:00:00+07:00", unknown) == (201, "")
    assert await told("2039-01-01T00:00:01+07:00", unknown) == (422, "child-is-adult-then")
    assert await told("2038-03-01T00:00:00+07:00", known) == (201, "")
    assert await told("2038-03-01T00:00:01+07:00", known) == (422, "child-is-adult-then")
    assert await told("2030-01-01T00:00:00Z", party(child) | {"born_on": "2019-05-05"}) == (
        422,
        "another-birth-year",
    )
    adult = party(helper) | {"number": "001190000033"}
    assert await told("2030-01-01T00:00:00Z", adult) == (422, "child-is-adult-then")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "legal_representative", "valid_until": None}, "wrong-party-kind"),
        ({"kind": "guardian", "valid_until": None}, "needs-an-end"),
        ({"kind": "authorised", "valid_until": None}, "needs-an-end"),
        ({"kind": "authorised", "valid_until": "2020-01-01T00:00:00Z"}, "ends-before-it-begins"),
    ],
)
async def test_an_agency_is_bound_by_law(
    client: httpx.AsyncClient, registry: Agency, citizen: Citizen, fields: dict[str, Any], code: str
) -> None:
    """What the Civil Code does not know is refused with its reason."""
    helper, owner = citizen, replace(citizen, number="001190000011")
    body = {k: v for k, v in vouched(helper, owner, **fields).items() if v is not None}
    answer = await client.post("/v1/agency/representations", json=body, headers=registry.headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


@pytest.mark.parametrize(
    "fields",
    [
        {"valid_from": "0001-01-01T00:00:00+07:00"},
        {"valid_until": "9999-12-31T23:59:59-07:00"},
        {"valid_from": "1899-12-31T23:59:59Z"},
        {"valid_until": "3000-01-01T00:00:00Z"},
    ],
)
async def test_times_that_nobody_could_read_again_are_refused(
    client: httpx.AsyncClient, registry: Agency, owner: Citizen, helper: Citizen, fields: dict[str, Any]
) -> None:
    """What is before the first year or after the last by another clock would spoil both parties' lists."""
    body = vouched(helper, owner, **fields)
    answer = await client.post("/v1/agency/representations", json=body, headers=registry.headers)
    assert (answer.status_code, answer.json()["errors"][0]) == (
        422,
        {
            "pointer": f"/{next(iter(fields))}",
            "code": "out-of-range",
            "detail": "Thời điểm ngoài khoảng cho phép.",
        },
    )
    assert await listed(client, owner, MINE) == await listed(client, helper, THEIRS) == []


async def test_an_organisation_has_a_legal_representative_without_end(
    client: httpx.AsyncClient, registry: Agency, helper: Citizen, make_citizen: MakeCitizen
) -> None:
    """And it sees who that is, by name."""
    company = await make_citizen("0100109106", kind=PartyKind.ORGANISATION, name="Công ty A")
    await vouch(client, registry, helper, company, kind="legal_representative", valid_until=None)
    (mine,) = await listed(client, company, MINE)
    assert (mine["name"], mine["party_kind"], mine["valid_until"]) == (helper.name, "person", None)
    (theirs,) = await listed(client, helper, THEIRS)
    assert (theirs["name"], theirs["number"]) == ("Công ty A", "010******6")


async def test_evidence_is_readable_under_the_owners_key_alone(
    client: httpx.AsyncClient, services: Services, registry: Agency, owner: Citizen, helper: Citizen
) -> None:
    """Neither number nor issuer nor anybody's citizen number stands in the row."""
    await vouch(client, registry, helper, owner)
    async with services.reading() as reading:
        cursor = await (await reading.driver()).execute("SELECT row_to_json(r)::text FROM representation r")
        row = await cursor.fetchone()
    assert row is not None
    for secret in ("12/2026/UQ", "công chứng", owner.number, helper.number):
        assert secret not in str(row[0])
        assert secret.encode().hex() not in str(row[0])


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM representation",
        "UPDATE representation SET scope = '{everything}'",
        "UPDATE representation SET valid_until = now() + interval '9 years'",
        "UPDATE representation SET confirmed_at = now() - interval '1 day'",
        "UPDATE representation SET represented_id = actor_id",
    ],
)
async def test_history_can_not_be_rewritten(
    services: Services, client: httpx.AsyncClient, registry: Agency, citizen: Citizen, change: str
) -> None:
    """Terms stay as they were entered, whoever asks the database."""
    await vouch(client, registry, citizen, replace(citizen, number="001190000011"), scope=["vault"])
    async with services.unit_of_work() as uow:
        with pytest.raises(psycopg.errors.RestrictViolation):
            await (await uow.driver()).execute(change.encode())
