"""The proxy over real sockets, before an API of a few lines: what is spoilt, and what the tape then holds."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from api.conformance import faults
from api.conformance.faults import CUT_AFTER, CUT_BEFORE, Kind, Plan, Script, Target
from api.conformance.proxy import Proxy
from api.conformance.serving import listening, serving
from api.conformance.stage import Stage, Take
from api.recording.schemas import EXAMPLE
from api.stack import StackError

EVENTS = "/v1/agency/dossier-events"
TOKENS = (f"t0ken-{number}" for number in count())


@dataclass
class Upstream:
    """An API that takes everything, and remembers it."""

    seen: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    overtaken: list[str] = field(default_factory=list)
    status: int = 200

    async def overtake(self, code: str) -> None:
        self.overtaken.append(code)

    async def take(self, request: Request) -> Response:
        body = await request.body()
        self.seen.append((str(request.url), body, dict(request.headers)))
        if request.url.path.startswith("/v1/agency/dossiers/"):
            return JSONResponse({}, self.status, headers={"etag": '"a"'})
        if request.url.path == "/oauth/token":
            return JSONResponse({"access_token": next(TOKENS)})
        results = [
            {"event_id": e["event_id"], "outcome": "accepted"} for e in json.loads(body).get("events", ())
        ]
        return JSONResponse({"results": results}, headers={"x-limit": "7"})


@dataclass
class World:
    """Both ends, and the stage between them."""

    upstream: Upstream
    http: httpx.Client
    stage: Stage

    def play(self, plan: Plan) -> Take:
        """Begin a scenario."""
        self.stage.take = Take(script=Script(plan))
        return self.stage.take

    def tell(self, **given: object) -> httpx.Response:
        """Tell one event in a batch."""
        return self.http.post(
            EVENTS, json={"events": [EXAMPLE]}, headers={"authorization": "Bearer abc"}, **given
        )


@contextmanager
def serve(app: Starlette) -> Iterator[str]:
    """Serve an application on a free port."""
    with listening("127.0.0.1", 0) as listener, serving(app, listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def world() -> Iterator[World]:
    """A proxy before an API."""
    upstream, stage = Upstream(), Stage()
    taking = Starlette(routes=[Route("/{rest:path}", upstream.take, methods=["GET", "POST", "PUT"])])
    with serve(taking) as api_url:
        proxy = Proxy(stage, api_url, frozenset({"s3cret"}), overtake=upstream.overtake)
        app = Starlette(routes=[Mount("/", proxy)], lifespan=proxy.lifespan)
        with serve(app) as url, httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
            yield World(upstream, http, stage)


def test_what_passes_passes_whole(world: World):
    """Address, body, headers and answer go through; the tape knows ids, and no token and no content."""
    take = world.play(Plan())
    answer = world.tell(params={"a": "b c"})
    assert answer.json()["results"][0]["outcome"] == "accepted"
    assert answer.headers["x-limit"] == "7"
    [(url, body, headers)] = world.upstream.seen
    assert url.endswith(f"{EVENTS}?a=b+c")
    assert json.loads(body) == {"events": [EXAMPLE]}
    assert headers["authorization"] == "Bearer abc"
    [exchange] = take.tape.exchanges
    assert (exchange.target, exchange.status, exchange.batch) == (Target.EVENTS, 200, 1)
    assert (exchange.outcomes, exchange.leaks) == (["accepted"], [])
    assert exchange.told[0].source_id == EXAMPLE["event_id"]
    assert "abc" not in repr(exchange)
    assert str(EXAMPLE["applicant"]) not in repr(exchange)


@pytest.mark.parametrize(("action", "arrives"), [(CUT_AFTER, 1), (CUT_BEFORE, 0)])
def test_a_connection_is_cut(world: World, action: faults.Action, arrives: int):
    """The caller gets no answer at all, whether the API had the request or not; the next one passes."""
    take = world.play(Plan(actions=(action,)))
    with pytest.raises(httpx.TransportError):
        world.tell()
    assert len(world.upstream.seen) == arrives
    assert world.tell().is_success
    cut, passed = take.tape.exchanges
    assert (cut.status, list(cut.outcomes), len(cut.told)) == (None, [], 1)
    assert (passed.status, passed.action.kind) == (200, Kind.PASS)
    assert cut.ended is not None


def test_an_upload_is_cut_in_the_middle(world: World):
    """Nothing of it reaches the API, and it is not read to its end."""
    world.play(Plan(target=Target.RESULTS, actions=(CUT_BEFORE,)))
    pieces = []

    def file() -> Iterator[bytes]:
        for _ in range(2000):
            pieces.append(1)
            yield b"x" * 65536

    with pytest.raises(httpx.TransportError):
        world.http.post("/v1/agency/results", content=file(), headers={"content-type": "multipart/form-data"})
    assert world.upstream.seen == []
    assert len(pieces) < 2000


def test_a_slow_answer_is_held_back(world: World):
    """It comes, late; the API had the request at once."""
    take = world.play(Plan(actions=(faults.slow(0.4),)))
    begun = time.monotonic()
    assert world.tell().is_success
    assert time.monotonic() - begun >= 0.4
    [exchange] = take.tape.exchanges
    assert exchange.ended is not None
    assert exchange.ended - exchange.began >= 0.4


def test_who_goes_away_harms_nobody(world: World):
    """A caller without patience is gone before its answer; the next one is served."""
    world.play(Plan(actions=(faults.stalled(0.3),)))
    with pytest.raises(httpx.ReadTimeout):
        world.tell(timeout=0.1)
    assert world.tell().is_success


def test_waiting_is_asked_for_as_the_api_asks(world: World):
    """429 with Retry-After and a problem, and the API sees nothing."""
    world.play(Plan(actions=(faults.wait(429, 5),)))
    answer = world.tell()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    assert answer.headers["content-type"] == "application/problem+json"
    assert world.tell().status_code == 429
    assert world.upstream.seen == []


def test_a_gateway_fails_with_a_page(world: World):
    """502 is no JSON, as it comes from something that knows none."""
    world.play(Plan(actions=(faults.broken(502),)))
    answer = world.tell()
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")


@pytest.mark.parametrize("there", [True, False])
def test_somebody_is_quicker(world: World, *, there: bool):
    """What is read is changed before its answer is given, once, and the tape knows its tag; what is not there is not."""
    take = world.play(Plan(target=Target.READING, actions=(faults.OVERTAKEN,)))
    world.upstream.status = 200 if there else 404
    world.upstream.overtaken.clear()
    for _ in range(2):
        world.http.get("/v1/agency/dossiers/H97.1-261121-0001")
    assert world.upstream.overtaken == (["H97.1-261121-0001"] if there else [])
    [first, _] = take.tape.exchanges
    assert (first.dossier, first.etag) == ("H97.1-261121-0001", '"a"' if there else None)


def test_on_what_condition_a_dossier_is_put_stands_on_the_tape(world: World):
    """The tag as it was written, and the dossier of the address."""
    take = world.play(Plan())
    world.http.put("/v1/agency/dossiers/H97.1-261121-0001", json={}, headers={"if-match": '"a"'})
    [exchange] = take.tape.exchanges
    assert (exchange.target, exchange.if_match) == (Target.DOSSIERS, '"a"')
    assert [one.key for one in exchange.told] == [("H97.1-261121-0001", "dossier")]


def test_a_token_ends_as_one_of_ours_does(world: World):
    """The challenge is that of RFC 6750; another token opens."""
    world.play(Plan(token_dies=True))
    refused = world.tell()
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert refused.json()["type"].endswith("unauthenticated")
    passed = world.http.post(EVENTS, json={"events": []}, headers={"authorization": "Bearer other"})
    assert passed.is_success


def test_answers_grow_at_every_depth(world: World):
    """All that was there is still there."""
    world.play(Plan(widens=True))
    given = world.tell().json()
    assert "new_field" in given
    assert "new_field" in given["results"][0]
    assert given["results"][0]["outcome"] == "accepted"


def test_a_token_that_was_given_out_is_known_again(world: World):
    """It may stand in no address, also in a request that does not show it."""
    take = world.play(Plan())
    token = world.http.post("/oauth/token", data={"client_secret": "s3cret"}).json()["access_token"]
    world.http.get(f"/v1/agencies?token={token}")
    assert [one.leaks for one in take.tape.exchanges] == [[], ["URL"]]


def test_between_scenarios_nothing_passes(world: World):
    """Who goes on after its time reaches nothing."""
    assert world.tell().status_code == 503
    assert world.upstream.seen == []


def test_an_api_that_is_gone_is_a_gateways_failure(world: World):
    """The proxy outlives the API."""
    world.play(Plan())
    proxy = Proxy(world.stage, "http://127.0.0.1:9", frozenset(), overtake=world.upstream.overtake)
    with serve(Starlette(routes=[Mount("/", proxy)], lifespan=proxy.lifespan)) as url:
        assert httpx.post(f"{url}{EVENTS}", json={}).status_code == 502


def test_a_taken_port_is_named():
    """The message says which."""
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StackError, match=str(port)):
            listening("127.0.0.1", port)
