"""Clients of agencies: how one is registered and proves itself (RFC 6749, section 4.4, and RFC 7523)."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from auth import opaque
from auth.errors import OAuthError
from auth.principals import AgencyCaller
from storage.agencies import clients, repository
from storage.agencies.clients import Credential, KnownClient
from storage.agencies.codes import normalise_agency_code
from storage.errors import NotFoundError
from storage.unit_of_work import Reading, UnitOfWork

_CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{3,64}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_NOBODY = opaque.digest(opaque.draw())


class Scope(StrEnum):
    """What the API knows that a client may be let do.

    Attributes:
        EVENTS: tell what happened to dossiers.
        REPRESENTATIONS: vouch for somebody's right to act for another.
        RESULTS: hand papers to their owners' stores, seal them and take their force.
        MESSAGES: write to parties about dossiers, and read what they write.
        SURVEYS: ask what people think, and read what they answer.
        REUSE: ask owners for results that they have already, and fetch what they grant.
    """

    EVENTS = "events"
    REPRESENTATIONS = "representations"
    RESULTS = "results"
    MESSAGES = "messages"
    SURVEYS = "surveys"
    REUSE = "reuse"


def drawn_secret(*, valid_until: datetime | None = None) -> tuple[str, Credential]:
    """Draw a secret; return it, to be shown this once, and the credential to be kept."""
    secret = opaque.draw()
    return secret, Credential(secret_hash=opaque.digest(secret), valid_until=valid_until)


async def create_client(uow: UnitOfWork, *, agency_code: str, client_id: str, scopes: Collection[str]) -> str:
    """Register a client for an agency and its subtree; return its secret, which is shown this once.

    Raises as `register`.
    """
    secret, credential = drawn_secret()
    await register(uow, agency_code=agency_code, client_id=client_id, scopes=scopes, credential=credential)
    return secret


async def register(
    uow: UnitOfWork, *, agency_code: str, client_id: str, scopes: Collection[str], credential: Credential
) -> None:
    """Register a client for an agency and its subtree, with its first credential.

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
    await clients.add_client(
        uow, client_id=client_id, agency_id=agency.id, scopes=scopes, credential=credential
    )


async def rotate(uow: UnitOfWork, client_id: str, credential: Credential, *, overlap: timedelta) -> UUID:
    """Give a client a new secret, or new keys; those that it has stay good for the overlap, so no call fails.

    Returns the id of the new credential. Raises NotFoundError where there is no such client.
    """
    if await clients.find_client(uow, client_id) is None:
        raise NotFoundError("client")
    new = await clients.add_credential(uow, client_id, credential)
    secrets = credential.secret_hash is not None
    await clients.end_others(uow, client_id, but=new, secrets=secrets, overlap=overlap)
    return new


async def find(reading: Reading, client_id: str) -> KnownClient | None:
    """Return what is known of a client that says to be calling."""
    return await clients.find_client(reading, client_id) if _CLIENT_ID.fullmatch(client_id) else None


async def authenticate(
    reading: Reading, *, client_id: str, secret: str, scope: str | None = None
) -> AgencyCaller:
    """Return the caller that a client's id and secret stand for.

    An unknown client, a disabled one, one whose agency is not in force and a wrong secret look and take the
    same.

    Args:
        reading: where clients are looked up.
        client_id: who calls.
        secret: what proves it.
        scope: what is asked for, separated by spaces; None asks for all that the client has.

    Raises:
        OAuthError: `invalid_client`, or `invalid_scope` for more than the client has.
    """
    client = await find(reading, client_id)
    kept = (client.secrets if client else ()) or (_NOBODY,)
    proven = any([opaque.matches(secret, one) for one in kept])  # noqa: C419 - all are tried, always
    return admitted(client if proven else None, scope)


def admitted(proven: KnownClient | None, scope: str | None) -> AgencyCaller:
    """Return the caller for a client that has proved itself; None is one that has not.

    Raises as `authenticate`.
    """
    if proven is None or not proven.enabled:
        raise OAuthError("invalid_client", "the client or its proof is not known")
    scopes = proven.scopes if scope is None else frozenset(scope.split())
    if not scopes or not scopes <= proven.scopes:
        raise OAuthError("invalid_scope", "the client may not ask for this scope")
    return AgencyCaller(client_id=proven.client_id, agency_id=proven.agency_id, scopes=scopes)
