"""Owners choose, grant, decline and withdraw; the ledger says what they said."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.errors import RestrictViolation

from api.services import Services
from storage.vault.kinds import DocumentKind
from tests.api.acting import act, sign_in, vouch
from tests.api.callers import MakeCitizen
from tests.api.reuse.reusing import OWN, Reuse, pass_by

LEDGER = b"""
SELECT given, version, actor_id, representation_id IS NOT NULL, subject_id, client_id FROM consent
WHERE party_id = %s AND purpose = 'reuse' ORDER BY number
"""


async def ledger(reuse: Reuse) -> list[Any]:
    """Return what the owner said of any request."""
    async with reuse.services.reading() as reading:
        cursor = await (await reading.driver()).execute(LEDGER, (reuse.owner.party_id,))
        return await cursor.fetchall()


async def test_what_fits_is_offered_and_nothing_else(reuse: Reuse) -> None:
    """By type and by number however it is spaced; results that are there, and papers of dossiers are none."""
    birth = await reuse.keep("1")
    other = await reuse.keep("2", type_code="KQ.KH", number="7/2026")
    await reuse.keep("3", kind=DocumentKind.COMPONENT)
    gone = await reuse.keep("4")
    await reuse.change("UPDATE document SET removed_at = now() WHERE id = %s", gone)

    async def offered(**told: Any) -> list[str]:
        request_id = await reuse.ask(**told)
        return [one["id"] for one in (await reuse.read(f"/{request_id}/documents"))["items"]]

    assert await offered() == [str(birth)]
    assert await offered(types=["KQ.KH", "KQ.KS"]) == [str(other), str(birth)]
    assert await offered(types=None, number="123 / 2026/tp-ks") == [str(birth)]
    assert await offered(number="7/2026") == []
    assert await offered(types=["KQ.NO"]) == []
    assert await reuse.accesses() == [], "what the owner looks at is nobody's business"


async def test_a_grant_is_a_consent_to_this_request_alone(reuse: Reuse) -> None:
    """It is in the ledger with its wording, session and app, and in the history that the owner reads."""
    document_id = await reuse.keep()
    first, second = await reuse.ask(), await reuse.ask()
    told = await reuse.grant(first, document_id)
    assert (told["state"], told["document_ids"]) == ("granted", [str(document_id)])
    assert await reuse.grant(first, document_id) == told, "the same again"
    assert await ledger(reuse) == [(True, 1, reuse.owner.party_id, False, UUID(first), "tindan-app")]
    assert (await reuse.state(first), await reuse.state(second)) == ("granted", "asked")
    assert (await reuse.get(f"{second}/results")).status_code == 404
    history = await reuse.client.get("/v1/me/consents/history", headers=reuse.owner.headers)
    (word,) = history.json()["items"]
    assert (word["purpose"], word["subject_id"], word["given"]) == ("reuse", first, True)
    assert word["wording"]["title"]["vi"]


async def test_withdrawing_ends_it_at_once(reuse: Reuse) -> None:
    """Also when its time is over by then; what was said before stays in the ledger."""
    document_id = await reuse.keep()
    request_id = await reuse.granted(document_id)
    assert (await reuse.get(f"{request_id}/results")).status_code == 200
    assert [await reuse.withdraw(request_id) for _ in range(2)] == [204, 204]
    assert await reuse.state(request_id) == "withdrawn"
    for path in ("results", f"results/{document_id}/original"):
        assert (await reuse.get(f"{request_id}/{path}")).status_code == 404
    assert [row[:2] for row in await ledger(reuse)] == [(True, 1), (False, 1)]
    late = await reuse.granted(document_id)
    await pass_by(reuse, "8 days")
    assert await reuse.state(late) == "expired"
    assert await reuse.withdraw(late) == 204
    assert await reuse.state(late) == "withdrawn"


async def test_one_answer_is_given(reuse: Reuse) -> None:
    """Granted stays granted until withdrawn, and what was declined stays so; a problem says how it stands."""
    document_id = await reuse.keep()
    declined = await reuse.ask()
    assert (await reuse.answer(declined, "decline")).status_code == 200
    assert (await reuse.answer(declined, "decline")).status_code == 200
    granted = await reuse.granted(document_id)
    over = await reuse.ask()
    body = {"document_ids": [str(document_id)], "version": 1}
    for request_id, said, state in (
        (declined, "grant", "declined"),
        (granted, "decline", "granted"),
    ):
        answer = await reuse.answer(request_id, said, **(body if said == "grant" else {}))
        assert (answer.status_code, answer.json()["state"]) == (409, state)
    assert await reuse.withdraw(declined) == 409
    assert await reuse.withdraw(over) == 409, "nothing was granted"
    await pass_by(reuse, "8 days")
    for said in ("grant", "decline"):
        answer = await reuse.answer(over, said, **(body if said == "grant" else {}))
        assert (answer.status_code, answer.json()["state"]) == (409, "expired")
    assert [row[0] for row in await ledger(reuse)] == [True]


async def test_of_two_answers_at_once_one_counts(reuse: Reuse) -> None:
    """The other is told so; request and ledger agree."""
    document_id = await reuse.keep()
    request_id = await reuse.ask()
    body = {"document_ids": [str(document_id)], "version": 1}
    answers = await asyncio.gather(
        reuse.answer(request_id, "grant", **body), reuse.answer(request_id, "decline")
    )
    assert sorted(one.status_code for one in answers) == [200, 409]
    granted = answers[0].status_code == 200
    assert await reuse.state(request_id) == ("granted" if granted else "declined")
    assert len(await ledger(reuse)) == granted


async def test_only_ones_own_fitting_documents_are_granted(
    reuse: Reuse, make_citizen: MakeCitizen, services: Services
) -> None:
    """Somebody else's, one of another type, one that is gone and one that never was are refused alike."""
    stranger = reuse.of(await sign_in(services, await make_citizen("001190000022")))
    foreign = await stranger.keep("1")
    mine, other, gone = await reuse.keep("2"), await reuse.keep("3", type_code="X"), await reuse.keep("4")
    await reuse.change("UPDATE document SET removed_at = now() WHERE id = %s", gone)
    request_id = await reuse.ask()
    refused = []
    for document_id in (foreign, other, gone, uuid4()):
        ids = [str(mine), str(document_id)]
        answer = await reuse.answer(request_id, "grant", document_ids=ids, version=1)
        assert answer.status_code == 422
        refused.append(answer.json())
    assert all(one == refused[0] for one in refused)
    assert [(one["pointer"], one["code"]) for one in refused[0]["errors"]] == [
        ("/document_ids/1", "not-asked-for")
    ]
    assert await reuse.state(request_id) == "asked"
    assert await ledger(reuse) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"document_ids": [], "version": 1}, 422),
        ({"document_ids": [str(uuid4())] * 2, "version": 1}, 422),
        ({"document_ids": [str(uuid4()) for _ in range(21)], "version": 1}, 422),
        ({"document_ids": [str(uuid4())]}, 422),
        ({"document_ids": [str(uuid4())], "version": 2}, 409),
        ({"document_ids": [str(uuid4())], "version": True}, 422),
    ],
    ids=["none", "twice", "many", "no wording", "another wording", "a yes for a wording"],
)
async def test_a_grant_is_explicit(reuse: Reuse, body: dict[str, Any], status: int) -> None:
    """It names documents and the words that were shown, and nothing is assumed."""
    answer = await reuse.answer(await reuse.ask(), "grant", **body)
    assert answer.status_code == status
    assert await ledger(reuse) == []


async def test_granting_takes_level_two_and_refusing_does_not(reuse: Reuse, services: Services) -> None:
    """Whoever is signed in less surely sees what is asked, declines and withdraws, and chooses nothing."""
    document_id = await reuse.keep()
    weak = reuse.of(await sign_in(services, reuse.owner, assurance=1))
    asked, granted = await reuse.ask(), await reuse.granted(document_id)
    assert len((await weak.read())["items"]) == 2
    body = {"document_ids": [str(document_id)], "version": 1}
    refused = await weak.answer(asked, "grant", **body)
    assert refused.status_code == 401
    assert 'acr_values="2"' in refused.headers["www-authenticate"]
    listing = await reuse.client.get(f"{OWN}/{asked}/documents", headers=weak.owner.headers)
    assert listing.status_code == 401
    assert (await weak.answer(asked, "decline")).status_code == 200
    assert await weak.withdraw(granted) == 204


@pytest.mark.parametrize(
    ("scope", "reads", "answers"),
    [
        (["everything"], 200, 200),
        (["share_documents"], 200, 200),
        (["vault"], 200, 403),
        (["act_on_dossiers"], 403, 403),
    ],
)
async def test_representatives_answer_by_their_right(
    reuse: Reuse, make_citizen: MakeCitizen, *, scope: list[str], reads: int, answers: int
) -> None:
    """Whoever may give links to documents may grant: the ledger names who it was, and by which right."""
    helper = await sign_in(reuse.services, await make_citizen("001190000022"))
    right = await vouch(reuse.client, reuse.agency, helper, reuse.owner, scope=scope)
    acting = reuse.of(await act(reuse.client, helper, reuse.owner, right))
    document_id = await reuse.keep()
    request_id = await reuse.ask()
    listing = await reuse.client.get(OWN, headers=acting.owner.headers)
    assert listing.status_code == reads
    body = {"document_ids": [str(document_id)], "version": 1}
    assert (await acting.answer(request_id, "grant", **body)).status_code == answers
    assert (await reuse.client.delete(f"{OWN}/{request_id}", headers=acting.owner.headers)).status_code == (
        204 if answers == 200 else 403
    )
    if answers == 200:
        assert [row[2:4] for row in await ledger(reuse)] == [(helper.party_id, True)] * 2
        (shown,) = (await reuse.read())["items"]
        assert shown["by_representative"] is True
    if reads == 200:
        log = await reuse.client.get("/v1/me/access-log", headers=reuse.owner.headers)
        assert "result_requests" in {one["object_kind"] for one in log.json()["items"]}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reuse_request SET reason_sealed = 'x'",
        "UPDATE reuse_request SET type_codes = '{KQ.ALL}'",
        "UPDATE reuse_request SET expires_at = expires_at + interval '1 day'",
        "UPDATE reuse_request SET agency_id = gen_random_uuid()",
        "UPDATE reuse_document SET place = 9",
        "UPDATE reuse_reading SET at = now()",
        "DELETE FROM reuse_reading",
        "DELETE FROM reuse_document",
        "DELETE FROM reuse_request",
    ],
)
async def test_evidence_stays(reuse: Reuse, statement: str) -> None:
    """What was asked, granted and opened can be changed by nobody who writes to the tables."""
    document_id = await reuse.keep()
    request_id = await reuse.granted(document_id)
    assert (await reuse.get(f"{request_id}/results/{document_id}/original")).status_code == 200
    with pytest.raises(psycopg.Error) as refused:
        await reuse.change(statement)
    assert isinstance(refused.value, RestrictViolation)


async def test_words_are_kept_sealed(reuse: Reuse) -> None:
    """Reason and number are under the owner's key."""
    await reuse.ask(
        reason="Vì bí mật", number="99/BM", expires_at=(datetime.now(UTC) + timedelta(1)).isoformat()
    )
    async with reuse.services.reading() as reading:
        rows = await (
            await (await reading.driver()).execute(b"SELECT t::text FROM reuse_request t")
        ).fetchall()
    for words in ("Vì bí mật", "99/BM", reuse.owner.number):
        assert words not in str(rows)
        assert words.encode().hex() not in str(rows)
