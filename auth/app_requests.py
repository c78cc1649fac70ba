"""What an app may ask for when it signs somebody in (RFC 6749, 4.1.1, as OAuth 2.1 has it)."""

from dataclasses import dataclass

from auth import opaque, pkce
from auth.errors import Code, OAuthError
from auth.identity import Wish

LONGEST_STATE = 1024
LONGEST_AGE = 366 * 24 * 3600
LEVELS = ("1", "2")
"""Of Decree 69/2024/ND-CP, and what `acr_values` may name."""
UNMET: Code = "unmet_authentication_requirements"
"""As OpenID Connect Core Error Code unmet_authentication_requirements 1.0 has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRequest:
    """An authorization request as the app made it, unchecked; None is what it left out."""

    client_id: str | None
    redirect_uri: str | None
    response_type: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    state: str | None
    dpop_jkt: str | None = None
    acr_values: str | None = None
    max_age: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of a request goes on.

    Attributes:
        challenge: S256 challenge of the app.
        wish: what the provider is asked for.
        least_assurance: the lowest of the levels that would do.
    """

    challenge: str
    wish: Wish
    least_assurance: int | None


def check(request: AppRequest) -> Asked:
    """Check a request, all but where it comes from.

    Raises:
        OAuthError: it is no code request with an S256 challenge, or asks for too much.
    """
    if request.response_type is None:
        raise OAuthError("invalid_request", "response_type is missing")
    if request.response_type != "code":
        raise OAuthError("unsupported_response_type", "the response type is code")
    if request.code_challenge_method != pkce.METHOD or not pkce.is_challenge(request.code_challenge or ""):
        raise OAuthError("invalid_request", "a code_challenge with code_challenge_method=S256 is required")
    state = request.state or ""
    if len(state) > LONGEST_STATE or not state.isprintable():
        raise OAuthError("invalid_request", f"state holds at most {LONGEST_STATE} printable characters")
    if request.dpop_jkt is not None and not opaque.is_digest_text(request.dpop_jkt):
        raise OAuthError("invalid_request", "dpop_jkt is no thumbprint (RFC 9449, section 10)")
    levels = (request.acr_values or "").split()
    return Asked(
        challenge=str(request.code_challenge),
        wish=_wish(request, levels),
        least_assurance=min(map(int, levels)) if levels else None,
    )


def _wish(request: AppRequest, levels: list[str]) -> Wish:
    if not set(levels) <= set(LEVELS):
        raise OAuthError("invalid_request", f"acr_values names levels among {', '.join(LEVELS)}")
    if request.prompt not in {None, "login"}:
        raise OAuthError("invalid_request", "prompt is login, or is left out")
    return Wish(
        acr_values=" ".join(levels) or None,
        max_age=_seconds(request.max_age),
        prompt=None if request.prompt is None else "login",
    )


def _seconds(given: str | None) -> int | None:
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) <= len(str(LONGEST_AGE))):
        raise OAuthError("invalid_request", "max_age is a number of seconds")
    return min(int(given), LONGEST_AGE)
