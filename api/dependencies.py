"""What an endpoint may ask for: its signature then states on whose authority it acts."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from api import acting
from api.problems import Problem, locale_of, out_of_scope, unauthenticated, unproved
from api.services import Services
from auth.callers import Scheme, Shown
from auth.dpop import ALGORITHMS
from auth.errors import InvalidProof, InvalidToken
from auth.principals import AgencyCaller, Citizen, Officer, Principal
from storage.officers.reading import is_operator
from storage.representations.kinds import Power
from storage.unit_of_work import Reading, UnitOfWork

# Only for the API description: the header is read below, where a failure becomes our own problem.
Described = Annotated[
    object, Depends(HTTPBearer(auto_error=False, description="Access token from /oauth/token"))
]


# Asynchronous, all of these, though they wait for nothing: FastAPI calls others in a thread.
async def get_services(request: Request) -> Services:
    """Return the parts of this process."""
    services: Services = request.app.state.services
    return services


AllServices = Annotated[Services, Depends(get_services)]


async def get_uow(services: AllServices) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work and commit it when the endpoint returned, before its answer is sent."""
    async with services.unit_of_work() as uow:
        yield uow
        await uow.commit()


async def get_reading(services: AllServices) -> AsyncIterator[Reading]:
    """Open a read-only transaction for the endpoint."""
    async with services.reading() as reading:
        yield reading


# scope="function" is what makes a failing commit an error answer instead of a lie.
Uow = Annotated[UnitOfWork, Depends(get_uow, scope="function")]
Read = Annotated[Reading, Depends(get_reading, scope="function")]


async def get_locale(request: Request) -> str:
    """Return `vi`, or `en` where the caller prefers it."""
    return locale_of(request.headers.get("accept-language"))


Locale = Annotated[str, Depends(get_locale)]


_SCHEMES = {scheme.value: scheme for scheme in Scheme}


async def identify(request: Request, services: Services) -> Principal:
    """Return who is calling (RFC 6750, and RFC 9449 where a token is bound to a key), or refuse."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    scheme = _SCHEMES.get(kind.lower())
    if scheme is None or not token:
        raise unauthenticated()
    try:
        return await services.callers.identify(services.unit_of_work, scheme, token.strip(), shown(request))
    except InvalidProof as error:
        raise unproved("invalid_dpop_proof", algorithms=ALGORITHMS) from error
    except InvalidToken as error:
        if scheme is Scheme.DPOP:
            raise unproved("invalid_token", algorithms=ALGORITHMS) from error
        raise unauthenticated("invalid_token") from error


def shown(request: Request) -> Shown:
    """Return what of a request its proof of a key must name, and the proof."""
    return Shown(method=request.method, path=request.scope["path"], proofs=request.headers.getlist("dpop"))


async def get_citizen(request: Request, services: AllServices, _: Described) -> Citizen:
    """Return who is signed in and for whom, or refuse; what a representative may do is not asked here."""
    principal = await identify(request, services)
    if not isinstance(principal, Citizen):
        raise unauthenticated("invalid_token")
    return principal


SignedIn = Annotated[Citizen, Depends(get_citizen)]


async def get_party(request: Request, services: AllServices, citizen: SignedIn) -> Citizen:
    """Return whose affairs these are, if whoever is signed in may see to them."""
    await acting.admit(services.reading, citizen, acting.usual_power(request))
    return citizen


async def get_vault_party(services: AllServices, citizen: SignedIn) -> Citizen:
    """Return whose documents these are, if whoever is signed in may see to them."""
    await acting.admit(services.reading, citizen, Power.VAULT)
    return citizen


async def get_sharing_party(services: AllServices, citizen: SignedIn) -> Citizen:
    """Return whose documents these are, if whoever is signed in may give others links to them."""
    await acting.admit(services.reading, citizen, Power.SHARE_DOCUMENTS)
    return citizen


async def get_self(citizen: SignedIn) -> Citizen:
    """Return who is signed in, for itself."""
    acting.require_self(citizen)
    return citizen


CurrentParty = Annotated[Citizen, Depends(get_party)]
"""Whose affairs these are: the party itself, or one for whom somebody acts who may."""
VaultParty = Annotated[Citizen, Depends(get_vault_party)]
"""The same, where documents are kept."""
SharingParty = Annotated[Citizen, Depends(get_sharing_party)]
"""The same, where others are let see them."""
ActingForSelf = Annotated[Citizen, Depends(get_self)]
"""The party itself: devices, sessions, contacts, preferences and rights to act are no representative's."""


async def get_officer(request: Request, services: AllServices, _: Described) -> Officer:
    """Return the officer who is signed in, or refuse; what one may do is asked in each query."""
    principal = await identify(request, services)
    if not isinstance(principal, Officer):
        raise unauthenticated("invalid_token")
    return principal


CurrentOfficer = Annotated[Officer, Depends(get_officer)]
"""An officer or operator. The roles are not in the token: see `storage.officers.authority`."""


async def get_operator(officer: CurrentOfficer, reading: Read) -> Officer:
    """Return the operator who is signed in, or refuse."""
    if not await is_operator(reading, officer.officer_id):
        raise Problem("forbidden", 403)
    return officer


Operator = Annotated[Officer, Depends(get_operator, scope="function")]
"""An officer who operates the installation at this moment."""


def get_agency(scope: str) -> Callable[..., AgencyCaller]:
    """Make a dependency that returns the calling agency's client, if it holds `scope`."""

    async def agency(request: Request, services: AllServices, _: Described) -> AgencyCaller:
        caller = await identify(request, services)
        if not isinstance(caller, AgencyCaller):
            raise unauthenticated("invalid_token")
        if scope not in caller.scopes:
            raise out_of_scope("insufficient-scope", scope, bound=caller.bound_to is not None)
        return caller

    return agency  # type: ignore[return-value] # FastAPI awaits it


EventSender = Annotated[AgencyCaller, Depends(get_agency("events"))]
