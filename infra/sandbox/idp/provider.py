"""Puts the providers together: one as it should be, one for staff, and one like deployments of VNeID."""

from collections.abc import Mapping

from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.idp.backchannel import BackChannel
from infra.sandbox.idp.frontchannel import FrontChannel
from infra.sandbox.idp.grants import Grants
from infra.sandbox.idp.id_tokens import IdTokens
from infra.sandbox.idp.realms import Realm
from infra.sandbox.idp.standing import Standing
from infra.sandbox.people import Account
from infra.sandbox.staff import Officer


def routes(
    *,
    accounts: Mapping[str, Account],
    officers: Mapping[str, Officer],
    keys: Mapping[str, RSAKey],
    public_url: str,
    api_url: str,
    client_secret: str,
    faults: Faults,
) -> list[Route]:
    """Return the providers' routes, and the list of those who can sign in."""
    realms = (
        Realm(name="idp", public_url=public_url, people=accounts),
        Realm(name="vneid", public_url=public_url, people=accounts, strict=False),
        Realm(name="staff", public_url=public_url, people=officers),
    )

    async def show_people(_request: Request) -> Response:
        contacts = ({"sub": one.sub, "email": one.email, "phone": one.phone} for one in accounts.values())
        listed = zip(contacts, accounts.values(), strict=True)
        return JSONResponse({"items": [contact | account.claims() for contact, account in listed]})

    async def show_officers(_request: Request) -> Response:
        return JSONResponse({"items": [{"sub": one.sub} | one.claims() for one in officers.values()]})

    found = [
        Route("/sandbox/people", show_people),
        Route("/sandbox/officers", show_officers),
    ]
    for realm in realms:
        key = keys.get(realm.name)
        id_tokens = IdTokens(key=key, issuer=realm.issuer) if key and realm.strict else None
        grants, told_at = Grants(), f"{api_url}/oauth/backchannel-logout"
        back = BackChannel(
            realm=realm, client_secret=client_secret, grants=grants, id_tokens=id_tokens, faults=faults
        )
        standing = Standing(realm=realm, grants=grants, id_tokens=id_tokens, told_at=told_at)
        found += [*FrontChannel(realm=realm, grants=grants).routes(), *back.routes(), *standing.routes()]
    return found
