"""The clients that speak for agencies, and what proves them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.agencies.authority import in_force
from storage.agencies.models import AgencyClient
from storage.ids import new_id
from storage.unit_of_work import Reading, UnitOfWork

MOST_PER_SECOND = 100_000
SECONDS_OF_A_DAY = 86_400
_GOOD = "k.valid_from <= now() AND (k.valid_until IS NULL OR now() < k.valid_until)"
_FIND = f"""
SELECT c.agency_id, c.scopes, c.disabled_at IS NULL AND {in_force("a")},
  coalesce(array_agg(k.secret_hash) FILTER (WHERE k.secret_hash IS NOT NULL), '{{}}'),
  coalesce(array_agg(k.keys) FILTER (WHERE k.keys IS NOT NULL), '{{}}'),
  coalesce(array_agg(k.keys_url) FILTER (WHERE k.keys_url IS NOT NULL), '{{}}')
FROM agency_client c JOIN agency a ON a.id = c.agency_id
LEFT JOIN client_credential k ON k.client_id = c.id AND {_GOOD}
WHERE c.id = %s GROUP BY c.id, a.id
"""
_ADD_CREDENTIAL = """
INSERT INTO client_credential (id, client_id, secret_hash, keys, keys_url, valid_until)
VALUES (%s, %s, %s, %s, %s, %s)
"""
# Ends come nearer and never go away: who was to end tomorrow does not live a week longer by a rotation.
_END = """
UPDATE client_credential k SET valid_until = now() + %(overlap)s
WHERE k.client_id = %(client)s AND k.id <> %(but)s AND (k.secret_hash IS NOT NULL) = %(secrets)s
  AND (k.valid_until IS NULL OR k.valid_until > now() + %(overlap)s)
"""
_REVOKE = """
UPDATE client_credential SET valid_until = least(valid_until, now()) WHERE client_id = %s AND id = %s
"""
_ENABLE = """
UPDATE agency_client SET disabled_at = CASE WHEN %(enabled)s THEN NULL ELSE coalesce(disabled_at, now()) END
WHERE id = %(client)s
"""
_OWN_LIMIT = "SELECT event_rate, event_burst FROM agency_client WHERE id = %s"
_LIMIT = "UPDATE agency_client SET event_rate = %s, event_burst = %s WHERE id = %s"
# Who removes expired ones passes over those that another is removing, so that nobody waits.
_SPEND = """
WITH swept AS (
  DELETE FROM spent_assertion WHERE digest IN (
    SELECT digest FROM spent_assertion WHERE expires_at < now() LIMIT 20 FOR UPDATE SKIP LOCKED)
)
INSERT INTO spent_assertion (digest, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClient:
    """A client as it may prove itself now.

    Attributes:
        secrets: SHA-256 of each secret that is good.
        key_sets: JWK sets that were registered.
        key_urls: where it publishes others.
        enabled: whether it may come in at all: it is not disabled, and its agency is in force.
    """

    client_id: str
    agency_id: UUID
    scopes: frozenset[str]
    secrets: tuple[bytes, ...] = ()
    key_sets: tuple[Mapping[str, Any], ...] = ()
    key_urls: tuple[str, ...] = ()
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One proof: a secret's SHA-256, a JWK set, or its address; `valid_until` is its end, if it has one."""

    secret_hash: bytes | None = None
    keys: Mapping[str, Any] | None = None
    keys_url: str | None = None
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        """Raise ValueError unless there is one proof."""
        if [self.secret_hash, self.keys, self.keys_url].count(None) != 2:  # noqa: PLR2004 - of three
            raise ValueError("a credential is one proof")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLimit:
    """So many events a second in the long run, and so many at once."""

    rate: float
    burst: int

    def __post_init__(self) -> None:
        """Raise ValueError for what could not be kept: a bucket is full again within a day."""
        if not 0 < self.rate <= MOST_PER_SECOND or not 1 <= self.burst <= self.rate * SECONDS_OF_A_DAY:
            raise ValueError(
                f"a rate is above 0 and up to {MOST_PER_SECOND:,} a second, and what may come at once is at "
                "least 1 and at most what comes in a day"
            )


async def find_client(reading: Reading, client_id: str) -> KnownClient | None:
    """Return a client, enabled or not, with what proves it now."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_FIND, (client_id,), binary=True)).fetchone()
    if row is None:
        return None
    agency_id, scopes, enabled, secrets, key_sets, key_urls = row
    return KnownClient(
        client_id=client_id,
        agency_id=agency_id,
        scopes=frozenset(scopes),
        secrets=tuple(secrets),
        key_sets=tuple(key_sets),
        key_urls=tuple(key_urls),
        enabled=enabled,
    )


async def add_client(
    uow: UnitOfWork, *, client_id: str, agency_id: UUID, scopes: Collection[str], credential: Credential
) -> None:
    """Register a client with its first credential. Raises sqlalchemy.exc.IntegrityError for a taken id."""
    uow.session.add(AgencyClient(id=client_id, agency_id=agency_id, scopes=sorted(scopes)))
    await uow.session.flush()
    await add_credential(uow, client_id, credential)


async def add_credential(uow: UnitOfWork, client_id: str, credential: Credential) -> UUID:
    """Give a client that is known another credential, good from now on; return its id."""
    credential_id = new_id()
    keys = None if credential.keys is None else Jsonb(credential.keys)
    given = (credential.secret_hash, keys, credential.keys_url, credential.valid_until)
    await (await uow.driver()).execute(_ADD_CREDENTIAL, (credential_id, client_id, *given))
    return credential_id


async def end_others(
    uow: UnitOfWork, client_id: str, *, but: UUID, secrets: bool, overlap: timedelta
) -> None:
    """Let the other secrets of a client, or its other keys, be good for no longer than the overlap."""
    given = {"client": client_id, "but": but, "secrets": secrets, "overlap": overlap}
    await (await uow.driver()).execute(_END, given)


async def revoke_credential(uow: UnitOfWork, client_id: str, credential_id: UUID) -> bool:
    """End one credential at once; say whether the client has it. May be repeated."""
    return (await (await uow.driver()).execute(_REVOKE, (client_id, credential_id))).rowcount > 0


async def set_enabled(uow: UnitOfWork, client_id: str, *, enabled: bool) -> bool:
    """Let a client in, or in no more; say whether there is one. May be repeated."""
    given = {"client": client_id, "enabled": enabled}
    return (await (await uow.driver()).execute(_ENABLE, given)).rowcount > 0


async def set_limit(uow: UnitOfWork, client_id: str, limit: EventLimit | None) -> bool:
    """Set how many events a client may send, None for as many as usual; say whether there is one."""
    given = (limit and limit.rate, limit and limit.burst, client_id)
    return (await (await uow.driver()).execute(_LIMIT, given)).rowcount > 0


async def event_limit(reading: Reading, client_id: str, *, usual: EventLimit) -> EventLimit:
    """Return how many events a client may send."""
    row: Any = await (await (await reading.driver()).execute(_OWN_LIMIT, (client_id,))).fetchone()
    return EventLimit(rate=row[0], burst=row[1]) if row and row[0] else usual


async def spend_assertion(uow: UnitOfWork, digest: bytes, *, expires_at: datetime) -> bool:
    """Note that an assertion was used; say whether this was the first time. Sweeps what has expired."""
    return (await (await uow.driver()).execute(_SPEND, (digest, expires_at))).rowcount > 0
