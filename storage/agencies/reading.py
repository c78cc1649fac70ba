"""Agencies and their clients as an operator sees them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import class_row, dict_row

from storage.agencies.authority import in_force, speakers
from storage.unit_of_work import Reading

_AGENCIES = f"""
SELECT a.code, a.name, p.code AS parent, a.valid_from, a.valid_to, s.code AS successor,
  {in_force("a")} AS in_force,
  ARRAY(SELECT o.code FROM agency_alias o WHERE o.agency_id = a.id ORDER BY o.code) AS aliases,
  coalesce((
    SELECT jsonb_object_agg(o.code, jsonb_build_array(o.valid_from, o.valid_to)) FROM agency_alias o
    WHERE o.agency_id = a.id AND num_nonnulls(o.valid_from, o.valid_to) > 0
  ), '{{}}') AS alias_days,
  ARRAY(SELECT c.id FROM agency_client c WHERE c.agency_id = a.id ORDER BY c.id) AS clients
FROM agency a LEFT JOIN agency p ON p.id = a.parent_id LEFT JOIN agency s ON s.id = a.successor_id
"""
_BELOW = f"{_AGENCIES} WHERE coalesce(%s::uuid = ANY(a.lineage), true) ORDER BY a.code"
_ONE = f"{_AGENCIES} WHERE a.id = %s"
_SPEAKERS = f"""
SELECT b.code FROM agency a JOIN agency b ON b.id = ANY({speakers("a.id")}) WHERE a.id = %s ORDER BY b.code
"""
_CLIENTS = """
SELECT c.id, a.code AS agency, c.scopes, c.event_rate, c.event_burst, c.created_at, c.disabled_at
FROM agency_client c JOIN agency a ON a.id = c.agency_id
WHERE coalesce(c.id = %(client)s::text, true) AND coalesce(%(agency)s::uuid = ANY(a.lineage), true)
ORDER BY c.id
"""
_CREDENTIALS = """
SELECT client_id, id, keys_url, valid_from,
  CASE WHEN secret_hash IS NOT NULL THEN 'secret' WHEN keys IS NOT NULL THEN 'keys' ELSE 'keys_url' END
    AS kind,
  coalesce(jsonb_path_query_array(keys, '$.keys[*].kid'), '[]') AS kids,
  valid_until, valid_from <= now() AND coalesce(now() < valid_until, true) AS good
FROM client_credential WHERE client_id = ANY(%s) ORDER BY id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyView:
    """An agency, its other codes, and the ids of its own clients.

    `alias_days` are the first and the last day (ISO 8601, or none) of those other codes that have any.
    """

    code: str
    name: str
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    in_force: bool
    aliases: list[str]
    alias_days: dict[str, tuple[str | None, str | None]]
    clients: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialView:
    """One proof of a client, without the secret; `kids` name the keys of a set, where they have names."""

    client_id: str
    id: UUID
    kind: Literal["secret", "keys", "keys_url"]
    keys_url: str | None
    kids: list[str]
    valid_from: datetime
    valid_until: datetime | None
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientView:
    """A client with everything that ever proved it. No rate or burst of its own means the usual."""

    id: str
    agency: str
    scopes: list[str]
    event_rate: float | None
    event_burst: int | None
    created_at: datetime
    disabled_at: datetime | None
    credentials: tuple[CredentialView, ...]


async def agencies(reading: Reading, *, below: UUID | None = None) -> list[AgencyView]:
    """Return all agencies by code, or one and those below it."""
    async with (await reading.driver()).cursor(row_factory=class_row(AgencyView)) as cursor:
        return await (await cursor.execute(_BELOW, (below,))).fetchall()


async def agency(reading: Reading, agency_id: UUID) -> tuple[AgencyView, list[str]]:
    """Return an agency that is there, and the codes of those who may speak for it."""
    driver = await reading.driver()
    async with driver.cursor(row_factory=class_row(AgencyView)) as cursor:
        (found,) = await (await cursor.execute(_ONE, (agency_id,))).fetchall()
    rows: list[Any] = await (await driver.execute(_SPEAKERS, (agency_id,))).fetchall()
    return found, [code for (code,) in rows]


async def clients(
    reading: Reading, *, client_id: str | None = None, below: UUID | None = None
) -> list[ClientView]:
    """Return clients by id: one, those of an agency and below it, or all."""
    driver = await reading.driver()
    async with driver.cursor(row_factory=dict_row) as cursor:
        found = await (await cursor.execute(_CLIENTS, {"client": client_id, "agency": below})).fetchall()
    proofs: dict[str, list[CredentialView]] = {one["id"]: [] for one in found}
    async with driver.cursor(row_factory=class_row(CredentialView)) as cursor:
        for proof in await (await cursor.execute(_CREDENTIALS, (list(proofs),))).fetchall():
            proofs[proof.client_id].append(proof)
    return [ClientView(**one, credentials=tuple(proofs[one["id"]])) for one in found]
