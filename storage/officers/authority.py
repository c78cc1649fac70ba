"""What an officer may see: asked of the roles in the very query, so that a role that ends ends at once."""

from typing import LiteralString

from storage.agencies.authority import speakers, spoken_for


def live(role: LiteralString) -> LiteralString:
    """Return SQL that tells whether a row of `officer_role`, by its name in the query, counts now."""
    return f"({role}.valid_from <= now() AND coalesce(now() < {role}.valid_until, true))"


def holds(agency_id: LiteralString) -> LiteralString:
    """Return SQL that tells whether an officer holds one of some roles for an agency, or for one above it.

    An agency above it is one that may speak for it (`storage.agencies.authority`): a role in an agency that
    has ended is worth nothing, and one in its successor reaches what it left. The query's parameters name
    the officer as `officer` and the roles as `roles`.

    Args:
        agency_id: SQL for the agency's id.
    """
    return f"""EXISTS (
  SELECT FROM officer_role held JOIN officer who ON who.id = held.officer_id
  WHERE held.officer_id = %(officer)s AND held.role = ANY(%(roles)s) AND {live("held")}
    AND who.disabled_at IS NULL AND held.agency_id = ANY({speakers(agency_id)})
)"""


def reached() -> LiteralString:
    """Return SQL for the ids, as an array, of the agencies for which an officer holds one of some roles.

    The rule of `holds`, backwards, for lists over all of them; the query's parameters are the same.
    """
    return f"""ARRAY(
  SELECT DISTINCT unnest({spoken_for("held.agency_id")})
  FROM officer_role held JOIN officer who ON who.id = held.officer_id
  WHERE held.officer_id = %(officer)s AND held.role = ANY(%(roles)s) AND {live("held")}
    AND who.disabled_at IS NULL
)"""
