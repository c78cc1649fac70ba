"""Rights to act, given and accepted in the app."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.paging import cut
from api.problems import FieldError, Problem
from api.representatives.schemas import (
    Asked,
    NewRepresentative,
    Representation,
    RepresentationMark,
    RepresentationPage,
)
from auth.principals import Citizen
from notify.matters import Matter
from notify.representation import tell_both
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.parties.numbers import mask
from storage.parties.repository import PartyIdentity
from storage.representations import establishing, repository
from storage.representations.establishing import LONGEST_OWN, MOST, TooManyError
from storage.representations.kinds import EndedBy
from storage.representations.reading import OwnRepresentation
from storage.representations.terms import InvalidTerms
from storage.unit_of_work import UnitOfWork

REASON = "ended in the app"


async def ask(uow: UnitOfWork, citizen: Citizen, given: NewRepresentative, now: datetime) -> Asked:
    """Name somebody who may act for the citizen once they accept.

    Raises:
        Problem: 409 for too many, 422 for what the law does not know.
    """
    try:
        entered = await establishing.name(
            uow,
            await parties.profile(uow, citizen.party_id),
            PartyIdentity(kind=given.kind, number=given.number),
            scope=frozenset(given.scope),
            valid_until=given.valid_until,
            now=now,
        )
    except InvalidTerms as error:
        raise problem_of(error) from error
    except TooManyError as error:
        raise Problem("too-many-representatives", 409, limit=MOST) from error
    await tell_both(uow, entered.represented_id, entered.actor_id, Matter.ASKED, now)
    return Asked(id=entered.id, number=mask(given.number), valid_until=given.valid_until)


def problem_of(error: InvalidTerms, *, below: str = "") -> Problem:
    """Say what is wrong with the terms of a right."""
    wrong = FieldError(pointer=f"{below}/{error.field}", code=error.reason, params={"days": LONGEST_OWN.days})
    return Problem("validation", 422, errors=[wrong])


async def accept(uow: UnitOfWork, citizen: Citizen, representation_id: UUID, now: datetime) -> None:
    """Agree to act for whoever asked. Raises NotFoundError."""
    accepted = await repository.accept(uow, citizen.party_id, representation_id, now=now)
    if accepted is None:
        raise NotFoundError("representation")
    if accepted.changed:
        await tell_both(uow, accepted.represented_id, accepted.actor_id, Matter.ACCEPTED, now)


async def end(uow: UnitOfWork, citizen: Citizen, representation_id: UUID, by: EndedBy, now: datetime) -> None:
    """End a right of the citizen's, in one of the two roles. Raises NotFoundError."""
    ended = await repository.end(
        uow, representation_id, by=by, party_id=citizen.party_id, reason=REASON, now=now
    )
    if ended is None:
        raise NotFoundError("representation")
    if ended.changed:
        await tell_both(uow, ended.represented_id, ended.actor_id, Matter.ENDED, now)


def page(found: Sequence[OwnRepresentation], *, limit: int, now: datetime) -> RepresentationPage:
    """Show rights of which one more than `limit` was asked for."""
    shown, more = cut(found, limit)
    mark = RepresentationMark(created_at=shown[-1].created_at, id=shown[-1].id) if more else None
    return RepresentationPage(
        items=[_item(one, now) for one in shown], next_cursor=mark.encode() if mark else None
    )


def _item(one: OwnRepresentation, now: datetime) -> Representation:
    return Representation(
        id=one.id,
        party_kind=one.party_kind,
        number=mask(one.number),
        name=one.name,
        kind=one.kind,
        scope=list(one.scope),
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        standing=one.standing(now),
        established_by=one.established_by,
        created_at=one.created_at,
        confirmed_at=one.confirmed_at,
        ended_at=one.ended_at,
        ended_by=one.ended_by,
    )
