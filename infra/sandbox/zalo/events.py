"""Zalo's webhook: a template message reached a phone."""

import hashlib
import json
import time
from typing import NamedTuple

from infra.sandbox.credentials import ZALO
from infra.sandbox.receipts.courier import Report


class Message(NamedTuple):
    """A message that was taken.

    Attributes:
        to: The phone number, 84….
        webhook: Where events of the official account go.
    """

    id: str
    to: str
    tracking_id: str
    webhook: str

    def reports(self, *, failure: str | None, forged: bool) -> list[Report]:
        """Return the one report that there is: Zalo says nothing of what did not arrive."""
        if failure is not None:
            return []
        now = f"{time.time() * 1000:.0f}"
        event = {
            "app_id": ZALO.app_id,
            "event_name": "user_received_message",
            "message": {"delivery_time": now, "msg_id": self.id, "tracking_id": self.tracking_id},
            "recipient": {"id": self.to},
            "sender": {"id": ZALO.oa_id},
            "timestamp": now,
        }
        body = json.dumps(event).encode()
        mac = signature("a guess" if forged else ZALO.oa_secret, body, now)
        headers = {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"}
        return [Report(self.webhook, headers, body)]


def signature(secret: str, body: bytes, timestamp: str) -> str:
    """Sign an event: SHA-256 over application, body as it is, time and secret of the official account."""
    return hashlib.sha256(ZALO.app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()
