"""Which reports follow a message, by the script of its channel."""

from collections.abc import Iterator
from typing import Protocol

from infra.sandbox.plans import Plans
from infra.sandbox.receipts.courier import Courier, Report
from infra.sandbox.receipts.scripts import (
    Duplicate,
    Early,
    Failed,
    Forged,
    Never,
    Receipt,
    ReceiptScript,
    Reordered,
    ReportingChannel,
    Usual,
    objections,
)


class Message(Protocol):
    """A message that a provider took and can report on."""

    @property
    def to(self) -> str:
        """The address, as the provider writes it."""
        ...

    def reports(self, *, failure: str | None, forged: bool) -> list[Report]:
        """Return every report, in order; none if nobody asked for them.

        Args:
            failure: The provider's number for why it did not arrive; None if it did.
            forged: Sign as somebody would who does not know the secret.
        """
        ...


class Receipts:
    """Has reports sent, and takes scripts for them."""

    def __init__(self) -> None:
        self._plans: Plans[ReportingChannel, Receipt] = Plans()
        self._couriers: dict[ReportingChannel, Courier] = {"sms": Courier(), "zalo": Courier()}

    async def aclose(self) -> None:
        """Send nothing any more."""
        for courier in self._couriers.values():
            await courier.aclose()

    def put(self, channel: ReportingChannel, script: ReceiptScript) -> None:
        """Replace the channel's script.

        Raises:
            ValueError: The script asks for what this channel cannot do.
        """
        if found := list(objections(channel, script)):
            raise ValueError("; ".join(found))
        self._plans.put(channel, script)

    def clear(self, channel: ReportingChannel) -> None:
        """Let the channel report as usual again."""
        self._plans.clear(channel)

    def left(self, channel: ReportingChannel) -> dict[str, object]:
        """Return the script as far as it has not been used up, in the form that `put` takes."""
        return self._plans.left(channel)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return what became of the reports, by channel."""
        return {channel: courier.counts() for channel, courier in self._couriers.items()}

    async def follow(self, channel: ReportingChannel, message: Message) -> None:
        """Report on a message that was taken; returns at once, unless the script wants the reports first."""
        receipt = self._plans.take(channel, (message.to,)) or Usual()
        if isinstance(receipt, Never):
            return
        reports = list(_in_the_manner_of(receipt, message))
        courier = self._couriers[channel]
        if isinstance(receipt, Early):
            await courier.send(reports, attempts=1)
        elif reports:
            courier.send_later(reports, receipt.seconds)


def _in_the_manner_of(receipt: Receipt, message: Message) -> Iterator[Report]:
    failure = receipt.code if isinstance(receipt, Failed) else None
    reports = message.reports(failure=failure, forged=isinstance(receipt, Forged))
    yield from reversed(reports) if isinstance(receipt, Reordered) else reports
    if isinstance(receipt, Duplicate):
        yield from reports[-1:]
