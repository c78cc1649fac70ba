"""Secrets that mean nothing by themselves: shown to their holder once, kept by us as a digest."""

import hmac
import secrets
from hashlib import sha256

ENTROPY_BYTES = 32


def draw() -> str:
    """Return 256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(ENTROPY_BYTES)


def digest(secret: str) -> bytes:
    """Return the SHA-256 under which a drawn secret is kept; enough, as it can not be guessed."""
    return sha256(secret.encode(errors="replace")).digest()


def matches(secret: str, kept: bytes) -> bool:
    """Tell whether a secret is the kept one, in a time that does not depend on where they differ."""
    return hmac.compare_digest(digest(secret), kept)
