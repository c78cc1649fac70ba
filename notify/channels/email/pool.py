"""A few connections to one mail server, held open between mails."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiosmtplib import SMTP, SMTPException

from notify.settings import SmtpAccount, SmtpSecurity

_GOODBYE = 2.0  # seconds that a server has to answer QUIT


class ConnectionPool:
    """Lends connections to one user at a time: an SMTP dialogue can not be shared.

    They are opened by who needs them; the one used last is lent first, so that on quiet days the others
    stay closed.
    """

    def __init__(self, account: SmtpAccount, *, timeout: float) -> None:
        self._connections = [_connection(account, timeout=timeout) for _ in range(account.connections)]
        self._idle: asyncio.LifoQueue[SMTP] = asyncio.LifoQueue()
        for connection in self._connections:
            self._idle.put_nowait(connection)

    @contextlib.asynccontextmanager
    async def lend(self) -> AsyncIterator[SMTP]:
        """Lend a connection, open or closed, as soon as one is free."""
        connection = await self._idle.get()
        try:
            yield connection
        finally:
            self._idle.put_nowait(connection)

    async def close(self) -> None:
        """Take leave of the server, or hang up where it does not answer."""
        await asyncio.gather(*(_take_leave(connection) for connection in self._connections))


def _connection(account: SmtpAccount, *, timeout: float) -> SMTP:
    return SMTP(
        hostname=account.host,
        port=account.port,
        username=account.username,
        password=account.password,
        local_hostname=account.domain,  # else each connecting asks the name service who we are
        timeout=timeout,
        use_tls=account.security is SmtpSecurity.TLS,
        # Never left out: the default goes on in the clear where no TLS is offered, by the server or by
        # somebody in between.
        start_tls=account.security is SmtpSecurity.STARTTLS,
        cert_bundle=str(account.ca_file) if account.ca_file else None,
    )


async def _take_leave(connection: SMTP) -> None:
    if connection.is_connected:
        with contextlib.suppress(SMTPException, OSError):
            await connection.quit(timeout=_GOODBYE)
    connection.close()
