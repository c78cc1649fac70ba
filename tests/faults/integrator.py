"""An agency's system that tells events and repeats them, word for word, until it has an answer."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.polling import until
from tests.faults.workload import Request

PATIENCE = 20.0
PAUSE = 0.2
KEPT = {"accepted", "repeated"}


@dataclass(kw_only=True)
class Integrator:
    """The clients of one agency.

    Attributes:
        may_go_on: asked before each request, told how many events were answered.
        answers: the answer to each event that got one, by the event's id.
        troubles: how often a request had to be repeated, by reason.
    """

    http: httpx.AsyncClient
    client_id: str
    secret: str
    may_go_on: Callable[[int], bool]
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    troubles: Counter[str] = field(default_factory=Counter)

    async def tell(self, clients: Sequence[Sequence[Request]]) -> None:
        """Tell all events, the clients side by side."""
        token = await self._ask(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=(self.client_id, self.secret)
        )
        self.http.headers["authorization"] = f"Bearer {token['access_token']}"
        async with asyncio.TaskGroup() as group:
            for requests in clients:
                group.create_task(self._tell_in_order(requests))

    async def _tell_in_order(self, requests: Sequence[Request]) -> None:
        for request in requests:
            await until(lambda: self.may_go_on(len(self.answers)), seconds=PATIENCE * 6)
            single = len(request) == 1
            told = await self._ask(
                "/v1/agency/dossier-events", json=request[0] if single else {"events": request}
            )
            for event, answer in zip(request, [told] if single else told["results"], strict=True):
                assert answer["event_id"] == event["event_id"]
                assert answer["outcome"] in KEPT, answer
                self.answers[event["event_id"]] = answer

    async def _ask(self, path: str, **request: Any) -> dict[str, Any]:
        """Return the answer; what failed on their side, or on the way, is asked again."""
        while True:
            try:
                answer = await self.http.post(path, timeout=PATIENCE, **request)
            except httpx.TransportError as error:
                self.troubles[type(error).__name__] += 1
            else:
                if answer.is_success:
                    told: dict[str, Any] = answer.json()
                    return told
                assert answer.is_server_error, answer.text
                self.troubles[str(answer.status_code)] += 1
            await asyncio.sleep(PAUSE)
