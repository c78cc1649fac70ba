"""The client libraries by themselves, sending messages that are ready."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import firebase_admin
from aiosmtplib import SMTP
from firebase_admin import credentials, messaging

from api.worker import AT_ONCE
from notify.channels.email import message as mails
from notify.channels.email.message import Mail
from notify.channels.push import PushChannel
from notify.channels.push import message as pushes
from notify.ports import Outgoing
from notify.settings import NotifySettings


@dataclass(frozen=True, kw_only=True)
class BareMail:
    """aiosmtplib: as many connections as our channel has, kept open, each with the next mail at once."""

    mails: Sequence[Mail]
    connections: Sequence[SMTP]

    @classmethod
    @asynccontextmanager
    async def of(cls, settings: NotifySettings, messages: Sequence[Outgoing]) -> AsyncIterator[Self]:
        """Write the mails, and connect."""
        account = settings.smtp_account()
        if account is None:
            raise ValueError("no mail server is set")
        now = datetime.now(UTC)
        written = [mails.compose(message, account=account, now=now) for message in messages]
        async with AsyncExitStack() as opened:
            connections = [
                await opened.enter_async_context(
                    SMTP(
                        hostname=account.host,
                        port=account.port,
                        local_hostname=account.domain,
                        start_tls=False,
                    )
                )
                for _ in range(account.connections)
            ]
            yield cls(mails=written, connections=connections)

    async def send(self) -> None:
        """Send them all."""
        waiting = iter(self.mails)
        await asyncio.gather(*(_exhaust(connection, waiting) for connection in self.connections))


async def _exhaust(connection: SMTP, waiting: Iterator[Mail]) -> None:
    for mail in waiting:
        await connection.sendmail(mail.sender, [mail.recipient], mail.content)


@dataclass(frozen=True, kw_only=True)
class BareFirebase:
    """firebase-admin: as many messages a call, and as many calls at once, as a worker makes."""

    messages: Sequence[messaging.Message]
    app: firebase_admin.App

    @classmethod
    @asynccontextmanager
    async def of(cls, settings: NotifySettings, messages: Sequence[Outgoing]) -> AsyncIterator[Self]:
        """Write the messages, and set the library up."""
        account = settings.fcm_account()
        if account is None:
            raise ValueError("no Firebase account is set")
        now = datetime.now(UTC)
        app = firebase_admin.initialize_app(credentials.Certificate(dict(account.info)), name="bench")
        messaging._get_messaging_service(app)._fcm_url = account.url  # noqa: SLF001 - it has no setting
        yield cls(messages=[pushes.compose(message, now=now) for message in messages], app=app)
        # In a thread, as it runs a loop of its own.
        await asyncio.to_thread(firebase_admin.delete_app, app)

    async def send(self) -> None:
        """Send them all."""
        size = PushChannel.batch_size
        waiting = iter([self.messages[start : start + size] for start in range(0, len(self.messages), size)])
        await asyncio.gather(*(self._exhaust(waiting) for _ in range(AT_ONCE)))

    async def _exhaust(self, waiting: Iterator[Sequence[messaging.Message]]) -> None:
        for batch in waiting:
            answer: Any = await messaging.send_each_async(list(batch), app=self.app)
            if answer.failure_count:
                raise AssertionError(f"refused: {answer.responses[0].exception}")
