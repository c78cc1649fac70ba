"""Every route against every kind of caller, by the table in `authorisation.txt`."""

import os
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.console.paths import HOME as CONSOLE
from api.console.paths import SIGN_IN
from api.services import Services
from tests.api.authorisation_requests import REQUESTS, Call
from tests.api.authorisation_world import CALLERS, World, make_world
from tests.api.callers import Agency, MakeAgency, MakeCitizen, PushEvent
from tests.api.statements import recorded

TABLE = Path(__file__).with_name("authorisation.txt")
ROUNDS = int(os.environ.get("TINDAN_TIMING_ROUNDS", "3"))
"""How often a foreign and a missing thing are asked for, to print their times; 15 or more to compare them."""


def rows() -> Iterator[tuple[str, list[str]]]:
    """Read the table: a route, and what each caller gets."""
    for line in TABLE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            method, path, *cells = line.split()
            yield f"{method} {path}", cells


EXPECTED = dict(rows())


def served(app: FastAPI) -> set[str]:
    """Return every route of the application, by method and path."""
    return {
        f"{method} {route.path}"
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }


OWN_FORM = {"sec-fetch-site": "same-origin"}
"""What a browser says of a form of the officers' page; others do not ask."""
Making = tuple[MakeAgency, MakeCitizen, PushEvent]


@pytest.fixture
def making(make_agency: MakeAgency, make_citizen: MakeCitizen, push_event: PushEvent) -> Making:
    """What makes agencies, citizens and dossiers."""
    return make_agency, make_citizen, push_event


@pytest.fixture
async def world(client: httpx.AsyncClient, services: Services, making: Making, agency: Agency) -> World:
    """Everybody in their place."""
    return await make_world(client, services, making, agency)


async def send(world: World, route: str, call: Call, headers: dict[str, str]) -> httpx.Response:
    """Send a request; only pages look at cookies, and else those stay that the client was given."""
    method, path = route.split()
    shown = {name: value for name, value in headers.items() if name != "cookie" or path.startswith(CONSOLE)}
    return await world.client.request(
        method,
        path.format(**call.names),
        params=call.query,
        json=call.json,
        data=call.form,
        files=call.files,
        content=call.content,
        headers=shown | OWN_FORM | ({"content-type": call.media_type} if call.media_type else {}),
    )


async def got(world: World, route: str) -> list[str]:
    """Return what each caller gets, in the order of the table."""
    cells = []
    for name in CALLERS:
        # The owner's things are made before the caller signs in: making them may end or begin sessions.
        call = await REQUESTS[route](world)
        answer = await send(world, route, call, await CALLERS[name](world))
        cells.append("ok" if answer.status_code < 400 and not _sent_away(answer) else str(answer.status_code))
    return cells


def _sent_away(answer: httpx.Response) -> bool:
    """Whether a page sends a browser to sign in, and so opens nothing."""
    return answer.headers.get("location", "").partition("?")[0] == SIGN_IN and answer.request.method == "GET"


def line(route: str, cells: list[str]) -> str:
    """Write a line of the table."""
    method, path = route.split()
    return f"{method:<6} {path:<52} " + " ".join(f"{cell:<4}" for cell in cells).rstrip()


async def test_every_route_is_in_the_table(app: FastAPI, world: World) -> None:
    """A route that nobody thought about fails here, with the line to add; so does a line without a route."""
    routes = served(app)
    lines = [
        f"add to REQUESTS in authorisation_requests.py how to call: {route}"
        for route in sorted(routes - set(REQUESTS))
    ]
    lines += [
        f"add to authorisation.txt, if it is right: {line(route, await got(world, route))}"
        for route in sorted((routes & set(REQUESTS)) - set(EXPECTED))
    ]
    lines += [
        f"take out, there is no such route: {route}"
        for route in sorted((set(EXPECTED) | set(REQUESTS)) - routes)
    ]
    assert not lines, "\n" + "\n".join(lines)


REFUSE_ALL = {"GET /oauth/authorize", "GET /oauth/callback", "POST /oauth/backchannel-logout"} | {
    "POST /v1/receipts/{provider}",
    "GET /console/callback",
}
"""Go by what another party has signed or begun, which a request alone can not show: other tests do."""


def test_every_route_opens_to_somebody() -> None:
    """A line of refusals would show nothing: the request might be at fault."""
    assert {route for route, cells in EXPECTED.items() if "ok" not in cells} <= REFUSE_ALL


@pytest.mark.parametrize("route", sorted(EXPECTED))
async def test_everybody_may_do_what_the_table_says(world: World, route: str) -> None:
    """And nothing else."""
    assert len(EXPECTED[route]) == len(CALLERS), f"{route} needs {len(CALLERS)} cells: {' '.join(CALLERS)}"
    cells = await got(world, route)
    wrong = [
        f"{name}: {cell}, not {expected}"
        for name, cell, expected in zip(CALLERS, cells, EXPECTED[route], strict=True)
        if cell != expected
    ]
    assert not wrong, f"\n{route}\n{chr(10).join(wrong)}\nas it is now:\n{line(route, cells)}"


READ_FOR_ANOTHER = sorted(
    route
    for route, cells in EXPECTED.items()
    for may in (dict(zip(CALLERS, cells, strict=False)),)
    if route.startswith("GET ") and may.get("rep") == "ok" and may["anon"] != "ok"
)


@pytest.mark.parametrize("route", READ_FOR_ANOTHER)
async def test_what_is_read_for_another_is_noted(world: World, route: str) -> None:
    """One note for each answer that a representative gets, and none for the owner's own."""
    for name in ("own2", "rep"):
        answer = await send(world, route, await REQUESTS[route](world), await CALLERS[name](world))
        assert answer.is_success
    notes = await world.rows("SELECT party_id, reader FROM access_log")
    assert notes == [(world.owner.party_id, str(world.helper.party_id))]


NOBODYS = {
    "PUT /v1/devices/{installation_id}",
    "POST /v1/receipts/{provider}",
    "PUT /v1/me/consents/{purpose}",
    "PUT /v1/agency/surveys/{code}",
    "PUT /v1/agency/dossiers/{code}",
    "GET /v1/complaints/published/{published_id}",
    "GET /v1/questions/{published_id}",
    "GET /v1/agencies/{code}",
    "GET /v1/agencies/{code}/contact",
    "GET /v1/agencies/{code}/ratings",
} | {
    route
    for route in EXPECTED
    if route.startswith(
        (
            "GET /v1/procedures/",
            "GET /v1/life-events/",
            "GET /v1/open-data/",
            "GET /v1/verifications/",
            "GET /v1/status-lists/",
        )
    )
    or "/v1/shares/" in route
}
"""Name what is no party's: a phone goes over to whoever signs in on it; providers, purposes, procedures, whether
a code of a survey or a dossier is taken, what was published, months of scores and how sealed documents stand are known to all; a link is whose it was given to."""
THEIRS = re.compile(r" /(v1|console)/")
NAMING = sorted(route for route in EXPECTED if "{" in route and THEIRS.search(route) and route not in NOBODYS)
VOLATILE = {"x-request-id"}


@pytest.mark.parametrize("route", NAMING)
async def test_foreign_and_missing_things_answer_alike(world: World, route: str) -> None:
    """Status, body and headers are the same, and so are the statements that the database gets."""
    call = await REQUESTS[route](world)
    assert call.missing, f"say in authorisation_requests.py what is not there: {route}"
    absent = replace(call, names=call.missing)
    stranger = (
        "ag2" if "/agency/" in route else "off2" if "/officer/" in route or CONSOLE in route else "else"
    )
    headers = await CALLERS[stranger](world)
    answers, statements, times = [], [], []
    for asked in (call, absent):
        await send(world, route, asked, headers)  # so that neither pays for what is done once
        with recorded() as sent:
            answer = await send(world, route, asked, headers)
        answers.append((answer.status_code, answer.content, _lasting(answer)))
        statements.append(list(sent))
        times.append([await _timed(world, route, asked, headers) for _ in range(ROUNDS)])
    assert answers[0] == answers[1]
    assert answers[0][0] in {403, 404}
    assert statements[0] == statements[1]
    foreign, missing = (statistics.median(some) * 1000 for some in times)
    print(f"{route}: foreign {foreign:.2f} ms, missing {missing:.2f} ms")  # noqa: T201 - to be read with -rP


def _lasting(answer: httpx.Response) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in answer.headers.items() if name not in VOLATILE)


async def _timed(world: World, route: str, call: Call, headers: dict[str, str]) -> float:
    begun = time.perf_counter()
    await send(world, route, call, headers)
    return time.perf_counter() - begun
