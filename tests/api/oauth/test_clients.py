"""How agencies' clients prove themselves at the token endpoint, and how their proofs are changed."""

import asyncio
import time
from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from api.oauth import clients
from api.oauth.asking import TokenRequest
from api.oauth.schemas import TokenForm
from auth import agencies, opaque
from auth.assertions import TYPE
from auth.callers import Shown
from auth.errors import OAuthError
from auth.key_sets import ClientKeys
from storage.agencies import clients as kept
from storage.agencies.clients import Credential
from storage.agencies.repository import Term, set_terms
from tests.auth.publisher import publishing

KEY = ECKey.generate_key("P-256", {"kid": "first"})
NEXT = ECKey.generate_key("P-256", {"kid": "next"})
ENDPOINT = "http://127.0.0.1:8080/oauth/token"


def public(key: ECKey) -> dict:
    return KeySet([key]).as_dict(private=False)


def form(key: ECKey = KEY, **changes) -> dict[str, str]:
    """Return a form with an honest assertion of the client `portal`, changed."""
    now = int(time.time())
    claims = {"iss": "portal", "sub": "portal", "aud": ENDPOINT, "exp": now + 60, "jti": opaque.draw()}
    assertion = jwt.encode({"alg": "ES256", "kid": key.kid}, claims | changes, key, algorithms=["ES256"])
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": assertion,
    }


def secret_form(secret: str, client_id: str = "portal") -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}


async def status(client: httpx.AsyncClient, given: dict[str, str]) -> int:
    answer = await client.post("/oauth/token", data=given)
    if answer.status_code != 200:
        assert answer.json()["error"] == "invalid_client", answer.text
    return answer.status_code


@pytest.fixture
async def keyed(portal, services) -> str:
    """The secret of `portal`, which has a key as well."""
    async with services.unit_of_work() as uow:
        await kept.add_credential(uow, "portal", Credential(keys=public(KEY)))
        await uow.commit()
    return portal


async def test_an_assertion_opens_once(client, keyed):
    """An assertion gives a token that opens what the client may, and is then spent, for all processes."""
    given = form()
    answer = await client.post("/oauth/token", data=given | {"scope": "events"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["scope"], answer.json()["token_type"]) == ("events", "Bearer")
    headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await client.get("/try/agency", headers=headers)).json() == "portal"
    assert await status(client, given) == 401
    assert await status(client, form()) == 200


async def test_of_two_at_once_one_opens(client, keyed):
    """An assertion that comes twice at the same moment opens once."""
    given = form()
    assert sorted(await asyncio.gather(status(client, given), status(client, given))) == [200, 401]


async def test_wrong_assertions_look_alike(client, keyed):
    """Another's key, another client, somebody who is not known: one answer, and no challenge."""
    answers = [
        await client.post("/oauth/token", data=given)
        for given in (form(NEXT), form(iss="nobody", sub="nobody"), form(aud="https://example.vn"))
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert "www-authenticate" not in answers[0].headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "a"}, "invalid_request"),
        ({"client_assertion_type": "a"}, "invalid_request"),
        ({"client_id": "another"}, "invalid_client"),
        ({"client_assertion": "a.b.c"}, "invalid_client"),
        ({"client_assertion": ""}, "invalid_client"),
        ({"scope": "all"}, "invalid_scope"),
    ],
)
async def test_bad_forms(client, keyed, changes, error):
    """A proof that is doubled, of another kind or of another client is refused, and spends nothing."""
    given = form()
    answer = await client.post("/oauth/token", data=given | changes)
    assert (answer.json()["error"], answer.status_code) == (error, 401 if error == "invalid_client" else 400)
    assert await status(client, given) == 200


async def test_rotation_has_no_gap(client, portal, services):
    """Two secrets are good side by side, until the overlap is over; then the new one alone is."""
    async with services.unit_of_work() as uow:
        fresh, credential = agencies.drawn_secret()
        await agencies.rotate(uow, "portal", credential, overlap=timedelta(days=7))
        await uow.commit()
    assert {await status(client, secret_form(one)) for one in (portal, fresh)} == {200}
    await passed(services, days=7)
    assert [await status(client, secret_form(one)) for one in (portal, fresh)] == [401, 200]


async def passed(services, *, days: int) -> None:
    """Let the ends of credentials come nearer."""
    async with services.unit_of_work() as uow:
        nearer = "UPDATE client_credential SET valid_until = valid_until - make_interval(days => %s)"
        await (await uow.driver()).execute(nearer, (days,))
        await uow.commit()


async def test_a_rotation_lengthens_nothing(client, portal, services):
    """A secret that was to end soon does not live on by another rotation, and keys are left alone."""
    async with services.unit_of_work() as uow:
        await kept.add_credential(uow, "portal", Credential(keys=public(KEY)))
        for overlap in (timedelta(days=1), timedelta(days=30)):
            fresh, credential = agencies.drawn_secret()
            await agencies.rotate(uow, "portal", credential, overlap=overlap)
        await uow.commit()
    await passed(services, days=1)
    assert [await status(client, secret_form(one)) for one in (portal, fresh)] == [401, 200]
    assert await status(client, form()) == 200


async def test_a_credential_is_revoked_alone(client, keyed, services):
    """A key that got about is ended at once, and the secret goes on."""
    async with services.unit_of_work() as uow:
        added = await kept.add_credential(uow, "portal", Credential(keys=public(NEXT)))
        await uow.commit()
    assert await status(client, form(NEXT)) == 200
    async with services.unit_of_work() as uow:
        assert await kept.revoke_credential(uow, "portal", added)
        assert not await kept.revoke_credential(uow, "another", added)
        await uow.commit()
    assert [await status(client, given) for given in (form(NEXT), form(), secret_form(keyed))] == [
        401,
        200,
        200,
    ]


async def test_disabled_clients(client, keyed, services):
    """A disabled client gets no token by any proof; the one that it has ends by itself, in ten minutes."""
    token = (await client.post("/oauth/token", data=form())).json()["access_token"]
    for enabled, expected in ((False, 401), (True, 200)):
        async with services.unit_of_work() as uow:
            await kept.set_enabled(uow, "portal", enabled=enabled)
            await uow.commit()
        assert [await status(client, given) for given in (form(), secret_form(keyed))] == [expected] * 2
        headers = {"authorization": f"Bearer {token}"}
        assert (await client.get("/try/agency", headers=headers)).status_code == 200


async def test_agencies_that_are_out_of_force(client, keyed, services):
    """The client of an agency that has ended gets no token."""
    async with services.unit_of_work() as uow:
        await set_terms(uow, [Term(code="H26.18", valid_to=date(2025, 6, 30))])
        await uow.commit()
    assert [await status(client, given) for given in (form(), secret_form(keyed))] == [401, 401]


async def test_nothing_is_held_while_keys_are_fetched(portal, services, tmp_path):
    """While a client's keys are on their way, no connection to the database waits for them."""
    async with publishing(tmp_path) as publisher:
        publisher.publish(public(KEY))
        publisher.pause = asyncio.Event()
        async with services.unit_of_work() as uow:
            await kept.add_credential(uow, "portal", Credential(keys_url=publisher.url))
            await uow.commit()
        keys = ClientKeys(reaches=lambda _: True, trust=publisher.trust)
        asked = TokenRequest(
            form=TokenForm(**form()), authorization=None, shown=Shown(method="POST", path="/", proofs=[])
        )
        asking = asyncio.create_task(clients.grant(replace(services, client_keys=keys), asked))
        await publisher.asked.wait()
        assert services.engine.pool.sync_engine.pool.checkedout() == 0
        publisher.pause.set()
        assert (await asking).scope == "documents events"
        with pytest.raises(OAuthError, match="invalid_client"):
            await clients.grant(replace(services, client_keys=keys), asked)
