"""The cookies of the officers' page; what they hold is sealed, so that nobody else reads or makes one.

Where there is TLS they are of this very host (`__Host-`, RFC 6265bis, 4.1.3.2): no site beside it below the
same domain can set one, and so sign somebody in as somebody else.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from api.edge import add_headers
from api.services import Services
from auth.sign_in import SIGN_IN_LIFE
from storage.cipher import UndecipherableError

LONGEST = 4000
"""Characters of a value: browsers keep no more than 4096 of name and value (RFC 6265bis, 5.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie of ours; `life` is none for one that ends with the browser."""

    name: str
    life: timedelta | None


VISIT = Cookie(name="tindan-console", life=None)
"""Who is signed in."""
DEPARTURES = Cookie(name="tindan-console-sign-in", life=SIGN_IN_LIFE)
"""Which sign-ins are under way."""
LANGUAGE = Cookie(name="tindan-console-lang", life=timedelta(days=365))


def shown(request: Request, services: Services, cookie: Cookie) -> str | None:
    """Return what a browser shows of a cookie, as it came."""
    return request.cookies.get(_name(cookie, services.tokens.issuer))


def opened(request: Request, services: Services, cookie: Cookie) -> str | None:
    """Return what was sealed into a cookie; none where it is missing, was changed, or is another one's."""
    text = shown(request, services, cookie)
    return None if text is None else opened_text(services, cookie, text)


def opened_text(services: Services, cookie: Cookie, text: str) -> str | None:
    """Return what was sealed into the value of a cookie; likewise."""
    if len(text) > LONGEST:
        return None
    try:
        return services.cipher.unseal(urlsafe_b64decode(text), cookie.name)
    except (UndecipherableError, Base64Error, ValueError):
        return None


def sealed(services: Services, cookie: Cookie, text: str) -> str:
    """Return the value of a cookie that holds a text, for `opened` alone."""
    return urlsafe_b64encode(services.cipher.seal(text, cookie.name)).decode()


def keep(request: Request, services: Services, cookie: Cookie, value: str) -> None:
    """Have the browser keep a cookie, with whatever is answered: a page, a redirect, or a problem."""
    _send(request, services, cookie, value, cookie.life)


def forget(request: Request, services: Services, cookie: Cookie) -> None:
    """Have the browser forget a cookie, likewise."""
    _send(request, services, cookie, "", timedelta())


def _send(request: Request, services: Services, cookie: Cookie, value: str, life: timedelta | None) -> None:
    issuer, carrier = services.tokens.issuer, Response()
    carrier.set_cookie(
        _name(cookie, issuer),
        value,
        max_age=None if life is None else int(life.total_seconds()),
        path="/",
        secure=_is_secure(issuer),
        httponly=True,
        samesite="lax",
    )
    add_headers(request.scope, {"set-cookie": carrier.headers["set-cookie"]})


def _name(cookie: Cookie, issuer: str) -> str:
    return f"__Host-{cookie.name}" if _is_secure(issuer) else cookie.name


def _is_secure(issuer: str) -> bool:
    return issuer.startswith("https:")
