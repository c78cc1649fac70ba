"""Agencies by any of their codes, and the clients that speak for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from storage.agencies.codes import normalise_agency_code
from storage.agencies.models import AgencyClient
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork

_RESOLVE = """
SELECT g.code, a.id, a.lineage FROM unnest(%s::text[]) AS g(code)
LEFT JOIN agency own ON own.code = g.code
LEFT JOIN agency_alias other ON other.code = g.code
JOIN agency a ON a.id = COALESCE(own.id, other.agency_id)
"""

_PUT = """
INSERT INTO agency (id, code, name, parent_id, lineage) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name
"""
_PUT_ALIASES = """
INSERT INTO agency_alias (code, agency_id) SELECT code, %s FROM unnest(%s::text[]) AS g(code)
ON CONFLICT (code) DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRef:
    """An agency, and those above it. `path` holds their ids from the root down, its own last."""

    id: UUID
    path: tuple[UUID, ...]

    @property
    def lineage(self) -> frozenset[UUID]:
        """Who may speak for it."""
        return frozenset(self.path)


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
        code: AgencyRef(id=agency_id, path=tuple(lineage))  # type: ignore[arg-type, misc] # rows are untyped
        for code, agency_id, lineage in await cursor.fetchall()
    }


async def above(reading: Reading, agency_id: UUID) -> frozenset[UUID]:
    """Return the ids of the agencies above one, and its own."""
    driver = await reading.driver()
    cursor = await driver.execute("SELECT lineage FROM agency WHERE id = %s", (agency_id,), binary=True)
    rows: list[Any] = await cursor.fetchall()
    return frozenset(agency for (lineage,) in rows for agency in lineage)


async def exist(reading: Reading) -> bool:
    """Whether any agency is known."""
    driver = await reading.driver()
    row = await (await driver.execute("SELECT EXISTS (SELECT FROM agency)")).fetchone()
    return row == (True,)


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


async def disable_client(uow: UnitOfWork, client_id: str) -> bool:
    """Let a client in no more; say whether there is one. May be repeated."""
    driver = await uow.driver()
    query = "UPDATE agency_client SET disabled_at = coalesce(disabled_at, now()) WHERE id = %s"
    return (await driver.execute(query, (client_id,))).rowcount > 0


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyRecord:
    """An agency to be kept; codes in their normal form, parents before their children."""

    code: str
    name: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Self:
        """Read `code`, `name`, `parent` and `aliases`. Raises InvalidCode, KeyError."""
        return cls(
            code=normalise_agency_code(record["code"]),
            name=str(record["name"]),
            parent=normalise_agency_code(record["parent"]) if record.get("parent") else None,
            aliases=tuple(normalise_agency_code(alias) for alias in record.get("aliases", ())),
        )


async def put(uow: UnitOfWork, records: Sequence[AgencyRecord]) -> None:
    """Insert agencies, or rename those that exist. A parent must be known, or come before its children."""
    lineages = {code: list(ref.path) for code, ref in (await resolve(uow, [r.code for r in records])).items()}
    parents = [record.parent for record in records if record.parent]
    lineages |= {code: list(ref.path) for code, ref in (await resolve(uow, parents)).items()}
    for record in records:
        above = lineages[record.parent] if record.parent else []
        lineages.setdefault(record.code, [*above, new_id()])
    driver = await uow.driver()
    async with driver.pipeline():
        for record in records:
            lineage = lineages[record.code]
            await driver.execute(
                _PUT, (lineage[-1], record.code, record.name, lineage[-2] if record.parent else None, lineage)
            )
            await driver.execute(_PUT_ALIASES, (lineage[-1], list(record.aliases)))
