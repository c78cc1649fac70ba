"""The page that verifies, put together: the same for every code, and for everybody who reads its language."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from api.edge import SECURITY_HEADERS
from api.pages import Pages, data_for_script
from api.verify.page_texts import texts_of

pages = Pages(Path(__file__).parent / "pages")
STYLE = "verify.css"
# In this order: each stands on those before it.
SCRIPTS = (
    *("cbor.js", "seal.js", "statuses.js", "judging.js"),
    *("asking.js", "page.js", "files.js", "camera.js", "begin.js"),
)
LOCALES = ("vi", "en")
_VERSION_LENGTH = 16


def page_headers(locale: str) -> dict[str, str]:
    """Return the headers of the page: it alone may ask for the camera, and for a worker of ours."""
    policy = pages.policy(style=STYLE, script=SCRIPTS)
    permissions = SECURITY_HEADERS["permissions-policy"].replace("camera=()", "camera=(self)")
    return {
        "cache-control": "no-cache",
        "content-language": locale,
        "content-security-policy": f"{policy}; worker-src 'self'",
        "permissions-policy": permissions,
        "vary": "accept-language",
    }


@cache
def page(locale: str, host: str) -> bytes:
    """Return the page.

    Args:
        locale: the language it opens in; the other one is in it as well.
        host: where seals are verified, as it is printed on documents.
    """
    texts = texts_of(host)
    other = other_than(locale)
    content = pages.render(
        "verify.html",
        locale=locale,
        other=other,
        text=texts[locale],
        other_text=texts[other],
        domain=host,
        style=pages.source(STYLE),
        script=pages.source(*SCRIPTS),
        data=data_for_script({"texts": texts, "host": host}),
    )
    return content.encode()


@cache
def worker(host: str) -> bytes:
    """Return the service worker; it changes with the page, so that browsers fetch both anew."""
    parts = [*(page(locale, host) for locale in LOCALES), pages.source("sw.js").encode()]
    version = sha256(b"".join(parts)).hexdigest()[:_VERSION_LENGTH]
    return pages.render("sw.js", version=version).encode()


def other_than(locale: str) -> str:
    """Return the other language."""
    return "vi" if locale == "en" else "en"
