"""Access and refresh tokens. They prove themselves, so that starting the sandbox anew ends none of them."""

import hmac
import secrets
import time
from collections.abc import Callable

from infra.sandbox.credentials import ZALO

ACCESS_LIFETIME = 25 * 3600  # seconds


class Tokens:
    """Issues tokens, and knows which refresh tokens have been used."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._used: set[str] = set()

    def access_token(self) -> str:
        """Return a new access token, good for 25 hours."""
        return _signed(f"a.{self._clock() + ACCESS_LIFETIME:.0f}.{secrets.token_urlsafe(12)}")

    def refresh_token(self) -> str:
        """Return a new refresh token, good for one use."""
        return _signed(f"r.{secrets.token_urlsafe(24)}")

    def recognises(self, access_token: str) -> bool:
        """Return whether an access token is ours and still good."""
        content = _content(access_token)
        if content is None or not content.startswith("a."):
            return False
        return self._clock() < float(content.split(".")[1])

    def use(self, refresh_token: str) -> bool:
        """Return whether a refresh token is ours and had not been used up before; now it is."""
        content = _content(refresh_token)
        if content is None or not content.startswith("r.") or content in self._used:
            return False
        self._used.add(content)
        return True


def _signed(content: str) -> str:
    return f"{content}.{_mac(content)}"


def _content(token: str) -> str | None:
    content, _, mac = token.rpartition(".")
    return content if mac.isascii() and hmac.compare_digest(mac, _mac(content)) else None


def _mac(content: str) -> str:
    return hmac.digest(ZALO.secret_key.encode(), content.encode(), "sha256").hex()
