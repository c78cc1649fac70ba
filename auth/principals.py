"""Who is calling, once that is known."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """A person, or somebody acting as an organisation, signed in with an app.

    Attributes:
        party_id: who signed in.
        session_id: the signed-in app; all its tokens end with it.
        assurance: level of the electronic identity, 1 or 2 (Decree 69/2024/ND-CP).
        signed_in_at: when the identity provider saw the person.
    """

    party_id: UUID
    session_id: UUID
    assurance: int
    signed_in_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyCaller:
    """A client that speaks for an agency and its subtree."""

    client_id: str
    agency_id: UUID
    scopes: frozenset[str]
