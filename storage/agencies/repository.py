"""Agencies by any of their codes, and the clients that speak for them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from storage.agencies.models import AgencyClient
from storage.unit_of_work import Reading, UnitOfWork

_RESOLVE = """
SELECT g.code, a.id, a.lineage FROM unnest(%s::text[]) AS g(code)
LEFT JOIN agency own ON own.code = g.code
LEFT JOIN agency_alias other ON other.code = g.code
JOIN agency a ON a.id = COALESCE(own.id, other.agency_id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRef:
    """An agency, and those above it. `lineage` holds their ids and its own: who may speak for it."""

    id: UUID
    lineage: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClient:
    """A client as it was registered. `secret_hash` is the SHA-256 of its secret."""

    client_id: str
    agency_id: UUID
    secret_hash: bytes
    scopes: frozenset[str]
    enabled: bool


async def resolve(reading: Reading, codes: Collection[str]) -> dict[str, AgencyRef]:
    """Return the agencies of these codes, by the code that was given; unknown ones are left out.

    A code is taken as it stands (see `storage.agencies.codes`). What is one agency's own code and
    another's old one means the former.
    """
    if not codes:
        return {}
    driver = await reading.driver()
    cursor = await driver.execute(_RESOLVE, (list(codes),), binary=True)
    return {
        code: AgencyRef(id=agency_id, lineage=frozenset(lineage))  # type: ignore[arg-type, call-overload, misc] # rows are untyped
        for code, agency_id, lineage in await cursor.fetchall()
    }


async def find_client(reading: Reading, client_id: str) -> KnownClient | None:
    """Return a client, disabled or not."""
    row = await reading.session.get(AgencyClient, client_id)
    if row is None:
        return None
    return KnownClient(
        client_id=row.id,
        agency_id=row.agency_id,
        secret_hash=row.secret_hash,
        scopes=frozenset(row.scopes),
        enabled=row.disabled_at is None,
    )


async def add_client(uow: UnitOfWork, client: KnownClient) -> None:
    """Register a client. Raises sqlalchemy.exc.IntegrityError where its id is taken."""
    row = AgencyClient(
        id=client.client_id,
        agency_id=client.agency_id,
        secret_hash=client.secret_hash,
        scopes=sorted(client.scopes),
    )
    uow.session.add(row)
    await uow.session.flush()
