"""Mail, by the SMTP server of the deployment."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from notify.channels.email.message import Mail, UnusableAddressError, compose
from notify.channels.email.pool import ConnectionPool
from notify.channels.email.transaction import Transaction
from notify.ports import AddressKind, Form, Outcome, OutcomeKind, Outgoing
from notify.settings import NotifySettings, SmtpAccount

TIMEOUT = timedelta(seconds=20)
_MAILS_PER_CONNECTION = 32  # in one call: leaves each 0.6 s, where a common server takes 0.1 s


def _utc_now() -> datetime:
    return datetime.now(UTC)


class EmailChannel:
    """Sends mails over a few connections, side by side.

    A mail goes to one recipient, so that no answer is about half of it.
    """

    name = "email"
    address = AddressKind.EMAIL
    form = Form.FULL

    def __init__(
        self,
        account: SmtpAccount,
        *,
        timeout: timedelta = TIMEOUT,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.abreast = account.connections
        self.batch_size = self.abreast * _MAILS_PER_CONNECTION
        self.timeout = timeout
        self._account = account
        self._clock = clock
        self._pool = ConnectionPool(account, timeout=timeout.total_seconds())

    async def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Hand the messages to the mail server; one outcome for each, in order."""
        deadline = asyncio.get_running_loop().time() + self.timeout.total_seconds()
        delivery = _Batch(self._pool, deadline)
        return await asyncio.gather(*(self._send_one(outgoing, delivery) for outgoing in batch))

    async def close(self) -> None:
        """Take leave of the mail server."""
        await self._pool.close()

    async def _send_one(self, outgoing: Outgoing, delivery: "_Batch") -> Outcome:
        try:
            mail = compose(outgoing, account=self._account, now=self._clock())
        except UnusableAddressError:
            return Outcome(kind=OutcomeKind.UNREACHABLE, code="address")
        return await delivery.send(mail)


class _Batch:
    """The mails of one call: they share its deadline, and what became of the connections."""

    def __init__(self, pool: ConnectionPool, deadline: float) -> None:
        self._pool = pool
        self._deadline = deadline
        self._unconnected: Outcome | None = None

    async def send(self, mail: Mail) -> Outcome:
        transaction = Transaction(mail)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._deadline), self._pool.lend() as connection:
                # Where one could not log in the others do not try: servers lock accounts for it.
                if self._unconnected:
                    return self._unconnected
                await transaction.run(connection)
                if transaction.unconnected:
                    self._unconnected = transaction.outcome
        return transaction.outcome


def build(settings: NotifySettings) -> EmailChannel | None:
    """Return the channel, or None when no mail server is set; raises SettingsError for half a one."""
    account = settings.smtp_account()
    return None if account is None else EmailChannel(account)
