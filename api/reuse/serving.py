"""What was granted is shown to the agency, and its files are sent. Each reading is noted, and told."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from api.documents import DocumentFile, DocumentStanding
from api.limits import Limit
from api.named import Named
from api.reuse.agency_schemas import GrantedResult, GrantedResults
from api.reuse.telling import News, note, tell
from auth.principals import AgencyCaller
from notify.reuse_params import ReuseMatter
from notify.settings import NotifySettings
from storage.errors import NotFoundError
from storage.reuse import using
from storage.reuse.using import Grant, GrantedDocument
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.entries import KeptDocument
from storage.vault.kinds import DocumentState, FileRole
from storage.vault.opening import OpenFile

REQUESTS = "/v1/agency/result-requests"
LISTED = Limit(name="granted-results", burst=30, every=timedelta(minutes=1))
"""Of one request: each look is noted, and the owner's log stays readable."""


async def require_standing(reading: Reading, caller: AgencyCaller, request_id: UUID, now: datetime) -> Grant:
    """Return a grant that stands. Raises NotFoundError for one asked, declined, over, or another agency's."""
    grant = await using.standing(reading, caller.agency_id, request_id, now=now)
    if grant is None:
        raise NotFoundError("result-request")
    return grant


async def results(
    uow: UnitOfWork, caller: AgencyCaller, request_id: UUID, *, locale: str, now: datetime
) -> GrantedResults:
    """Return what was granted. Raises NotFoundError as `require_standing` does."""
    grant = await require_standing(uow, caller, request_id, now)
    found = await using.documents(uow, grant)
    await note(uow, caller, grant, [one.own.document.id for one in found], now)
    return GrantedResults(items=[word(one, request_id, locale=locale, now=now) for one in found])


async def file(
    uow: UnitOfWork,
    caller: AgencyCaller,
    request_id: UUID,
    document_id: UUID,
    role: FileRole,
    *,
    settings: NotifySettings,
    now: datetime,
) -> OpenFile:
    """Open a granted file; note it, and tell the owner when a visit begins.

    Raises NotFoundError as `require_standing` does, or where no such file was granted; and NotIntact.
    """
    opened = await using.open_file(
        uow,
        caller_id=caller.agency_id,
        client_id=caller.client_id,
        request_id=request_id,
        document_id=document_id,
        role=role,
        now=now,
    )
    grant = opened.grant
    if opened.first:
        await note(uow, caller, grant, [document_id], now)
    if opened.visit_begins:
        news = News(
            party_id=grant.party_id,
            agency_id=grant.agency_id,
            agency_name=grant.agency_name,
            link=settings.result_request_link(request_id),
        )
        await tell(uow, ReuseMatter.OPENED, news, now)
    return opened.file


def word(found: GrantedDocument, request_id: UUID, *, locale: str, now: datetime) -> GrantedResult:
    """Word a document that was granted; `locale` is `vi` or `en`."""
    document, told = as_sealed(found), found.own.document.particulars
    below = f"{REQUESTS}/{request_id}/results/{document.id}"
    return GrantedResult(
        id=document.id,
        title=told.title,
        number=told.number,
        type=Named(code=told.type_code, name=told.type_name),
        issuer=told.issuer_name,
        agency=Named(code=document.agency_code, name=found.own.agency_name),
        holder=told.holder,
        issued_on=told.issued_on,
        valid_from=told.valid_from,
        expires_on=told.expires_on,
        standing=DocumentStanding.of(document, now=now, locale=locale),
        seal_code=found.seal.code if found.seal else None,
        files=[DocumentFile.of(one, below=below, locale=locale) for one in document.files],
    )


def as_sealed(found: GrantedDocument) -> KeptDocument:
    """Return the document as its seal says it stands, where that says worse than its own row."""
    document, seal = found.own.document, found.seal
    if seal is None or seal.state_at is None or document.state is DocumentState.REVOKED:
        return document
    return replace(document, state=DocumentState(seal.state.value), state_at=seal.state_at)
