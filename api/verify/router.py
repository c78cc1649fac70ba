"""What verifiers ask for, other than the page: how a code stands, the keys, and the status lists."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api import conditional, limits
from api.dependencies import AllServices, Read
from api.problems import Problem
from api.verify import service
from api.verify.schemas import SealKeySet, Verification
from storage.seals.statuses import TYPE

router = APIRouter(tags=["verification"])

ANY_ORIGIN = {"access-control-allow-origin": "*"}
"""Keys and lists may be read by the pages of others: they are the same for everybody, nobody signs in to get
them, and who verifies by them tells us of no document. How one code stands is not for such pages: whoever
lures people to a page of his could have them ask in his place, at the cost of what their network may ask."""
STATUS_SECONDS = 15
KEYS_SECONDS = 300
"""A key that was withdrawn is to be known soon."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,11}")
_LIST: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The list, signed",
        "content": {f"application/{TYPE}": {"schema": {"type": "string"}}},
    },
    404: {"description": "There is no such list yet"},
}
Code = Annotated[
    str, Path(description="as printed; case, spaces and hyphens do not matter", examples=["7K3M0QXV92TE"])
]


@router.head(
    "/v1/verifications/{code}",
    include_in_schema=False,
    dependencies=[Depends(limits.by_address(service.BY_ADDRESS))],
)
@router.get(
    "/v1/verifications/{code}",
    summary="How a sealed document stands",
    response_model=Verification,
    responses={
        **conditional.NOT_MODIFIED,
        404: {"description": "No document has this code, or it can be none: the two are answered alike"},
        429: {"description": "Asked too often: `Retry-After` and `RateLimit` say until when"},
    },
    dependencies=[Depends(limits.by_address(service.BY_ADDRESS))],
)
async def verification(code: Code, request: Request, reading: Read) -> Response:
    """Say whether a document is valid, superseded, revoked or expired; its seal is the caller's to check.

    A network address may ask 120 times at once, and twice a second after that.
    """
    found = await service.verify(reading, code, now=datetime.now(UTC))
    # The time alone is no news: a 304 says that all of it still holds, as of its own Date.
    tag = conditional.tag_of(found.model_dump_json(exclude={"as_of"}).encode())
    headers = {"cache-control": f"public, max-age={STATUS_SECONDS}", "etag": tag}
    if conditional.holds(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(found.model_dump_json(), media_type="application/json", headers=headers)


@router.head("/.well-known/tindan-seal-keys.json", include_in_schema=False)
@router.get(
    "/.well-known/tindan-seal-keys.json",
    summary="The keys that verify seals and status lists",
    response_model=SealKeySet,
    response_model_exclude_none=True,
    responses=conditional.NOT_MODIFIED,
)
async def seal_keys(request: Request, services: AllServices) -> Response:
    """Publish the keys of our seals (RFC 7517), also those that sign no more."""
    content = SealKeySet.of(services.seal_keys.published()).model_dump_json(exclude_none=True).encode()
    headers = {"cache-control": f"public, max-age={KEYS_SECONDS}", **ANY_ORIGIN}
    return conditional.send(request, content, media_type="application/json", headers=headers)


@router.head("/v1/status-lists/{number}", include_in_schema=False)
@router.get(
    "/v1/status-lists/{number}",
    summary="How 131,072 seals stand, signed",
    response_class=Response,
    responses=_LIST | conditional.NOT_MODIFIED,
)
async def status_list(number: str, request: Request, services: AllServices) -> Response:
    """Give out a list (Token Status List of the IETF): who verifies by it tells nobody of which document."""
    # Written in one way alone, so that caches keep each list once; anything else is the name of none.
    if not _NUMBER.fullmatch(number):
        raise Problem("not-found", 404)
    found = await services.status_lists.current(int(number), datetime.now(UTC).timestamp())
    headers = {"cache-control": f"public, max-age={services.status_lists.ttl}", **ANY_ORIGIN}
    return conditional.send(request, found.token.encode(), media_type=f"application/{TYPE}", headers=headers)
