"""Messages are added, and never changed but for who has read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from storage.cipher import PartyKey
from storage.conversations import waiting
from storage.conversations.kinds import Author, MessageKind
from storage.conversations.models import Message, MessageAttachment
from storage.conversations.supplements import Supplement
from storage.errors import StorageError
from storage.unit_of_work import Reading, UnitOfWork

TEXT = "message.text"
NAME = "message_attachment.name"

_TOUCH = "UPDATE message SET changed_xid = pg_current_xact_id() WHERE id = %s"
_OPEN_ITEMS = """
SELECT EXISTS (
  SELECT FROM message r
  WHERE r.dossier_id = %(dossier_id)s AND r.kind = 'supplement_request'
    AND (r.id = %(request_id)s OR r.created_at >= %(since)s)
    AND r.asked > (
      SELECT count(DISTINCT item) FROM message a CROSS JOIN unnest(a.answers) AS item
      WHERE a.reply_to_id = r.id)
)
"""


class MessageIdReused(StorageError):  # noqa: N818 - says what is the case
    """The sender has used its id for another content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttachment:
    """What comes with a message; see `models.MessageAttachment`."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: bytes
    document_id: UUID | None = None
    path: str | None = None
    wrapped_key: bytes | None = None

    def __post_init__(self) -> None:
        if (self.document_id is None) is not (self.path is not None and self.wrapped_key is not None):
            raise ValueError("it is either a document or a file")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be kept; see `models.Message`."""

    id: UUID
    dossier_id: UUID
    author: Author
    author_ref: str
    kind: MessageKind = MessageKind.TEXT
    text: str | None = None
    request: Supplement | None = None
    reply_to_id: UUID | None = None
    answers: tuple[int, ...] = ()
    source_id: str | None = None
    content_hash: bytes | None = None
    attachments: Sequence[NewAttachment] = ()

    def __post_init__(self) -> None:
        if (self.kind is MessageKind.SUPPLEMENT_REQUEST) is not (self.request is not None):
            raise ValueError("a request says what it asks for")
        if bool(self.reply_to_id) is not bool(self.answers):
            raise ValueError("an answer to a request says which items it answers")
        if self.answers and self.kind is not MessageKind.SUPPLEMENT_ANSWER:
            raise ValueError("what answers items is an answer")
        if not (self.text or self.request or self.attachments):
            raise ValueError("a message says something")


async def add(uow: UnitOfWork, key: PartyKey, new: NewMessage, *, now: datetime) -> None:
    """Keep a message under the key of the party whose dossier it is about.

    The request that it answers counts as changed: what is still open of it is another. A party's message
    waits for an answer from then on.
    """
    uow.session.add(
        Message(
            id=new.id,
            dossier_id=new.dossier_id,
            party_id=key.party_id,
            author=new.author.value,
            author_ref=new.author_ref,
            kind=new.kind.value,
            text_sealed=key.encrypt_optional(new.text, TEXT),
            request_sealed=new.request.sealed(key) if new.request else None,
            asked=len(new.request.items) if new.request else 0,
            reply_to_id=new.reply_to_id,
            answers=list(new.answers),
            source_id=new.source_id,
            content_hash=new.content_hash,
            created_at=now,
        )
    )
    await uow.session.flush()
    uow.session.add_all(
        MessageAttachment(
            id=one.id,
            message_id=new.id,
            place=place,
            document_id=one.document_id,
            name_sealed=key.encrypt(one.name, NAME),
            media_type=one.media_type,
            size=one.size,
            sha256=one.sha256,
            path=one.path,
            wrapped_key=one.wrapped_key,
        )
        for place, one in enumerate(new.attachments)
    )
    if new.reply_to_id is not None:
        await (await uow.driver()).execute(_TOUCH, (new.reply_to_id,))
    else:
        await uow.session.flush()
    if new.author is Author.PARTY:
        await waiting.begin(uow, new.dossier_id, since=now)


async def find_repeat(reading: Reading, author_ref: str, source_id: str, content_hash: bytes) -> UUID | None:
    """Return the message that a sender has sent under an id already; none where it is new.

    Raises MessageIdReused where that one had another content.
    """
    query = select(Message.id, Message.content_hash).where(
        col(Message.author_ref) == author_ref, col(Message.source_id) == source_id
    )
    row = (await reading.session.exec(query)).first()
    if row is None:
        return None
    message_id, known = row
    if known != content_hash:
        raise MessageIdReused(source_id)
    return message_id


async def is_complete(uow: UnitOfWork, dossier_id: UUID, request_id: UUID | None, *, since: datetime) -> bool:
    """Tell whether a request, and every other one since a time, has an answer to each of its items."""
    given = {"dossier_id": dossier_id, "request_id": request_id, "since": since}
    row: Any = await (await (await uow.driver()).execute(_OPEN_ITEMS, given)).fetchone()
    return not row[0]
