"""`/v1/procedures/bundle`: the catalogue for phones that are offline."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from api import conditional, limits
from api.dependencies import AllServices, Read
from api.limits import Limit
from api.problems import Problem
from api.procedures.bundle import Made, Shelf, Wanted, token
from api.procedures.bundle_fields import Bundle, Content
from api.procedures.bundle_making import make
from api.procedures.bundle_packing import Coding, Packed, accepted_coding
from api.services import Services
from storage.beside import WorkFailed
from storage.procedures.versions import Version, versions
from storage.unit_of_work import Reading

log = structlog.get_logger(__name__)

BY_ADDRESS = Limit(name="bundles", burst=100, every=timedelta(seconds=1))
"""Generous: a mobile network has few addresses for all of its phones."""
_SINCE = re.compile(r"(?P<number>[0-9]{1,9})(?:-[0-9a-f]{12})?")
_UNKNOWN = "bundle-version-unknown"

router = APIRouter(
    prefix="/v1/procedures", tags=["procedures"], dependencies=[Depends(limits.by_address(BY_ADDRESS))]
)
_shelf = Shelf()


async def get_version(reading: Read) -> Version | None:
    """Return the version of the catalogue in force; none before the first."""
    return next(iter(await versions(reading, limit=1)), None)


InForce = Annotated[Version | None, Depends(get_version, scope="function")]


async def get_wanted(
    reading: Read,
    in_force: InForce,
    content: Annotated[
        Content, Query(description="`search`: what finds and tells apart. `full`: all that is known")
    ] = "full",
    since: Annotated[
        str | None,
        Query(description="`next` of the bundle that is held, or its version", examples=["7-6d1f0c2ab9e4"]),
    ] = None,
) -> Wanted:
    """Return which bundle is asked for. Raises Problem (410) for no state of this catalogue."""
    if since is None:
        return Wanted(content=content, since=None)
    match = _SINCE.fullmatch(since)
    if match is None or (number := int(match["number"])) > (in_force.number if in_force else 0):
        raise Problem(_UNKNOWN, 410)
    if since not in {match["number"], token(await _version(reading, number), content)}:
        raise Problem(_UNKNOWN, 410)
    return Wanted(content=content, since=number)


async def _version(reading: Reading, number: int) -> Version | None:
    return next(iter(await versions(reading, limit=1, before=number + 1)), None)


@router.get(
    "/bundle",
    summary="The catalogue for offline use: the whole, or what changed since",
    response_model=Bundle,
    responses={
        **conditional.NOT_MODIFIED,
        410: {"description": "`since` is no state of this catalogue, or of an older form: take the whole"},
    },
)
async def bundle(
    request: Request,
    services: AllServices,
    in_force: InForce,
    wanted: Annotated[Wanted, Depends(get_wanted, scope="function")],
    accept_encoding: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Send all procedures in short keys, or with `since` those that came, changed and went after it.

    What is absent in a record is what it is by default. Keep `next` and send it as `since` the next time; on
    410 take the whole. `gzip` and `deflate` are sent where they are accepted.
    """
    headers = {"cache-control": "public, max-age=300", "vary": "accept-encoding"}
    tag = _tag(wanted, in_force)
    if conditional.holds(request, tag):
        return Response(status_code=304, headers={**headers, "etag": tag})
    made = await _taken(wanted, in_force, services)
    coding = accepted_coding(accept_encoding)
    headers |= {"etag": _tag(wanted, made.version), "content-length": str(made.packed.length(coding))}
    if coding != "identity":
        headers["content-encoding"] = coding
    return StreamingResponse(_sent(made.packed, coding), media_type="application/json", headers=headers)


async def _taken(wanted: Wanted, in_force: Version | None, services: Services) -> Made:
    """Return the bundle, or say when to come again."""
    try:
        return await _shelf.take(
            wanted, in_force, lambda asked: make(asked, services.reading, services.settings.storage)
        )
    except WorkFailed as error:
        log.error("bundle_not_made", error=str(error))  # noqa: TRY400 - where it failed is another process
        raise Problem("unavailable", 503, headers={"retry-after": "5"}) from error


def _tag(wanted: Wanted, version: Version | None) -> str:
    return conditional.tag_of(f"{token(version, wanted.content)} {wanted.since}".encode())


async def _sent(packed: Packed, coding: Coding) -> AsyncIterator[bytes]:
    # Asynchronous, though it waits for nothing: Starlette would fetch each slice of another in a thread.
    for part in packed.slices(coding):
        yield part
