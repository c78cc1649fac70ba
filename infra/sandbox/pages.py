"""Server-rendered pages in Vietnamese and English, of use without a line of JavaScript."""

import base64
import datetime as dt
import functools
import hashlib
import pathlib
import urllib.parse
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Literal

import jinja2
import markupsafe
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from infra.sandbox.ago import ago

Language = Literal["vi", "en"]

_TEMPLATES = pathlib.Path(__file__).with_name("templates")
_STYLE = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
_LOCAL = zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh")
_COOKIE = "sandbox_language"

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Language, Cookie",
}

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def local_time(moment: str) -> str:
    """Return an RFC 3339 time as people in Việt Nam write it."""
    return dt.datetime.fromisoformat(moment).astimezone(_LOCAL).strftime("%H:%M, %d/%m/%Y")


def local_day(day: str) -> str:
    """Return an ISO 8601 day as people in Việt Nam write it."""
    return dt.date.fromisoformat(day).strftime("%d/%m/%Y")


_environment.filters["ago"] = ago
_environment.filters["local_time"] = local_time
_environment.filters["local_day"] = local_day


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    query: Mapping[str, str] | None = None,
    script: str | None = None,
    **context: object,
) -> Response:
    """Return a page in the language that the reader asked for.

    Templates say `_("tiếng Việt", "English")`, and find `language` and `other_language_url` set.

    Args:
        request: What is answered.
        template: File name of the template.
        status: HTTP status.
        query: What shows this page again after a POST; None means the request's own query.
        script: File name of the script beside the templates that this page may run.
        context: What the template needs.
    """
    language = language_of(request)
    other: Language = "en" if language == "vi" else "vi"
    html = _filled(
        template,
        language,
        context
        | {
            "other_language_url": _url_in(request, other, query),
            "style": markupsafe.Markup(_STYLE),
            "script": None if script is None else markupsafe.Markup(_script(script)),
        },
    )
    headers = _HEADERS | {"Content-Security-Policy": _policy(script)}
    response = HTMLResponse(html, status_code=status, headers=headers)
    if request.query_params.get("lang") == language:
        response.set_cookie(_COOKIE, language, samesite="lax", httponly=True)
    return response


def fragment(request: Request, template: str, **context: object) -> Response:
    """Return a part of a page, for a script of ours; unlike a page, it settles nobody's language."""
    html = _filled(template, language_of(request), context)
    return HTMLResponse(html, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})


def language_of(request: Request) -> Language:
    """Choose by the switch, by what was switched before, by the relying party's wish, by the browser's."""
    candidates = [
        request.query_params.get("lang", ""),
        request.cookies.get(_COOKIE, ""),
        *request.query_params.get("ui_locales", "").split(),
        *_accepted(request.headers.get("accept-language", "")),
    ]
    for candidate in candidates:
        primary = candidate.partition("-")[0].lower()
        if primary == "vi":
            return "vi"
        if primary == "en":
            return "en"
    return "vi"


def _filled(template: str, language: Language, context: Mapping[str, object]) -> str:
    words = {"_": _chooser(language), "language": language}
    return _environment.get_template(template).render({**context, **words})


def _accepted(header: str) -> list[str]:
    """Return the language tags of an Accept-Language header, best first (RFC 9110, 12.5.4)."""
    weighed: list[tuple[float, str]] = []
    for entry in header.split(","):
        tag, _, parameters = entry.strip().partition(";")
        weight = parameters.strip().removeprefix("q=")
        try:
            weighed.append((float(weight) if weight else 1.0, tag))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(weighed, key=lambda one: -one[0]) if weight > 0]


def _url_in(request: Request, language: Language, query: Mapping[str, str] | None) -> str:
    parameters = dict(request.query_params if query is None else query) | {"lang": language}
    return f"{request.url.path}?{urllib.parse.urlencode(parameters)}"


@functools.cache
def _script(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


@functools.cache
def _policy(script: str | None) -> str:
    directives = [
        "default-src 'none'",
        f"style-src {_hash(_STYLE)}",
        # Browsers hold this against every redirect that follows: the relying parties' addresses are in it.
        "form-action 'self' http://127.0.0.1:* http://localhost:*",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    if script is not None:
        directives += [f"script-src {_hash(_script(script))}", "connect-src 'self'"]
    return "; ".join(directives)


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


@functools.cache
def _chooser(language: Language) -> Callable[[str, str], str]:
    return (lambda vietnamese, _english: vietnamese) if language == "vi" else (lambda _vi, english: english)
