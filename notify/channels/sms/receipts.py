"""What Twilio reports of a message that it took.

See https://www.twilio.com/docs/messaging/guides/track-outbound-message-status and, for the signature,
https://www.twilio.com/docs/usage/security.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

from notify.accounts.twilio import DELIVERY
from notify.channels.sms.outcomes import blames_the_number
from notify.ports import (
    ForgedReceiptError,
    Receipt,
    ReceiptState,
    UnreadableReceiptError,
    delivery_named,
)
from notify.settings import NotifySettings

_STATES: Mapping[str, ReceiptState] = MappingProxyType(
    {
        "accepted": ReceiptState.SENT,
        "scheduled": ReceiptState.SENT,
        "queued": ReceiptState.SENT,
        "sending": ReceiptState.SENT,
        "sent": ReceiptState.SENT,
        "delivered": ReceiptState.DELIVERED,
        "read": ReceiptState.READ,
        "undelivered": ReceiptState.FAILED,
        "failed": ReceiptState.FAILED,
        "canceled": ReceiptState.FAILED,
    }
)


class TwilioReceiptReader:
    """Reads the status callbacks of one account. They bear no time, so a signature can not be too old."""

    channel = "sms"

    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)

    def read(self, *, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Receipt]:
        """Verify and read a report; what is none, as a message that somebody sent to us, gives none."""
        # Empty fields are signed as well. What is not UTF-8 was not signed by Twilio.
        form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        signature = headers.get("x-twilio-signature", "")
        if not self._validator.validate(url, form, signature):
            raise ForgedReceiptError("no signature of Twilio's")
        status = form.get("MessageStatus")
        return [] if status is None else [_receipt(form, status, url=url, now=now)]


def _receipt(form: Mapping[str, str], status: str, *, url: str, now: datetime) -> Receipt:
    sid, state = form.get("MessageSid"), _STATES.get(status)
    if not sid:
        raise UnreadableReceiptError("MessageSid is missing")
    if state is None:
        raise UnreadableReceiptError("MessageStatus is none that Twilio documents")
    code = form.get("ErrorCode") or None
    # Of the address that we gave: Twilio signs it whole.
    query = dict(parse_qsl(urlsplit(url).query))
    return Receipt(
        event_id=f"{sid}:{status}",
        provider_id=sid,
        state=state,
        occurred_at=_done_at(form.get("RawDlrDoneDate", ""), now=now),
        delivery_id=delivery_named(query.get(DELIVERY)),
        code=code,
        unreachable=state is ReceiptState.FAILED and blames_the_number(code),
    )


def _done_at(given: str, *, now: datetime) -> datetime:
    """Return when the carrier was done, or now where it does not say.

    Carriers write the minute and no time zone (YYMMDDhhmm), and not all of them mean UTC: what would lie
    in the future is not believed.
    """
    try:
        done = datetime.strptime(given, "%y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return now
    return min(done, now)


def build_receipts(settings: NotifySettings) -> TwilioReceiptReader | None:
    """Return the reader, or None when no account at Twilio is set; raises SettingsError for half a one."""
    account = settings.twilio_account()
    return None if account is None else TwilioReceiptReader(account.auth_token)
