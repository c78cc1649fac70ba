"""What an agency may do with its papers after they were taken in, and with seals before."""

from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from api.intake.matter import end_of, find_owner, issuer_of, require_procedure
from api.intake.telling import News, tell
from api.results.schemas import NewSeal as NewSealBody
from api.services import Services
from auth.principals import AgencyCaller
from notify.matters import DocumentMatter
from storage.agencies import speaking
from storage.errors import NotFoundError
from storage.parties.numbers import mask
from storage.seals import issuing
from storage.seals import repository as seals
from storage.seals.issuing import NewSeal
from storage.seals.repository import UnkeptSeal
from storage.unit_of_work import Reading, UnitOfWork, transact
from storage.vault import states


async def agency_of(reading: Reading, caller: AgencyCaller, document_id: UUID) -> str:
    """Return whose document it is, for which the caller may speak. Raises NotFoundError."""
    code = await speaking.agency_of_document(reading, caller.agency_id, document_id)
    if code is None:
        raise NotFoundError("document")
    return code


async def revoke(
    uow: UnitOfWork, *, caller: AgencyCaller, document_id: UUID, reason: str, link: str, now: datetime
) -> str:
    """Take the force of a document and of its seal, and tell its owner; return whose document it is.

    What was revoked stays so, with its first reason and time. Raises NotFoundError and NotIntact.
    """
    code = await agency_of(uow, caller, document_id)
    revoked = await states.revoke(uow, [code], document_id, reason=reason, now=now)
    if revoked is None:
        return code
    issuer = await speaking.issuer(uow, caller.agency_id, code)
    if issuer is None:
        raise NotFoundError("document")
    if revoked.seal_id is not None:  # a component has none, and its owner is told of results alone
        await seals.revoke(uow, revoked.seal_id, reason=reason, now=now)
        news = News(party_id=revoked.party_id, issuer=issuer, dossier_id=revoked.dossier_id, link=link)
        await tell(uow, news, DocumentMatter.REVOKED, now)
    return code


async def reserve(services: Services, caller: AgencyCaller, given: NewSealBody) -> UnkeptSeal:
    """Make a seal for a paper that is yet to be signed. Raises Problem."""
    now = datetime.now(UTC)
    new, index = await transact(
        services.unit_of_work, partial(_drafted, services=services, caller=caller, given=given, now=now)
    )
    seal = await issuing.sign(services.seal_keys, new, status_index=index)
    await transact(services.unit_of_work, partial(seals.keep, seal=seal))
    return seal


async def _drafted(
    uow: UnitOfWork, *, services: Services, caller: AgencyCaller, given: NewSealBody, now: datetime
) -> tuple[NewSeal, int]:
    issuer = await issuer_of(uow, caller, given.agency_code, below="")
    await require_procedure(uow, given.procedure_code, below="")
    party = await find_owner(uow, given.owner)
    new = NewSeal(
        issuer=services.settings.seals.issuer_of_seals(),
        agency_code=issuer.code,
        issued_at=now,
        expires_at=end_of(given.expires_on, below=""),
        party_id=party.party_id,
        procedure_code=given.procedure_code,
        dossier_code=given.dossier_code,
        holder=mask(given.owner.number),
    )
    return new, await seals.next_status_index(uow)
