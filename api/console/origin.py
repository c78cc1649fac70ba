"""Where a form was sent from: from a page of ours, or it is refused.

Browsers say so themselves (Fetch Metadata, `Sec-Fetch-Site`), older ones by `Origin` alone (RFC 6454).
Cookies are SameSite=Lax besides; but sites beside ours below one domain are the same site.
"""

from urllib.parse import urlsplit

from fastapi import Request

from api.problems import Problem
from api.services import Services

_OURS = {"same-origin", "none"}
"""`none` is what somebody did in the browser itself, such as to load a page once more."""


def require_own(request: Request, services: Services) -> None:
    """Raise the problem of a form that another page sent, or of which nothing tells who did."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        own = site in _OURS
    else:
        issuer = urlsplit(services.tokens.issuer)
        own = request.headers.get("origin") == f"{issuer.scheme}://{issuer.netloc}"
    if not own:
        raise Problem("foreign-form", 403)
