"""Acting for another: one token is changed for another (RFC 8693), judged at each request, and noted."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jws

from api import problems
from api.dependencies import VaultParty
from api.services import Services
from auth.representation import ACCESS_TOKEN
from tests.api.acting import Pair, act, exchange, session_of, sign_in, token_of, vouch
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen, NewCode, PushEvent


@pytest.fixture
async def registry(make_agency: MakeAgency) -> Agency:
    """An agency that may vouch for representatives."""
    return await make_agency("G01", scopes=frozenset({"representations"}))


@pytest.fixture
async def owner(make_citizen: MakeCitizen) -> Citizen:
    """Who is represented."""
    return await make_citizen("001190000011")


@pytest.fixture
async def helper(services: Services, make_citizen: MakeCitizen) -> Citizen:
    """Who acts, signed in."""
    return await sign_in(services, await make_citizen("001190000022"))


@pytest.fixture
def pair(client: httpx.AsyncClient, registry: Agency, owner: Citizen, helper: Citizen) -> Pair:
    """Both, and the agency."""
    return Pair(client=client, registry=registry, owner=owner, helper=helper)


def claims(token: str) -> dict[str, Any]:
    """Read a token without asking whether it is good."""

    found: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload)
    return found


async def refused(answer: httpx.Response) -> tuple[int, str]:
    """Return status and error of a refusal, and see that it opens nothing."""
    assert "access_token" not in answer.json()
    return answer.status_code, answer.json()["error"]


async def end_session(services: Services, citizen: Citizen) -> None:
    """Sign somebody out."""
    await changed(
        services, "UPDATE session SET revoked_at = now() WHERE id = %s", session_of(services, citizen)
    )


async def test_every_token_says_who_acts_for_whom(
    client: httpx.AsyncClient, services: Services, registry: Agency, owner: Citizen, helper: Citizen
) -> None:
    """Same session, same level, not to be renewed, and no longer than any other."""
    right = await vouch(client, registry, helper, owner)
    answer = await exchange(client, helper, right)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["issued_token_type"], body["token_type"]) == (ACCESS_TOKEN, "Bearer")
    assert "refresh_token" not in body
    assert answer.headers["cache-control"] == "no-store"
    token, own = claims(body["access_token"]), claims(token_of(helper))
    assert token["sub"] == str(owner.party_id)
    assert token["act"] == {"sub": str(helper.party_id)}
    assert token["representation"] == right
    assert [token[name] for name in ("sid", "acr", "auth_time", "client_id", "aud")] == [
        own[name] for name in ("sid", "acr", "auth_time", "client_id", "aud")
    ]
    assert body["expires_in"] == services.tokens.life_seconds == token["exp"] - token["iat"]


async def test_a_token_ends_with_the_right(
    client: httpx.AsyncClient, services: Services, registry: Agency, owner: Citizen, helper: Citizen
) -> None:
    """Where the right is over sooner than a token would be."""
    until = datetime.now(UTC) + timedelta(seconds=90)
    right = await vouch(client, registry, helper, owner, valid_until=until.isoformat())
    body = (await exchange(client, helper, right)).json()
    assert claims(body["access_token"])["exp"] == int(until.timestamp())
    assert 80 <= body["expires_in"] <= 90


async def test_a_key_stays_with_the_token(
    client: httpx.AsyncClient, services: Services, registry: Agency, owner: Citizen, helper: Citizen
) -> None:
    """What is bound to a device is so for whomever it acts."""
    right = await vouch(client, registry, helper, owner)
    principal = replace(services.tokens.verify_citizen(token_of(helper)), bound_to="thumbprint")
    bound = services.tokens.for_citizen(principal, client_id="tindan-app")
    answer = await exchange(client, helper, right, subject_token=bound)
    assert answer.status_code != 200 or claims(answer.json()["access_token"])["cnf"] == {"jkt": "thumbprint"}


async def test_what_does_not_count_looks_the_same(
    client: httpx.AsyncClient,
    services: Services,
    registry: Agency,
    owner: Citizen,
    make_citizen: MakeCitizen,
) -> None:
    """Missing, foreign, unaccepted, ended, expired, not begun, of a session that ended: one answer for all."""
    helper = await sign_in(services, await make_citizen("001190000022"))
    other = await sign_in(services, await make_citizen("001190000033"))
    foreign = await vouch(client, registry, other, owner)
    ended = await vouch(client, registry, helper, owner)
    await client.delete(f"/v1/me/represented/{ended}", headers=helper.headers)
    expired = await vouch(
        client, registry, helper, owner, valid_from="2020-01-01T00:00:00Z", valid_until="2020-02-01T00:00:00Z"
    )
    early = await vouch(
        client, registry, helper, owner, valid_from="2030-01-01T00:00:00Z", valid_until="2031-01-01T00:00:00Z"
    )
    named = {"number": helper.number, "scope": ["everything"]}
    until = {"valid_until": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    asked = await client.post("/v1/me/representatives", json=named | until, headers=owner.headers)
    answers = [
        await exchange(client, helper, right)
        for right in (str(uuid4()), "nonsense", foreign, ended, expired, early, asked.json()["id"])
    ]
    good = await vouch(client, registry, helper, owner)
    answers.append(await exchange(client, await sign_in(services, helper, client_id="other-app"), good))
    await end_session(services, helper)
    answers.append(await exchange(client, helper, good))
    assert {(a.status_code, a.text) for a in answers} == {(400, answers[0].text)}
    assert answers[0].json()["error"] == "invalid_target"


async def test_whose_token_is_not_good_enough(
    client: httpx.AsyncClient, services: Services, registry: Agency, owner: Citizen, helper: Citizen
) -> None:
    """Garbage, an agency's, of level 1, one that acts already, and another type: RFC 8693, 2.2.2."""
    right = await vouch(client, registry, helper, owner)
    acting = await act(client, helper, owner, right)
    basic = await sign_in(services, helper, assurance=1)
    agency = registry.headers["authorization"].removeprefix("Bearer ")
    for changes in (
        {"subject_token": "garbage"},
        {"subject_token": agency},
        {"subject_token": token_of(acting)},
        {"subject_token": token_of(basic)},
        {"subject_token": None},
        {"subject_token_type": None},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"representation_id": None},
        {"client_id": None},
    ):
        assert await refused(await exchange(client, helper, right, **changes)) == (400, "invalid_request")


async def test_who_acts_sees_what_the_owner_sees(
    client: httpx.AsyncClient, pair: Pair, push_event: PushEvent, new_code: NewCode
) -> None:
    """The owner's dossiers and notices, none of its own; and its own again with its own token."""
    owner, helper = pair.owner, pair.helper
    theirs, own = new_code(), new_code()
    await push_event(theirs, 2, citizen=owner)
    await push_event(own, 2, citizen=helper)
    acting = await pair.acting()
    for caller, code in ((acting, theirs), (helper, own), (owner, theirs)):
        for path, key in (("/v1/dossiers", "code"), ("/v1/notifications", "dossier_code")):
            items = (await client.get(path, headers=caller.headers)).json()["items"]
            # A notice that a right was entered is about no dossier.
            assert {item[key] for item in items} - {None} == {code}
    one = await client.get(f"/v1/dossiers/{theirs}", headers=acting.headers)
    same = await client.get(f"/v1/dossiers/{theirs}", headers=owner.headers)
    assert one.json() == same.json()
    assert (await client.get(f"/v1/dossiers/{own}", headers=acting.headers)).status_code == 404


@pytest.mark.parametrize("how", ["owner", "helper", "session", "time", "idle", "erased", "foreign"])
async def test_what_ended_opens_nothing_at_once(
    client: httpx.AsyncClient,
    services: Services,
    registry: Agency,
    make_citizen: MakeCitizen,
    how: str,
) -> None:
    """A token that is still good by its own date is refused from the next request on."""
    owner = await make_citizen("001190000011")
    helper = await sign_in(services, await make_citizen("001190000022"))
    right = await vouch(client, registry, helper, owner)
    acting = await act(client, helper, owner, right)
    assert (await client.get("/v1/dossiers", headers=acting.headers)).status_code == 200
    if how == "owner":
        await client.delete(f"/v1/me/representatives/{right}", headers=owner.headers)
    elif how == "helper":
        await client.delete(f"/v1/me/represented/{right}", headers=helper.headers)
    elif how == "session":
        await end_session(services, helper)
    elif how == "idle":
        await changed(services, "UPDATE session SET expires_at = now()")
    elif how == "erased":
        await changed(services, "UPDATE party SET erased_at = now() WHERE id = %s", owner.party_id)
    elif how == "foreign":
        theirs = session_of(services, await sign_in(services, owner))
        acting = forged(services, helper, owner, right, session_id=theirs)
    else:
        over = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        past = await vouch(
            client, registry, helper, owner, valid_from="2020-01-01T00:00:00Z", valid_until=over
        )
        acting = forged(services, helper, owner, past)
    for path in ("/v1/dossiers", "/v1/notifications", "/v1/me"):
        answer = await client.get(path, headers=acting.headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def changed(services: Services, statement: LiteralString, *given: object) -> None:
    """Change what is kept, behind the API's back."""
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute(statement, given)
        await uow.commit()


def forged(
    services: Services,
    actor: Citizen,
    represented: Citizen,
    right: str | None,
    *,
    session_id: UUID | None = None,
) -> Citizen:
    """Return somebody with a token that the exchange would not have given."""
    own = services.tokens.verify_citizen(token_of(actor))
    principal = replace(
        own,
        session_id=session_id or own.session_id,
        party_id=represented.party_id,
        actor_id=own.party_id,
        representation_id=UUID(right) if right else None,
    )
    token = services.tokens.for_citizen(principal, client_id="tindan-app")
    return replace(represented, headers={"authorization": f"Bearer {token}"})


async def test_a_token_alone_is_no_right(
    client: httpx.AsyncClient, services: Services, pair: Pair, make_citizen: MakeCitizen
) -> None:
    """Signed by us and yet refused: without a right, and with one for somebody else."""
    stranger, helper = await make_citizen("001190000044"), pair.helper
    right = await vouch(client, pair.registry, helper, pair.owner)
    for acting in (forged(services, helper, pair.owner, None), forged(services, helper, stranger, right)):
        assert (await client.get("/v1/dossiers", headers=acting.headers)).status_code == 401


READ, ACT, VAULT = "read_dossiers", "act_on_dossiers", "vault"


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (["everything"], {READ, ACT, VAULT}),
        ([READ], {READ}),
        ([ACT], {READ, ACT}),
        ([VAULT], {VAULT}),
        ([READ, VAULT], {READ, VAULT}),
    ],
)
async def test_a_scope_is_kept_to(
    app: FastAPI, client: httpx.AsyncClient, pair: Pair, scope: list[str], allowed: set[str]
) -> None:
    """What is beyond it is refused with what it would take (RFC 6750, 3.1)."""
    acting = await pair.acting(scope=scope)
    for power, method, path, body in (
        (READ, "GET", "/v1/dossiers", None),
        (READ, "GET", "/v1/notifications", None),
        (ACT, "POST", "/v1/notifications/read", {"ids": [str(uuid4())]}),
    ):
        answer = await client.request(method, path, json=body, headers=acting.headers)
        assert answer.status_code == (200 if power in allowed else 403), answer.text
        if power not in allowed:
            challenge = f'Bearer error="insufficient_scope", scope="{power}"'
            assert answer.headers["www-authenticate"] == challenge
            assert answer.json()["type"] == "urn:tindan:problem:beyond-representation"
    assert await opens_vault(app, acting) is (VAULT in allowed)


async def opens_vault(app: FastAPI, caller: Citizen) -> bool:
    """Try a route of a vault, on an application that has one."""

    other = FastAPI()
    other.state.services = app.state.services
    problems.install(other)

    @other.get("/documents")
    async def documents(party: VaultParty) -> str:
        return str(party.party_id)

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(other), base_url="http://tindan.test"
    ) as client:
        answer = await client.get("/documents", headers=caller.headers)
    if answer.status_code == 200:
        assert answer.json() == str(caller.party_id)
    return answer.status_code == 200


async def test_what_concerns_a_person_alone_is_not_shown_to_a_representative(pair: Pair) -> None:
    """Of the owner's sessions, addresses and rights the owner is told; who acts neither sees nor marks it."""
    right = await vouch(pair.client, pair.registry, pair.helper, pair.owner)
    acting = await act(pair.client, pair.helper, pair.owner, right)
    own = (await pair.client.get("/v1/notifications", headers=pair.owner.headers)).json()
    theirs = (await pair.client.get("/v1/notifications", headers=acting.headers)).json()
    told = [item["id"] for item in own["items"] if item["category"] == "security"]
    assert told
    assert {item["category"] for item in theirs["items"]} <= {item["category"] for item in own["items"]} - {
        "security"
    }
    assert own["unread_count"] == theirs["unread_count"] + len(told)
    marked = await pair.client.post("/v1/notifications/read", json={"ids": told}, headers=acting.headers)
    assert marked.json()["marked"] == 0
    marked = await pair.client.post("/v1/notifications/read", json={"ids": told}, headers=pair.owner.headers)
    assert marked.json()["marked"] == len(told)
