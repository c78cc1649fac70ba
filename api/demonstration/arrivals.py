"""What reached the providers, as the sandbox saw it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

POLL_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message at a provider. `key` stays the same when a message is sent again."""

    channel: str
    at: datetime
    to: str
    title: str
    text: str
    notification_id: str | None
    key: str


class Arrivals:
    """Reads the sandbox's outbox in order, waiting for what is on its way."""

    def __init__(self, sandbox_url: str) -> None:
        self._http = httpx.Client(base_url=sandbox_url, timeout=POLL_SECONDS + 10)
        self._after = 0
        self.seen: list[Arrival] = []

    def wait_until(self, enough: Callable[[Sequence[Arrival]], bool], seconds: float) -> bool:
        """Read until what has arrived is enough; say whether it was in time."""
        deadline = time.monotonic() + seconds
        while not enough(self.seen):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._read(min(left, POLL_SECONDS))
        return True

    def _read(self, wait: float) -> None:
        asked: dict[str, str | int] = {"after": self._after, "wait": f"{wait:.2f}", "limit": 1000}
        answer = self._http.get("/sandbox/outbox", params=asked)
        answer.raise_for_status()
        body = answer.json()
        for item in body["items"]:
            self._after = max(self._after, item["sequence"])
            self.seen.append(_arrival(item))


def _arrival(item: dict[str, Any]) -> Arrival:
    if item["channel"] == "push":
        title = (item.get("notification") or {}).get("title", "")
        data = item.get("data") or {}
        notification_id = data.get("notification_id")
        key = f"{notification_id}→{item['to']}"
    else:
        title, notification_id = item["subject"], None
        headers = {name.lower(): value for name, value in dict(item.get("headers") or {}).items()}
        key = headers.get("message-id", str(item["sequence"]))
    return Arrival(
        channel=item["channel"],
        at=datetime.fromisoformat(item["at"]),
        to=item["to"],
        title=title,
        text=item.get("text") or "",
        notification_id=notification_id,
        key=key,
    )
