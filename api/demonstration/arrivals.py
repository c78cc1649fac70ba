"""What reached the providers, as the sandbox saw it."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from api import interrupts
from api.demonstration.actors import Actor

POLL_SECONDS = 1.0
_LINK = re.compile(r"/dossiers/(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message at a provider. `key` stays the same when a mail or a push is sent again.

    Attributes:
        dossier_code: the dossier that its link opens.
        notification_id: what the phone confirms; a mail has none.
    """

    channel: str
    at: datetime
    to: str
    title: str
    dossier_code: str | None
    notification_id: str | None
    key: str


class Arrivals(Actor):
    """Reads the sandbox's outbox in order, waiting for what is on its way."""

    def __init__(self, sandbox_url: str) -> None:
        super().__init__(sandbox_url)
        self._after = 0
        self.seen: list[Arrival] = []

    def wait_until(self, enough: Callable[[], bool], patience: float) -> bool:
        """Read until there is enough; say no once nothing has arrived for so many seconds."""
        deadline = time.monotonic() + patience
        while not enough():
            interrupts.checkpoint()
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if self._read(min(left, POLL_SECONDS)):
                deadline = time.monotonic() + patience
        return True

    def _read(self, wait: float) -> bool:
        asked: dict[str, str | int] = {"after": self._after, "wait": f"{wait:.2f}", "limit": 1000}
        answer = self._http.get("/sandbox/outbox", params=asked)
        answer.raise_for_status()
        body = answer.json()
        self._after = body["last"]
        self.seen += [_arrival(item) for item in body["items"]]
        return bool(body["items"])


def _arrival(item: dict[str, Any]) -> Arrival:
    if item["channel"] == "push":
        notification_id, link = item["data"].get("notification_id"), item["data"].get("link", "")
        key = f"{notification_id}→{item['to']}"
    else:
        headers = {name.lower(): value for name, value in item.get("headers", {}).items()}
        notification_id, link = None, item["text"] or ""
        key = headers.get("message-id", str(item["sequence"]))
    opened = _LINK.search(link)
    return Arrival(
        channel=item["channel"],
        at=datetime.fromisoformat(item["at"]),
        to=item["to"],
        title=item.get("subject") or item["text"] or "",
        dossier_code=unquote(opened[1]) if opened else None,
        notification_id=notification_id,
        key=key,
    )
