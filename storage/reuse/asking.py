"""An agency asks for results: once under its own name for the request, whoever the owner is.

Nothing here looks into the owner's store, so nothing can be learnt from an answer about what is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.cipher import Cipher, PartyKey
from storage.ids import new_id
from storage.reuse.errors import SourceIdReused
from storage.reuse.kinds import LONGEST_LIFE, MOST_TYPES, MOST_VISITS, SubmissionChannel
from storage.reuse.requests import NUMBER, REASON
from storage.unit_of_work import Reading, UnitOfWork

_FIND = "SELECT r.id, r.content_hash FROM reuse_request r WHERE r.agency_id = %s AND r.source_id = %s"
_ADD = """
INSERT INTO reuse_request (id, agency_id, client_id, source_id, content_hash, party_id, procedure_code,
  dossier_id, channel, type_codes, number_sealed, reason_sealed, asked_at, expires_at)
VALUES (%(id)s, %(agency_id)s, %(client_id)s, %(source_id)s, %(content_hash)s, %(party_id)s,
  %(procedure_code)s, %(dossier_id)s, %(channel)s, %(type_codes)s, %(number)s, %(reason)s, %(now)s,
  %(expires_at)s)
ON CONFLICT (agency_id, source_id) DO NOTHING
"""
# Two who ask the same at once are answered one after the other.
_IN_TURN = "SELECT FROM party WHERE id = %s FOR NO KEY UPDATE"
# One that was declined or withdrawn still stands in the way of the next until its time is over.
_UNDER_WAY = """
SELECT r.id FROM reuse_request r
WHERE r.party_id = %(party_id)s AND r.agency_id = %(agency_id)s AND r.procedure_code = %(procedure_code)s
  AND r.type_codes @> %(type_codes)s::text[] AND r.number_sealed IS NULL AND r.expires_at > %(now)s
  AND (r.visits < %(most)s OR r.visit_ends_at > %(now)s)
ORDER BY r.asked_at DESC, r.id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What an agency asks for; see `models.ReuseRequest`.

    Attributes:
        content_hash: see the function of that name.
    """

    agency_id: UUID
    client_id: str
    source_id: str
    content_hash: bytes
    procedure_code: str
    dossier_id: UUID | None
    channel: SubmissionChannel | None
    type_codes: Sequence[str]
    number: str | None
    reason: str
    expires_at: datetime

    def __post_init__(self) -> None:
        """Refuse what asks for nothing, or for everything."""
        if not self.reason or not (self.type_codes or self.number) or len(self.type_codes) > MOST_TYPES:
            raise ValueError("a request says what for, and names some types or a number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The request that stands under an agency's id for it, and whether it was made just now."""

    request_id: UUID
    new: bool


def content_hash(cipher: Cipher, party_id: UUID, said: str) -> bytes:
    """Return the keyed hash that tells a repeat: of who is asked, and all that is said, in one form."""
    return cipher.blind_index("reuse.content", f"{party_id} {said}")


async def find_repeat(reading: Reading, agency_id: UUID, source_id: str, hashed: bytes) -> Asked | None:
    """Return what an agency asked under an id, if it is this; none where there is nothing.

    Raises SourceIdReused.
    """
    row: Any = await (await (await reading.driver()).execute(_FIND, (agency_id, source_id))).fetchone()
    if row is None:
        return None
    if bytes(row[1]) != hashed:
        raise SourceIdReused(row[0])
    return Asked(request_id=row[0], new=False)


async def ask(uow: UnitOfWork, key: PartyKey, new: NewRequest, *, now: datetime) -> Asked:
    """Keep a request to the party whose key it is; raises SourceIdReused."""
    if not now < new.expires_at <= now + LONGEST_LIFE:
        raise ValueError("a request ends after it began, within thirty days")
    request_id = new_id()
    given = {
        "id": request_id,
        "agency_id": new.agency_id,
        "client_id": new.client_id,
        "source_id": new.source_id,
        "content_hash": new.content_hash,
        "party_id": key.party_id,
        "procedure_code": new.procedure_code,
        "dossier_id": new.dossier_id,
        "channel": new.channel and new.channel.value,
        "type_codes": list(new.type_codes),
        "number": key.encrypt_optional(new.number, NUMBER),
        "reason": key.encrypt(new.reason, REASON),
        "now": now,
        "expires_at": new.expires_at,
    }
    # Waits for another transaction that asks the same, and finds what it left.
    if (await (await uow.driver()).execute(_ADD, given)).rowcount:
        return Asked(request_id=request_id, new=True)
    repeat = await find_repeat(uow, new.agency_id, new.source_id, new.content_hash)
    if repeat is None:
        raise LookupError("a request that was there is gone: none is ever deleted")
    return repeat


async def under_way(
    uow: UnitOfWork,
    *,
    agency_id: UUID,
    party_id: UUID,
    procedure_code: str,
    type_codes: Sequence[str],
    now: datetime,
) -> UUID | None:
    """Return the latest request of an agency to a party that covers these types and whose time goes on.

    Nobody else asks the party until this transaction is over.
    """
    driver = await uow.driver()
    await driver.execute(_IN_TURN, (party_id,))
    given = {
        "agency_id": agency_id,
        "party_id": party_id,
        "procedure_code": procedure_code,
        "type_codes": list(type_codes),
        "most": MOST_VISITS,
        "now": now,
    }
    row: Any = await (await driver.execute(_UNDER_WAY, given)).fetchone()
    return row[0] if row else None
