"""Nobody guesses a code, floods an address with codes, or learns of the addresses of others."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.services import Services
from storage.ids import new_id
from tests.api.callers import Citizen, MakeCitizen
from tests.api.proving import EMAIL, PATH, PHONE, App, problem


@pytest.fixture
def app_of(client: httpx.AsyncClient, services: Services) -> Callable[[Citizen], App]:
    """Open the app of a citizen."""
    return lambda citizen: App(client=client, services=services, citizen=citizen)


@pytest.fixture
def phone(app_of: Callable[[Citizen], App], citizen: Citizen) -> App:
    """The citizen's app."""
    return app_of(citizen)


async def test_a_wrong_code_is_counted_and_the_sixth_is_dead(phone: App) -> None:
    """The tries left are told; after five even the right code proves nothing, and a new one is to be asked for."""
    contact_id = await phone.added()
    right = await phone.code(contact_id)
    for left in (4, 3, 2, 1):
        answer = await phone.verify(contact_id, await phone.code(contact_id, off=left))
        assert problem(answer) == (422, "validation", [("/code", "wrong-code")])
        assert f"Còn {left} lần thử" in answer.json()["errors"][0]["detail"]
    for code in (await phone.code(contact_id, off=5), right, right):
        answer = await phone.verify(contact_id, code)
        assert problem(answer) == (422, "validation", [("/code", "code-spent")])
    assert await phone.rows("SELECT tries FROM verification") == [(5,)]
    assert await phone.listed() == [("n***@example.vn", "pending", False)]


async def test_the_last_try_may_be_right(phone: App) -> None:
    """Four wrong ones before it do no harm."""
    contact_id = await phone.added()
    for off in range(1, 5):
        await phone.verify(contact_id, await phone.code(contact_id, off=off))
    assert (await phone.verify(contact_id, await phone.code(contact_id))).status_code == 200


async def test_guesses_at_once_are_five_all_the_same(phone: App) -> None:
    """Of thirty at a time, four are told that there are tries left."""
    contact_id = await phone.added()
    wrong = [await phone.code(contact_id, off=off) for off in range(1, 31)]
    answers = await asyncio.gather(*(phone.verify(contact_id, code) for code in wrong))
    told = [answer.json()["errors"][0]["code"] for answer in answers]
    assert (told.count("wrong-code"), told.count("code-spent")) == (4, 26)
    assert await phone.rows("SELECT tries FROM verification") == [(5,)]


async def test_a_new_code_waits_a_minute(phone: App) -> None:
    """The answer says for how long, in both languages; nothing is kept of the vain request."""
    await phone.added()
    answer = await phone.add()
    assert problem(answer) == (429, "code-just-sent", [])
    assert 55 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["retry-after"] in answer.json()["detail"]
    headers = phone.citizen.headers | {"accept-language": "en"}
    english = await phone.client.post(PATH, json={"kind": "email", "value": EMAIL}, headers=headers)
    assert english.json()["title"] == "A code has just been sent"
    assert await phone.rows("SELECT count(*) FROM verification") == [(1,)]
    await phone.let_pass(timedelta(seconds=60))
    await phone.added()
    assert await phone.rows("SELECT count(*) FROM notification") == [(2,)]


async def test_an_address_gets_five_codes_within_an_hour_whoever_asks(
    app_of: Callable[[Citizen], App], make_citizen: MakeCitizen
) -> None:
    """Many parties together can not flood somebody's phone; an hour after the first there is one more."""
    parties = [app_of(await make_citizen()) for _ in range(7)]
    for app in parties[:5]:
        last = (await app.add(PHONE, "phone")).json()
        await app.let_pass(timedelta(minutes=2))
    assert datetime.fromisoformat(last["resend_after"]) - datetime.now(UTC) > timedelta(minutes=50)
    answer = await parties[5].add("+84912345678", "phone")
    assert problem(answer) == (429, "too-many-codes", [])
    assert 49 * 60 <= int(answer.headers["retry-after"]) <= 50 * 60
    assert await parties[5].listed() == []
    assert (await parties[5].add("0912345679", "phone")).status_code == 202, "another address"
    await parties[6].let_pass(timedelta(minutes=50))
    assert (await parties[6].add(PHONE, "phone")).status_code == 202


async def test_parties_that_ask_for_one_address_at_once_get_one_code(
    app_of: Callable[[Citizen], App], make_citizen: MakeCitizen
) -> None:
    """The rest is told to wait."""
    parties = [app_of(await make_citizen()) for _ in range(6)]
    answers = await asyncio.gather(*(app.add() for app in parties))
    assert sorted(answer.status_code for answer in answers) == [202] + [429] * 5
    assert await parties[0].rows("SELECT count(*) FROM notification") == [(1,)]


async def test_a_party_asks_for_ten_codes_a_day(phone: App) -> None:
    """One after the other or at once, for whatever addresses, also when it gives them up between."""
    first = await phone.added("a0@example.vn")
    assert (await phone.remove(first)).status_code == 204
    await phone.verify(second := await phone.added("a1@example.vn"), await phone.code(second))
    assert (await phone.remove(second)).status_code == 204
    answers = await asyncio.gather(*(phone.add(f"b{n}@example.vn") for n in range(15)))
    assert sorted(answer.status_code for answer in answers) == [202] * 8 + [429] * 7
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert problem(refused)[1] == "too-many-codes"
    assert 86300 < int(refused.headers["retry-after"]) <= 86400
    await phone.let_pass(timedelta(days=1))
    assert (await phone.add("c@example.vn")).status_code == 202


async def test_a_foreign_address_and_a_missing_one_answer_alike(
    phone: App, app_of: Callable[[Citizen], App], make_citizen: MakeCitizen
) -> None:
    """Not even the right code opens somebody else's, and its tries are not touched."""
    contact_id = await phone.added()
    code = await phone.code(contact_id)
    stranger = app_of(await make_citizen())
    answers = [
        await ask
        for which in (contact_id, str(new_id()))
        for ask in (stranger.verify(which, code), stranger.remove(which))
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert await phone.rows("SELECT tries FROM verification") == [(0,)]
    assert (await phone.verify(contact_id, code)).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kind": "email", "value": "nguyen.an"}, "/value", "invalid-email"),
        ({"kind": "email", "value": PHONE}, "/value", "invalid-email"),
        ({"kind": "email", "value": "a@b.vn,c@d.vn"}, "/value", "invalid-email"),
        ({"kind": "email", "value": "a@b.vn\nbcc: c@d.vn"}, "/value", "invalid-email"),
        ({"kind": "phone", "value": EMAIL}, "/value", "invalid-phone"),
        ({"kind": "phone", "value": "113"}, "/value", "invalid-phone"),
        ({"kind": "phone", "value": "01234567890"}, "/value", "invalid-phone"),
        ({"kind": "phone", "value": "\u200b"}, "/value", "invalid-phone"),
        ({"kind": "phone", "value": "0912\x00345678"}, "/value", "control_character"),
        ({"kind": "phone", "value": 912345678}, "/value", "string_type"),
        ({"kind": "email", "value": ""}, "/value", "string_too_short"),
        ({"kind": "email", "value": "a" * 400 + "@example.vn"}, "/value", "string_too_long"),
        ({"kind": "pigeon", "value": EMAIL}, "/kind", "enum"),
        ({"kind": "email"}, "/value", "missing"),
        ({"kind": "email", "value": EMAIL, "verified": True}, "/verified", "extra_forbidden"),
    ],
)
async def test_what_is_no_address_is_named(phone: App, body: Any, pointer: str, code: str) -> None:
    """By field, in words, without repeating it; and nothing is kept."""
    answer = await phone.client.post(PATH, json=body, headers=phone.citizen.headers)
    assert problem(answer) == (422, "validation", [(pointer, code)])
    assert str(body.get("value") or "?") not in answer.text
    assert await phone.rows("SELECT FROM contact") == []


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("12345", "string_pattern_mismatch"),
        ("1234567", "string_pattern_mismatch"),
        ("12345a", "string_pattern_mismatch"),
        ("١٢٣٤٥٦", "string_pattern_mismatch"),
        ("123456\x00", "control_character"),
        (123456, "string_type"),
        (None, "string_type"),
    ],
)
async def test_what_is_no_code_costs_no_try(phone: App, code: Any, why: str) -> None:
    """Six digits, and a string: a number would lose its zeros."""
    contact_id = await phone.added()
    assert problem(await phone.verify(contact_id, code)) == (422, "validation", [("/code", why)])
    assert await phone.rows("SELECT tries FROM verification") == [(0,)]


async def test_a_huge_body_is_refused_unread(phone: App) -> None:
    """Before anything looks for an address in it."""
    answer = await phone.add("a" * 20_000_000)
    assert problem(answer)[:2] == (413, "body-too-large")


@pytest.mark.parametrize("ask", [App.add, lambda app: app.verify(str(new_id()), "000000")])
async def test_strangers_are_turned_away(phone: App, ask: Callable[[App], Awaitable[httpx.Response]]) -> None:
    """Without a token there is nothing to add to, or to guess at."""
    nobody = App(
        client=phone.client,
        services=phone.services,
        citizen=Citizen(party_id=new_id(), kind=phone.citizen.kind, number="", name="", headers={}),
    )
    assert problem(await ask(nobody))[:2] == (401, "unauthenticated")
