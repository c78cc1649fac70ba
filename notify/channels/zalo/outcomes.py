"""What Zalo's answers mean.

The numbers −100 to −112 are documented by Zalo, the others by those who use it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from types import MappingProxyType

import httpx
import structlog

from notify.channels.zalo.answers import Answer
from notify.channels.zalo.hours import until_morning, until_tomorrow
from notify.ports import Outcome, OutcomeKind

log = structlog.get_logger(__name__)

STALE_TOKEN = frozenset({-124, -216, -220})
"""The access token is to be renewed, once; if that does not help, the account is at fault."""

_KINDS: Mapping[OutcomeKind, tuple[int, ...]] = {
    OutcomeKind.RETRYABLE: (-100,),
    OutcomeKind.THROTTLED: (-32,),
    OutcomeKind.UNREACHABLE: (-108, -110, -114, -118, -119, -139, -140, -141),
    OutcomeKind.REJECTED: (
        *(-109, -111, -112, -113, -117, -1121, -1122, -1124),
        *(-130, -131, -132, -146, -161, -162),
    ),
    OutcomeKind.MISCONFIGURED: (
        *(-101, -102, -103, -104, -105, -115, -120, -125, -126),
        *(-135, -1351, -136, -137, -138),
        *STALE_TOKEN,
    ),
}
_BY_CODE: Mapping[int, OutcomeKind] = MappingProxyType(
    {code: kind for kind, codes in _KINDS.items() for code in codes}
)
_LATER: Mapping[int, tuple[OutcomeKind, Callable[[datetime], timedelta]]] = MappingProxyType(
    {
        # The day's quota of the whole account: the channel may rest. The others concern one template, or
        # the hour, so that what Zalo takes at any time, as one-time codes, must not wait with them.
        -144: (OutcomeKind.THROTTLED, until_tomorrow),
        -1441: (OutcomeKind.RETRYABLE, until_tomorrow),
        -147: (OutcomeKind.RETRYABLE, until_tomorrow),
        -1471: (OutcomeKind.RETRYABLE, until_tomorrow),
        -1472: (OutcomeKind.RETRYABLE, until_tomorrow),
        -133: (OutcomeKind.RETRYABLE, until_morning),
        -234: (OutcomeKind.RETRYABLE, until_morning),
    }
)
_BY_STATUS: Mapping[int, OutcomeKind] = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: OutcomeKind.MISCONFIGURED,
        HTTPStatus.FORBIDDEN: OutcomeKind.MISCONFIGURED,
        HTTPStatus.NOT_FOUND: OutcomeKind.MISCONFIGURED,
        HTTPStatus.REQUEST_TIMEOUT: OutcomeKind.RETRYABLE,
        HTTPStatus.TOO_MANY_REQUESTS: OutcomeKind.THROTTLED,
        # Zalo itself failed. What else begins with 5 comes from a gateway, behind which the message may
        # have been taken.
        HTTPStatus.INTERNAL_SERVER_ERROR: OutcomeKind.RETRYABLE,
        HTTPStatus.SERVICE_UNAVAILABLE: OutcomeKind.RETRYABLE,
    }
)
_LIMIT_REST = timedelta(minutes=1)  # the limit is 4,000 requests a minute


def of_answer(answer: Answer, *, now: datetime) -> Outcome:
    """Say what an answer means for the message that it is about."""
    if answer.succeeded:
        return Outcome(kind=OutcomeKind.ACCEPTED, provider_id=_message_id(answer))
    if answer.error:
        return _of_code(answer.error, now=now)
    kind = _by_status(answer.status)
    rest = _LIMIT_REST if kind is OutcomeKind.THROTTLED else None
    return Outcome(kind=kind, code=f"http-{answer.status}", retry_after=rest)


def of_silence(error: Exception, *, left: bool) -> Outcome:
    """Say what it means that no answer came, by whether the request began to leave us."""
    kind = OutcomeKind.UNKNOWN if left else OutcomeKind.RETRYABLE
    code = "timeout" if isinstance(error, TimeoutError | httpx.TimeoutException) else type(error).__name__
    return Outcome(kind=kind, code=code)


def _message_id(answer: Answer) -> str | None:
    given = answer.data.get("msg_id")
    return None if given is None else str(given)


def _of_code(code: int, *, now: datetime) -> Outcome:
    if later := _LATER.get(code):
        kind, wait = later
        return Outcome(kind=kind, code=str(code), retry_after=wait(now))
    known = _BY_CODE.get(code)
    if known is None:
        # Not taken, for a reason that nobody told us: kept until it expires, as the channels after this one
        # go on meanwhile and an operator can look the number up.
        log.error("zalo_code_unknown", code=code)
        known = OutcomeKind.RETRYABLE
    rest = _LIMIT_REST if known is OutcomeKind.THROTTLED else None
    return Outcome(kind=known, code=str(code), retry_after=rest)


def _by_status(status: int) -> OutcomeKind:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    # HTTP 200 without a number of Zalo's is the word of somebody in between, too.
    refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return OutcomeKind.REJECTED if refused else OutcomeKind.UNKNOWN
