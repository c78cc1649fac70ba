"""An agency asks an owner for results. What it is answered says nothing of the owner, or of the store."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from json import dumps
from uuid import UUID

from fastapi import Request

from api import limits
from api.intake.matter import invalid, issuer_of, require_procedure
from api.limits import Limit
from api.named import Named
from api.problems import FieldError, Problem
from api.reuse.agency_schemas import NewResultRequest, ResultRequest
from api.reuse.telling import News, tell
from auth.principals import AgencyCaller
from notify.reuse_params import ReuseMatter
from notify.settings import NotifySettings
from storage.agencies import speaking
from storage.agencies.speaking import Issuer
from storage.cipher import PartyKey
from storage.parties import repository as parties
from storage.parties.repository import PartyIdentity
from storage.reuse import asking, requests
from storage.reuse.asking import Asked, NewRequest
from storage.reuse.errors import SourceIdReused
from storage.reuse.kinds import LONGEST_LIFE, MOST_VISITS, USUAL_LIFE
from storage.unit_of_work import Reading, UnitOfWork

PER_OWNER = Limit(name="result-requests-of-owner", burst=10, every=timedelta(minutes=144))
"""Of one agency to one owner: ten a day. Whoever declined is not worn down by asking again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """For which dossier and procedure a result is needed."""

    dossier_id: UUID | None
    procedure_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where one request of an agency's is taken.

    Attributes:
        http: the request, in whose answer limits are told.
        now: the time.
    """

    uow: UnitOfWork
    caller: AgencyCaller
    http: Request
    settings: NotifySettings
    now: datetime

    async def ask(self, given: NewResultRequest) -> Asked:
        """Ask, once under the agency's id for it, and tell the owner.

        Raises:
            Problem: 403 where the caller may not speak for what is named, 409 where the id stands for another
                request, 422 for what can not be, 429 for an owner asked too often.
        """
        issuer = await issuer_of(self.uow, self.caller, given.agency_code, below="")
        need = await self._need(given)
        key = await self.owner(PartyIdentity(kind=given.owner.kind, number=given.owner.number))
        hashed = asking.content_hash(self.uow.cipher, key.party_id, _said(given))
        try:
            repeat = await asking.find_repeat(self.uow, issuer.id, given.source_id, hashed)
            if repeat is not None:
                return repeat
            expires_at = given.expires_at or self.now + USUAL_LIFE
            _check_end(expires_at, self.now)
            new = NewRequest(
                agency_id=issuer.id,
                client_id=self.caller.client_id,
                source_id=given.source_id,
                content_hash=hashed,
                procedure_code=need.procedure_code,
                dossier_id=need.dossier_id,
                channel=given.channel,
                type_codes=given.types,
                number=given.number,
                reason=given.reason,
                expires_at=expires_at,
            )
            return await self.put(issuer, key, new)
        except SourceIdReused as error:
            raise _reused(given.source_id, error) from error

    async def owner(self, identity: PartyIdentity) -> PartyKey:
        """Return the key of whoever is named: a party from now on, so that all are alike."""
        return (await parties.find_or_create(self.uow, [identity]))[0]

    async def put(self, issuer: Issuer, key: PartyKey, new: NewRequest) -> Asked:
        """Keep a request and tell the owner. Raises Problem (429) and SourceIdReused."""
        spent = await PER_OWNER.spend(self.uow, f"{issuer.id} {key.party_id}")
        if not spent.granted:
            raise spent.problem("owner-asked-too-often")
        limits.admit(self.http, spent)
        asked = await asking.ask(self.uow, key, new, now=self.now)
        if asked.new:
            news = News(
                party_id=key.party_id,
                agency_id=issuer.id,
                agency_name=issuer.name,
                link=self.settings.result_request_link(asked.request_id),
            )
            await tell(self.uow, ReuseMatter.ASKED, news, self.now)
        return asked

    async def _need(self, given: NewResultRequest) -> Need:
        """Raises Problem (403) also where there is no such dossier: of another's nothing is told."""
        if given.dossier_code is None:
            assert given.procedure_code is not None  # noqa: S101 - the schema asks for one of them
            await require_procedure(self.uow, given.procedure_code, below="")
            return Need(dossier_id=None, procedure_code=given.procedure_code)
        found = await speaking.dossier(self.uow, self.caller.agency_id, given.dossier_code)
        if found is None or not found.allowed:
            errors = [FieldError(pointer="/dossier_code", code="agency-not-allowed")]
            raise Problem("agency-not-allowed", 403, errors=errors)
        if given.procedure_code not in (None, found.procedure_code):
            raise invalid("/procedure_code", "another-procedure")
        return Need(dossier_id=found.id, procedure_code=found.procedure_code)


async def shown(reading: Reading, caller: AgencyCaller, request_id: UUID, now: datetime) -> ResultRequest:
    """Return how a request stands. Raises NotFoundError, also where it is another agency's."""
    found = await requests.for_agency(reading, caller.agency_id, request_id)
    return ResultRequest(
        id=found.id,
        source_id=found.source_id,
        agency=Named(code=found.agency_code, name=found.agency_name),
        procedure_code=found.procedure_code,
        dossier_code=found.dossier_code,
        state=found.state(now),
        asked_at=found.asked_at,
        expires_at=found.expires_at,
        answered_at=found.answered_at,
        visits_left=MOST_VISITS - found.visits,
    )


def _check_end(expires_at: datetime, now: datetime) -> None:
    if expires_at <= now:
        raise invalid("/expires_at", "ends-before-it-begins")
    if expires_at > now + LONGEST_LIFE:
        raise invalid("/expires_at", "lasts-too-long", days=LONGEST_LIFE.days)


def _said(given: NewResultRequest) -> str:
    """Return what is said, in one form: in which order types are named means nothing."""
    told = given.model_dump(mode="json", exclude={"source_id", "agency_code", "owner"})
    return dumps(told | {"types": sorted(given.types)}, sort_keys=True)


def _reused(source_id: str, error: SourceIdReused) -> Problem:
    errors = [FieldError(pointer="/source_id", code="source-id-reused")]
    existing = {"existing_id": str(error.request_id)}
    return Problem("result-request-id-reused", 409, errors=errors, members=existing, source_id=source_id)
