"""Rights to act for another: entered, accepted and ended; by whom, is part of each statement."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, ConfigDict

from storage.cipher import PartyKey
from storage.ids import new_id
from storage.parties.repository import PartyIdentity, number_index
from storage.representations.kinds import EndedBy, EstablishedBy, EvidenceKind
from storage.representations.terms import Terms
from storage.unit_of_work import Reading, UnitOfWork

NUMBER = "representation.number"
EVIDENCE = "representation.evidence"
LIVE = "r.ended_at IS NULL AND (r.valid_until IS NULL OR r.valid_until > %(now)s)"
"""Counts, or would once it is accepted or begins."""

# Rows of one represented party are counted one after the other, so that two at once do not pass the limit.
_PARTY = "SELECT id FROM party WHERE number_index = %s"
_HOLD = "SELECT FROM party WHERE id = %s FOR NO KEY UPDATE"
_COUNT = f"""
SELECT count(*) FILTER (WHERE {LIVE}) AS standing,
  count(*) FILTER (WHERE r.created_at > %(since)s) AS lately,
  count(*) FILTER (WHERE r.created_at > %(since)s AND r.actor_index = %(index)s) AS of_this_one
FROM representation r WHERE r.represented_id = %(party_id)s AND r.established_by = 'represented'
"""
_ADD = """
INSERT INTO representation
  (id, actor_index, actor_id, actor_number_sealed, represented_id, kind, scope, evidence_kind,
  evidence_sealed, valid_from, valid_until, established_by, client_id, external_id, content_hash, created_at,
  confirmed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_EXTERNAL = """
SELECT id, content_hash, created_at FROM representation WHERE client_id = %s AND external_id = %s
"""
_ACCEPT = f"""
UPDATE representation r SET actor_id = p.id, confirmed_at = coalesce(r.confirmed_at, %(now)s) FROM party p
WHERE r.id = %(id)s AND p.id = %(party_id)s AND r.actor_index = p.number_index AND {LIVE}
RETURNING r.represented_id, r.actor_id, r.confirmed_at = %(now)s AS changed
"""
_MINE = """
EXISTS (SELECT FROM party p WHERE p.id = %(party_id)s
  AND CASE %(by)s::text WHEN 'represented' THEN r.represented_id = p.id ELSE r.actor_index = p.number_index
  END)
"""
_END = f"""
UPDATE representation r SET ended_at = %(now)s, ended_by = %(by)s::text, ended_reason = %(reason)s
WHERE r.id = %(id)s AND r.ended_at IS NULL AND (%(party_id)s::uuid IS NULL OR {_MINE})
RETURNING r.represented_id, true AS changed,
  coalesce(r.actor_id, (SELECT id FROM party WHERE number_index = r.actor_index)) AS actor_id
"""
_ENDED = f"""
SELECT r.represented_id, r.actor_id, false AS changed FROM representation r
WHERE r.id = %(id)s AND r.ended_at IS NOT NULL AND (%(party_id)s::uuid IS NULL OR {_MINE})
"""


class Evidence(BaseModel):
    """What shows that somebody may act: kept under the key of the represented, but for its kind."""

    model_config = ConfigDict(frozen=True)

    number: str
    issuer: str
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """By what an agency's client knows a representation. `content_hash` is keyed: it tells a true repeat."""

    client_id: str
    external_id: str
    content_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRepresentation:
    """A right to be entered.

    Attributes:
        key: of the represented party.
        actor_id: the representative; none where it has to accept first, and then counts from that on.
        evidence: what shows it, but for the represented party's own word.
    """

    terms: Terms
    key: PartyKey
    actor_id: UUID | None
    evidence_kind: EvidenceKind
    evidence: Evidence | None
    established_by: EstablishedBy
    external: External | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A representation as an agency's client entered it."""

    id: UUID
    content_hash: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """Whom a representation binds, as far as they are parties.

    `changed` is false where it was done before.
    """

    represented_id: UUID
    actor_id: UUID | None
    changed: bool


async def hold(uow: UnitOfWork, party_id: UUID) -> None:
    """Let others who enter a representative of this party wait until this transaction ends."""
    await (await uow.driver()).execute(_HOLD, (party_id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many a party named that may act or were asked; and that it asked of late, this one among them."""

    standing: int
    lately: int
    of_this_one: int


async def count(
    reading: Reading, party_id: UUID, representative: PartyIdentity, *, since: datetime, now: datetime
) -> Counts:
    """Count the representatives that a party named itself; `since` says what is of late."""
    index = number_index(reading.cipher, representative)
    given = {"party_id": party_id, "index": index, "since": since, "now": now}
    async with (await reading.driver()).cursor(row_factory=class_row(Counts)) as cursor:
        await cursor.execute(_COUNT.encode(), given)
        found = await cursor.fetchone()
    assert found is not None  # noqa: S101 - a count has always a row
    return found


async def add(uow: UnitOfWork, new: NewRepresentation, *, now: datetime) -> UUID:
    """Enter a representation; return its id.

    Raises psycopg.errors.UniqueViolation where the client used the external id at this very moment.
    """
    terms, external = new.terms, new.external
    evidence = new.evidence.model_dump_json() if new.evidence else None
    representation_id = new_id()
    row = (
        representation_id,
        number_index(uow.cipher, terms.representative),
        new.actor_id,
        new.key.encrypt(terms.representative.number, NUMBER),
        new.key.party_id,
        terms.kind.value,
        sorted(str(power) for power in terms.scope),
        new.evidence_kind.value,
        new.key.encrypt_optional(evidence, EVIDENCE),
        terms.valid_from,
        terms.valid_until,
        new.established_by.value,
        *((external.client_id, external.external_id, external.content_hash) if external else (None,) * 3),
        now,
        now if new.actor_id else None,
    )
    await (await uow.driver()).execute(_ADD, row)
    return representation_id


async def entered(reading: Reading, client_id: str, external_id: str) -> Entered | None:
    """Return what a client has entered under an id of its own."""
    async with (await reading.driver()).cursor(row_factory=class_row(Entered)) as cursor:
        await cursor.execute(_EXTERNAL, (client_id, external_id))
        return await cursor.fetchone()


async def accept(uow: UnitOfWork, party_id: UUID, representation_id: UUID, *, now: datetime) -> Both | None:
    """Let a right count that its representative agrees to; none where it is over, or another's.

    May be repeated.
    """
    return await _both(uow, _ACCEPT, {"id": representation_id, "party_id": party_id, "now": now})


async def end(
    uow: UnitOfWork,
    representation_id: UUID,
    *,
    by: EndedBy,
    party_id: UUID | None,
    reason: str,
    now: datetime,
) -> Both | None:
    """End a right; none where it is not one of this party's in its role (`None`: an operator's are all).

    May be repeated: how it ended first stays.
    """
    given = {"id": representation_id, "by": by.value, "party_id": party_id, "reason": reason, "now": now}
    return await _both(uow, _END, given) or await _both(uow, _ENDED, given)


async def _both(uow: UnitOfWork, statement: str, given: dict[str, Any]) -> Both | None:
    async with (await uow.driver()).cursor(row_factory=class_row(Both)) as cursor:
        await cursor.execute(statement.encode(), given)
        return await cursor.fetchone()


async def party_of(reading: Reading, identity: PartyIdentity) -> UUID | None:
    """Return the party that is known by a number, if one is."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_PARTY, (number_index(reading.cipher, identity),))).fetchone()
    return row[0] if row else None
