"""Answers that need not travel twice: ETag and If-None-Match (RFC 9110, 8.8.3 and 13.1.2)."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

TAG_BYTES = 12
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
