"""A provider that takes no time, so that nothing but our own work is measured."""

from collections.abc import Sequence
from datetime import timedelta

from notify.ports import AddressKind, Form, Outcome, OutcomeKind, Outgoing
from notify.settings import NotifySettings
from storage.settings import Environment

BATCH = 500


class NothingChannel:
    """Takes everything, does nothing."""

    name = "push"
    address = AddressKind.DEVICE
    form = Form.SHORT
    batch_size = abreast = BATCH
    timeout = timedelta(seconds=1)

    async def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        return [Outcome(kind=OutcomeKind.ACCEPTED)] * len(batch)

    async def close(self) -> None:
        pass


def settings() -> NotifySettings:
    """Return settings with which notices can be worded."""
    return NotifySettings(
        env=Environment.DEVELOPMENT, app_link_base="https://app.example", public_url="https://api.example"
    )
