"""What we ask of whoever vouches for people: the port that identity providers are plugged into."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

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
class Wish:
    """How an app wants somebody to sign in (OpenID Connect Core 1.0, section 3.1.2.1).

    Attributes:
        acr_values: levels that would do, separated by spaces.
        max_age: seconds that may have passed since the provider saw the person.
        prompt: `login` to have it see the person now.
    """

    acr_values: str | None = None
    max_age: int | None = None
    prompt: Literal["login"] | None = None

    def as_parameters(self) -> dict[str, str]:
        """Return those that are given, as parameters of a request."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}

    def seen_after(self, now: datetime) -> datetime | None:
        """Return since when the provider must have seen the person, if that matters."""
        if self.prompt is not None:
            return now
        return None if self.max_age is None else now - timedelta(seconds=self.max_age)


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
        time_matters: whether the provider must say when it saw them.
    """

    code: str
    issuer: str | None
    nonce: str
    verifier: str
    time_matters: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """What a provider tells when somebody signed out there (OpenID Connect Back-Channel Logout 1.0).

    Attributes:
        issuer: the provider.
        jti: its name for this telling, so that it is heard once.
        told_at: when it told.
        subject: whose sessions end; all of them, unless `sid` names one.
        sid: which session ends. There is a subject or a sid, or both.
    """

    issuer: str
    jti: str
    told_at: datetime
    subject: str | None
    sid: str | None


class IdentityProvider(Protocol):
    """Vouches for people. All calls may go over the network: hold no database connection meanwhile.

    Attributes:
        issuer: as the provider names itself.
    """

    issuer: str

    async def begin(self, state: str, wish: Wish) -> Departure:
        """Say where to send somebody; `state` comes back with them. Raises ProviderUnavailable."""

    async def complete(self, returned: Return) -> Vouched:
        """Find out who came back. Raises ProviderUnavailable and SignInRefused."""

    async def renew(self, refresh_token: str) -> str:
        """Return the refresh token to ask with next time, if the account is still good.

        Raises ProviderUnavailable where the provider does not say, and SignInRefused where it is not.
        """

    async def read_logout(self, token: str) -> SignedOut:
        """Check a logout token. Raises ProviderUnavailable and SignInRefused."""
