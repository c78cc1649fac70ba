"""`/v1/shares/{token}`."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from api import downloads, limits
from api.dependencies import AllServices, Locale, Read
from api.shares import service
from api.shares.cookies import remember, secret_of
from api.shares.schemas import Offer, Visit
from api.shares.service import Shown, Wording
from storage.unit_of_work import transact
from storage.vault.kinds import FileRole

router = APIRouter(
    prefix=f"{service.LINKS}/{{token}}",
    tags=["without an account"],
    dependencies=[Depends(limits.by_address(service.BY_ADDRESS))],
)
ANSWERS: dict[int | str, dict[str, Any]] = {
    404: {"description": "The link is wrong, unknown, over, used up or taken back: all are answered alike"},
    429: {"description": "Asked too often: `Retry-After` and `RateLimit` say until when"},
}
Token = Annotated[str, Path(description="What stands behind `/chia-se/` in the link", max_length=2000)]


async def get_shown(token: Token, request: Request) -> Shown:
    """Return what the caller shows."""
    return Shown(token=token, visit=secret_of(request))


@router.get("", summary="Look at a link", responses=ANSWERS)
async def look_at_share(token: Token, reading: Read) -> Offer:
    """Say whether a link can be used, and for what. It counts as no use and tells nothing of the documents.

    A network address may ask 60 times at once, and once a second after that.
    """
    return await service.look(reading, token, now=datetime.now(UTC))


@router.post("/visits", status_code=201, summary="Open a link", responses=ANSWERS)
async def open_share(
    shown: Annotated[Shown, Depends(get_shown)], services: AllServices, locale: Locale, response: Response
) -> Visit:
    """Use a link once, and show what it leads to.

    The answer sets a cookie by which files are opened for an hour at most; whoever shows it here again goes
    on with the same visit. The owner is told of the visit, and which files were opened, and not by whom.
    """
    words = Wording(locale=locale, seals=services.settings.seals, now=datetime.now(UTC))
    begun = await transact(services.unit_of_work, partial(service.begin, shown=shown, words=words))
    if begun.secret is not None:
        remember(response, begun, token=shown.token, issuer=services.settings.auth.issuer())
    return begun.visit


class Files:
    """Sends the files that a link leads to."""

    def __init__(
        self, request: Request, shown: Annotated[Shown, Depends(get_shown)], services: AllServices
    ) -> None:
        self._request, self._shown, self._services = request, shown, services

    async def send(self, document_id: UUID, role: FileRole) -> Response:
        """Send a file, or the part of it that is asked for; it is noted before. Raises Problem and others."""
        work = partial(
            service.open_file,
            shown=self._shown,
            document_id=document_id,
            role=role,
            now=datetime.now(UTC),
        )
        found = await transact(self._services.unit_of_work, work)
        return await downloads.send(self._request, self._services, found)


Sending = Annotated[Files, Depends()]
DESCRIBED = downloads.DESCRIBED | ANSWERS


@router.get(
    "/documents/{document_id}/copy",
    summary="The copy with its QR code, by a link",
    response_class=Response,
    responses=DESCRIBED,
)
async def read_copy(document_id: UUID, files: Sending) -> Response:
    """Send the display copy within a visit. One `Range` is served."""
    return await files.send(document_id, FileRole.COPY)


@router.get(
    "/documents/{document_id}/original",
    summary="The file as its agency sent it, by a link",
    response_class=Response,
    responses=DESCRIBED,
)
async def read_original(document_id: UUID, files: Sending) -> Response:
    """Send the original within a visit, if the owner lets it be seen. One `Range` is served."""
    return await files.send(document_id, FileRole.ORIGINAL)
