"""What Twilio checks of a request before it takes a message in."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from infra.sandbox.credentials import TWILIO
from infra.sandbox.twilio import errors

LONGEST_BODY = 1600  # characters
LONGEST_VALIDITY = 36_000  # seconds

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_SENDER = re.compile(r"\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}")

# https://www.twilio.com/docs/iam/test-credentials
_MAGIC_TO = {
    "+15005550001": errors.INVALID_TO,
    "+15005550002": errors.UNREACHABLE,
    "+15005550003": errors.NO_PERMISSION,
    "+15005550004": errors.OPTED_OUT,
    "+15005550009": errors.NO_MOBILE,
}
_MAGIC_FROM = {
    "+15005550001": errors.INVALID_FROM,
    "+15005550007": errors.FOREIGN_FROM,
    "+15005550008": errors.QUEUE_FULL,
}


class Wanted(NamedTuple):
    """A message that Twilio is asked to send; None for what the request does not name."""

    to: str
    body: str
    sender: str | None
    service: str | None
    validity: int | None
    callback: str | None


class RefusedError(Exception):
    """Twilio does not take the message; carries its error number."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def read(form: Mapping[str, str]) -> Wanted:
    """Return what a form asks for.

    Raises:
        RefusedError: Twilio would not take it.
    """
    wanted = Wanted(
        to=form.get("To", ""),
        body=form.get("Body", ""),
        sender=form.get("From") or None,
        service=form.get("MessagingServiceSid") or None,
        validity=_validity(form.get("ValidityPeriod")),
        callback=form.get("StatusCallback") or None,
    )
    _check_to(wanted.to)
    _check_sender(wanted)
    if not wanted.body:
        raise RefusedError(errors.EMPTY_BODY)
    if len(wanted.body) > LONGEST_BODY:
        raise RefusedError(errors.BODY_TOO_LONG)
    if wanted.callback is not None and not wanted.callback.startswith(("http://", "https://")):
        raise RefusedError(errors.INVALID_CALLBACK)
    return wanted


def _check_to(to: str) -> None:
    if not to:
        raise RefusedError(errors.NO_TO)
    if not _E164.fullmatch(to):
        raise RefusedError(errors.INVALID_TO)
    if to in _MAGIC_TO:
        raise RefusedError(_MAGIC_TO[to])


def _check_sender(wanted: Wanted) -> None:
    if wanted.sender is None and wanted.service is None:
        raise RefusedError(errors.NO_SENDER)
    if wanted.service not in {None, TWILIO.messaging_service_sid}:
        raise RefusedError(errors.INVALID_SERVICE)
    if wanted.sender is not None and not _SENDER.fullmatch(wanted.sender):
        raise RefusedError(errors.INVALID_FROM)
    if wanted.sender in _MAGIC_FROM:
        raise RefusedError(_MAGIC_FROM[wanted.sender])


def _validity(given: str | None) -> int | None:
    if not given:
        return None
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= LONGEST_VALIDITY:
        raise RefusedError(errors.INVALID_VALIDITY)
    return int(given)
