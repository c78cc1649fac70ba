"""Everybody who may call, and what belongs to whom: see `authorisation.txt` for what they may do."""

import itertools
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from api.console import cookies, visits
from api.services import Services
from auth.principals import AgencyCaller
from auth.principals import Officer as OfficerPrincipal
from auth.tokens import Tokens
from storage.ids import new_id
from storage.officers.models import Officer, OfficerRole
from storage.officers.roles import Role
from storage.sessions.models import Session
from tests.api.acting import APP, act, exchange, session_of, sign_in, token_of, vouch
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen, PushEvent

Headers = dict[str, str]
SCOPES = frozenset(
    {"events", "representations", "broadcasts", "officers", "results", "messages", "surveys", "reuse"}
)
"""All that an agency's client may hold."""
OF_AN_AGENCY = [role for role in Role if role.of_an_agency]
"""All that an officer may be."""


@dataclass(frozen=True, kw_only=True)
class World:
    """An owner with a dossier of an agency's, and who else there is.

    Attributes:
        helper: acts for the owner by everything.
        keeper: acts for the owner where documents are kept, and nowhere else.
        late: acted for the owner until a moment ago.
        town: the agency of the owner's dossier; `other_town` has nothing to do with it.
        code: of the dossier.
    """

    client: httpx.AsyncClient
    services: Services
    make_citizen: MakeCitizen
    owner: Citizen
    stranger: Citizen
    helper: Citizen
    keeper: Citizen
    late: Citizen
    town: Agency
    other_town: Agency
    code: str
    rights: Mapping[str, str]
    officers: Mapping[str, UUID]
    serial: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def rows(self, query: str, *given: object) -> list[Any]:
        """Return what a query finds."""
        async with self.services.reading() as reading:
            return await (await (await reading.driver()).execute(query.encode(), given)).fetchall()

    async def acting(self, actor: Citizen, right: str) -> Headers:
        """Return the headers of somebody who acts for the owner."""
        actor = await sign_in(self.services, actor)
        return (await act(self.client, actor, self.owner, self.rights[right])).headers

    def client_of(self, agency: Agency, scopes: frozenset[str] = SCOPES) -> Headers:
        """Return the headers of an agency's client."""
        caller = AgencyCaller(client_id=agency.client_id, agency_id=agency.id, scopes=scopes)
        return bearer(self.services.tokens.for_agency(caller))

    async def officer(self, who: str) -> Headers:
        """Return the headers of an officer who has just signed in."""
        now, session_id = datetime.now(UTC), new_id()
        officer_id = self.officers[who]
        row = Session(
            id=session_id,
            officer_id=officer_id,
            client_id="tindan-desk",
            assurance=2,
            signed_in_at=now,
            expires_at=now + timedelta(days=1),
        )
        async with self.services.unit_of_work() as uow:
            uow.session.add(row)
            await uow.commit()
        principal = OfficerPrincipal(officer_id=officer_id, session_id=session_id, signed_in_at=now)
        token = self.services.tokens.for_officer(principal, client_id="tindan-desk")
        return bearer(token) | visiting(self.services, token)


def visiting(services: Services, token: str) -> Headers:
    """Return the header of somebody who is signed in at the officers' page."""
    visit = visits.Visit(access_token=token, refresh_token="none")
    return {"cookie": f"{cookies.VISIT.name}={visits.sealed(services, visit)}"}


def bearer(token: str) -> Headers:
    """Return the header of a token."""
    return {"authorization": f"Bearer {token}"}


async def _expired(world: World) -> Headers:
    """Present a token of the owner's that was minted long ago."""
    long_ago = Tokens(world.services.settings.auth, now=lambda: time.time() - 7200)
    owner = world.services.tokens.verify_citizen(token_of(await sign_in(world.services, world.owner)))
    return bearer(long_ago.for_citizen(owner, client_id=APP))


async def _misdirected(world: World) -> Headers:
    """Present a token of the owner's that is signed by us, and for somebody else to read."""
    elsewhere = Tokens(world.services.settings.auth)
    elsewhere.citizen_audience = f"{elsewhere.issuer}/somebody-else"
    owner = world.services.tokens.verify_citizen(token_of(await sign_in(world.services, world.owner)))
    return bearer(elsewhere.for_citizen(owner, client_id=APP))


async def _signed_out(world: World) -> Headers:
    """Present a token of the owner's whose session was ended, as every process has heard by now."""
    owner = await sign_in(world.services, world.owner)
    session_id = session_of(world.services, owner)
    async with world.services.unit_of_work() as uow:
        await (await uow.driver()).execute(
            "UPDATE session SET revoked_at = now() WHERE id = %s", (session_id,)
        )
        await uow.commit()
    world.services.callers.ended.note([session_id])
    return owner.headers


async def _signed_in(world: World, who: Citizen, assurance: int = 2) -> Headers:
    return (await sign_in(world.services, who, assurance=assurance)).headers


async def _nobody(_world: World) -> Headers:
    return {}


async def _garbage(_world: World) -> Headers:
    return bearer("garbage")


async def _agency(world: World, agency: Agency, scopes: frozenset[str] = SCOPES) -> Headers:
    return world.client_of(agency, scopes)


async def _after_the_end(world: World) -> Headers:
    """Present a token of somebody who acted until a moment ago, good by its own date."""
    actor = await sign_in(world.services, world.late)
    own = world.services.tokens.verify_citizen(token_of(actor))
    assert (await exchange(world.client, actor, world.rights["over"])).status_code == 400
    acting = replace(
        own,
        party_id=world.owner.party_id,
        actor_id=own.party_id,
        representation_id=UUID(world.rights["over"]),
    )
    return bearer(world.services.tokens.for_citizen(acting, client_id=APP))


CALLERS: dict[str, Callable[[World], Awaitable[Headers]]] = {
    "anon": _nobody,
    "junk": _garbage,
    "old": _expired,
    "aud": _misdirected,
    "gone": _signed_out,
    "own1": lambda world: _signed_in(world, world.owner, assurance=1),
    "own2": lambda world: _signed_in(world, world.owner),
    "else": lambda world: _signed_in(world, world.stranger),
    "rep": lambda world: world.acting(world.helper, "everything"),
    "rep-": lambda world: world.acting(world.keeper, "vault"),
    "repx": _after_the_end,
    "ag": lambda world: _agency(world, world.town),
    "ag-": lambda world: _agency(world, world.town, frozenset({"nothing"})),
    "ag2": lambda world: _agency(world, world.other_town),
    "off": lambda world: world.officer("off"),
    "off-": lambda world: world.officer("off-"),
    "off2": lambda world: world.officer("off2"),
    "op": lambda world: world.officer("op"),
}
"""Who calls, in the order of the table's columns."""


async def make_world(
    client: httpx.AsyncClient,
    services: Services,
    make: tuple[MakeAgency, MakeCitizen, PushEvent],
    town: Agency,
) -> World:
    """Put everybody in their place."""
    make_agency, make_citizen, push_event = make
    owner, stranger, helper, keeper, late = [await make_citizen(f"00119000{n:04d}") for n in range(11, 16)]
    other_town = await make_agency("H55.1", scopes=SCOPES)
    registry = await make_agency("G01", scopes=SCOPES)
    code = "H26.1-261121-9999"
    await push_event(code, 2, agency=town, citizen=owner, applicant={"email": "owner@example.vn"})
    begun, over = "2020-01-01T00:00:00Z", datetime.now(UTC) - timedelta(seconds=1)
    rights = {
        "everything": await vouch(client, registry, helper, owner),
        "vault": await vouch(client, registry, keeper, owner, scope=["vault"]),
        "over": await vouch(client, registry, late, owner, valid_from=begun, valid_until=over.isoformat()),
    }
    officers = {
        "off": await make_officer(services, OF_AN_AGENCY, town),
        "off-": await make_officer(services, [Role.VIEWER], town),
        "off2": await make_officer(services, OF_AN_AGENCY, other_town),
        "op": await make_officer(services, [Role.OPERATOR], None),
    }
    return World(
        client=client,
        services=services,
        make_citizen=make_citizen,
        owner=owner,
        stranger=stranger,
        helper=helper,
        keeper=keeper,
        late=late,
        town=town,
        other_town=other_town,
        code=code,
        rights=rights,
        officers=officers,
    )


async def make_officer(services: Services, roles: Collection[Role], agency: Agency | None) -> UUID:
    """Make somebody who holds some roles for an agency, or none of any; return the id."""
    officer_id = new_id()
    async with services.unit_of_work() as uow:
        uow.session.add(Officer(id=officer_id, subject_index=uuid4().bytes * 2, invited_by="test"))
        await uow.session.flush()
        uow.session.add_all(
            OfficerRole(
                officer_id=officer_id, role=role, agency_id=agency.id if agency else None, granted_by="test"
            )
            for role in roles
        )
        await uow.commit()
    return officer_id
