"""The providers that this one process plays: each with people, keys and a way of speaking of its own."""

import dataclasses
from collections.abc import Mapping

from infra.sandbox.people import Account
from infra.sandbox.staff import Officer

Person = Account | Officer


@dataclasses.dataclass(frozen=True, kw_only=True)
class Realm:
    """One provider.

    Attributes:
        name: First part of the path of its endpoints.
        public_url: How the sandbox is reached.
        people: Who can sign in, by `sub`.
        strict: Whether it does all that OpenID Connect asks for. If not, it publishes nothing of itself,
            signs nothing, and tells at its userinfo endpoint, in an envelope, who signed in.
        suspended: Whose accounts it has shut, by `sub`; may change.
    """

    name: str
    public_url: str
    people: Mapping[str, Person]
    strict: bool = True
    suspended: set[str] = dataclasses.field(default_factory=set)

    @property
    def issuer(self) -> str:
        """What the provider calls itself."""
        return f"{self.public_url}/{self.name}"

    def path(self, endpoint: str) -> str:
        """Return the path of an endpoint."""
        return f"/{self.name}/{endpoint}"
