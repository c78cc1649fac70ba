"""Status callbacks: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from infra.sandbox.credentials import TWILIO
from infra.sandbox.receipts.courier import Report

# Errors that Twilio finds before it hands a message to a carrier; with the others it reports "undelivered".
_NEVER_SENT = {"30001", "30002", "30036"}
_POOL_NUMBER = "+15005550006"  # the number that the messaging service sends from


class Message(NamedTuple):
    """A message that was taken.

    Attributes:
        callback: Where its reports go, if anybody asked for them.
    """

    sid: str
    to: str
    sender: str | None
    service: str | None
    callback: str | None

    def reports(self, *, failure: str | None, forged: bool) -> list[Report]:
        """Return a report for each state that the message goes through."""
        if self.callback is None:
            return []
        secret = "a guess" if forged else TWILIO.auth_token
        return [self._report(self.callback, state, failure, secret) for state in _course(failure)]

    def _report(self, url: str, state: str, failure: str | None, secret: str) -> Report:
        form = {
            "AccountSid": TWILIO.account_sid,
            "ApiVersion": "2010-04-01",
            "From": self.sender or _POOL_NUMBER,
            "MessageSid": self.sid,
            "MessageStatus": state,
            "SmsSid": self.sid,
            "SmsStatus": state,
            "To": self.to,
        }
        if self.service is not None:
            form["MessagingServiceSid"] = self.service
        if failure is not None and state in {"failed", "undelivered"}:
            form["ErrorCode"] = failure
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": signature(secret, url, form),
        }
        return Report(url, headers, urlencode(form).encode())


def signature(secret: str, url: str, form: Mapping[str, str]) -> str:
    """Sign a form: HMAC-SHA1 over the URL and the sorted parameters, https://www.twilio.com/docs/usage/security."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.digest(secret.encode(), signed.encode(), hashlib.sha1)).decode()


def _course(failure: str | None) -> tuple[str, ...]:
    if failure is None:
        return ("queued", "sent", "delivered")
    return ("queued", "failed") if failure in _NEVER_SENT else ("queued", "sent", "undelivered")
