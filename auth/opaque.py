"""Secrets that mean nothing by themselves: shown to their holder once, kept by us as a digest."""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256

ENTROPY_BYTES = 32
_DIGEST = re.compile(r"[A-Za-z0-9\-_]{43}")


def draw() -> str:
    """Return 256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(ENTROPY_BYTES)


def digest(secret: str) -> bytes:
    """Return the SHA-256 under which a drawn secret is kept; enough, as it can not be guessed."""
    return sha256(secret.encode(errors="replace")).digest()


def digest_text(text: str) -> str:
    """Return a SHA-256 in base64url, as RFC 7636 (4.2), RFC 7638 (3.1) and RFC 9449 (4.2) write one."""
    return encode(digest(text))


def is_digest_text(text: str) -> bool:
    """Tell whether `text` has the form of what `digest_text` returns."""
    return _DIGEST.fullmatch(text) is not None


def encode(raw: bytes) -> str:
    """Return bytes as URL-safe text without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def matches(secret: str, kept: bytes) -> bool:
    """Tell whether a secret is the kept one, in a time that does not depend on where they differ."""
    return hmac.compare_digest(digest(secret), kept)
