"""The sandbox as a measurement sees it: what arrived there by mail, and how slow it is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

PAGE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSink:
    """The mails that the sandbox at this address took in."""

    url: str

    def count(self) -> int:
        """Return how many there are."""
        return int(self._read("outbox/counts")["email"])

    def last(self) -> int:
        """Return after which sequence the next one will come."""
        return int(self._read("outbox/counts")["last"])

    def items(self, *, after: int = 0, **query: str) -> Iterator[dict[str, Any]]:
        """Yield those after a sequence, in order."""
        while True:
            asked = urlencode({"channel": "email", "after": after, "limit": PAGE} | query)
            page = self._read(f"outbox?{asked}")
            if not page["items"]:
                return
            yield from page["items"]
            after = page["last"]

    def disturb(self, **fault: object) -> None:
        """Let a fault strike."""
        body = json.dumps({"script": [fault]}).encode()
        request = Request(f"{self.url}/sandbox/faults/email", data=body, method="PUT")
        with urlopen(request, timeout=60):
            pass

    def _read(self, path: str) -> dict[str, Any]:
        with urlopen(f"{self.url}/sandbox/{path}", timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def arrived_at(item: dict[str, Any]) -> float:
    """Return when a mail was there, in seconds since the epoch."""
    return datetime.fromisoformat(item["at"]).timestamp()
