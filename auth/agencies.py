"""Clients of agencies: how one is registered and proves itself (RFC 6749, section 4.4)."""

import re
from collections.abc import Collection

from auth import opaque
from auth.errors import OAuthError
from auth.principals import AgencyCaller
from storage.agencies import repository
from storage.agencies.codes import normalise_agency_code
from storage.agencies.repository import KnownClient
from storage.errors import NotFoundError
from storage.unit_of_work import Reading, UnitOfWork

_CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{3,64}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_NOBODY = opaque.digest(opaque.draw())


async def create_client(uow: UnitOfWork, *, agency_code: str, client_id: str, scopes: Collection[str]) -> str:
    """Register a client for an agency and its subtree; return its secret, which is shown this once.

    Raises:
        ValueError: the code, the id or a scope is malformed.
        NotFoundError: there is no such agency.
        sqlalchemy.exc.IntegrityError: the id is taken.
    """
    if not _CLIENT_ID.fullmatch(client_id):
        raise ValueError("a client id has 3 to 64 letters, digits, dots, dashes and underscores")
    if not scopes or not all(_SCOPE.fullmatch(scope) for scope in scopes):
        raise ValueError("a client needs scopes of printable ASCII without spaces and quotes")
    code = normalise_agency_code(agency_code)
    agency = (await repository.resolve(uow, [code])).get(code)
    if agency is None:
        raise NotFoundError("agency")
    secret = opaque.draw()
    client = KnownClient(
        client_id=client_id,
        agency_id=agency.id,
        secret_hash=opaque.digest(secret),
        scopes=frozenset(scopes),
        enabled=True,
    )
    await repository.add_client(uow, client)
    return secret


async def authenticate(
    reading: Reading, *, client_id: str, secret: str, scope: str | None = None
) -> AgencyCaller:
    """Return the caller that a client's id and secret stand for.

    An unknown client, a disabled one and a wrong secret look and take the same.

    Args:
        reading: where clients are looked up.
        client_id: who calls.
        secret: what proves it.
        scope: what is asked for, separated by spaces; None asks for all that the client has.

    Raises:
        OAuthError: `invalid_client`, or `invalid_scope` for more than the client has.
    """
    client = await repository.find_client(reading, client_id) if _CLIENT_ID.fullmatch(client_id) else None
    proven = opaque.matches(secret, client.secret_hash if client else _NOBODY)
    if client is None or not proven or not client.enabled:
        raise OAuthError("invalid_client", "the client or its secret is not known")
    scopes = client.scopes if scope is None else frozenset(scope.split())
    if not scopes or not scopes <= client.scopes:
        raise OAuthError("invalid_scope", "the client may not ask for this scope")
    return AgencyCaller(client_id=client.client_id, agency_id=client.agency_id, scopes=scopes)
