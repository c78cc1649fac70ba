"""A message with a file that lies in a store of blobs, as a phone's upload leaves it."""

from uuid import UUID

from storage.cipher import PartyKey
from storage.conversations import writing
from storage.conversations.kinds import Author
from storage.conversations.writing import NewAttachment, NewMessage
from storage.ids import new_id
from storage.unit_of_work import UnitOfWork
from storage.vault.blobs import Blobs
from storage.vault.kinds import FileRole
from tests.storage.vault.keeping import NOW
from tests.storage.vault.store import put_file
from tests.storage.vault.test_retention import make_dossier


async def keep_message(
    uow: UnitOfWork, blobs: Blobs, key: PartyKey, content: bytes = b"%PDF-1.7 sent"
) -> UUID:
    """Keep a message of a party with a file; return its id."""
    dossier_id = await make_dossier(uow, key.party_id, None)
    file = await put_file(blobs, key, FileRole.ORIGINAL, content)
    new = NewMessage(
        id=new_id(),
        dossier_id=dossier_id,
        author=Author.PARTY,
        author_ref=str(key.party_id),
        attachments=[
            NewAttachment(
                id=file.id,
                name="Giấy chứng sinh",
                media_type=file.media_type,
                size=file.size,
                sha256=file.sha256,
                path=file.path,
                wrapped_key=file.wrapped_key,
            )
        ],
    )
    await writing.add(uow, key, new, now=NOW)
    return new.id
