"""Rights to act as both sides see them, and as they are asked for when somebody acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, dict_row

from storage.cipher import Cipher
from storage.parties.kinds import PartyKind
from storage.parties.repository import NAME
from storage.parties.repository import NUMBER as PARTY_NUMBER
from storage.representations.kinds import EstablishedBy, RepresentationKind, Standing
from storage.representations.repository import NUMBER
from storage.unit_of_work import Reading

_FIELDS = """
  r.id, r.kind, r.scope, r.valid_from, r.valid_until, r.established_by, r.created_at, r.confirmed_at,
  r.ended_at, r.ended_by, r.ended_reason
"""
_PAGE = """
  AND (r.created_at, r.id) < (coalesce(%(created_at)s::timestamptz, 'infinity'),
    coalesce(%(id)s::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
ORDER BY r.created_at DESC, r.id DESC LIMIT %(limit)s
"""
# Of somebody who has not agreed there is no `actor_id`, and so no name: only the number that was given.
_REPRESENTATIVES = f"""
SELECT {_FIELDS}, r.represented_id AS number_of, own.wrapped AS number_key, r.actor_number_sealed AS number,
  p.id AS name_of, k.wrapped AS name_key, p.name_sealed AS name, p.kind AS party_kind
FROM representation r
JOIN party_key own ON own.party_id = r.represented_id
LEFT JOIN party p ON p.id = r.actor_id
LEFT JOIN party_key k ON k.party_id = p.id
WHERE r.represented_id = %(party_id)s {_PAGE}
"""
_REPRESENTED = f"""
SELECT {_FIELDS}, p.id AS number_of, k.wrapped AS number_key, p.number_sealed AS number,
  p.id AS name_of, k.wrapped AS name_key, p.name_sealed AS name, p.kind AS party_kind
FROM representation r
JOIN party me ON me.number_index = r.actor_index
JOIN party p ON p.id = r.represented_id
JOIN party_key k ON k.party_id = p.id
WHERE me.id = %(party_id)s {_PAGE}
"""
_LIVE = """
SELECT r.represented_id, r.scope, r.valid_until, s.client_id
FROM representation r
JOIN party p ON p.id = r.represented_id AND p.erased_at IS NULL
JOIN session s ON s.id = %(session_id)s AND s.party_id = r.actor_id
  AND s.revoked_at IS NULL AND s.expires_at > %(now)s
WHERE r.id = %(id)s AND r.actor_id = %(actor_id)s AND r.confirmed_at IS NOT NULL AND r.ended_at IS NULL
  AND r.valid_from <= %(now)s AND (r.valid_until IS NULL OR r.valid_until > %(now)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A right that counts now, used by a session that goes on; `client_id` is the session's app."""

    represented_id: UUID
    scope: frozenset[str]
    valid_until: datetime | None
    client_id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "scope", frozenset(self.scope))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRepresentation:
    """A right as one side sees it, with the other side's number and, once both agree, kind and name."""

    id: UUID
    number: str
    name: str | None
    party_kind: PartyKind | None
    kind: RepresentationKind
    scope: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime | None
    established_by: EstablishedBy
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    ended_reason: str | None

    def standing(self, now: datetime) -> Standing:
        """Tell how it stands."""
        if self.ended_at is not None:
            return Standing.ENDED
        if self.valid_until is not None and self.valid_until <= now:
            return Standing.EXPIRED
        if self.confirmed_at is None:
            return Standing.PENDING
        return Standing.UPCOMING if now < self.valid_from else Standing.ACTIVE


async def live(
    reading: Reading, representation_id: UUID, *, actor_id: UUID, session_id: UUID, now: datetime
) -> Live | None:
    """Return a right that this party may use in this session now; none for any other, for whatever reason."""
    given = {"id": representation_id, "actor_id": actor_id, "session_id": session_id, "now": now}
    async with (await reading.driver()).cursor(row_factory=class_row(Live)) as cursor:
        await cursor.execute(_LIVE, given)
        return await cursor.fetchone()


Place = tuple[datetime, UUID]
"""`created_at` and `id` of the last one of the page before."""


async def representatives(
    reading: Reading, party_id: UUID, *, after: Place | None, limit: int
) -> Sequence[OwnRepresentation]:
    """Return up to `limit` of those who may, might or could act for a party, the newest first."""
    return await _page(reading, _REPRESENTATIVES, _given(party_id, after, limit), NUMBER)


async def represented(
    reading: Reading, party_id: UUID, *, after: Place | None, limit: int
) -> Sequence[OwnRepresentation]:
    """Return up to `limit` of those for whom a party may, might or could act, the newest first."""
    return await _page(reading, _REPRESENTED, _given(party_id, after, limit), PARTY_NUMBER)


def _given(party_id: UUID, after: Place | None, limit: int) -> dict[str, Any]:
    created_at, last_id = after or (None, None)
    return {"party_id": party_id, "created_at": created_at, "id": last_id, "limit": limit}


async def _page(
    reading: Reading, statement: str, given: dict[str, Any], purpose: str
) -> list[OwnRepresentation]:
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement.encode(), given)
        return [_opened(reading.cipher, row, purpose) for row in await cursor.fetchall()]


def _opened(cipher: Cipher, row: dict[str, Any], purpose: str) -> OwnRepresentation:
    key = cipher.open_party_key(row.pop("number_of"), row.pop("number_key"))
    name_of, name_key = row.pop("name_of"), row.pop("name_key")
    # Whose key is gone was erased since: what is left is the number that the other side knows.
    name = cipher.open_party_key(name_of, name_key).decrypt_optional(row["name"], NAME) if name_key else None
    opened = {
        "number": key.decrypt(row["number"], purpose),
        "name": name,
        "party_kind": PartyKind(row["party_kind"]) if row["party_kind"] else None,
        "kind": RepresentationKind(row["kind"]),
        "scope": tuple(row["scope"]),
        "established_by": EstablishedBy(row["established_by"]),
    }
    return OwnRepresentation(**row | opened)
