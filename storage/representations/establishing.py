"""A right to act that an authority vouches for, and one that a party gives itself."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from storage.errors import StorageError
from storage.parties import repository as parties
from storage.parties.repository import PartyIdentity, PartyProfile
from storage.representations import repository
from storage.representations.kinds import EstablishedBy, EvidenceKind, RepresentationKind
from storage.representations.repository import Evidence, External, NewRepresentation
from storage.representations.terms import InvalidTerms, Terms
from storage.unit_of_work import UnitOfWork

MOST = 20
"""Representatives of a party's own naming, those that it has asked among them."""
MOST_A_DAY = 30
MOST_OF_ONE_A_DAY = 3
"""How often somebody may be named, who is told each time and may want nothing of it."""
LONGEST_OWN = timedelta(days=366)
"""How long a party lets somebody act by its word in the app.

Without a written term an authorisation ends after a year anyway (Civil Code 91/2015/QH13, article 140).
"""


class TooManyError(StorageError):
    """The party has as many representatives as it may name, or named as many of late as it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What an authority says: who may act for whom, and what shows it."""

    kind: RepresentationKind
    representative: PartyIdentity
    represented: PartyIdentity
    scope: frozenset[str]
    valid_from: datetime
    valid_until: datetime | None
    born_on: date | None
    evidence_kind: EvidenceKind
    evidence: Evidence
    by: EstablishedBy
    external: External | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Established:
    """A right that was entered, and whom to tell: the representative only where it is a party already."""

    id: UUID
    represented_id: UUID
    actor_id: UUID | None


async def vouch(uow: UnitOfWork, vouched: Vouched, *, now: datetime) -> Established:
    """Enter a right that counts from its beginning, without being accepted.

    Raises:
        InvalidTerms: the law does not know such a right.
        psycopg.errors.UniqueViolation: the client used the external id at this very moment.
    """
    terms = Terms(
        kind=vouched.kind,
        representative=vouched.representative,
        represented=vouched.represented,
        scope=vouched.scope,
        valid_from=vouched.valid_from,
        valid_until=vouched.valid_until,
        born_on=vouched.born_on,
    )
    actor, represented = await parties.find_or_create(uow, [terms.representative, terms.represented])
    new = NewRepresentation(
        terms=terms,
        key=represented,
        actor_id=actor.party_id,
        evidence_kind=vouched.evidence_kind,
        evidence=vouched.evidence,
        established_by=vouched.by,
        external=vouched.external,
    )
    entered = await repository.add(uow, new, now=now)
    return Established(id=entered, represented_id=represented.party_id, actor_id=actor.party_id)


async def name(
    uow: UnitOfWork,
    owner: PartyProfile,
    representative: PartyIdentity,
    *,
    scope: frozenset[str],
    valid_until: datetime,
    now: datetime,
) -> Established:
    """Enter a right that a party gives by its own word; it counts once the representative accepts.

    What is done does not depend on whether anybody is known by that number.

    Raises:
        InvalidTerms: the law does not know such a right, or it lasts too long.
        TooManyError: there are `MOST` already, or too many were named within a day.
    """
    if valid_until > now + LONGEST_OWN:
        raise InvalidTerms("valid_until", "lasts-too-long")
    terms = Terms(
        kind=RepresentationKind.AUTHORISED,
        representative=representative,
        represented=PartyIdentity(kind=owner.kind, number=owner.number),
        scope=scope,
        valid_from=now,
        valid_until=valid_until,
    )
    await repository.hold(uow, owner.party_id)
    day_ago = now - timedelta(days=1)
    counts = await repository.count(uow, owner.party_id, representative, since=day_ago, now=now)
    if counts.standing >= MOST or counts.lately >= MOST_A_DAY or counts.of_this_one >= MOST_OF_ONE_A_DAY:
        raise TooManyError("representatives")
    new = NewRepresentation(
        terms=terms,
        key=await parties.open_key(uow, owner.party_id),
        actor_id=None,
        evidence_kind=EvidenceKind.OWN_WORD,
        evidence=None,
        established_by=EstablishedBy.REPRESENTED,
    )
    entered = await repository.add(uow, new, now=now)
    actor_id = await repository.party_of(uow, representative)
    return Established(id=entered, represented_id=owner.party_id, actor_id=actor_id)
