"""Answers that need not travel twice: ETag and If-None-Match (RFC 9110, 8.8.3 and 13.1.2)."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

TAG_BYTES = 12
RELEASE = version("tindan")
"""Another release may word an answer otherwise."""
FRESH_SECONDS = 60
"""How long what is the same for everybody may be shown without asking again: so long a change can wait."""
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "As it was under the ETag given in If-None-Match"}
}
"""For the description of an endpoint."""


def answer(request: Request, body: BaseModel, locale: str) -> Response:
    """Send a body, or 304 where the caller holds it already.

    The tag is taken from the body and not from a time of change: days left, names in the catalogue and
    the language change an answer as well.
    """
    headers = {"cache-control": "private, no-cache", "vary": "accept-language", "content-language": locale}
    return send(request, body.model_dump_json().encode(), media_type="application/json", headers=headers)


class Shared:
    """An answer that is the same for everybody: told apart by what was asked of which state of things.

    Args:
        state: names what it is made from; while that is the same, so are the answers.
    """

    def __init__(self, request: Request, locale: str, *, state: str) -> None:
        self._request, self._locale, self._state = request, locale, state

    def answer(self, asked: BaseModel | str, make: Callable[[], BaseModel]) -> Response:
        """Send what is made, or 304 where the caller holds it; then nothing is made at all."""
        question = asked if isinstance(asked, str) else asked.model_dump_json()
        parts = (RELEASE, self._state, self._request.url.path, question, self._locale)
        headers = {**public(self._locale), "etag": tag_of("\0".join(parts).encode())}
        if holds(self._request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        return Response(make().model_dump_json(), media_type="application/json", headers=headers)


def public(locale: str) -> dict[str, str]:
    """Return the headers by which caches between may keep an answer in a language for a while."""
    return {
        "cache-control": f"public, max-age={FRESH_SECONDS}",
        "vary": "accept-language",
        "content-language": locale,
    }


def send(request: Request, content: bytes, *, media_type: str, headers: Mapping[str, str]) -> Response:
    """Send what is ready, under a tag of its bytes, or 304 with the same headers (RFC 9110, 15.4.5)."""
    tag = tag_of(content)
    headers = {**headers, "etag": tag}
    if holds(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def tag_of(content: bytes) -> str:
    """Return a weak ETag of what an answer is, or of what it is made from."""
    return f'W/"{urlsafe_b64encode(sha256(content).digest()[:TAG_BYTES]).decode()}"'


def holds(request: Request, tag: str) -> bool:
    """Tell whether the caller has what a tag names; a proxy may have dropped or added the `W/`."""
    given = request.headers.getlist("if-none-match")
    known = {part.strip().removeprefix("W/") for line in given for part in line.split(",")}
    return "*" in known or tag.removeprefix("W/") in known
