"""Proof key for code exchange (RFC 7636), S256 only."""

import re

from auth import opaque

METHOD = "S256"
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


def is_verifier(text: str) -> bool:
    """Tell whether `text` has the form of a code verifier (section 4.1)."""
    return _VERIFIER.fullmatch(text) is not None


def is_challenge(text: str) -> bool:
    """Tell whether `text` has the form of an S256 challenge: a SHA-256 in base64url."""
    return opaque.is_digest_text(text)


def challenge_of(verifier: str) -> str:
    """Return the challenge that a verifier answers (section 4.2)."""
    return opaque.digest_text(verifier)
