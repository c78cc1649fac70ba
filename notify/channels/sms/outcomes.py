"""What Twilio's answers and reports mean, by https://www.twilio.com/docs/api/errors."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType

import httpx

from notify.channels.http import rest_asked_for, surely_not_sent
from notify.ports import Outcome, OutcomeKind

_BY_CODE: Mapping[int, OutcomeKind] = MappingProxyType(
    {
        14107: OutcomeKind.THROTTLED,  # more a second than the sender may
        20003: OutcomeKind.MISCONFIGURED,  # wrong account or token
        20005: OutcomeKind.MISCONFIGURED,  # account closed
        20429: OutcomeKind.THROTTLED,  # more requests at a time than the account may
        21211: OutcomeKind.UNREACHABLE,  # no number
        21212: OutcomeKind.MISCONFIGURED,  # the sender is no number
        # Ours to switch on, and yet of this number's country alone: it must not stop all other messages.
        21408: OutcomeKind.UNREACHABLE,
        21603: OutcomeKind.MISCONFIGURED,  # no sender
        21606: OutcomeKind.MISCONFIGURED,  # the sender is not ours
        21608: OutcomeKind.UNREACHABLE,  # a trial account, and a number that it may not send to
        21609: OutcomeKind.MISCONFIGURED,  # our address for reports is not reachable
        21610: OutcomeKind.UNREACHABLE,  # opted out
        21611: OutcomeKind.THROTTLED,  # the sender's queue is full
        21612: OutcomeKind.UNREACHABLE,  # no way to this number
        21614: OutcomeKind.UNREACHABLE,  # no mobile number
        21635: OutcomeKind.UNREACHABLE,  # a landline
        21703: OutcomeKind.MISCONFIGURED,  # the messaging service has no senders
        21705: OutcomeKind.MISCONFIGURED,  # there is no such messaging service
        30001: OutcomeKind.THROTTLED,  # the account's queue is full
        30002: OutcomeKind.MISCONFIGURED,  # account suspended
        30003: OutcomeKind.RETRYABLE,  # the phone is off, or nobody knows where
        30005: OutcomeKind.UNREACHABLE,  # nobody has this number
        30006: OutcomeKind.UNREACHABLE,  # a landline, or a carrier that takes none
        30007: OutcomeKind.REJECTED,  # the carrier holds it for unwanted
        63038: OutcomeKind.THROTTLED,  # more a day than the account may
    }
)
_BY_STATUS: Mapping[int, OutcomeKind] = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: OutcomeKind.MISCONFIGURED,
        HTTPStatus.FORBIDDEN: OutcomeKind.MISCONFIGURED,
        HTTPStatus.NOT_FOUND: OutcomeKind.MISCONFIGURED,  # it is the account that is not found
        HTTPStatus.REQUEST_TIMEOUT: OutcomeKind.RETRYABLE,
        HTTPStatus.TOO_MANY_REQUESTS: OutcomeKind.THROTTLED,
        # Twilio itself says that it failed. Other answers of this class come from a gateway, behind which
        # the message may have been taken.
        HTTPStatus.INTERNAL_SERVER_ERROR: OutcomeKind.RETRYABLE,
        HTTPStatus.SERVICE_UNAVAILABLE: OutcomeKind.RETRYABLE,
    }
)


def of_answer(response: httpx.Response, *, now: datetime) -> Outcome:
    """Say what an answer other than success means for its message."""
    code = _code(response)
    kind = _BY_CODE.get(code) if code else None
    return Outcome(
        kind=kind or _by_status(response.status_code),
        code=str(code or response.status_code),
        retry_after=rest_asked_for(response, now=now),
    )


def of_silence(error: Exception) -> Outcome:
    """Say what it means that no answer came: unknown, unless the request can not have left."""
    kind = OutcomeKind.RETRYABLE if surely_not_sent(error) else OutcomeKind.UNKNOWN
    return Outcome(kind=kind, code=type(error).__name__)


def blames_the_number(code: str | None) -> bool:
    """Return whether a report's error says that this number gets no text messages."""
    return code is not None and code.isdecimal() and _BY_CODE.get(int(code)) is OutcomeKind.UNREACHABLE


def _code(response: httpx.Response) -> int | None:
    """Return Twilio's own error number; both of its forms, the old and that of RFC 9457, have it there."""
    try:
        return int(response.json()["code"])
    except (ValueError, LookupError, TypeError):
        return None


def _by_status(status: int) -> OutcomeKind:
    default = OutcomeKind.UNKNOWN if status >= HTTPStatus.INTERNAL_SERVER_ERROR else OutcomeKind.REJECTED
    return _BY_STATUS.get(status, default)
