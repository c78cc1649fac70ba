"""Rights to act for another: entered, accepted and ended; by whom, is part of each statement."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from pydantic import BaseModel, ConfigDict

from storage.cipher import PartyKey
from storage.ids import new_id
from storage.parties.repository import number_index
from storage.representations.kinds import EndedBy, EstablishedBy, EvidenceKind
from storage.representations.models import Representation
from storage.representations.terms import Terms
from storage.unit_of_work import Reading, UnitOfWork

NUMBER = "representation.number"
EVIDENCE = "representation.evidence"
LIVE = "r.ended_at IS NULL AND (r.valid_until IS NULL OR r.valid_until > %(now)s)"
"""Counts, or would once it is accepted or begins."""

# Rows of one represented party are counted one after the other, so that two at once do not pass the limit.
_HOLD = "SELECT FROM party WHERE id = %s FOR NO KEY UPDATE"
_COUNT = f"SELECT count(*) FROM representation r WHERE r.represented_id = %(party_id)s AND {LIVE}"
_EXTERNAL = """
SELECT id, content_hash, created_at FROM representation WHERE client_id = %s AND external_id = %s
"""
_ACCEPT = f"""
UPDATE representation r SET actor_id = p.id, confirmed_at = %(now)s FROM party p
WHERE r.id = %(id)s AND p.id = %(party_id)s AND r.actor_index = p.number_index
  AND r.confirmed_at IS NULL AND {LIVE}
RETURNING r.represented_id, r.actor_id
"""
_MINE = """
EXISTS (SELECT FROM party p WHERE p.id = %(party_id)s
  AND CASE WHEN %(by)s = 'represented' THEN r.represented_id = p.id ELSE r.actor_index = p.number_index END)
"""
_END = f"""
UPDATE representation r SET ended_at = %(now)s, ended_by = %(by)s, ended_reason = %(reason)s
WHERE r.id = %(id)s AND r.ended_at IS NULL AND (%(party_id)s::uuid IS NULL OR {_MINE})
RETURNING r.represented_id, r.actor_id
"""
_FIND = f"""
SELECT r.represented_id, r.actor_id FROM representation r
WHERE r.id = %(id)s AND (%(party_id)s::uuid IS NULL OR {_MINE})
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
    """Whom a representation binds; nobody has accepted it where there is no `actor_id`."""

    represented_id: UUID
    actor_id: UUID | None


async def hold(uow: UnitOfWork, party_id: UUID) -> None:
    """Let others who enter a representative of this party wait until this transaction ends."""
    await (await uow.driver()).execute(_HOLD, (party_id,))


async def count(reading: Reading, party_id: UUID, *, now: datetime) -> int:
    """Return how many representatives a party has, or has asked."""
    driver = await reading.driver()
    row: Any = await (await driver.execute(_COUNT, {"party_id": party_id, "now": now})).fetchone()
    return int(row[0])


async def add(uow: UnitOfWork, new: NewRepresentation, *, now: datetime) -> UUID:
    """Enter a representation; return its id.

    Raises sqlalchemy.exc.IntegrityError where the client has used the external id at this very moment.
    """
    terms, external = new.terms, new.external
    row = Representation(
        id=new_id(),
        actor_index=number_index(uow.cipher, terms.representative),
        actor_id=new.actor_id,
        actor_number_sealed=new.key.encrypt(terms.representative.number, NUMBER),
        represented_id=new.key.party_id,
        kind=terms.kind.value,
        scope=sorted(terms.scope),
        evidence_kind=new.evidence_kind.value,
        evidence_sealed=new.key.encrypt_optional(
            new.evidence.model_dump_json() if new.evidence else None, EVIDENCE
        ),
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        established_by=new.established_by.value,
        client_id=external.client_id if external else None,
        external_id=external.external_id if external else None,
        content_hash=external.content_hash if external else None,
        created_at=now,
        confirmed_at=now if new.actor_id else None,
    )
    uow.session.add(row)
    await uow.session.flush()
    return row.id


async def entered(reading: Reading, client_id: str, external_id: str) -> Entered | None:
    """Return what a client has entered under an id of its own."""
    async with (await reading.driver()).cursor(row_factory=class_row(Entered)) as cursor:
        await cursor.execute(_EXTERNAL, (client_id, external_id))
        return await cursor.fetchone()


async def accept(uow: UnitOfWork, party_id: UUID, representation_id: UUID, *, now: datetime) -> Both | None:
    """Let a right count that its representative agrees to; none where it awaits nobody, or somebody else."""
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
    """End a right; none where it is over, or not one of this party's (`None`: an operator's are all)."""
    given = {"id": representation_id, "by": by.value, "party_id": party_id, "reason": reason, "now": now}
    return await _both(uow, _END, given)


async def find(
    reading: Reading, representation_id: UUID, *, by: EndedBy, party_id: UUID | None
) -> Both | None:
    """Return whom a right binds, or did, where it is one of this party's (`None`: as of `end`)."""
    return await _both(reading, _FIND, {"id": representation_id, "by": by.value, "party_id": party_id})


async def _both(reading: Reading, statement: str, given: dict[str, Any]) -> Both | None:
    async with (await reading.driver()).cursor(row_factory=class_row(Both)) as cursor:
        await cursor.execute(statement.encode(), given)
        return await cursor.fetchone()
