"""Who is let in: the party or the officer that somebody is for whom a provider vouches."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from auth import officers
from auth.apps import Audience
from auth.claims import identity_of
from auth.errors import OAuthError
from auth.identity import Vouched
from auth.providers import ClaimMap
from storage.parties import repository as parties
from storage.unit_of_work import UnitOfWork

OFFICER_ASSURANCE = 0
"""The levels of Decree 69/2024/ND-CP are those of citizens' accounts; an officer's has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose the session will be: a party or an officer, one of the two."""

    party_id: UUID | None = None
    officer_id: UUID | None = None
    assurance: int


async def admit(uow: UnitOfWork, audience: Audience, vouched: Vouched, names: ClaimMap) -> Holder:
    """Find or make the party, or find the officer.

    Raises:
        SignInRefused: the claims of a citizen lack something.
        OAuthError: `access_denied`, where nobody of this audience is meant.
    """
    if audience not in _DOORS:
        raise OAuthError("access_denied", "nobody signs in with this app")
    return await _DOORS[audience](uow, vouched, names)


async def _citizen(uow: UnitOfWork, vouched: Vouched, names: ClaimMap) -> Holder:
    identity = identity_of(vouched.claims, names)
    known = parties.PartyIdentity(kind=identity.kind, number=identity.number)
    (key,) = await parties.find_or_create(uow, [known])
    await parties.learn_name(uow, key, identity.name)
    return Holder(party_id=key.party_id, assurance=identity.assurance)


async def _officer(uow: UnitOfWork, vouched: Vouched, _names: ClaimMap) -> Holder:
    officer_id = await officers.admit(uow, vouched)
    if officer_id is None:
        raise OAuthError("access_denied", "nobody is known here by this account")
    return Holder(officer_id=officer_id, assurance=OFFICER_ASSURANCE)


_DOORS: Mapping[Audience, Callable[[UnitOfWork, Vouched, ClaimMap], Awaitable[Holder]]] = {
    Audience.CITIZENS: _citizen,
    Audience.OFFICERS: _officer,
}
