"""What Zalo posts to us when a notice is on the phone."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from notify.accounts.zalo import ZaloAccount
from notify.channels.zalo.answers import whole
from notify.ports import (
    ForgedReceiptError,
    Receipt,
    ReceiptState,
    UnreadableReceiptError,
    delivery_named,
)
from notify.settings import NotifySettings

SIGNATURE = "x-zevent-signature"
RECEIVED = "user_received_message"
OLDEST = timedelta(hours=2)
"""Zalo posts again for about an hour what was not answered."""
SKEW = timedelta(minutes=5)


class ZaloReceiptReader:
    """Reads the events of one app and its Official Account."""

    channel = "zalo"

    def __init__(self, account: ZaloAccount) -> None:
        self._app_id = account.app_id
        self._secret = account.oa_secret

    def read(self, *, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Receipt]:
        """Verify an event and read it; what is no receipt of a notice gives none.

        Zalo signs app id, body, timestamp and secret in a row, by SHA-256 and not HMAC; the address does not
        go into it.

        Raises:
            ForgedReceiptError: the signature is missing, wrong, or too old.
            UnreadableReceiptError: it lacks what Zalo documents.
        """
        del url
        event = _event(body)
        stamp = str(event.get("timestamp", ""))
        given = headers.get(SIGNATURE, "").removeprefix("mac=").strip().lower()
        if not compare_digest(given.encode(), self._signature(body, stamp).encode()):
            raise ForgedReceiptError("signature")
        if not -SKEW <= now - _moment(stamp) <= OLDEST:
            raise ForgedReceiptError("age")
        return _receipts(event)

    def _signature(self, body: bytes, stamp: str) -> str:
        return sha256(self._app_id.encode() + body + stamp.encode() + self._secret.encode()).hexdigest()


def build_receipts(settings: NotifySettings) -> ZaloReceiptReader | None:
    """Return the reader, or None when no account is set; raises SettingsError for half a one."""
    account = settings.zalo_account()
    return None if account is None else ZaloReceiptReader(account)


def _event(body: bytes) -> Mapping[str, Any]:
    """Return the event; one that can not be read has no timestamp, so no signature can hold for it."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise ForgedReceiptError("form") from None
    if not isinstance(event, dict):
        raise ForgedReceiptError("form")
    return event


def _receipts(event: Mapping[str, Any]) -> list[Receipt]:
    message = event.get("message")
    # The same name without a time is a message that a person wrote.
    if event.get("event_name") != RECEIVED or not isinstance(message, dict) or "delivery_time" not in message:
        return []
    name = message.get("msg_id")
    if not name:
        raise UnreadableReceiptError("msg_id")
    return [
        Receipt(
            event_id=f"{RECEIVED}:{name}",
            provider_id=str(name),
            state=ReceiptState.DELIVERED,
            occurred_at=_moment(message["delivery_time"]),
            delivery_id=delivery_named(message.get("tracking_id")),
        )
    ]


def _moment(given: object) -> datetime:
    """Read milliseconds since the epoch, given as a number or a text."""
    milliseconds = whole(given)
    try:
        if milliseconds is None:
            raise UnreadableReceiptError("time")
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        raise UnreadableReceiptError("time") from None
