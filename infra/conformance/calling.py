"""How a correct integration calls the API: with a token that it keeps, and again until there is an answer.

It needs httpx alone, and nothing of TinDan: copy from it whatever is of use.
"""

import random
import time
from collections.abc import Mapping
from typing import Any

import httpx

AGENT = "TinDanReference/1.0 (+https://tindan.example/conformance)"
TRIES = 8
TIMEOUT = 30.0
AGAIN = {408, 425, 429, 500, 502, 503, 504}
Document = dict[str, Any]


class Caller:
    """Calls the API that a document names."""

    def __init__(self, document: Document) -> None:
        self.api, self.tasks = document["api"], document["tasks"]
        self.http = httpx.Client(timeout=TIMEOUT, headers={"user-agent": AGENT})
        self.token: str | None = None

    def send(
        self, path: str, method: str = "POST", *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx.Response | None:
        """Ask until there is an answer that says something; none where there never was."""
        for attempt in range(TRIES):
            try:
                answer = self.http.request(
                    method,
                    self.api["base_url"] + path,
                    headers={**(headers or {}), "authorization": f"Bearer {self.get_token()}"},
                    **content,
                )
            except httpx.TransportError:
                self.pause(attempt)
                continue
            if answer.status_code == 401:
                self.token = None
            elif answer.status_code in AGAIN:
                self.pause(attempt, answer.headers.get("retry-after"))
            else:
                return answer
        return None

    def pause(self, attempt: int, told: str | None = None) -> None:
        if told is not None and told.isdigit():
            time.sleep(int(told))
        else:
            time.sleep(min(30, 0.5 * 2**attempt) * random.uniform(1, 1.5))

    def get_token(self) -> str:
        if self.token is None:
            answer = self.http.post(
                self.api["token_url"],
                data={"grant_type": "client_credentials"},
                auth=(self.api["client_id"], self.api["client_secret"]),
            )
            answer.raise_for_status()
            self.token = answer.json()["access_token"]
        return self.token
