"""Which channels there are. A new one is a module of `notify.channels` and a line here."""

import asyncio
from collections.abc import Callable, Mapping

from notify.channels import email, push, sms, zalo
from notify.ports import AddressKind, Channel, ReceiptReader
from notify.settings import NotifySettings
from storage.errors import SettingsError
from storage.settings import Environment
from storage.unit_of_work import UnitOfWork

_BUILDERS: tuple[Callable[[NotifySettings], Channel | None], ...] = (
    push.build,
    push.build_topics,
    sms.build,
    email.build,
)
OpenUnit = Callable[[], UnitOfWork]
_TOKEN_KEEPERS: tuple[Callable[[NotifySettings, OpenUnit], Channel | None], ...] = (zalo.build,)
"""Those whose tokens are kept in the database, as all workers share them."""
ADDRESSES: Mapping[str, AddressKind] = {
    channel.name: channel.address
    for channel in (push.PushChannel, push.TopicChannel, sms.SmsChannel, email.EmailChannel, zalo.ZaloChannel)
}
"""What each channel sends to, set up here or not."""
_RECEIPT_READERS: tuple[tuple[str, str, Callable[[NotifySettings], ReceiptReader | None]], ...] = (
    ("twilio", sms.SmsChannel.name, sms.build_receipts),
    ("zalo", zalo.ZaloChannel.name, zalo.build_receipts),
)
REPORTED: Mapping[str, str] = {provider: channel for provider, channel, _ in _RECEIPT_READERS}
"""On whose sends each provider reports that reports at all, set up here or not."""


def build_channels(settings: NotifySettings, open_unit: OpenUnit | None = None) -> dict[str, Channel]:
    """Return the channels that are set up, by name; the others are left out.

    So are those that keep tokens in the database, where no way to it is given. Raises SettingsError where a
    channel is set up by half.
    """
    channels = [build(settings) for build in _BUILDERS]
    if open_unit is not None:
        channels += [build(settings, open_unit) for build in _TOKEN_KEEPERS]
    return {channel.name: channel for channel in channels if channel is not None}


def build_receipt_readers(settings: NotifySettings) -> dict[str, ReceiptReader]:
    """Return what reads the reports of the providers that are set up, by provider.

    Raises SettingsError where one is set up by half.
    """
    readers = {provider: build(settings) for provider, _, build in _RECEIPT_READERS}
    return {provider: reader for provider, reader in readers.items() if reader is not None}


def planned_channels(settings: NotifySettings, here: Mapping[str, Channel]) -> dict[str, AddressKind]:
    """Return the channels of the installation, for which notices are planned whoever sends them.

    They are those set up here, unless TINDAN_CHANNELS names them, as it must where workers differ.
    Raises SettingsError where nothing would be sent outside development.
    """
    planned = sorted(here if settings.channels is None else settings.channels)
    if strange := set(planned) - ADDRESSES.keys() - here.keys():
        raise SettingsError(
            f"TINDAN_CHANNELS names {', '.join(sorted(strange))}; the channels are {', '.join(ADDRESSES)}"
        )
    if not planned and settings.channels is None and settings.env is not Environment.DEVELOPMENT:
        raise SettingsError(
            "no channel is set up, so nobody would be told anything. Set TINDAN_SMTP_HOST or "
            'TINDAN_FCM_CREDENTIALS, or name the channels that other workers serve: TINDAN_CHANNELS=["email"]'
        )
    return {name: here[name].address if name in here else ADDRESSES[name] for name in planned}


async def close_channels(channels: Mapping[str, Channel]) -> None:
    """Let go of all connections."""
    await asyncio.gather(*(channel.close() for channel in channels.values()))
