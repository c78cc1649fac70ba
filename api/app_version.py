"""Apps too old to be served well are told so, in words that they can show."""

import re
from itertools import zip_longest

from fastapi import Request

from api.dependencies import AllServices
from api.problems import Problem

HEADER = "x-app-version"
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,3}")


async def require_supported_app(request: Request, services: AllServices) -> None:
    """Refuse an app that names a version below the least one served; who names none is no app of ours."""
    least = services.settings.minimum_app_version
    if is_older(request.headers.get(HEADER, ""), least):
        raise Problem("app-too-old", 426, least=least)


def is_older(given: str, least: str) -> bool:
    """Whether a version (up to four numbers; what follows them is not read) comes before another.

    What is no version at all is not older.
    """
    found, wanted = _VERSION.match(given.strip()), _VERSION.match(least)
    if found is None or wanted is None:
        return False
    pairs = zip_longest(map(int, found[0].split(".")), map(int, wanted[0].split(".")), fillvalue=0)
    return next((mine < theirs for mine, theirs in pairs if mine != theirs), False)
