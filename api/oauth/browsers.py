"""The cookie by which a browser that was sent to the identity provider is known again.

Without it somebody could have others open the end of a sign-in of theirs, and so act in their account
unawares (RFC 6819, section 4.4.1.8). The app's own PKCE does not help against that where the app is
another one than began. A browser keeps one cookie for all its sign-ins, so that two may be under way at once.
"""

from fastapi import Request, Response

from auth import opaque
from auth.sign_in import SIGN_IN_LIFE

_NAME = "tindan-sign-in"


def secret_of(request: Request, issuer: str) -> str | None:
    """Return what the browser shows, if it is of the right form."""
    shown = request.cookies.get(_name(issuer), "")
    return shown if opaque.is_digest_text(shown) else None


def remember(response: Response, issuer: str, secret: str) -> Response:
    """Have the browser show a secret for as long as a sign-in may take.

    Lax, as it comes back by a link of another site; of this host alone, and over TLS alone, where there is
    TLS, which is everywhere but in development.
    """
    response.set_cookie(
        _name(issuer),
        secret,
        max_age=int(SIGN_IN_LIFE.total_seconds()),
        path="/",
        secure=_is_secure(issuer),
        httponly=True,
        samesite="lax",
    )
    return response


def _name(issuer: str) -> str:
    # The prefix keeps subdomains from setting it; browsers take it over TLS alone (RFC 6265bis, 4.1.3.2).
    return f"__Host-{_NAME}" if _is_secure(issuer) else _NAME


def _is_secure(issuer: str) -> bool:
    return issuer.startswith("https:")
