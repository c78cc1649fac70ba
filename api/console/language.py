"""In which language an officer reads: as chosen on the page, else as the browser prefers."""

from typing import Literal, cast
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from api.console import cookies
from api.problems import locale_of
from api.services import Services

Locale = Literal["vi", "en"]
_KNOWN = ("vi", "en")
PASSING = ("lang", "done")
"""Parameters that are for one time, and no part of where somebody is."""


def settle(request: Request, services: Services) -> Locale:
    """Return the language of this request, and keep it if `?lang=` chooses one."""
    asked = request.query_params.get("lang")
    kept = cookies.shown(request, services, cookies.LANGUAGE)
    if asked in _KNOWN and asked != kept:
        cookies.keep(request, services, cookies.LANGUAGE, asked)
    return peek(request, services)


def peek(request: Request, services: Services) -> Locale:
    """Return the language of this request."""
    given = (request.query_params.get("lang"), cookies.shown(request, services, cookies.LANGUAGE))
    chosen = next((one for one in given if one in _KNOWN), None)
    return cast("Locale", chosen or locale_of(request.headers.get("accept-language")))


def switched(request: Request, locale: Locale) -> str:
    """Return the address of what is shown, in another language."""
    return f"?{urlencode([*lasting(request), ('lang', locale)])}"


def lasting(request: Request) -> list[tuple[str, str]]:
    """Return the parameters that say where somebody is."""
    return [one for one in parse_qsl(request.url.query, keep_blank_values=True) if one[0] not in PASSING]
