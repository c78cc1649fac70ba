"""Who is calling, once that is known."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """A person or an organisation, signed in with an app or acted for by somebody who is.

    Attributes:
        party_id: whose affairs these are.
        session_id: the signed-in app; all its tokens end with it.
        assurance: level of the electronic identity, 1 or 2 (Decree 69/2024/ND-CP), of whoever signed in.
        signed_in_at: when the identity provider saw whoever signed in.
        actor_id: who acts for the party, where it is not the party itself.
        representation_id: by which right they act.
        bound_to: thumbprint of the key that must go with the token (RFC 9449), if one must.
    """

    party_id: UUID
    session_id: UUID
    assurance: int
    signed_in_at: datetime
    actor_id: UUID | None = None
    representation_id: UUID | None = None
    bound_to: str | None = None

    @property
    def signed_in_as(self) -> UUID:
        """Who signed in: the actor where there is one, else the party."""
        return self.actor_id or self.party_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An officer of an agency, or an operator. What one may do is not in the token but asked of the roles.

    Attributes:
        officer_id: who signed in.
        session_id: as a citizen's.
        signed_in_at: when the identity provider saw the person.
        bound_to: as a citizen's.
    """

    officer_id: UUID
    session_id: UUID
    signed_in_at: datetime
    bound_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyCaller:
    """A client that speaks for an agency and its subtree."""

    client_id: str
    agency_id: UUID
    scopes: frozenset[str]
    bound_to: str | None = None


Principal = Citizen | Officer | AgencyCaller
