"""FCM's sending and topic endpoints."""

import collections
import json
import time
from collections.abc import Collection
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.fcm import errors
from infra.sandbox.fcm.google import Google
from infra.sandbox.fcm.message import MalformedMessageError, addressee
from infra.sandbox.outbox import Outbox
from infra.sandbox.scripts import Fault, Refuse, Status

# What a token's first letters bring about, so that a test needs no script for it.
_FATES = {
    "unregistered": "UNREGISTERED",
    "senderid-mismatch": "SENDER_ID_MISMATCH",
    "invalid": "INVALID_ARGUMENT",
}
_PROJECT = "/fcm/v1/projects/{project}"


class Messaging:
    """Endpoints below /fcm."""

    def __init__(self, *, google: Google, outbox: Outbox, faults: Faults) -> None:
        self._google = google
        self._outbox = outbox
        self._faults = faults
        self._topics: collections.defaultdict[str, set[str]] = collections.defaultdict(set)

    def subscribers(self, topic: str) -> set[str]:
        """Return the devices on a topic."""
        return self._topics.get(topic, set())

    def followed(self, token: str) -> set[str]:
        """Return the topics that a device is on."""
        return {topic for topic, tokens in self._topics.items() if token in tokens}

    def follow(self, token: str, topics: Collection[str]) -> None:
        """Put a device on exactly these topics, as an app does by its SDK."""
        for topic in (*self._topics, *topics):
            if topic in topics:
                self._topics[topic].add(token)
            else:
                self._topics[topic].discard(token)

    def routes(self) -> list[Route]:
        """Return the routes, with full paths; the busiest first."""
        subscriptions = f"{_PROJECT}/registrations/{{token}}/topicSubscriptions"
        return [
            Route(f"{_PROJECT}/messages:send", self.send, methods=["POST"]),
            Route(subscriptions, self.subscribe, methods=["POST"]),
            Route(f"{subscriptions}/{{topic}}", self.unsubscribe, methods=["DELETE"]),
            Route("/sandbox/topics", self.show_topics, methods=["GET"]),
        ]

    async def send(self, request: Request) -> Response:
        """Take one message in: projects.messages.send."""
        if not self._is_known(request):
            return errors.unauthenticated()
        raw = await request.body()
        try:
            body = json.loads(raw)
            to = addressee(body)
        except MalformedMessageError as error:
            return errors.bad_field(error.field, error.description)
        except ValueError as error:
            return errors.bad_field("", f"Invalid JSON payload received. {error}")
        fault = await self._faults.meet("push", to=(to,))
        refusal = _scripted(fault) or _fated(to)
        if refusal is not None:
            return refusal
        name = self._name(request.path_params["project"])
        if not body.get("validate_only"):
            self._outbox.add(
                channel="push", to=(to,), source=name, raw=raw, identity=_identity(to, body["message"], raw)
            )
            await self._faults.linger(fault)
        return JSONResponse({"name": name})

    async def subscribe(self, request: Request) -> Response:
        """Put a device on a topic."""
        token, topic = request.path_params["token"], request.query_params.get("topic_name", "")
        refusal = self._topic_refusal(request, token)
        if refusal is not None:
            return refusal
        self._topics[topic].add(token)
        return JSONResponse({"name": f"{request.url.path.removeprefix('/fcm/v1/')}/{topic}"})

    async def unsubscribe(self, request: Request) -> Response:
        """Take a device off a topic; one that is not on it is no error."""
        token, topic = request.path_params["token"], request.path_params["topic"]
        refusal = self._topic_refusal(request, token)
        if refusal is not None:
            return refusal
        self._topics[topic].discard(token)
        return JSONResponse({})

    async def show_topics(self, _request: Request) -> Response:
        """Answer with the devices of every topic."""
        return JSONResponse({topic: sorted(tokens) for topic, tokens in self._topics.items() if tokens})

    def _is_known(self, request: Request) -> bool:
        return self._google.recognises(request.headers.get("authorization", ""))

    def _topic_refusal(self, request: Request, token: str) -> Response | None:
        return _fated(token) if self._is_known(request) else errors.unauthenticated()

    def _name(self, project: str) -> str:
        return f"projects/{project}/messages/0:{time.time_ns() // 1000}%{time.monotonic_ns():016x}"


def _scripted(fault: Fault | None) -> Response | None:
    if isinstance(fault, Status):
        return errors.by_status(fault.code, retry_after=fault.retry_after)
    return errors.named(fault.code) if isinstance(fault, Refuse) else None


def _fated(token: str) -> Response | None:
    for beginning, name in _FATES.items():
        if token.startswith(beginning):
            return errors.named(name)
    return None


def _identity(to: str, message: dict[str, Any], raw: bytes) -> tuple[str, object]:
    """Return what makes two sends the same message: the notice's own id, else every byte of it.

    A repeat can say in its data that it is one, so the bytes alone would not tell.
    """
    return to, message.get("data", {}).get("notification_id", raw)
