"""What an agency gets of what was granted. Its right is asked in the query: the consent, the time, the uses.

Whoever withdraws holds the request's row, as does whoever opens a file: after the one the other sees it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from storage.agencies.authority import speakers
from storage.consents.kinds import ConsentPurpose
from storage.consents.standing import asked, stands
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.reuse.kinds import MOST_VISITS, VISIT
from storage.seals import repository as seals
from storage.seals.repository import Seal
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault import opening
from storage.vault.kinds import FileRole
from storage.vault.opening import OpenFile
from storage.vault.rows import OwnDocument, open_rows

_GRANTED: LiteralString = f"""
SELECT r.party_id, r.agency_id, a.name, r.dossier_id, r.visits, r.visit_ends_at,
  ARRAY(SELECT g.document_id FROM reuse_document g WHERE g.request_id = r.id ORDER BY g.place)
FROM reuse_request r
JOIN party_key k ON k.party_id = r.party_id
JOIN agency a ON a.id = r.agency_id
WHERE r.id = %(id)s AND %(caller_id)s = ANY({speakers("r.agency_id")})
  AND r.answer = 'granted' AND r.expires_at > %(now)s
  AND (r.visits < %(most)s OR r.visit_ends_at > %(now)s)
  AND {stands("r.party_id", subject="r.id")}
"""
_HELD = f"{_GRANTED} FOR NO KEY UPDATE OF r"
_BEGIN = "UPDATE reuse_request SET visits = visits + 1, visit_ends_at = %(ends_at)s WHERE id = %(id)s"
_NOTE = """
INSERT INTO reuse_reading (request_id, visit, document_id, role, at, client_id)
VALUES (%(id)s, %(visit)s, %(document_id)s, %(role)s, %(now)s, %(client_id)s) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A grant that stands at this moment.

    Attributes:
        party_id: whose documents these are.
        agency_name: as it is now, of the agency that asked, whose `agency_id` it is.
        document_ids: in the owner's order; some may be gone by now.
    """

    request_id: UUID
    party_id: UUID
    agency_id: UUID
    agency_name: str
    dossier_id: UUID | None
    visits: int
    visit_ends_at: datetime | None
    document_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedDocument:
    """A document that was granted, and its seal where it has one."""

    own: OwnDocument
    seal: Seal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A file that an agency opens.

    Attributes:
        first: whether it does so for the first time in this visit, and `visit_begins` with this one.
    """

    grant: Grant
    file: OpenFile
    first: bool
    visit_begins: bool


async def standing(reading: Reading, caller_id: UUID, request_id: UUID, *, now: datetime) -> Grant | None:
    """Return a grant to an agency for which the caller may speak; none where none stands (any more)."""
    return await _grant(reading, _GRANTED, caller_id, request_id, now)


async def documents(reading: Reading, grant: Grant) -> tuple[GrantedDocument, ...]:
    """Return what was granted, without what is gone by now or damaged."""
    key = await parties.open_key(reading, grant.party_id)
    opened = (await open_rows(reading, key, grant.document_ids)).own
    return tuple(
        [
            GrantedDocument(own=opened[one], seal=await _seal_of(reading, opened, one))
            for one in grant.document_ids
            if one in opened
        ]
    )


async def _seal_of(reading: Reading, opened: Mapping[UUID, OwnDocument], document_id: UUID) -> Seal | None:
    seal_id = opened[document_id].document.seal_id
    return await seals.by_id(reading, seal_id) if seal_id else None


async def open_file(
    uow: UnitOfWork,
    *,
    caller_id: UUID,
    client_id: str,
    request_id: UUID,
    document_id: UUID,
    role: FileRole,
    now: datetime,
) -> Opening:
    """Open a file that was granted, and note it; within an hour of the first, all belong to one visit.

    Raises:
        NotFoundError: no such grant stands, or there is no such file in it.
        NotIntact: the file's row, or its document's, is not as it was written.
    """
    grant = await _grant(uow, _HELD, caller_id, request_id, now)
    if grant is None or document_id not in grant.document_ids:
        raise NotFoundError("document")
    file = await opening.open_one(uow, grant.party_id, document_id, role)
    begins = grant.visit_ends_at is None or grant.visit_ends_at <= now
    driver = await uow.driver()
    if begins:
        await driver.execute(_BEGIN, {"id": request_id, "ends_at": now + VISIT})
    given = {
        "id": request_id,
        "visit": grant.visits + begins,
        "document_id": document_id,
        "role": role.value,
        "now": now,
        "client_id": client_id,
    }
    first = (await driver.execute(_NOTE, given)).rowcount == 1
    return Opening(grant=grant, file=file, first=first, visit_begins=begins)


async def _grant(
    reading: Reading, query: LiteralString, caller_id: UUID, request_id: UUID, now: datetime
) -> Grant | None:
    given = {
        "id": request_id,
        "caller_id": caller_id,
        "now": now,
        "most": MOST_VISITS,
        **asked(ConsentPurpose.REUSE),
    }
    row: Any = await (await (await reading.driver()).execute(query, given)).fetchone()
    if row is None:
        return None
    party_id, agency_id, agency_name, dossier_id, visits, visit_ends_at, document_ids = row
    return Grant(
        request_id=request_id,
        party_id=party_id,
        agency_id=agency_id,
        agency_name=agency_name,
        dossier_id=dossier_id,
        visits=visits,
        visit_ends_at=visit_ends_at,
        document_ids=tuple(document_ids),
    )
