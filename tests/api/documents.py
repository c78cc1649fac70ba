"""Documents in stores, put there as an agency's intake does: file first, then row."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from api.services import Services
from storage.cipher import PartyKey
from storage.ids import new_id
from storage.parties import repository as parties
from storage.vault import documents
from storage.vault.blobs import new_path
from storage.vault.documents import NewDocument, NewFile
from storage.vault.kinds import FileRole
from storage.vault.sealing import FileKey, sealed
from tests.api.callers import Citizen
from tests.storage.vault.keeping import AGENCY, BIRTH, SIGNED

ORIGINAL = b"%PDF-1.7 original"
COPY = b"%PDF-1.7 copy, with a code on it"


async def keep_document(
    services: Services,
    citizen: Citizen,
    source_id: str = "1",
    /,
    *,
    original: bytes = ORIGINAL,
    copy: bytes | None = COPY,
    **told: Any,
) -> UUID:
    """Put a document into somebody's store; what is told replaces what the birth certificate says."""
    fields = ("agency_code", "supersedes", "seal_id", "dossier_id")
    own = {"agency_code": AGENCY} | {name: told.pop(name) for name in fields if name in told}
    media_type = told.pop("media_type", "application/pdf")
    async with services.reading() as reading:
        key = await parties.open_key(reading, citizen.party_id)
    contents = {FileRole.ORIGINAL: original} | ({FileRole.COPY: copy} if copy is not None else {})
    files = [await put_file(services, key, role, content, media_type) for role, content in contents.items()]
    new = NewDocument(
        id=new_id(),
        source_id=source_id,
        content_hash=sha256(original).digest(),
        particulars=replace(BIRTH, **told),
        files=files,
        **own,
    )
    async with services.unit_of_work() as uow:
        await documents.add(uow, key, new, now=datetime.now(UTC))
        await uow.commit()
    return new.id


async def put_file(
    services: Services, key: PartyKey, role: FileRole, content: bytes, media_type: str = "application/pdf"
) -> NewFile:
    """Encrypt a file into the blob store."""

    async def plain() -> AsyncIterator[bytes]:
        yield content

    now, file_id = datetime.now(UTC), new_id()
    drawn, path = FileKey.draw(file_id, role), new_path(now)
    await services.blobs.put(path, sealed(drawn, plain()))
    return NewFile(
        id=file_id,
        role=role,
        media_type=media_type,
        size=len(content),
        sha256=sha256(content).digest(),
        path=path,
        wrapped_key=drawn.wrapped(key),
        pages=1,
        signatures=SIGNED if role is FileRole.ORIGINAL else None,
    )
