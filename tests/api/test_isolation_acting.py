"""Nobody sees what is another's by acting for somebody, or in an agency's name: shown on random populations."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.services import Services
from auth.principals import Officer as OfficerPrincipal
from storage.ids import new_id
from storage.officers.roles import Role
from tests.api.acting import exchange, sign_in, vouch
from tests.api.authorisation_world import OF_AN_AGENCY, bearer, make_officer
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen, NewCode, PushEvent

SCOPES = [["everything"], ["read_dossiers"], ["act_on_dossiers"], ["vault"], ["read_dossiers", "vault"]]
BEGUN = "2020-01-01T00:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Right:
    """A right that was entered; whether it counts, and whether it lets read."""

    id: str
    actor: Citizen
    owner: Citizen
    live: bool
    reads: bool


@dataclass(frozen=True, kw_only=True)
class Population:
    """Citizens, whose dossiers are whose, and who may act for whom."""

    citizens: list[Citizen]
    owners: dict[str, Citizen]
    rights: list[Right]

    def of(self, citizen: Citizen) -> set[str]:
        """Return the codes of somebody's dossiers."""
        return {code for code, owner in self.owners.items() if owner == citizen}


@pytest.fixture(params=range(4))
def chance(request: pytest.FixtureRequest) -> random.Random:
    """A seed."""
    return random.Random(request.param)


@pytest.fixture
async def citizens(services: Services, make_citizen: MakeCitizen, chance: random.Random) -> list[Citizen]:
    """Some people who are signed in."""
    return [await sign_in(services, await make_citizen()) for _ in range(chance.randint(3, 5))]


@pytest.fixture
async def owners(
    citizens: list[Citizen], chance: random.Random, new_code: NewCode, push_event: PushEvent
) -> dict[str, Citizen]:
    """Whose dossiers are whose."""
    owners = {new_code(): chance.choice(citizens) for _ in range(chance.randint(5, 10))}
    for code, owner in owners.items():
        await push_event(code, 2, citizen=owner)
    return owners


@pytest.fixture
async def population(
    client: httpx.AsyncClient,
    make_agency: MakeAgency,
    citizens: list[Citizen],
    owners: dict[str, Citizen],
    chance: random.Random,
) -> Population:
    """Rights of every kind between them, in chains and circles, too."""
    registry = await make_agency("G01", scopes=frozenset({"representations"}))
    rights = [await _right(client, registry, citizens, chance) for _ in range(chance.randint(6, 12))]
    return Population(citizens=citizens, owners=owners, rights=rights)


async def _right(
    client: httpx.AsyncClient, registry: Agency, citizens: list[Citizen], chance: random.Random
) -> Right:
    actor, owner = chance.sample(citizens, 2)
    scope, fate = chance.choice(SCOPES), chance.choice(["live", "live", "live", "expired", "ended", "early"])
    now = datetime.now(UTC)
    times = {
        "expired": {"valid_from": BEGUN, "valid_until": (now - timedelta(seconds=1)).isoformat()},
        "early": {"valid_from": (now + timedelta(days=1)).isoformat()},
    }
    right = await vouch(client, registry, actor, owner, scope=scope, **times.get(fate, {}))
    if fate == "ended":
        side, headers = chance.choice([("represented", actor.headers), ("representatives", owner.headers)])
        answer = await client.delete(f"/v1/me/{side}/{right}", headers=headers)
        assert answer.status_code == 204
    return Right(id=right, actor=actor, owner=owner, live=fate == "live", reads=scope != ["vault"])


async def codes(client: httpx.AsyncClient, headers: dict[str, str]) -> set[str]:
    """Return the dossiers of the list, and see that each opens, and that the notices are about no others."""
    answer = await client.get("/v1/dossiers", params={"limit": 100}, headers=headers)
    assert answer.status_code == 200, answer.text
    found = {item["code"] for item in answer.json()["items"]}
    notices = await client.get("/v1/notifications", params={"limit": 100}, headers=headers)
    # A notice that a right came or went is about no dossier.
    assert {item["dossier_code"] for item in notices.json()["items"]} - {None} == found
    return found


async def test_rights_open_what_they_say_to_whom_they_say(
    client: httpx.AsyncClient, population: Population
) -> None:
    """Each right, in the hands of everybody: its actor alone, while it counts, its owner's dossiers alone."""
    for right in population.rights:
        for citizen in population.citizens:
            answer = await exchange(client, citizen, right.id)
            assert (answer.status_code == 200) is (right.live and citizen == right.actor), answer.text
            if answer.status_code != 200:
                continue
            headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
            if not right.reads:
                assert (await client.get("/v1/dossiers", headers=headers)).status_code == 403
                continue
            assert await codes(client, headers) == population.of(right.owner)
            for code, owner in population.owners.items():
                one = await client.get(f"/v1/dossiers/{code}", headers=headers)
                assert one.status_code == (200 if owner == right.owner else 404)
    for citizen in population.citizens:
        assert await codes(client, citizen.headers) == population.of(citizen)


async def test_each_side_lists_its_own_rights(client: httpx.AsyncClient, population: Population) -> None:
    """All of them, and nobody else's; and nobody else can end or accept one."""
    for citizen in population.citizens:
        for path, own in (
            ("representatives", {right.id for right in population.rights if right.owner == citizen}),
            ("represented", {right.id for right in population.rights if right.actor == citizen}),
        ):
            page = await client.get(f"/v1/me/{path}", params={"limit": 100}, headers=citizen.headers)
            assert {item["id"] for item in page.json()["items"]} == own
            for right in population.rights:
                if right.id not in own:
                    answer = await client.delete(f"/v1/me/{path}/{right.id}", headers=citizen.headers)
                    assert answer.status_code == 404
        for right in population.rights:
            if right.actor != citizen:
                answer = await client.post(f"/v1/me/represented/{right.id}/accept", headers=citizen.headers)
                assert answer.status_code == 404


async def test_the_log_tells_each_owner_of_all_readings_and_no_others(
    client: httpx.AsyncClient, population: Population, chance: random.Random
) -> None:
    """What every owner finds is what was read of theirs, by whom and by which right."""
    read: dict[Citizen, list[tuple[str, str, str | None]]] = {citizen: [] for citizen in population.citizens}
    live = [right for right in population.rights if right.live and right.reads]
    for right in chance.choices(live, k=10) if live else []:
        answer = await exchange(client, right.actor, right.id)
        headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
        code = chance.choice(sorted(population.owners))
        found = await client.get(f"/v1/dossiers/{code}", headers=headers)
        if found.status_code == 200:
            read[right.owner].append((str(right.actor.party_id), right.id, code))
    for citizen, expected in read.items():
        log = await client.get("/v1/me/access-log", params={"limit": 100}, headers=citizen.headers)
        found_there = [
            (item["reader"], item["representation_id"], item["dossier_code"]) for item in log.json()["items"]
        ]
        assert found_there == expected[::-1]


async def test_agencies_see_their_own_subtree(
    client: httpx.AsyncClient,
    make_agency: MakeAgency,
    push_event: PushEvent,
    chance: random.Random,
) -> None:
    """In a random tree, a dossier opens to its agency and those above it, and to no others."""
    tree, above = await _tree(make_agency, chance)
    homes = [chance.choice(tree) for _ in range(8)]
    dossiers = {f"{home.code}-261121-{serial:04d}": home for serial, home in enumerate(homes)}
    for code, home in dossiers.items():
        await push_event(code, 2, agency=home)
    for one in tree:
        for code, home in dossiers.items():
            answer = await client.get(f"/v1/agency/dossiers/{code}/slip", headers=one.headers)
            assert answer.status_code == (200 if one.id in above[home.id] else 404), answer.text
            told = await client.post(
                "/v1/agency/dossier-events", json=_event(code, one, home), headers=one.headers
            )
            assert told.is_success is (one.id in above[home.id]), told.text


async def test_supervisors_see_their_own_subtree(
    client: httpx.AsyncClient,
    services: Services,
    make_agency: MakeAgency,
    chance: random.Random,
) -> None:
    """In a random tree, who works in an agency is told to supervisors of it and of those above it alone."""
    tree, above = await _tree(make_agency, chance)
    for home in tree:
        roles = chance.sample(OF_AN_AGENCY, chance.randint(1, len(OF_AN_AGENCY)))
        officer = OfficerPrincipal(
            officer_id=await make_officer(services, roles, home),
            session_id=new_id(),
            signed_in_at=datetime.now(UTC),
        )
        headers = bearer(services.tokens.for_officer(officer, client_id="tindan-desk"))
        for one in tree:
            answer = await client.get(f"/v1/officer/agencies/{one.code}/officers", headers=headers)
            sees = Role.SUPERVISOR in roles and home.id in above[one.id]
            assert answer.status_code == (200 if sees else 404), answer.text


async def _tree(make_agency: MakeAgency, chance: random.Random) -> tuple[list[Agency], dict[UUID, set[UUID]]]:
    """Make agencies below each other, and say which are above each, itself among them."""
    tree: list[Agency] = []
    above: dict[UUID, set[UUID]] = {}
    for serial in range(1, chance.randint(5, 9)):
        parent = chance.choice([None, *tree])
        one = await make_agency(f"H77.{serial}", parent=parent)
        above[one.id] = {one.id} | (above[parent.id] if parent else set())
        tree.append(one)
    return tree, above


def _event(code: str, sender: Agency, home: Agency) -> dict[str, Any]:
    return {
        "event_id": f"{sender.code}/{code}",
        "dossier_code": code,
        "agency_code": home.code,
        "status": 4,
        "occurred_at": datetime.now(UTC).isoformat(),
        "step": sender.code,
    }
