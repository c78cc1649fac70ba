"""What every answer has in common: headers, problems, a line of log, and a description."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
import structlog
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from api import openapi, problems
from api.edge import SECURITY_HEADERS, BodyLimits, Edge
from api.field_texts import FIELD_ERRORS
from api.problem_texts import DETAILS, TITLES
from api.problems import Problem, locale_of
from api.recording.schemas import DossierEvent, EventBatch
from storage.errors import NotFoundError
from storage.unit_of_work import ContentionError

SECRET = "001190000001"


class Body(BaseModel):
    count: int


@pytest.fixture(scope="module")
def faulty() -> FastAPI:
    """An application whose routes fail, each in a way of its own."""
    app = FastAPI()
    faults = {
        "bug": KeyError(SECRET),
        "missing": NotFoundError(SECRET),
        "contention": ContentionError(SECRET),
        "away": psycopg.OperationalError(SECRET),
        "problem": Problem("forbidden", 403, headers={"x-more": "1"}),
    }

    @app.get("/fail/{how}")
    async def fail(how: str) -> None:
        raise faults[how]

    @app.post("/count")
    async def count(body: Body) -> int:
        return body.count

    problems.install(app)
    openapi.install(app)
    app.add_middleware(Edge, body=BodyLimits(size=1024))
    return app


@pytest.fixture
async def caller(faulty: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever calls it; an error that the server logs does not reach the caller."""
    transport = httpx.ASGITransport(faulty, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://tindan.test") as session:
        yield session


def problem_of(answer: httpx.Response) -> str:
    """Return the kind of problem that an answer is, and hold it to RFC 9457."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    return str(body["type"]).removeprefix("urn:tindan:problem:")


@pytest.mark.parametrize(
    ("how", "status", "kind"),
    [
        ("bug", 500, "internal"),
        ("missing", 404, "not-found"),
        ("contention", 503, "unavailable"),
        ("away", 503, "unavailable"),
        ("problem", 403, "forbidden"),
    ],
)
async def test_an_error_is_a_problem_that_quotes_nothing(
    caller: httpx.AsyncClient, how: str, status: int, kind: str
) -> None:
    """Whatever a route raises becomes its problem, with the headers of every answer and nobody's data."""
    with structlog.testing.capture_logs() as lines:
        answer = await caller.get(f"/fail/{how}", headers={"x-request-id": "request-0001"})
    assert (answer.status_code, problem_of(answer)) == (status, kind)
    assert answer.headers["x-request-id"] == "request-0001"
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert SECRET not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)
    assert [line["status"] for line in lines if line["event"] == "request"] == [status]


async def test_a_500_can_be_found_in_the_log(caller: httpx.AsyncClient) -> None:
    """The caller is told the request's id, and the log has the error under it."""
    with structlog.testing.capture_logs() as lines:
        answer = await caller.get("/fail/bug")
    (line,) = [line for line in lines if line["event"] == "unexpected_error"]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["request_id"] in answer.json()["detail"]


async def test_what_does_not_exist_is_a_problem(client: httpx.AsyncClient) -> None:
    """An unknown address is a 404 and a wrong method a 405 that says what is allowed."""
    answer = await client.get("/v1/nothing/here")
    assert (answer.status_code, problem_of(answer)) == (404, "not-found")
    answer = await client.get("/v1/agency/dossier-events")
    assert (answer.status_code, problem_of(answer)) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b'{"count": "many"}', 422, "validation"),
        (b"{", 400, "malformed-json"),
        (b'{"count": "\xff"}', 400, "malformed-json"),
        (b'{"count": 1}' + b" " * 1024, 413, "body-too-large"),
    ],
)
async def test_a_body_that_fastapi_reads_fails_as_a_problem(
    caller: httpx.AsyncClient, body: bytes, status: int, kind: str
) -> None:
    """Also where the framework parses and validates by itself."""
    answer = await caller.post("/count", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, problem_of(answer)) == (status, kind)
    if kind == "validation":
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/count"]


@pytest.mark.parametrize(
    ("given_id", "kept"),
    [
        ("request-0001", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("short", False),
        ("with spaces in it", False),
        ("<script>alert</script>", False),
    ],
)
async def test_a_request_id_is_kept_if_it_is_harmless(
    client: httpx.AsyncClient, given_id: str, *, kept: bool
) -> None:
    """It goes into logs: what is no plain token is replaced."""
    answer = await client.get("/health/live", headers={"x-request-id": given_id})
    assert (answer.headers["x-request-id"] == given_id) == kept
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", answer.headers["x-request-id"])


async def test_the_log_names_routes_and_no_paths(client: httpx.AsyncClient, citizen: Any) -> None:
    """Paths hold codes: the line has the pattern of the route, and nothing of the address or its query."""
    with structlog.testing.capture_logs() as lines:
        await client.get("/v1/dossiers/H26.1-261121-0042?token=s3cret", headers=citizen.headers)
        await client.get("/H26.1-261121-0042")
        await client.get("/health/live")
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["route"], line["status"]) for line in requests] == [
        ("/v1/dossiers/{code}", 404),
        ("-", 404),
    ]
    assert not re.search("0042|s3cret", str(lines))


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "vi"),
        ("", "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("vi-VN, en;q=0.8", "vi"),
        ("vi;q=0.5, en; q=0.8", "en"),
        ("vi ; q=0.5 , en ; Q=0.8", "en"),
        ("en;q=0.5, vi;q=0.5", "vi"),
        ("en;q=0", "vi"),
        ("fr, en;q=0.1", "en"),
        ("fr", "vi"),
        ("*", "vi"),
        ("english", "vi"),
        ("en;q=much", "vi"),
        (";;,,;q=", "vi"),
    ],
)
def test_the_language_is_the_callers(header: str | None, locale: str) -> None:
    """Vietnamese, unless English has the greater weight."""
    assert locale_of(header) == locale


@given(st.text(max_size=50))
def test_no_header_breaks_the_language(header: str) -> None:
    """Whatever a client sends, there is a language."""
    assert locale_of(header) in {"vi", "en"}


def test_every_text_is_there_in_both_languages() -> None:
    """Each title has its detail, and the two languages say different things with the same blanks."""
    assert TITLES.keys() == DETAILS.keys()
    for table in (TITLES, DETAILS, FIELD_ERRORS):
        for key, words in table.items():
            assert words.vi != words.en, key
            assert set(re.findall(r"{(\w+)}", words.vi)) == set(re.findall(r"{(\w+)}", words.en)), key


async def test_the_description_is_whole(client: httpx.AsyncClient) -> None:
    """Every reference of the OpenAPI document leads somewhere, and every operation can be told apart."""
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    references = set(_references(document))
    assert "#/components/schemas/DossierEvent" in references
    for reference in references:
        _follow(document, reference)
    operations = [op for path in document["paths"].values() for op in path.values()]
    ids = [op["operationId"] for op in operations]
    assert len(ids) == len(set(ids))
    assert all(op["summary"] for op in operations)
    for op in operations:
        found = _follow(document, op["responses"]["default"]["$ref"])
        assert list(found["content"]) == ["application/problem+json"]


async def test_the_description_shows_what_to_push(client: httpx.AsyncClient) -> None:
    """The examples of the push are taken by the push, and its fields have examples of their own."""
    document = (await client.get("/openapi.json")).json()
    operation = document["paths"]["/v1/agency/dossier-events"]["post"]
    shown = operation["requestBody"]["content"]["application/json"]["examples"]
    TypeAdapter(DossierEvent).validate_python(shown["one"]["value"])
    TypeAdapter(EventBatch).validate_python(shown["batch"]["value"])
    fields = document["components"]["schemas"]["DossierEvent"]["properties"]
    for name in document["components"]["schemas"]["DossierEvent"]["required"]:
        assert fields[name]["examples"], name


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in _references(value)]
    return [found for value in part for found in _references(value)] if isinstance(part, list) else []


def _follow(document: Any, reference: str) -> Any:
    assert reference.startswith("#/"), reference
    for name in reference.removeprefix("#/").split("/"):
        document = document[name]
    return document
