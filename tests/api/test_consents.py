"""Consents: given by the party itself, to words that it was shown, and withdrawn as easily."""

import asyncio
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from api.consent_texts import WORDINGS
from api.services import Services
from storage.consents import kinds
from storage.consents.kinds import TERMS, ConsentPurpose, Terms
from storage.engine import Engine
from tests.api.acting import APP, Pair, session_of, sign_in
from tests.api.callers import Citizen, MakeAgency, MakeCitizen
from tests.api.consenting import CONSENTS, RECEIPTS, say
from tests.api.telling import pointed

HISTORY = f"{CONSENTS}/history"
YES = {"given": True, "version": 1}
KEPT = {("read_receipts", 1): "396258f6e538f463", ("reuse", 1): "1446e1e85e8797ed"}
"""Of each wording that was ever shown, the first 16 digits of the SHA-256 of its texts."""


async def listed(client: httpx.AsyncClient, citizen: Citizen) -> dict[str, Any]:
    """Return the one purpose that there is, as it stands."""
    answer = await client.get(CONSENTS, headers=citizen.headers)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["items"]
    shown: dict[str, Any] = found
    return shown


async def history(client: httpx.AsyncClient, citizen: Citizen, **query: Any) -> dict[str, Any]:
    """Return a page of what was said."""
    answer = await client.get(HISTORY, params=query, headers=citizen.headers)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


@pytest.fixture
def reworded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second wording of read receipts, which allows more than the first."""
    purpose = ConsentPurpose.READ_RECEIPTS
    monkeypatch.setattr(kinds, "TERMS", {purpose: Terms(version=2, counting=frozenset({2}))})
    texts = MappingProxyType({**WORDINGS, (purpose.value, 2): WORDINGS[purpose.value, 1]})
    monkeypatch.setattr("api.consents.service.WORDINGS", texts)


async def test_nothing_stands_unless_it_is_given(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """A purpose comes with its words in both languages and their version, and is not consented to by default."""
    shown = await listed(client, citizen)
    assert (shown["purpose"], shown["version"]) == ("read_receipts", 1)
    assert (shown["stands"], shown["since"], shown["outdated"]) == (False, None, False)
    for text in (shown["wording"]["title"], shown["wording"]["text"]):
        assert text["vi"]
        assert text["en"]
    assert (await history(client, citizen))["items"] == []


async def test_a_consent_is_given_withdrawn_and_given_again(
    client: httpx.AsyncClient, citizen: Citizen
) -> None:
    """Each time at once; the history keeps every word with the words of then."""
    for given in (True, False, True):
        told = await say(client, citizen, given=given)
        assert (told["stands"], bool(told["since"])) == (given, given)
        assert await listed(client, citizen) == told
    words = (await history(client, citizen))["items"]
    assert [word["given"] for word in words] == [True, False, True]
    assert {word["version"] for word in words} == {1}
    assert all(word["wording"] == told["wording"] for word in words)
    assert words[0]["at"] == told["since"]


async def test_saying_what_is_so_adds_nothing(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """Neither a withdrawal of what was never given, nor the same word again, nor several at once."""
    await say(client, citizen, given=False)
    assert (await history(client, citizen))["items"] == []
    told = await asyncio.gather(*(say(client, citizen, given=True) for _ in range(5)))
    assert len({one["since"] for one in told}) == 1
    assert len((await history(client, citizen))["items"]) == 1
    await asyncio.gather(*(say(client, citizen, given=False) for _ in range(5)))
    assert len((await history(client, citizen))["items"]) == 2


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, ("/given", "missing")),
        ({"version": 1}, ("/given", "missing")),
        ({"given": True}, ("/version", "missing")),
        ({"given": True, "version": None}, ("/version", "missing")),
        ({"given": 1, "version": 1}, ("/given", "bool_type")),
        ({"given": "true", "version": 1}, ("/given", "bool_type")),
        ({"given": None, "version": 1}, ("/given", "bool_type")),
        ({"given": True, "version": "1"}, ("/version", "int_type")),
        ({"given": True, "version": 0}, ("/version", "greater_than_equal")),
        ({"given": True, "version": 2**31}, ("/version", "less_than_equal")),
        ({"given": True, "version": 1, "purpose": "all"}, ("/purpose", "extra_forbidden")),
    ],
)
async def test_what_is_not_said_outright_is_no_consent(
    client: httpx.AsyncClient, citizen: Citizen, body: dict[str, Any], where: tuple[str, str]
) -> None:
    """Nothing is taken for a yes but a yes, to a wording that is named; nothing is kept of others."""
    answer = await client.put(RECEIPTS, json=body, headers=citizen.headers)
    assert answer.status_code == 422
    assert pointed(answer.json()) == [where]
    assert (await history(client, citizen))["items"] == []


@pytest.mark.parametrize(("version", "status"), [(1, 409), (2, 200), (3, 409)])
async def test_only_the_present_words_are_consented_to(
    client: httpx.AsyncClient, citizen: Citizen, reworded: None, version: int, status: int
) -> None:
    """Whoever was shown others, older ones or ones to come, is to be shown these first."""
    answer = await client.put(RECEIPTS, json={"given": True, "version": version}, headers=citizen.headers)
    assert answer.status_code == status
    if status == 409:
        assert answer.json()["type"].endswith("consent-wording-changed")
        assert "2" in answer.json()["detail"]
    assert (await listed(client, citizen))["stands"] is (status == 200)


async def test_a_consent_to_other_words_is_not_inherited(
    client: httpx.AsyncClient, citizen: Citizen, request: pytest.FixtureRequest
) -> None:
    """It counts no more and is asked for again; withdrawing it needs no words, and is of those it was to."""
    await say(client, citizen, given=True)
    request.getfixturevalue("reworded")
    shown = await listed(client, citizen)
    assert (shown["version"], shown["stands"], shown["since"], shown["outdated"]) == (2, False, None, True)
    answer = await client.put(RECEIPTS, json={"given": False}, headers=citizen.headers)
    assert (answer.status_code, answer.json()["outdated"]) == (200, False)
    assert [(word["given"], word["version"]) for word in (await history(client, citizen))["items"]] == [
        (False, 1),
        (True, 1),
    ]


async def test_a_wording_that_allows_the_same_goes_on_counting(
    client: httpx.AsyncClient, citizen: Citizen, reworded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A consent to the former one stands; one to the new words is kept beside it all the same."""
    present = dict(kinds.TERMS)
    monkeypatch.setattr(kinds, "TERMS", TERMS)
    await say(client, citizen, given=True)
    both = Terms(version=2, counting=frozenset({1, 2}))
    monkeypatch.setattr(kinds, "TERMS", dict.fromkeys(present, both))
    assert (await listed(client, citizen))["stands"]
    for _ in range(2):
        answer = await client.put(RECEIPTS, json={"given": True, "version": 2}, headers=citizen.headers)
        assert answer.status_code == 200
    assert [word["version"] for word in (await history(client, citizen))["items"]] == [2, 1]


async def test_there_is_no_consent_to_anything_else(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """A purpose that the register does not know is not there."""
    answer = await client.put(f"{CONSENTS}/everything", json=YES, headers=citizen.headers)
    assert answer.status_code == 404
    assert (await history(client, citizen))["items"] == []


async def test_consents_are_ones_own(client: httpx.AsyncClient, make_citizen: MakeCitizen) -> None:
    """What one gives or withdraws is nothing of another's."""
    one, other = await make_citizen(), await make_citizen()
    await say(client, one, given=True)
    assert not (await listed(client, other))["stands"]
    await say(client, other, given=True)
    await say(client, other, given=False)
    assert (await listed(client, one))["stands"]
    assert len((await history(client, one))["items"]) == 1
    assert len((await history(client, other))["items"]) == 2
    cursor = (await history(client, other, limit=1))["next_cursor"]
    own = (await history(client, one))["items"]
    assert (await history(client, one, cursor=cursor))["items"] == own, "a mark says where, never whose"


async def test_nobody_consents_for_another(
    client: httpx.AsyncClient, services: Services, make_agency: MakeAgency, make_citizen: MakeCitizen
) -> None:
    """Whoever acts for the party, with every power that there is, neither sees, gives nor withdraws."""
    registry = await make_agency("G01", scopes=frozenset({"representations"}))
    owner = await make_citizen()
    pair = Pair(
        client=client, registry=registry, owner=owner, helper=await sign_in(services, await make_citizen())
    )
    acting = await pair.acting()
    await say(client, owner, given=True)
    for call in (
        client.get(CONSENTS, headers=acting.headers),
        client.get(HISTORY, headers=acting.headers),
        client.put(RECEIPTS, json=YES, headers=acting.headers),
        client.put(RECEIPTS, json={"given": False}, headers=acting.headers),
    ):
        answer = await call
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("for-oneself-alone")
    assert (await listed(client, owner))["stands"]


async def test_evidence_is_kept_of_each_word(
    client: httpx.AsyncClient, services: Services, citizen: Citizen, engine: Engine
) -> None:
    """Who said it, by which session of which app; the session may go, and the evidence stays."""
    signed_in = await sign_in(services, citizen)
    await say(client, signed_in, given=True)
    async with engine.pool.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM session")
        rows = await connection.exec_driver_sql(
            "SELECT party_id, actor_id, representation_id, session_id, client_id, number FROM consent"
        )
        assert rows.all() == [
            (citizen.party_id, citizen.party_id, None, session_of(services, signed_in), APP, 1)
        ]
    assert (await history(client, signed_in))["items"][0]["app"] == APP


async def test_the_history_has_pages(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """Turned to its end it holds each word once, the last one first, also while others come."""
    for given in (True, False, True, False, True):
        await say(client, citizen, given=given)
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = await history(client, citizen, **query)
        found += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
        await say(client, citizen, given=len(found) % 4 == 0)
    assert [word["given"] for word in found] == [True, False, True, False, True]
    assert len({word["id"] for word in found}) == 5
    answer = await client.get(HISTORY, params={"cursor": "nonsense"}, headers=citizen.headers)
    assert answer.status_code == 422
    assert pointed(answer.json()) == [("/query/cursor", "invalid-cursor")]


async def test_giving_is_limited_and_withdrawing_is_not(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """Nobody fills the ledger; and nobody is held to a consent for having asked too often."""
    answers = [await client.put(RECEIPTS, json=YES, headers=citizen.headers) for _ in range(40)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 8 <= len(refused) <= 10
    assert int(refused[0].headers["retry-after"]) > 0
    assert not (await say(client, citizen, given=False))["stands"]


def test_every_version_has_words_and_none_was_changed() -> None:
    """What was once consented to is part of the evidence: other words are another version."""
    said = {
        key: sha256("\n".join((*wording.title, *wording.text)).encode()).hexdigest()[:16]
        for key, wording in WORDINGS.items()
    }
    assert said == KEPT
    for purpose in ConsentPurpose:
        versions = {version for name, version in WORDINGS if name == purpose}
        assert versions == set(range(1, TERMS[purpose].version + 1))


async def test_what_is_asked_one_by_one_is_given_nowhere_else(
    client: httpx.AsyncClient, citizen: Citizen
) -> None:
    """A consent to one request is given to that request: as a purpose of its own it is not there."""
    answer = await client.put(f"{CONSENTS}/reuse", json=YES, headers=citizen.headers)
    assert answer.status_code == 404
    listed = (await client.get(CONSENTS, headers=citizen.headers)).json()["items"]
    assert [one["purpose"] for one in listed] == ["read_receipts"]
