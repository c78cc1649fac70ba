"""Whose paper it is, in whose name it comes, and what is said of it: settled before its file is opened."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from json import dumps
from uuid import UUID

from api.intake.schemas import NewResult, Owner
from api.problems import FieldError, Problem
from auth.principals import AgencyCaller
from storage.agencies import speaking
from storage.agencies.speaking import Issuer, SpokenFor
from storage.cipher import PartyKey
from storage.dossiers.working_days import VIETNAM
from storage.parties import repository as parties
from storage.parties.numbers import mask
from storage.parties.repository import PartyIdentity
from storage.procedures import repository as procedures
from storage.seals import repository as seals
from storage.seals.claims import read_claims
from storage.seals.cose import read_token
from storage.seals.errors import SealError
from storage.seals.link import read_code
from storage.seals.repository import Seal
from storage.unit_of_work import UnitOfWork
from storage.vault import documents
from storage.vault.documents import Supersession
from storage.vault.entries import Particulars
from storage.vault.errors import SourceIdReused
from storage.vault.kinds import DocumentKind

METADATA = "/metadata"
"""Where what is said of a paper stands in a body that brings its file as well."""
_SAID = set(NewResult.model_fields) - {"source_id", "agency_code", "seal_code", "notify"}
"""What a paper is; under whose code and id, and who is told of it, is another matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is known of a paper beside its file.

    Attributes:
        party: whose it is.
        holder: that party's number, masked, as a seal names it.
        issuer: in whose name it is kept.
        supersedes: the document whose place it takes, and `replaced_seal_id` that one's seal.
        reserved: the seal that is printed on it already.
        content_hash: tells a repeat; `repeats` is the document that it is, where it was taken in before.
    """

    party: PartyKey
    holder: str
    issuer: Issuer
    particulars: Particulars
    dossier_id: UUID | None
    supersedes: Supersession | None
    replaced_seal_id: UUID | None
    reserved: Seal | None
    content_hash: bytes
    repeats: UUID | None

    @property
    def sealed(self) -> bool:
        """Whether it bears a seal: results do."""
        return self.particulars.kind is DocumentKind.RESULT

    @property
    def expires_at(self) -> datetime | None:
        """The first moment at which it counts no more. Raises Problem where that was already."""
        return end_of(self.particulars.expires_on)


async def settle(uow: UnitOfWork, *, caller: AgencyCaller, given: NewResult, sha256: bytes) -> Matter:
    """Say what a paper is to us.

    Raises:
        Problem: 403 where the caller may not speak for what is named, 422 naming what does not fit, 409 where
            the id stands for another paper.
    """
    dossier = await _dossier(uow, caller, given)
    issuer = await issuer_of(uow, caller, given.agency_code)
    party, holder = await _party(uow, dossier, given.owner)
    procedure = given.procedure_code or (dossier.procedure_code if dossier else None)
    await require_procedure(uow, given.procedure_code)
    supersedes, replaced = await _superseded(uow, issuer, given)
    particulars = _particulars(given, issuer, procedure)
    reserved = await _reserved(uow, issuer, given.seal_code)
    hashed = documents.content_hash(uow.cipher, party.party_id, _said(given, reserved), sha256=sha256)
    try:
        repeat = await documents.find_repeat(uow, issuer.code, given.source_id, hashed)
    except SourceIdReused as error:
        raise reused(given.source_id) from error
    if reserved and repeat is None:
        _require_fit(reserved, particulars)
    return Matter(
        party=party,
        holder=holder,
        issuer=issuer,
        particulars=particulars,
        dossier_id=dossier.id if dossier else None,
        supersedes=supersedes,
        replaced_seal_id=replaced,
        reserved=reserved,
        content_hash=hashed,
        repeats=repeat.document_id if repeat else None,
    )


def end_of(last: date | None, *, below: str = METADATA) -> datetime | None:
    """Return the moment in Vietnam at which a day is over. Raises Problem where that was already."""
    end = _end(last)
    if end is not None and end <= datetime.now(UTC):
        raise invalid(f"{below}/expires_on", "over-already")
    return end


def _end(last: date | None) -> datetime | None:
    return datetime.combine(last + timedelta(days=1), clock(), VIETNAM) if last else None


def reused(source_id: str) -> Problem:
    """The problem of an id that was used for another paper."""
    errors = [FieldError(pointer="/metadata/source_id", code="source-id-reused")]
    return Problem(
        "source-id-reused", 409, errors=errors, members={"existing_id": source_id}, source_id=source_id
    )


async def issuer_of(
    uow: UnitOfWork, caller: AgencyCaller, code: str | None, *, below: str = METADATA
) -> Issuer:
    """Return in whose name the caller speaks. Raises Problem, whose pointers stand below `below`."""
    found = await (
        speaking.itself(uow, caller.agency_id)
        if code is None
        else speaking.issuer(uow, caller.agency_id, code)
    )
    if found is None:
        raise _not_allowed(f"{below}/agency_code")
    return found


async def require_procedure(uow: UnitOfWork, code: str | None, *, below: str = METADATA) -> None:
    """Refuse a procedure that the catalogue never had. Raises Problem."""
    if code is not None and code not in await procedures.known_codes(uow, [code]):
        raise invalid(f"{below}/procedure_code", "unknown-procedure", value=code)


def invalid(pointer: str, code: str, **params: object) -> Problem:
    """The problem of one field."""
    return Problem("validation", 422, errors=[FieldError(pointer=pointer, code=code, params=params)])


async def find_owner(uow: UnitOfWork, owner: Owner) -> PartyKey:
    """Return the key of the party that is named, which exists from now on."""
    identity = PartyIdentity(kind=owner.kind, number=owner.number, name=owner.name)
    return (await parties.find_or_create(uow, [identity]))[0]


async def _dossier(uow: UnitOfWork, caller: AgencyCaller, given: NewResult) -> SpokenFor | None:
    if given.dossier_code is None:
        return None
    found = await speaking.dossier(uow, caller.agency_id, given.dossier_code)
    # A paper may come before its dossier is told of, or from where it never will be: then by its owner.
    if not (found.allowed if found else given.owner):
        raise _not_allowed("/metadata/dossier_code")
    return found


async def _party(uow: UnitOfWork, dossier: SpokenFor | None, owner: Owner | None) -> tuple[PartyKey, str]:
    if owner is None:
        assert dossier is not None  # noqa: S101 - the schema asks for one of them
        profile = await parties.profile(uow, dossier.party_id)
        return await parties.open_key(uow, dossier.party_id), mask(profile.number)
    party = await find_owner(uow, owner)
    if dossier is not None and dossier.party_id != party.party_id:
        raise invalid("/metadata/owner/number", "another-applicant")
    return party, mask(owner.number)


async def _superseded(
    uow: UnitOfWork, issuer: Issuer, given: NewResult
) -> tuple[Supersession | None, UUID | None]:
    if given.supersedes is None:
        return None, None
    old = await documents.find_by_source(uow, issuer.code, given.supersedes.source_id)
    if old is None:
        raise invalid("/metadata/supersedes/source_id", "unknown-document")
    supersession = Supersession(agency_code=issuer.code, document_id=old.id, reason=given.supersedes.reason)
    return supersession, old.seal_id


async def _reserved(uow: UnitOfWork, issuer: Issuer, code: str | None) -> Seal | None:
    if code is None:
        return None
    try:
        seal = await seals.by_code(uow, read_code(code))
    except SealError:
        seal = None
    if seal is None or seal.agency_code != issuer.code:
        raise invalid("/metadata/seal_code", "unknown-seal")
    return seal


def _require_fit(seal: Seal, told: Particulars) -> None:
    """Refuse a paper of which its printed seal, that nobody can change any more, says something else."""
    if seal.document_id:
        raise invalid("/metadata/seal_code", "seal-in-use")
    sealed = read_claims(read_token(seal.token).payload)
    for field, printed, said in (
        ("procedure_code", sealed.procedure_code, told.procedure_code),
        ("dossier_code", sealed.dossier_code, told.dossier_code),
    ):
        if printed and said and printed != said:
            raise invalid(f"{METADATA}/{field}", "seal-says-otherwise")
    if seal.expires_at != _end(told.expires_on):
        raise invalid(f"{METADATA}/expires_on", "seal-says-otherwise")


def _said(given: NewResult, reserved: Seal | None) -> str:
    """Return what is said of a paper, in one form: what means the same is the same."""
    told = given.model_dump(mode="json", include=_SAID) | {
        "title": given.title or given.type_name,
        "number": given.number or None,
        "seal": reserved and str(reserved.id),
    }
    return dumps(told, sort_keys=True)


def _particulars(given: NewResult, issuer: Issuer, procedure_code: str | None) -> Particulars:
    return Particulars(
        kind=given.kind,
        title=given.title or given.type_name,
        type_code=given.type_code,
        type_name=given.type_name,
        issuer_name=issuer.name,
        issued_on=given.issued_on,
        number=given.number or None,
        holder=given.owner.name if given.owner else None,
        procedure_code=procedure_code,
        dossier_code=given.dossier_code,
        valid_from=given.valid_from,
        expires_on=given.expires_on,
    )


def _not_allowed(pointer: str) -> Problem:
    return Problem("agency-not-allowed", 403, errors=[FieldError(pointer=pointer, code="agency-not-allowed")])
