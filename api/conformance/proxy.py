"""Stands between an integration and the API: passes on, spoils by the script, and keeps the tape."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.conformance.faults import WORK, Action, Kind, Target
from api.conformance.stage import Stage, Take
from api.conformance.wire import Exchange, leaks_in, token_of
from api.conformance.wire_doors import DOSSIER, part_of, read_answer, read_request
from api.problems import MEDIA_TYPE, unauthenticated

CUT = "tindan.cut"
TIMEOUT = 60.0
MOST_BYTES = 64 * 1024 * 1024
"""More than the API takes of anything."""
_OF_THE_HOP = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "transfer-encoding",
    }
)
PAGE = "<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>"


class CuttingProtocol(HttpToolsProtocol):
    """uvicorn's protocol, whose connections an application can end in the middle."""

    def on_message_begin(self) -> None:
        """Let the application end the connection of this request."""
        super().on_message_begin()
        self.scope["state"] = {**self.scope["state"], CUT: self.transport.abort}


class Proxy:
    """An ASGI application before the API.

    Args:
        api_url: of the API itself.
        secrets: which must go to the token endpoint alone.
        overtake: changes a dossier, by its code, as somebody else.
    """

    def __init__(
        self,
        stage: Stage,
        api_url: str,
        secrets: frozenset[str],
        *,
        overtake: Callable[[str], Awaitable[None]],
    ) -> None:
        self._stage, self._secrets, self._overtake = stage, secrets, overtake
        self._api = httpx.AsyncClient(base_url=api_url, timeout=TIMEOUT, trust_env=False)

    @asynccontextmanager
    async def lifespan(self, _app: ASGIApp) -> AsyncIterator[None]:
        """Hold connections to the API for as long as the proxy is served."""
        async with self._api:
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        request = Request(scope, receive)
        take = self._stage.take
        if take is None:
            await JSONResponse({"detail": "no scenario is on"}, 503)(scope, receive, send)
            return
        exchange = Exchange(
            began=self._stage.now(),
            target=Target.of(request.method, request.url.path, request.url.query),
            token=token_of(request.headers.get("authorization", "")),
            agent=request.headers.get("user-agent", ""),
            dossier=part_of(request.url.path, DOSSIER),
            if_match=request.headers.get("if-match"),
        )
        take.begin(exchange)
        try:
            answer = await self._answer(request, take, exchange)
        except ClientDisconnect:
            exchange.ended = self._stage.now()
            return
        exchange.ended = self._stage.now()
        if answer is None:
            scope["state"][CUT]()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        exchange.status = answer.status_code
        await answer(scope, receive, send)

    async def _answer(self, request: Request, take: Take, exchange: Exchange) -> Response | None:
        """Return what is answered; none to end the connection without a word."""
        action = exchange.action
        if action.kind is Kind.CUT_BEFORE and exchange.target is Target.RESULTS:
            # A piece is on its way: so the sender has begun, and does not merely fail to connect.
            await request.receive()
            return None
        body = await self._read(request, take, exchange)
        if action.kind is Kind.CUT_BEFORE:
            return None
        if action.kind is Kind.ANSWER:
            return _made_here(action)
        passed = await self._pass_on(request, body)
        if action.kind in {Kind.SLOW, Kind.CUT_AFTER}:
            await asyncio.sleep(action.seconds)
        if action.kind is Kind.CUT_AFTER:
            return None
        if action.kind is Kind.OVERTAKEN and passed.status_code == 200:  # noqa: PLR2004 - there is something to change
            await self._overtake(exchange.dossier)
        body = bytes(passed.body)
        exchange.outcomes = read_answer(exchange.target, passed.status_code, body, exchange.told)
        exchange.etag = passed.headers.get("etag") if passed.status_code < 400 else None  # noqa: PLR2004 - HTTP's classes of failures
        if exchange.target is Target.TOKEN:
            _note_token(take, body)
        return _widened(passed) if take.script.plan.widens else passed

    async def _read(self, request: Request, take: Take, exchange: Exchange) -> bytes:
        pieces = bytearray()
        async for piece in request.stream():
            pieces += piece
            if len(pieces) > MOST_BYTES:
                raise ClientDisconnect
        body = bytes(pieces)
        if exchange.target in WORK:
            kind, path = request.headers.get("content-type", ""), request.url.path
            exchange.told, exchange.batch = read_request(exchange.target, path, kind, body)
        exchange.leaks = leaks_in(
            exchange.target,
            address=str(request.url),
            headers=request.headers,
            body=body,
            secrets=self._secrets | take.tokens,
        )
        return body

    async def _pass_on(self, request: Request, body: bytes) -> Response:
        headers = [(name, value) for name, value in request.headers.items() if name not in _OF_THE_HOP]
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        try:
            answer = await self._api.request(
                request.method, address, content=body, headers=[*headers, ("accept-encoding", "identity")]
            )
        except httpx.TransportError:
            return Response(PAGE, 502, media_type="text/html")
        kept = {name: value for name, value in answer.headers.items() if name not in _OF_THE_HOP}
        return Response(answer.content, answer.status_code, headers=kept)


def _made_here(action: Action) -> Response:
    if action.status == 502:  # noqa: PLR2004 - what a gateway says when it finds nobody
        return Response(PAGE, 502, media_type="text/html")
    if action.status == 401:  # noqa: PLR2004 - HTTP's "unauthenticated"
        return _problem(unauthenticated("invalid_token").as_json("en"), action)
    title = "Too many requests" if action.status == 429 else "Unavailable"  # noqa: PLR2004 - likewise
    return _problem({"type": "about:blank", "title": title, "status": action.status}, action)


def _problem(content: Mapping[str, Any], action: Action) -> Response:
    return JSONResponse(dict(content), action.status, headers=dict(action.headers), media_type=MEDIA_TYPE)


def _note_token(take: Take, body: bytes) -> None:
    try:
        given = json.loads(body).get("access_token")
    except (ValueError, AttributeError):
        return
    if isinstance(given, str) and given:
        take.tokens.add(given)


def _widened(answer: Response) -> Response:
    """Add fields to an answer, as a later release of the API may at any time."""
    try:
        given = json.loads(bytes(answer.body))
    except ValueError:
        return answer
    kept = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return JSONResponse(_wide(given), answer.status_code, headers=kept)


def _wide(given: Any) -> Any:
    if isinstance(given, list):
        return [_wide(one) for one in given]
    if isinstance(given, dict):
        return {"new_field": {"of": "a later release", "list": [1, None]}} | {
            name: _wide(value) for name, value in given.items()
        }
    return given
