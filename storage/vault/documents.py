"""Documents as agencies give them: taken in once under the agency's own name for each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select

from storage.cipher import Cipher, PartyKey
from storage.errors import NotFoundError
from storage.papers.findings import Signature
from storage.parties import repository as parties
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.entries import (
    HOLDER,
    NUMBER,
    TITLE,
    KeptDocument,
    Particulars,
    open_document,
    seal_signatures,
)
from storage.vault.errors import SourceIdReused, StateConflict
from storage.vault.integrity import authenticate
from storage.vault.kinds import DocumentState, FileRole
from storage.vault.models import Document, DocumentFile
from storage.vault.states import change_state, locked


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file that lies encrypted in the blob store already; see `models.DocumentFile`.

    Attributes:
        id: under which it was encrypted.
        signatures: none where nobody looked for any.
    """

    id: UUID
    role: FileRole
    media_type: str
    size: int
    sha256: bytes
    path: str
    wrapped_key: bytes
    pages: int | None = None
    signatures: Sequence[Signature] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supersession:
    """Which document of the same party a new one takes the place of, and why.

    Attributes:
        agency_code: of the agency whose document that is: the same, or one that it may speak for.
    """

    agency_code: str
    document_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document to be kept.

    Attributes:
        agency_code: in its normal form, of the agency whose document it is; `source_id` is its own name.
        content_hash: see the function of that name.
        dossier_id: of the party's dossier, where there is one.
        files: the original, and the stamped copy where one was drawn.
    """

    id: UUID
    agency_code: str
    source_id: str
    content_hash: bytes
    particulars: Particulars
    files: Sequence[NewFile]
    dossier_id: UUID | None = None
    seal_id: UUID | None = None
    supersedes: Supersession | None = None

    def __post_init__(self) -> None:
        """Refuse a document without its original, or with two."""
        roles = [file.role for file in self.files]
        if FileRole.ORIGINAL not in roles or len(set(roles)) != len(roles):
            raise ValueError("a document has one original, and at most one copy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """It was taken in."""

    document_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """The same was taken in before. The files brought now belong to nothing: the sweeper takes them."""

    document_id: UUID


def content_hash(cipher: Cipher, party_id: UUID, said: str, *, sha256: bytes) -> bytes:
    """Return the keyed hash that tells a repeat.

    Args:
        cipher: has the key.
        party_id: whose document it is.
        said: what its agency says of it, in one form; and nothing that we add, as an agency's name, which may
            be another when the agency asks again.
        sha256: of the original.
    """
    return cipher.blind_index("vault.content", f"{party_id} {sha256.hex()} {said}")


async def find_repeat(reading: Reading, agency_code: str, source_id: str, hashed: bytes) -> Repeat | None:
    """Return what an agency has under an id, if it is this; none where there is nothing.

    To be asked before a file is drawn upon and encrypted. Raises SourceIdReused.
    """
    query = select(Document.id, Document.content_hash).where(
        col(Document.agency_code) == agency_code, col(Document.source_id) == source_id
    )
    found = (await reading.session.exec(query)).first()
    if found is None:
        return None
    if bytes(found[1]) != hashed:
        raise SourceIdReused(source_id)
    return Repeat(document_id=found[0])


async def add(uow: UnitOfWork, key: PartyKey, new: NewDocument, *, now: datetime) -> Kept | Repeat:
    """Keep a document of the party whose key it is, once under its agency's id for it.

    Raises:
        SourceIdReused: the id was used for another content.
        NotFoundError: what it supersedes is not there, or is another agency's or party's.
        StateConflict: what it supersedes has been superseded or revoked.
        NotIntact: the row of what it supersedes was tampered with.
    """
    row = _row(key, new, now)
    authenticate(uow.cipher, row)
    # Waits for another transaction that brings the same, or for the same place, and finds what it left.
    added = await uow.session.exec(
        insert(Document)
        .values(row.model_dump(exclude={"changed_xid"}))
        .on_conflict_do_nothing()
        .returning(col(Document.id))
    )
    if added.first() is None:
        repeat = await find_repeat(uow, new.agency_code, new.source_id, new.content_hash)
        if repeat is None:
            raise StateConflict(DocumentState.SUPERSEDED)
        return repeat
    for file in new.files:
        uow.session.add(_file_row(uow.cipher, key, new.id, file, now))
    if new.supersedes is not None:
        await _take_the_place(uow, key, new.supersedes, now)
    await uow.session.flush()
    return Kept(document_id=new.id)


def _row(key: PartyKey, new: NewDocument, now: datetime) -> Document:
    told = new.particulars
    return Document(
        id=new.id,
        party_id=key.party_id,
        agency_code=new.agency_code,
        source_id=new.source_id,
        content_hash=new.content_hash,
        kind=told.kind.value,
        title_sealed=key.encrypt(told.title, TITLE),
        number_sealed=key.encrypt_optional(told.number, NUMBER),
        holder_sealed=key.encrypt_optional(told.holder, HOLDER),
        type_code=told.type_code,
        type_name=told.type_name,
        procedure_code=told.procedure_code,
        dossier_code=told.dossier_code,
        dossier_id=new.dossier_id,
        issuer_name=told.issuer_name,
        issued_on=told.issued_on,
        valid_from=told.valid_from,
        expires_on=told.expires_on,
        state=DocumentState.VALID.value,
        state_at=now,
        supersedes_id=new.supersedes.document_id if new.supersedes else None,
        seal_id=new.seal_id,
        created_at=now,
    )


def _file_row(cipher: Cipher, key: PartyKey, document_id: UUID, file: NewFile, now: datetime) -> DocumentFile:
    row = DocumentFile(
        id=file.id,
        document_id=document_id,
        role=file.role.value,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        pages=file.pages,
        signatures_sealed=seal_signatures(key, file.signatures),
        path=file.path,
        wrapped_key=file.wrapped_key,
        created_at=now,
    )
    authenticate(cipher, row)
    return row


async def _take_the_place(uow: UnitOfWork, key: PartyKey, supersession: Supersession, now: datetime) -> None:
    row = await locked(uow, [supersession.agency_code], supersession.document_id)
    if row.party_id != key.party_id:
        raise NotFoundError("document")
    if row.state != DocumentState.VALID:
        raise StateConflict(DocumentState(row.state))
    await change_state(uow, key, row, DocumentState.SUPERSEDED, reason=supersession.reason, now=now)


async def find_for_agency(
    reading: Reading, agency_codes: Collection[str], document_id: UUID
) -> KeptDocument | None:
    """Return a document of one of these agencies; none where there is none, or not theirs."""
    return await _find(reading, agency_codes, col(Document.id) == document_id)


async def find_by_source(reading: Reading, agency_code: str, source_id: str) -> KeptDocument | None:
    """Return a document of an agency by its own name for it; none where there is none."""
    return await _find(reading, [agency_code], col(Document.source_id) == source_id)


async def _find(
    reading: Reading, agency_codes: Collection[str], which: ColumnElement[bool]
) -> KeptDocument | None:
    query = select(Document).where(
        which, col(Document.agency_code).in_(agency_codes), col(Document.removed_at).is_(None)
    )
    row = (await reading.session.exec(query)).first()
    if row is None:
        return None
    key = await parties.open_key(reading, row.party_id)
    return open_document(reading.cipher, key, row, await files_of(reading, row.id))


async def files_of(reading: Reading, document_id: UUID) -> Sequence[DocumentFile]:
    """Return the rows of a document's files, the original first."""
    query = select(DocumentFile).where(col(DocumentFile.document_id) == document_id)
    return (await reading.session.exec(query.order_by(col(DocumentFile.role).desc()))).all()
