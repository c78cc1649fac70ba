"""The seam between the engine and a provider: what goes out, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol
from uuid import UUID


class AddressKind(StrEnum):
    """What a channel sends to."""

    DEVICE = "device"
    EMAIL = "email"
    PHONE = "phone"
    TOPIC = "topic"
    """Whoever follows it."""


class Form(StrEnum):
    """How much a channel can say."""

    SHORT = "short"
    """Two lines that a locked screen shows to anybody: what happened to which dossier."""
    LINE = "line"
    """One paragraph with a link, for a text message."""
    FULL = "full"
    """A letter, in plain text and in HTML."""


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


class Outgoing(NamedTuple):
    """One message, ready to go. A tuple, as it is made by the thousand in a second.

    Attributes:
        delivery_id: stays the same over attempts, so that providers and people can tell a repeat.
        target: an email address, a device's token, a phone number (E.164), the name of a topic.
        notification_id: the notice that the app opens.
        text: plain text; `html` beside it where the channel has one.
        opt_out_link: by which an address that came with a dossier is given up, if it is one.
        facts: what the notice is about, one short text each, for providers that word notices by a template
            of their own: `code`, `status`, `procedure`, `agency`, `occurred`, `due`, `otp`, as far as they
            apply.
        segments: of how many text messages it is made up, where it is one.
        cost: what sending it costs, in whole đồng.
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
    facts: Mapping[str, str] = MappingProxyType({})
    segments: int = 0
    cost: int = 0


class Channel(Protocol):
    """A way to reach people. A module and a line in the registry make a new one; routes then name it.

    `send` never raises for what a provider answers or fails to answer: it returns one outcome for
    each message, in order. It may raise only for a fault of the program.
    """

    name: str
    address: AddressKind
    form: Form
    batch_size: int
    """The most messages that one call of `send` takes."""
    abreast: int
    """How many of them go side by side: with fewer, the provider would wait for us."""
    timeout: timedelta
    """The longest that one call of `send` takes."""

    async def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Hand the messages to the provider."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class ReceiptState(StrEnum):
    """What a provider reports after it took a message. Later ones outrank earlier ones."""

    SENT = "sent"
    """Handed on to the network: says nothing yet."""
    FAILED = "failed"
    """It will not arrive."""
    DELIVERED = "delivered"
    """It is on the phone."""
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One report on one message.

    Attributes:
        event_id: names the report: a repeat of it bears the same.
        provider_id: the provider's name for the message, as in `Outcome.provider_id`.
        delivery_id: our own, where it comes back: so a send is found whose answer was lost.
        code: the provider's own word for a failure.
        unreachable: it failed because this address can not get it on this channel.
    """

    event_id: str
    provider_id: str
    state: ReceiptState
    occurred_at: datetime
    delivery_id: UUID | None = None
    code: str | None = None
    unreachable: bool = False


def delivery_named(given: object) -> UUID | None:
    """Return the id of a send that came back with its report; none where it is not one of ours."""
    try:
        return UUID(given) if isinstance(given, str) else None
    except ValueError:
        return None


class ForgedReceiptError(Exception):
    """The report does not bear the provider's signature."""


class UnreadableReceiptError(Exception):
    """The report is signed and yet not what the provider documents."""


class ReceiptReader(Protocol):
    """Reads what one provider posts to us."""

    channel: str
    """The channel whose sends it reports on."""

    def read(self, *, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Receipt]:
        """Verify and read; what is no report on a message gives none.

        Args:
            url: the public address to which it was posted, with its query.
            headers: by lower-case name.
            body: as it came, to the byte.
            now: against which the age of a signature is judged.

        Raises:
            ForgedReceiptError: the signature is missing, wrong, or too old.
            UnreadableReceiptError: it can not be read.
        """
        ...
