"""Who has read what: marked up to a message, for all that the other side wrote until then."""

from typing import LiteralString
from uuid import UUID

from storage.consents.kinds import ConsentPurpose
from storage.consents.standing import asked, stands
from storage.unit_of_work import UnitOfWork

# Locked in one order for everybody, so that two phones of one person never wait for each other.
_OTHERS = """
WITH others AS (
  SELECT m.id FROM message m JOIN message last ON last.id = %(up_to)s AND last.dossier_id = m.dossier_id
  WHERE m.dossier_id = %(dossier_id)s AND (m.created_at, m.id) <= (last.created_at, last.id) AND {unread}
  ORDER BY m.id FOR UPDATE OF m
)
"""
# The agency may ask for what is new, too: a reading that it is not told of may not show as a change there.
_BY_PARTY = f"""
{_OTHERS.format(unread="m.author <> 'party' AND m.read_by_party_at IS NULL")},
consent AS (SELECT {stands("%(party_id)s")} AS told)
UPDATE message m SET read_by_party_at = now(),
  receipt_at = CASE WHEN told THEN now() END,
  changed_xid = CASE WHEN told THEN pg_current_xact_id() ELSE m.changed_xid END,
  read_xid = CASE WHEN told THEN m.read_xid ELSE pg_current_xact_id() END
FROM others, consent WHERE m.id = others.id
"""
_BY_AGENCY = f"""
{_OTHERS.format(unread="m.author = 'party' AND m.read_by_agency_at IS NULL")}
UPDATE message m SET read_by_agency_at = now(), changed_xid = pg_current_xact_id()
FROM others WHERE m.id = others.id
"""


async def read_by_party(uow: UnitOfWork, dossier_id: UUID, party_id: UUID, *, up_to: UUID) -> int:
    """Mark as read what the agency wrote about a dossier of the party's; return how many were not before.

    The agency is told of those that are read while the party's consent stands; of others it never is.
    """
    given = {"dossier_id": dossier_id, "party_id": party_id, "up_to": up_to}
    return await _mark(uow, _BY_PARTY, given | asked(ConsentPurpose.READ_RECEIPTS))


async def read_by_agency(uow: UnitOfWork, dossier_id: UUID, *, up_to: UUID) -> int:
    """Mark as read what the party wrote about a dossier of the agency's; return how many were not before."""
    return await _mark(uow, _BY_AGENCY, {"dossier_id": dossier_id, "up_to": up_to})


async def _mark(uow: UnitOfWork, statement: LiteralString, given: dict[str, object]) -> int:
    return (await (await uow.driver()).execute(statement, given)).rowcount
