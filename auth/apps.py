"""The apps that sign people in: public clients, known by id and by where they are called back."""

from enum import StrEnum
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

CONSOLE = "tindan-console"
"""The officers' page at /console: an app as any other, and our own (see ADR 32)."""


class Audience(StrEnum):
    """Whom a token is for, and so who may sign in with an app. Agencies need no app."""

    CITIZENS = "citizens"
    OFFICERS = "officers"
    AGENCIES = "agencies"


class App(BaseModel):
    """An app as it is registered.

    Attributes:
        redirect_uris: where it may be called back; only exact matches count (RFC 9700, 2.1).
        audience: who signs in with it: citizens or officers.
        dpop: whether its tokens must be bound to a key of the device (RFC 9449); they always may be.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    redirect_uris: frozenset[str] = Field(min_length=1)
    audience: Audience = Audience.CITIZENS
    dpop: bool = False


def is_redirect(address: str, schemes: tuple[str, ...]) -> bool:
    """Whether an app may be called back at an address: by one of `schemes`, or by a scheme of its own."""
    parts = urlsplit(address)
    # An app's own scheme is a domain name turned round (RFC 8252, 7.1), which keeps out `javascript:`.
    good = "." in parts.scheme or (parts.scheme in schemes and bool(parts.netloc))
    return good and not parts.fragment
