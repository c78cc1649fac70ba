"""Officers as they and others see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from storage.agencies.authority import in_force
from storage.agencies.repository import resolve
from storage.cipher import Cipher
from storage.officers.authority import holds, live
from storage.officers.repository import EMAIL, NAME
from storage.officers.roles import Role
from storage.unit_of_work import Reading

_ROLES = f"""
SELECT r.officer_id, r.id AS role_id, r.role, a.code AS agency_code, a.name AS agency_name, r.valid_from,
  r.valid_until, r.granted_by, {live("r")} AND (a.id IS NULL OR {in_force("a")}) AS counts
FROM officer_role r LEFT JOIN agency a ON a.id = r.agency_id
"""
_ONES_ROLES = f"{_ROLES} WHERE r.officer_id = ANY(%s) ORDER BY r.id"
_PERSON = """
SELECT id, name_sealed, email_sealed, created_at, admitted_at, disabled_at, invited_by FROM officer
"""
_ENABLED = f"{_PERSON} WHERE id = %s AND disabled_at IS NULL"
_BY_ID = f"{_PERSON} WHERE id = %s"
_BY_EMAIL = f"{_PERSON} WHERE email_index = %s"
_ALL = f"{_PERSON} WHERE id > coalesce(%s::uuid, '00000000-0000-0000-0000-000000000000') ORDER BY id LIMIT %s"
_IS_OPERATOR = f"""
SELECT EXISTS (
  SELECT FROM officer_role r JOIN officer o ON o.id = r.officer_id
  WHERE o.id = %s AND o.disabled_at IS NULL AND r.role = 'operator' AND {live("r")})
"""
# The agency comes first, so that one without officers can be told from one that is not for the caller's eyes.
_COLLEAGUES = f"""
WITH top AS (
  SELECT a.id FROM agency a
  WHERE a.id = %(agency_id)s AND {holds("a.id")}
), found AS (
  SELECT r.id AS role_id, o.id, o.name_sealed, o.email_sealed, r.role, a.code AS agency_code,
    a.name AS agency_name, r.valid_from, r.valid_until
  FROM top JOIN agency a ON top.id = ANY(a.lineage)
  JOIN officer_role r ON r.agency_id = a.id AND {live("r")}
  JOIN officer o ON o.id = r.officer_id AND o.disabled_at IS NULL
  WHERE {in_force("a")} AND coalesce(r.id > %(after)s::uuid, true)
  ORDER BY r.id LIMIT %(limit)s
)
SELECT found.* FROM top LEFT JOIN found ON true ORDER BY found.role_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """A role that an officer has, had or will have; `counts` tells whether it does now."""

    officer_id: UUID
    role_id: UUID
    role: Role
    agency_code: str | None
    agency_name: str | None
    valid_from: datetime
    valid_until: datetime | None
    granted_by: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerView:
    """An officer, and all roles that they ever had."""

    id: UUID
    name: str | None
    email: str | None
    invited_by: str
    created_at: datetime
    admitted_at: datetime | None
    disabled_at: datetime | None
    roles: tuple[RoleView, ...]

    @property
    def current(self) -> tuple[RoleView, ...]:
        """The roles that count now."""
        return tuple(role for role in self.roles if role.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """One role of one officer, as those in charge of an agency see it."""

    role_id: UUID
    officer_id: UUID
    name: str | None
    email: str | None
    role: Role
    agency_code: str
    agency_name: str
    valid_from: datetime
    valid_until: datetime | None


async def enabled_officer(reading: Reading, officer_id: UUID) -> OfficerView | None:
    """Return an officer who may come in."""
    return await _one(reading, _ENABLED, officer_id)


async def officer(reading: Reading, officer_id: UUID) -> OfficerView | None:
    """Return an officer, shut out or not."""
    return await _one(reading, _BY_ID, officer_id)


async def officer_of_email(reading: Reading, index: bytes) -> OfficerView | None:
    """Return the officer who was invited by an address, by its blind index."""
    return await _one(reading, _BY_EMAIL, index)


async def officers(reading: Reading, *, after: UUID | None, limit: int) -> list[OfficerView]:
    """Return officers in the order in which they were invited."""
    return await _views(reading, _ALL, (after, limit))


async def is_operator(reading: Reading, officer_id: UUID) -> bool:
    """Whether an officer is an operator now."""
    row = await (await (await reading.driver()).execute(_IS_OPERATOR, (officer_id,))).fetchone()
    return row == (True,)


async def colleagues(
    reading: Reading,
    officer_id: UUID,
    roles: Collection[Role],
    *,
    agency_code: str,
    after: UUID | None,
    limit: int,
) -> list[Colleague] | None:
    """Return who holds roles in an agency and below it, by role; None unless the asking officer may know.

    Args:
        reading: where to look.
        officer_id: who asks.
        roles: one of these is needed for the agency, or one above it.
        agency_code: one of the agency's codes, in its normal form.
        after: the role with which the page before ended.
        limit: how many at most.
    """
    meant = (await resolve(reading, [agency_code])).get(agency_code)
    # Asked for one that is missing as well, so that it can not be told from another's by the time it takes.
    given = {
        "officer": officer_id,
        "roles": [role.value for role in roles],
        "agency_id": meant and meant.id,
        "after": after,
        "limit": limit,
    }
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(_COLLEAGUES, given)).fetchall()
    if not rows:
        return None
    return [_colleague(reading.cipher, row) for row in rows if row["role_id"]]


def _colleague(cipher: Cipher, row: dict[str, Any]) -> Colleague:
    row["officer_id"] = row.pop("id")
    return Colleague(**_opened(cipher, row) | {"role": Role(row["role"])})


async def _one(reading: Reading, query: str, key: object) -> OfficerView | None:
    found = await _views(reading, query, (key,))
    return found[0] if found else None


async def _views(reading: Reading, query: str, given: Sequence[object]) -> list[OfficerView]:
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        people = await (await cursor.execute(query.encode(), given)).fetchall()
        found = await cursor.execute(_ONES_ROLES, ([one["id"] for one in people],))
        roles: dict[UUID, list[RoleView]] = {one["id"]: [] for one in people}
        for row in await found.fetchall():
            roles[row["officer_id"]].append(RoleView(**row | {"role": Role(row["role"])}))
    return [OfficerView(**_opened(reading.cipher, one), roles=tuple(roles[one["id"]])) for one in people]


def _opened(cipher: Cipher, row: dict[str, Any]) -> dict[str, Any]:
    name, email = row.pop("name_sealed"), row.pop("email_sealed")
    return row | {
        "name": None if name is None else cipher.unseal(name, NAME),
        "email": None if email is None else cipher.unseal(email, EMAIL),
    }
