"""What the channels that speak HTTP make of it alike."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_LONGEST_REST = timedelta(days=1)


def surely_not_sent(error: Exception | None) -> bool:
    """Return whether a request that ended in this error can not have left us."""
    return isinstance(error, _NEVER_SENT)


def rest_asked_for(response: httpx.Response, *, now: datetime) -> timedelta | None:
    """Return how long a provider asks us to stay away, a day at the most; None where it does not say.

    It says so in seconds, or by a date (RFC 9110, 10.2.3).
    """
    asked = response.headers.get("Retry-After", "").strip()
    if not asked:
        return None
    try:
        rest = timedelta(seconds=int(asked)) if asked.isdecimal() else _until(asked) - now
    except (ValueError, OverflowError):
        return None
    return min(max(rest, timedelta(0)), _LONGEST_REST)


def _until(date: str) -> datetime:
    at = parsedate_to_datetime(date)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
