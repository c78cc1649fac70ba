"""Bodies that are no JSON, of another shape, or too much."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from storage.engine import Engine
from tests.api.callers import Agency, Citizen
from tests.api.telling import PATH, census, event, facts, pointed, results, tell

MEBIBYTE = 1024 * 1024


async def send(client: httpx.AsyncClient, agency: Agency, body: bytes, **headers: str) -> httpx.Response:
    """Send bytes as they are."""
    return await client.post(PATH, content=body, headers=agency.headers | headers)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b'{"event_id": "\xff\xfe"}', id="not UTF-8"),
        pytest.param(b'{"event_id": "\xed\xa0\x80"}', id="a surrogate in UTF-8"),
        pytest.param(b'{"event_id": "\\ud800"}', id="a lone surrogate"),
        pytest.param('{"event_id": "é"}'.encode("utf-16"), id="UTF-16"),
        pytest.param('{"event_id": "é"}'.encode("latin-1"), id="Latin-1"),
        pytest.param(b'{"sequence": NaN}', id="NaN"),
        pytest.param(b'{"sequence": Infinity}', id="Infinity"),
        pytest.param(b'{"sequence": ' + b"9" * 5000 + b"}", id="a number without end"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(b'{"events": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", id="nested deeply"),
        pytest.param(b"{'event_id': 'e'}", id="not JSON"),
        pytest.param(b'{"event_id": "a\nb"}', id="a raw line end"),
        pytest.param(b"{} {}", id="two values"),
        pytest.param(b"\x1f\x8b\x08\x00", id="compressed"),
    ],
)
async def test_what_is_no_json_is_refused_whole(
    client: httpx.AsyncClient, agency: Agency, engine: Engine, body: bytes
) -> None:
    """A body that RFC 8259 does not know is a 400, in Vietnamese unless English is asked for."""
    before = await census(engine)
    answer = await send(client, agency, body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["type"] == "urn:tindan:problem:malformed-json"
    assert answer.json()["title"] == "Nội dung gửi lên không phải JSON hợp lệ"
    assert await census(engine) == before


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ("null", "", "model_type"),
        ("7", "", "model_type"),
        ('"e"', "", "model_type"),
        ("[]", "", "model_type"),
        ("{}", "/event_id", "missing"),
        ('{"events": null}', "/events", "list_type"),
        ('{"events": {}}', "/events", "list_type"),
        ('{"events": []}', "/events", "too_short"),
        ('{"events": [{}], "more": 1}', "/more", "extra_forbidden"),
        ('{"events": [{}], "a/b": 1}', "/a~1b", "extra_forbidden"),
    ],
)
async def test_json_of_another_shape_is_refused(
    client: httpx.AsyncClient, agency: Agency, body: str, pointer: str, code: str
) -> None:
    """Neither an event nor a batch: the problem says what was expected where."""
    answer = await send(client, agency, body.encode())
    assert answer.status_code == 422
    assert pointed(answer.json())[0] == (pointer, code)


@pytest.mark.parametrize("item", [None, 7, "e", [], [[]], True], ids=json.dumps)
async def test_an_item_that_is_no_event_sinks_no_other(
    client: httpx.AsyncClient, agency: Agency, item: Any
) -> None:
    """It is refused at its place."""
    refused, kept = await results(client, agency, item, event("e-1"))
    assert refused["outcome"] == "refused"
    assert pointed(refused["problem"]) == [("", "model_type")]
    assert kept["outcome"] == "accepted"


async def test_of_duplicate_names_the_last_counts(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """RFC 8259 leaves it open; here it is as in most parsers, and a repeat is judged by the same reading."""
    body = json.dumps(event("e-1", 4)).replace('"status": 4', '"status": 1, "status": 4')
    assert (await send(client, agency, body.encode())).status_code == 201
    assert [fact[0] for fact in await facts(engine)] == [4]
    assert (await tell(client, agency, event("e-1", 4))).json()["outcome"] == "repeated"


async def test_a_choice_is_told_in_the_callers_language(client: httpx.AsyncClient, citizen: Citizen) -> None:
    """What may stand there is listed without a word of another language."""
    for language, sentence in (
        ("vi", "Phải là một trong: 'email', 'phone'."),
        ("en", "Must be one of: 'email', 'phone'."),
    ):
        headers = citizen.headers | {"accept-language": language}
        answer = await client.post("/v1/me/contacts", json={"kind": "fax", "value": "1"}, headers=headers)
        assert answer.json()["errors"][0]["detail"] == sentence


async def test_a_batch_of_1001_is_refused_whole(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """The problem names the limit and what came; nothing is kept."""
    sent = [event(f"e-{number}", 4, step=str(number)) for number in range(1001)]
    before = await census(engine)
    answer = await tell(client, agency, *sent, **{"accept-language": "en"})
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:tindan:problem:batch-too-large"
    assert answer.json()["detail"] == "A batch holds at most 1000 entries; this one has 1001."
    assert pointed(answer.json()) == [("/events", "too_long")]
    assert await census(engine) == before
    answer = await tell(client, agency, *sent[:1000])
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1000)


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
async def test_a_body_of_50_mb_is_refused_before_it_is_read(
    client: httpx.AsyncClient, agency: Agency, engine: Engine, announced: bool
) -> None:
    """One that announces its length is not read at all, one that does not only up to the limit."""
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(50 * 16):
            sent += MEBIBYTE // 16
            yield b" " * (MEBIBYTE // 16)

    headers = {"content-length": str(50 * MEBIBYTE)} if announced else {}
    before = await census(engine)
    answer = await client.post(PATH, content=body(), headers=agency.headers | headers)
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:tindan:problem:body-too-large"
    assert answer.headers["connection"] == "close"
    assert answer.headers["x-request-id"]
    assert sent <= (0 if announced else 4 * MEBIBYTE + MEBIBYTE // 8)
    assert await census(engine) == before
