"""What came with a message, to be read by whoever was found to have a right to its dossier."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from storage.conversations.models import Message, MessageAttachment
from storage.conversations.reading import attachment
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.unit_of_work import Reading
from storage.vault import opening
from storage.vault.kinds import FileRole
from storage.vault.opening import OpenFile
from storage.vault.sealing import FileKey


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttachment:
    """A file that came with a message, with what its bytes are read by: as `storage.vault.opening`."""

    title: str
    media_type: str
    size: int
    sha256: bytes
    path: str
    key: FileKey
    about: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """What came with a message, whose it is, and the document that it is, if it is one of the store."""

    file: OpenFile | OpenAttachment
    party_id: UUID
    document_id: UUID | None


async def open_one(reading: Reading, dossier_id: UUID, message_id: UUID, attachment_id: UUID) -> Attached:
    """Return what came with a message about a dossier.

    Raises:
        NotFoundError: there is no such thing, or the document is not in the party's store any more.
        NotIntact: the document's row is not as it was written.
    """
    query = (
        select(MessageAttachment, Message.party_id)
        .join(Message, col(Message.id) == col(MessageAttachment.message_id))
        .where(
            col(Message.dossier_id) == dossier_id,
            col(Message.id) == message_id,
            col(MessageAttachment.id) == attachment_id,
        )
    )
    found = (await reading.session.exec(query)).first()
    if found is None:
        raise NotFoundError("attachment")
    row, party_id = found
    if row.document_id is not None:
        document = await opening.open_one(reading, party_id, row.document_id, FileRole.ORIGINAL)
        return Attached(file=document, party_id=party_id, document_id=row.document_id)
    return Attached(file=await _file(reading, party_id, row), party_id=party_id, document_id=None)


async def _file(reading: Reading, party_id: UUID, row: MessageAttachment) -> OpenAttachment:
    key = await parties.open_key(reading, party_id)
    told = attachment(key, row)
    role = FileRole.ORIGINAL.value
    return OpenAttachment(
        title=told.name,
        media_type=told.media_type,
        size=told.size,
        sha256=told.sha256,
        path=row.path or "",
        key=FileKey.unwrapped(key, row.wrapped_key or b"", file_id=row.id, role=role),
        about={"message_id": str(row.message_id), "file_id": str(row.id)},
    )
