"""What a userinfo endpoint answers: claims, bare or in an envelope, plain or signed (Core 1.0, 5.3)."""

from collections.abc import Callable, Sequence
from typing import Any

import httpx
from joserfc.jwk import KeySet

from auth.errors import ProviderUnavailable, SignInRefused
from auth.id_tokens import SIGNED_TYPES, Expected, read

_REASON = "userinfo"


def plain_claims(answer: httpx.Response, envelope: Sequence[str]) -> dict[str, Any]:
    """Return the claims of an answer in JSON. Raises ProviderUnavailable and SignInRefused."""
    claims = _within(_json(answer), envelope)
    if not isinstance(claims, dict):
        raise SignInRefused(_REASON)
    return claims


def signed_text(answer: httpx.Response, envelope: Sequence[str]) -> str:
    """Return the JWT of an answer: its body, or what lies in its envelope.

    Raises ProviderUnavailable and SignInRefused.
    """
    text = _within(_json(answer), envelope) if envelope else answer.text.strip()
    if not isinstance(text, str):
        raise SignInRefused(_REASON)
    return text


def signed_claims(text: str, *, keys: KeySet, expected: Expected, now: Callable[[], float]) -> dict[str, Any]:
    """Return the claims of a JWT that says by whom and for whom it is (section 5.3.2).

    Raises:
        UnknownKey: other keys may help.
        SignInRefused: nothing will.
    """
    required = {"iss": expected.issuer, "aud": expected.client_id}
    return read(_REASON, text, types=SIGNED_TYPES, keys=keys, required=required, now=now)


def _within(found: Any, envelope: Sequence[str]) -> Any:
    for name in envelope:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable("userinfo is no JSON") from error
