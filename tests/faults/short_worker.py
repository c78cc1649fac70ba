"""A worker for one channel with a short lease: `python -m tests.faults.short_worker LEASE PATIENCE [topic]`.

Times are in seconds; the channel is mail, unless another is named.
"""

import asyncio
import sys
from datetime import timedelta

from api import logs
from api.parent import follow_parent
from api.services import make_cipher
from api.settings import Settings
from api.worker import Worker
from notify.channels.email import EmailChannel
from notify.channels.push import TopicChannel
from notify.ports import Channel
from notify.settings import NotifySettings
from storage.engine import Engine


def open_channel(settings: NotifySettings, name: str, patience: timedelta) -> Channel:
    """Open the channel."""
    if name == "topic":
        project = settings.fcm_account()
        assert project
        return TopicChannel(project, timeout=patience)
    account = settings.smtp_account()
    assert account
    return EmailChannel(account, timeout=patience)


async def run(lease: timedelta, patience: timedelta, name: str) -> None:
    """Work until killed."""
    settings = Settings()
    channel = open_channel(settings.notify, name, patience)
    engine = Engine(settings.storage)
    worker = Worker(settings, {channel.name: channel}, engine, make_cipher(settings.storage), lease=lease)
    await worker.run(asyncio.Event())


if __name__ == "__main__":
    follow_parent()
    logs.configure("INFO")
    given_lease, given_patience, *channels = sys.argv[1:]
    asyncio.run(
        run(
            timedelta(seconds=float(given_lease)),
            timedelta(seconds=float(given_patience)),
            *(channels or ["email"]),
        )
    )
