"""An owner reads what agencies ask for, and grants, declines or withdraws."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from api.consent_texts import WORDINGS, WordingShown
from api.documents import DocumentStanding
from api.named import Named
from api.paging import cut
from api.problems import FieldError, Problem, pointer_to
from api.reuse.schemas import (
    FileFetched,
    FittingDocument,
    FittingDocuments,
    NewGrant,
    RequestMark,
    RequestQuery,
    ResultRequestDetail,
    ResultRequestPage,
    ResultRequestShown,
    Which,
)
from auth.principals import Citizen
from storage.consents import kinds
from storage.consents.kinds import ConsentPurpose
from storage.reuse import answering, requests
from storage.reuse.answering import Speaker
from storage.reuse.errors import AnsweredAlready, NotAskedFor
from storage.reuse.requests import Request
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.rows import OwnDocument

T = TypeVar("T")


async def page(
    reading: Reading, citizen: Citizen, query: RequestQuery, *, now: datetime
) -> ResultRequestPage:
    """Return a page of requests to the citizen. Raises Problem for a mark that is none."""
    mark = RequestMark.decode(query.cursor, parameter="cursor") if query.cursor else None
    found = await requests.page(
        reading,
        citizen.party_id,
        live=None if query.which is None else query.which is Which.OPEN,
        after=(mark.asked_at, mark.id) if mark else None,
        limit=query.limit + 1,
        now=now,
    )
    shown, more = cut(found, query.limit)
    last = RequestMark(asked_at=shown[-1].asked_at, id=shown[-1].id).encode() if more else None
    return ResultRequestPage(items=[_shown(one, now) for one in shown], next_cursor=last)


async def detail(
    reading: Reading, citizen: Citizen, request_id: UUID, *, now: datetime
) -> ResultRequestDetail:
    """Return a request to the citizen. Raises NotFoundError, also where it is to another."""
    return _detail(await requests.own(reading, citizen.party_id, request_id), now)


async def fitting(
    reading: Reading, citizen: Citizen, request_id: UUID, *, locale: str, now: datetime
) -> FittingDocuments:
    """Return what the citizen has of what is asked for. Raises NotFoundError."""
    request = await requests.own(reading, citizen.party_id, request_id)
    found = await answering.fitting(reading, request)
    return FittingDocuments(items=[_fitting(own, locale, now) for own in found])


async def grant(
    uow: UnitOfWork, citizen: Citizen, request_id: UUID, given: NewGrant, *, now: datetime
) -> ResultRequestDetail:
    """Let the agency have documents.

    Raises:
        NotFoundError: there is no such request to the citizen.
        Problem: 409 where the words are others by now, or it awaits no answer; 422 for a document that is not
            asked for, or not there.
    """
    present = kinds.TERMS[ConsentPurpose.REUSE].version
    if given.version != present:
        raise Problem("consent-wording-changed", 409, version=present)
    said = answering.grant(
        uow, _speaker(citizen), request_id, given.document_ids, version=given.version, now=now
    )
    return _detail(await _answered(said), now)


async def decline(
    uow: UnitOfWork, citizen: Citizen, request_id: UUID, *, now: datetime
) -> ResultRequestDetail:
    """Refuse. Raises NotFoundError, and Problem (409) where it awaits no answer."""
    return _detail(await _answered(answering.decline(uow, _speaker(citizen), request_id, now=now)), now)


async def withdraw(uow: UnitOfWork, citizen: Citizen, request_id: UUID, *, now: datetime) -> None:
    """End a grant at once. Raises NotFoundError, and Problem (409) where nothing was granted."""
    await _answered(answering.withdraw(uow, _speaker(citizen), request_id, now=now))


async def _answered(said: Awaitable[T]) -> T:
    try:
        return await said
    except AnsweredAlready as error:
        raise Problem("result-request-answered", 409, members={"state": error.state.value}) from error
    except NotAskedFor as error:
        pointer = pointer_to("document_ids", error.place)
        raise Problem(
            "validation", 422, errors=[FieldError(pointer=pointer, code="not-asked-for")]
        ) from error


def _speaker(citizen: Citizen) -> Speaker:
    return Speaker(
        party_id=citizen.party_id,
        actor_id=citizen.signed_in_as,
        representation_id=citizen.representation_id,
        session_id=citizen.session_id,
    )


def _shown(request: Request, now: datetime) -> ResultRequestShown:
    return ResultRequestShown(
        id=request.id,
        agency=Named(code=request.agency_code, name=request.agency_name),
        procedure=Named(code=request.procedure_code, name=request.procedure_name),
        dossier_code=request.dossier_code,
        channel=request.channel,
        types=list(request.type_codes),
        number=request.number,
        reason=request.reason,
        state=request.state(now),
        asked_at=request.asked_at,
        expires_at=request.expires_at,
        answered_at=request.answered_at,
        by_representative=request.by_representative,
        document_ids=list(request.document_ids),
        opened=[
            FileFetched(document_id=one.document_id, role=one.role, at=one.at) for one in request.readings
        ],
    )


def _detail(request: Request, now: datetime) -> ResultRequestDetail:
    version = kinds.TERMS[ConsentPurpose.REUSE].version
    words = WORDINGS[ConsentPurpose.REUSE.value, version]
    return ResultRequestDetail(**dict(_shown(request, now)), version=version, wording=WordingShown.of(words))


def _fitting(own: OwnDocument, locale: str, now: datetime) -> FittingDocument:
    document, told = own.document, own.document.particulars
    return FittingDocument(
        id=document.id,
        title=told.title,
        number=told.number,
        type=Named(code=told.type_code, name=told.type_name),
        issuer=told.issuer_name,
        issued_on=told.issued_on,
        expires_on=told.expires_on,
        standing=DocumentStanding.of(document, now=now, locale=locale),
    )
