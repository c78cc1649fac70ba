"""What differs between the styles of the interface: how a call is worded, and how one is let in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from api.connectors.portals.deployment import Service
from api.connectors.portals.outcomes import Meaning, Understood
from api.connectors.portals.port import NotLetInError, PortalError, UnavailableError
from api.connectors.portals.wire import Asked, Said

LONGEST_CREDENTIAL = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a service, whatever the service is called there.

    Attributes:
        data: what is asked for, or the records that are reported.
    """

    service: Service
    data: Mapping[str, Any] | Sequence[Mapping[str, Any]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A session, or a token.

    Attributes:
        seconds: how long it is good, from when it was asked for.
    """

    secret: str = field(repr=False)
    seconds: float

    def __post_init__(self) -> None:
        if not (0 < len(self.secret) <= LONGEST_CREDENTIAL and self.secret.isascii()):
            raise ValueError("a credential is of ASCII, and not empty")
        if not self.secret.isprintable():
            raise ValueError("a credential can be printed")


class Style(Protocol):
    """One way of calling."""

    def sign_in(self) -> Asked:
        """Return the request by which we are let in."""
        ...

    def read_credential(self, said: Said) -> Credential:
        """Return what we are given. Raises NotLetInError or UnavailableError."""
        ...

    def word(self, call: Call, secret: str) -> Asked:
        """Return the request of a call."""
        ...


def credential_of(secret: object, seconds: float) -> Credential | None:
    """Return a credential, if what is said is one."""
    try:
        return Credential(secret=secret, seconds=seconds) if isinstance(secret, str) else None
    except ValueError:
        return None


def not_admitted(understood: Understood, *, given: bool) -> PortalError:
    """Say why we were not let in: whether that passes, or an operator has to mend it.

    Args:
        understood: what was said.
        given: there was a credential all the same.
    """
    why = f"signing in: {understood.why}"
    passing = understood.meaning is Meaning.BUSY or understood.answer is None or given
    if passing and understood.meaning not in {Meaning.NOT_LET_IN, Meaning.EXPIRED}:
        return UnavailableError(why, understood.answer, retry_after=understood.retry_after)
    return NotLetInError(why, understood.answer)
