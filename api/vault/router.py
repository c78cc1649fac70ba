"""`/v1/vault/documents`."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api import conditional, downloads
from api.accesses import Accesses
from api.app_version import require_supported_app
from api.dependencies import AllServices, Locale, Read, VaultParty
from api.step_up import require_for
from api.vault import service
from api.vault.schemas import DocumentDetail, DocumentPage, VaultQuery
from api.vault.wording import DOCUMENTS, Wording
from auth.step_up import Purpose
from storage.access_log.kinds import ObjectKind
from storage.vault import opening
from storage.vault.kinds import FileRole

router = APIRouter(
    prefix=DOCUMENTS,
    tags=["documents"],
    dependencies=[Depends(require_supported_app), Depends(require_for(Purpose.STORE))],
)
MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none, or it is not the caller's"}}


async def get_store(
    citizen: VaultParty, query: Annotated[VaultQuery, Query()], reading: Read, locale: Locale
) -> service.StoreReader:
    """Return what reads and words the caller's store for this request."""
    return service.StoreReader(reading, citizen, query, locale=locale, now=datetime.now(UTC))


async def get_document(
    document_id: UUID, citizen: VaultParty, services: AllServices, reading: Read, locale: Locale
) -> DocumentDetail:
    """Return the document that the address names, if it is the caller's."""
    words = Wording(locale=locale, now=datetime.now(UTC))
    return await service.detail(reading, citizen, document_id, words=words, settings=services.settings.seals)


class Files:
    """Sends the files of the caller's documents."""

    def __init__(
        self, request: Request, citizen: VaultParty, accesses: Accesses, services: AllServices
    ) -> None:
        self._request, self._citizen = request, citizen
        self._accesses, self._services = accesses, services

    async def send(self, document_id: UUID, role: FileRole) -> Response:
        """Send a file, or the part of it that is asked for. Raises NotFoundError, Problem and others."""
        # A transaction that is over before the first byte is read: downloads are long, connections few.
        async with self._services.reading() as reading:
            found = await opening.open_one(reading, self._citizen.party_id, document_id, role)
        answer = await downloads.send(self._request, self._services, found)
        self._accesses.saw(ObjectKind.DOCUMENT, document_id)
        return answer


@router.get("", summary="My documents", response_model=DocumentPage, responses=conditional.NOT_MODIFIED)
async def list_documents(
    request: Request,
    accesses: Accesses,
    store: Annotated[service.StoreReader, Depends(get_store)],
    locale: Locale,
) -> Response:
    """List the caller's documents, the one that came in last first; or, with `since`, what changed.

    To keep a copy: read the list without a filter to its last page and keep `sync_token`. From then on ask
    with `since`, follow `next_cursor` to its end, put each document in the place of the one with the same
    `id`, drop those in `removed`, and keep the new `sync_token`. Nothing is ever missed; a document may come
    twice. Where `reset` is true, begin anew with these. That one expires is told by its date alone, and by no
    change. A copy holds one language: begin anew when it changes.
    """
    page = await store.page()
    accesses.saw(ObjectKind.DOCUMENTS)
    return conditional.answer(request, page, locale)


@router.get(
    "/{document_id}",
    summary="One document, with its seal and versions",
    response_model=DocumentDetail,
    responses={**MISSING, **conditional.NOT_MODIFIED},
)
async def read_document(
    request: Request,
    accesses: Accesses,
    found: Annotated[DocumentDetail, Depends(get_document)],
    locale: Locale,
) -> Response:
    """Return one of the caller's documents."""
    accesses.saw(ObjectKind.DOCUMENT, found.id)
    return conditional.answer(request, found, locale)


@router.get(
    "/{document_id}/original",
    summary="The file as its agency sent it",
    response_class=Response,
    responses=downloads.DESCRIBED,
)
async def read_original(document_id: UUID, files: Annotated[Files, Depends()]) -> Response:
    """Send the original, untouched: its SHA-256 is the one that its seal names. One `Range` is served."""
    return await files.send(document_id, FileRole.ORIGINAL)


@router.get(
    "/{document_id}/copy",
    summary="The copy with its QR code",
    response_class=Response,
    responses=downloads.DESCRIBED,
)
async def read_copy(document_id: UUID, files: Annotated[Files, Depends()]) -> Response:
    """Send the display copy, which can be verified from its print. One `Range` is served."""
    return await files.send(document_id, FileRole.COPY)
