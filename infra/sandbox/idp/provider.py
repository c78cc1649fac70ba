"""Puts the provider together."""

from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.idp.backchannel import BackChannel
from infra.sandbox.idp.frontchannel import FrontChannel
from infra.sandbox.idp.grants import Grants
from infra.sandbox.idp.id_tokens import IdTokens
from infra.sandbox.people import Account


def routes(
    *, accounts: dict[str, Account], key: RSAKey, public_url: str, client_secret: str, faults: Faults
) -> list[Route]:
    """Return the provider's routes, and the list of those who can sign in."""
    issuer = f"{public_url}/idp"
    grants = Grants()
    back = BackChannel(
        issuer=issuer,
        client_secret=client_secret,
        grants=grants,
        id_tokens=IdTokens(key=key, issuer=issuer),
        faults=faults,
    )
    front = FrontChannel(issuer=issuer, grants=grants, accounts=accounts)

    async def show_people(_request: Request) -> Response:
        contacts = ({"sub": one.sub, "email": one.email, "phone": one.phone} for one in accounts.values())
        listed = zip(contacts, accounts.values(), strict=True)
        return JSONResponse({"items": [contact | account.claims() for contact, account in listed]})

    return [*front.routes(), *back.routes(), Route("/sandbox/people", show_people)]
