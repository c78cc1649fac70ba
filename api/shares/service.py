"""Whoever was given a link opens it: what is none (any more) answers as one that never was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from api.documents import DocumentFile, DocumentStanding
from api.limits import Limit
from api.problems import Problem
from api.shares.schemas import Offer, SharedDocument, Visit
from auth import opaque
from storage.access_log import repository as access_log
from storage.access_log.kinds import ObjectKind, Purpose, ReaderKind
from storage.access_log.repository import NewAccess
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.seals import repository as seals
from storage.seals.settings import SealSettings
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault import opening, visits
from storage.vault.kinds import FileRole
from storage.vault.opening import OpenFile
from storage.vault.rows import OwnDocument, open_rows
from storage.vault.shares import PURPOSE
from storage.vault.visits import OpenVisit

log = structlog.get_logger(__name__)
BY_ADDRESS = Limit(name="shares", burst=60, every=timedelta(seconds=1))
"""For whoever tries; of 2^256 nobody finds one."""
LINKS = "/v1/shares"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What somebody shows: the secret of the link, and that of a visit that goes on, if there is one."""

    token: str
    visit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A visit, and its secret, where it is a new one."""

    visit: Visit
    secret: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a visit is worded for one request.

    Attributes:
        locale: `vi` or `en`.
        seals: knows where seals are verified.
        now: the time.
    """

    locale: str
    seals: SealSettings
    now: datetime


def unusable() -> Problem:
    """The one answer to a link that is wrong, unknown, over, used up or taken back."""
    return Problem("no-such-share", 404)


async def look(reading: Reading, token: str, *, now: datetime) -> Offer:
    """Return what a link offers; it counts as no use. Raises Problem."""
    found = await visits.look(reading, opaque.digest(token), now=now)
    if found is None:
        raise unusable()
    return Offer(
        expires_at=found.expires_at,
        uses_left=found.uses_left,
        roles=sorted(found.roles),
        documents=found.documents,
    )


async def begin(uow: UnitOfWork, shown: Shown, words: Wording) -> Begun:
    """Use a link, unless a visit goes on that is no more than continued. Raises Problem."""
    going_on = await _find(uow, shown, words.now)
    secret = None if going_on else opaque.draw()
    visit = going_on
    if secret is not None:
        visit_hash, token_hash = opaque.digest(secret), opaque.digest(shown.token)
        visit = await visits.begin(uow, token_hash, visit_hash=visit_hash, now=words.now)
    if visit is None:
        raise unusable()
    if secret is not None:
        await access_log.add(uow, [_access(visit, ObjectKind.SHARE, None, words.now)])
    return Begun(visit=await _worded(uow, visit, shown.token, words), secret=secret)


async def open_file(
    uow: UnitOfWork, shown: Shown, document_id: UUID, role: FileRole, *, now: datetime
) -> OpenFile:
    """Return a file for a visit that goes on, and note for the owner that it was opened.

    Raises:
        Problem: there is no such visit, or the link does not lead to this file.
        NotIntact: its record is not as it was written.
    """
    visit = await _find(uow, shown, now)
    if visit is None or document_id not in visit.document_ids or role not in visit.roles:
        raise unusable()
    try:
        found = await opening.open_one(uow, visit.party_id, document_id, role)
    except NotFoundError:
        raise unusable() from None
    if await visits.note(uow, visit, document_id, role, now=now):
        await access_log.add(uow, [_access(visit, ObjectKind.DOCUMENT, document_id, now)])
    return found


async def _find(reading: Reading, shown: Shown, now: datetime) -> OpenVisit | None:
    if shown.visit is None:
        return None
    token_hash, visit_hash = opaque.digest(shown.token), opaque.digest(shown.visit)
    return await visits.find(reading, token_hash, visit_hash=visit_hash, now=now)


def _access(visit: OpenVisit, kind: ObjectKind, object_id: UUID | None, now: datetime) -> NewAccess:
    return NewAccess(
        at=now,
        party_id=visit.party_id,
        reader_kind=ReaderKind.ANONYMOUS,
        reader=None,
        purpose=Purpose.SHARE,
        object_kind=kind,
        object_id=object_id,
        basis_id=visit.share_id,
    )


async def _worded(reading: Reading, visit: OpenVisit, token: str, words: Wording) -> Visit:
    key = await parties.open_key(reading, visit.party_id)
    opened = await open_rows(reading, key, visit.document_ids)
    for damaged in opened.damaged:
        log.error("document_damaged", error="NotIntact", about=str(damaged))
    found = [opened.own[one] for one in visit.document_ids if one in opened.own]
    return Visit(
        purpose=key.decrypt(visit.purpose_sealed, PURPOSE),
        ends_at=visit.ends_at,
        documents=[await _document(reading, own, visit, token, words) for own in found],
    )


async def _document(
    reading: Reading, own: OwnDocument, visit: OpenVisit, token: str, words: Wording
) -> SharedDocument:
    document, told = own.document, own.document.particulars
    below = f"{LINKS}/{token}/documents/{document.id}"
    files = [file for file in document.files if file.role in visit.roles]
    seal = await seals.by_id(reading, document.seal_id) if document.seal_id else None
    return SharedDocument(
        id=document.id,
        title=told.title,
        number=told.number,
        type=told.type_name,
        issuer=told.issuer_name,
        issued_on=told.issued_on,
        expires_on=told.expires_on,
        standing=DocumentStanding.of(document, now=words.now, locale=words.locale),
        files=[DocumentFile.of(file, below=below, locale=words.locale) for file in files],
        verify_at=words.seals.link(seal.code, seal.token).text if seal else None,
    )
