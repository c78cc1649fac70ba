"""What an officer sees of portals: an operator all, others what concerns their agencies."""

from typing import LiteralString

from storage.officers.authority import live, reached
from storage.officers.roles import Role

_OPERATES: LiteralString = f"""EXISTS (
  SELECT FROM officer_role held JOIN officer who ON who.id = held.officer_id
  WHERE held.officer_id = %(officer)s AND held.role = '{Role.OPERATOR.value}' AND {live("held")}
    AND who.disabled_at IS NULL
)"""


def within_reach(agency_id: LiteralString) -> LiteralString:
    """Return SQL that tells whether an officer operates the installation, or holds a role for an agency.

    The query's parameters are those of `storage.officers.authority`.

    Args:
        agency_id: SQL for the agency's id.
    """
    return f"({_OPERATES} OR {agency_id} = ANY({reached()}))"
