"""Whether a consent stands, asked within the query for which it matters."""

from typing import Any, LiteralString

from storage.consents import kinds
from storage.consents.kinds import ConsentPurpose

_STANDS: LiteralString = """
coalesce((SELECT c.given AND c.version = ANY(%(consent_versions)s::smallint[]) FROM consent c
  WHERE c.party_id = {party} AND c.purpose = %(consent_purpose)s
    AND c.subject_id IS NOT DISTINCT FROM {subject} ORDER BY c.number DESC LIMIT 1), false)
"""


def stands(party: LiteralString, *, subject: LiteralString = "NULL::uuid") -> LiteralString:
    """Return SQL that is true where a consent of `party`, an expression for its id, stands at this moment.

    `subject` is one for what it is to, where the purpose is consented to for one thing at a time. The query
    needs the parameters of `asked`. Where a party never said anything, it does not consent.
    """
    return _STANDS.strip().format(party=party, subject=subject)


def asked(purpose: ConsentPurpose) -> dict[str, Any]:
    """Return the parameters with which `stands` asks for a purpose."""
    return {"consent_purpose": purpose.value, "consent_versions": sorted(kinds.TERMS[purpose].counting)}
