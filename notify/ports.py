"""The seam between the engine and a provider: what goes out, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class OutcomeKind(StrEnum):
    """What a provider's answer means to us. Provider codes are mapped to these in the adapter."""

    ACCEPTED = "accepted"
    """The provider has it."""
    RETRYABLE = "retryable"
    """Not now: try again later."""
    THROTTLED = "throttled"
    """Too fast: try again no earlier than the provider says."""
    REJECTED = "rejected"
    """This message will never be taken."""
    UNREACHABLE = "unreachable"
    """This address can not get it: forget it and go on to the next channel."""
    MISCONFIGURED = "misconfigured"
    """Our fault or our account's: stop the channel, alarm, keep the rows."""
    UNKNOWN = "unknown"
    """The provider may have it or not: the answer was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one send.

    Attributes:
        code: the provider's own word, for operators; never a person's data.
        provider_id: the provider's name for the message, by which receipts are matched.
        retry_after: the earliest next try that the provider asks for, from now.
    """

    kind: OutcomeKind
    code: str | None = None
    provider_id: str | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message, ready to go.

    Attributes:
        delivery_id: stays the same over attempts, so that providers and people can tell a repeat.
        target: an email address, a device's token.
        notification_id: the notice that the app opens.
        text: plain text; `html` beside it where the channel has one.
        opt_out_link: by which an address that came with a dossier is given up, if it is one.
    """

    delivery_id: UUID
    attempt: int
    target: str
    notification_id: UUID
    category: str
    locale: str
    title: str
    text: str
    html: str | None
    link: str
    opt_out_link: str | None
    urgent: bool
    expires_at: datetime


class Channel(Protocol):
    """A way to reach people. A module and a line in the registry make a new one; routes then name it.

    `send` never raises for what a provider answers or fails to answer: it returns one outcome for
    each message, in order. It may raise only for a fault of the program.
    """

    name: str
    batch_size: int
    """The most messages that one call of `send` takes."""
    timeout: timedelta
    """The longest that one call of `send` takes."""

    async def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Hand the messages to the provider."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
