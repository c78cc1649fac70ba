"""`python -m tests.faults.short_worker LEASE PATIENCE`: a worker for mail with a short lease, in seconds."""

import asyncio
import sys
from datetime import timedelta

from api import logs
from api.parent import follow_parent
from api.services import make_cipher
from api.settings import Settings
from api.worker import Worker
from notify.channels.email import EmailChannel
from storage.engine import Engine


async def run(lease: timedelta, patience: timedelta) -> None:
    """Work until killed."""
    settings = Settings()
    account = settings.notify.smtp_account()
    assert account
    channel = EmailChannel(account, timeout=patience)
    engine = Engine(settings.storage)
    worker = Worker(settings, {channel.name: channel}, engine, make_cipher(settings.storage), lease=lease)
    await worker.run(asyncio.Event())


if __name__ == "__main__":
    follow_parent()
    logs.configure("INFO")
    asyncio.run(run(*(timedelta(seconds=float(given)) for given in sys.argv[1:])))
