"""What we ask of whoever vouches for people: the port that identity providers are plugged into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from storage.parties.kinds import PartyKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The citizen or organisation of whom a provider's claims speak.

    Attributes:
        kind: person or organisation.
        number: checked citizen number or tax code, digits only.
        name: in NFC.
        assurance: 1 or 2; what has no level counts as 2 (see `auth.claims`).
    """

    kind: PartyKind
    number: str
    name: str
    assurance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What a provider says of somebody who signed in there, verified.

    Attributes:
        issuer: the provider, as it names itself.
        subject: its name for the account, unique there alone.
        claims: all that it says of the person.
        signed_in_at: when it saw the person.
        sid: its name for the session there, where it tells one (Back-Channel Logout 1.0, 2.1).
        refresh_token: by which it can be asked later whether the account is still good, if it gave one.
    """

    issuer: str
    subject: str
    claims: Mapping[str, Any] = field(repr=False)
    signed_in_at: datetime
    sid: str | None = None
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where to send somebody who signs in, and what must be known when they come back.

    Attributes:
        url: address at the provider.
        nonce: returns inside the ID token.
        verifier: answers the challenge that went with them (RFC 7636).
    """

    url: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What somebody brought back from the provider.

    Attributes:
        code: the provider's one-time code.
        issuer: who says to have answered (RFC 9207), where it is said.
        nonce: of the departure.
        verifier: of the departure.
    """

    code: str
    issuer: str | None
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """Vouches for people. Both calls may go over the network: hold no database connection meanwhile."""

    async def begin(self, state: str) -> Departure:
        """Say where to send somebody; `state` comes back with them. Raises ProviderUnavailable."""

    async def complete(self, returned: Return) -> Vouched:
        """Find out who came back. Raises ProviderUnavailable and SignInRefused."""
