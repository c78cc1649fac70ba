"""`POST /v1/agency/representations`."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.dependencies import AllServices, get_agency
from api.problems import Problem
from api.representatives.schemas import VouchedAnswer, VouchedRepresentation
from api.representatives.service import problem_of
from auth.agencies import Scope
from auth.principals import AgencyCaller
from notify.matters import Matter
from notify.representation import tell_both
from storage.parties.repository import PartyIdentity
from storage.representations import establishing, repository
from storage.representations.establishing import Vouched
from storage.representations.kinds import EstablishedBy
from storage.representations.repository import Evidence, External
from storage.representations.terms import InvalidTerms
from storage.unit_of_work import UnitOfWork, transact

CONTENT = "representation.1"
"""Purpose of the hash of what was told; the number changes with the normal form."""

router = APIRouter(prefix="/v1/agency", tags=["agency"])
Voucher = Annotated[AgencyCaller, Depends(get_agency(Scope.REPRESENTATIONS))]


@router.post(
    "/representations",
    status_code=201,
    summary="Vouch for somebody's right to act for another",
    responses={
        200: {"model": VouchedAnswer, "description": "A repeat"},
        409: {"description": "The id was used for another content"},
    },
)
async def vouch(
    given: VouchedRepresentation, caller: Voucher, services: AllServices, response: Response
) -> VouchedAnswer:
    """Enter that a legal representative, a parent, a guardian or whoever was authorised may act for another.

    It counts at once, or from `valid_from` on. Repeating is safe: the same `representation_id` with the same
    content gets the first answer again.
    """
    work = partial(_keep, caller=caller, given=given, now=datetime.now(UTC))
    answer, repeated = await transact(services.unit_of_work, work)
    if repeated:
        response.status_code = 200
    return answer


async def _keep(
    uow: UnitOfWork, *, caller: AgencyCaller, given: VouchedRepresentation, now: datetime
) -> tuple[VouchedAnswer, bool]:
    content = given.model_dump_json(exclude={"representation_id"}, exclude_defaults=True)
    content_hash = uow.cipher.blind_index(CONTENT, content)
    known = await repository.entered(uow, caller.client_id, given.representation_id)
    if known is not None:
        if known.content_hash != content_hash:
            raise Problem("representation-id-reused", 409, external_id=given.representation_id)
        answer = VouchedAnswer(
            id=known.id, representation_id=given.representation_id, recorded_at=known.created_at
        )
        return answer, True
    external = External(
        client_id=caller.client_id, external_id=given.representation_id, content_hash=content_hash
    )
    try:
        entered = await establishing.vouch(uow, _vouched(given, external, now), now=now)
    except InvalidTerms as error:
        below = "/represented" if error.field == "born_on" else ""
        raise problem_of(error, below=below) from error
    await tell_both(uow, entered.represented_id, entered.actor_id, Matter.ENTERED, now)
    return VouchedAnswer(id=entered.id, representation_id=given.representation_id, recorded_at=now), False


def _vouched(given: VouchedRepresentation, external: External, now: datetime) -> Vouched:
    actor, represented, shown = given.representative, given.represented, given.evidence
    return Vouched(
        kind=given.kind,
        representative=PartyIdentity(kind=actor.kind, number=actor.number, name=actor.name),
        represented=PartyIdentity(kind=represented.kind, number=represented.number, name=represented.name),
        scope=frozenset(given.scope),
        valid_from=given.valid_from or now,
        valid_until=given.valid_until,
        born_on=represented.born_on,
        evidence_kind=shown.kind,
        evidence=Evidence(number=shown.number, issuer=shown.issuer, issued_on=shown.issued_on),
        by=EstablishedBy.AGENCY,
        external=external,
    )
