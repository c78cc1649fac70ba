"""What Firebase's answers mean, by https://firebase.google.com/docs/cloud-messaging/error-codes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import httpx

from notify.channels.http import rest_asked_for, surely_not_sent
from notify.ports import Outcome, OutcomeKind

_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"

_BY_CODE: Mapping[str, OutcomeKind] = MappingProxyType(
    {
        "UNREGISTERED": OutcomeKind.UNREACHABLE,
        "SENDER_ID_MISMATCH": OutcomeKind.UNREACHABLE,
        "QUOTA_EXCEEDED": OutcomeKind.THROTTLED,
        "THIRD_PARTY_AUTH_ERROR": OutcomeKind.MISCONFIGURED,
        "APNS_AUTH_ERROR": OutcomeKind.MISCONFIGURED,
        "UNAVAILABLE": OutcomeKind.RETRYABLE,
        "INTERNAL": OutcomeKind.RETRYABLE,
    }
)
_BY_STATUS: Mapping[int, OutcomeKind] = MappingProxyType(
    {
        HTTPStatus.BAD_REQUEST: OutcomeKind.REJECTED,
        HTTPStatus.UNAUTHORIZED: OutcomeKind.MISCONFIGURED,
        HTTPStatus.FORBIDDEN: OutcomeKind.MISCONFIGURED,
        # Without a code of FCM's own it is the project that is not found.
        HTTPStatus.NOT_FOUND: OutcomeKind.MISCONFIGURED,
        HTTPStatus.REQUEST_TIMEOUT: OutcomeKind.RETRYABLE,
        HTTPStatus.TOO_MANY_REQUESTS: OutcomeKind.THROTTLED,
        # Firebase itself answers that it failed. The two between them come from a gateway, behind which the
        # message may have been taken.
        HTTPStatus.INTERNAL_SERVER_ERROR: OutcomeKind.RETRYABLE,
        HTTPStatus.BAD_GATEWAY: OutcomeKind.UNKNOWN,
        HTTPStatus.SERVICE_UNAVAILABLE: OutcomeKind.RETRYABLE,
        HTTPStatus.GATEWAY_TIMEOUT: OutcomeKind.UNKNOWN,
    }
)

_DEFAULT_REST = timedelta(minutes=1)  # what Firebase asks for where it throttles and names no time


def of_answer(response: httpx.Response, *, now: datetime) -> Outcome:
    """Say what an answer other than success means for its message."""
    details = _details(response)
    code = details.get(_FCM_ERROR, {}).get("errorCode")
    if code == "INVALID_ARGUMENT":
        kind = OutcomeKind.REJECTED if _blames_the_message(details) else OutcomeKind.UNREACHABLE
    else:
        kind = _BY_CODE.get(str(code)) or _by_status(response.status_code)
    return Outcome(
        kind=kind, code=str(code or response.status_code), retry_after=_rest(response, kind=kind, now=now)
    )


def of_silence(cause: Exception | None) -> Outcome:
    """Say what it means that no answer came: unknown, unless the request can not have left."""
    kind = OutcomeKind.RETRYABLE if surely_not_sent(cause) else OutcomeKind.UNKNOWN
    return Outcome(kind=kind, code=type(cause).__name__ if cause else "no-answer")


def _details(response: httpx.Response) -> dict[str, dict[str, Any]]:
    """Return the error's details by their type; none where the answer is not of Firebase's form."""
    try:
        return {detail["@type"]: detail for detail in response.json()["error"]["details"]}
    except (ValueError, LookupError, TypeError):
        return {}


def _blames_the_message(details: Mapping[str, Mapping[str, Any]]) -> bool:
    """Return whether a field other than the address is at fault: then the phone must not be forgotten."""
    violations = details.get(_BAD_REQUEST, {}).get("fieldViolations", [])
    return any(violation.get("field") not in {"message.token", "message.fid"} for violation in violations)


def _by_status(status: int) -> OutcomeKind:
    default = OutcomeKind.UNKNOWN if status >= HTTPStatus.INTERNAL_SERVER_ERROR else OutcomeKind.REJECTED
    return _BY_STATUS.get(status, default)


def _rest(response: httpx.Response, *, kind: OutcomeKind, now: datetime) -> timedelta | None:
    """Return how long Firebase asks us to stay away; a minute where it throttles and names no time."""
    asked = rest_asked_for(response, now=now)
    return _DEFAULT_REST if asked is None and kind is OutcomeKind.THROTTLED else asked
