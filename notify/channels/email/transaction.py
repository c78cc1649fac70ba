"""One mail through one connection, with note of how far it came."""

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPStatus,
)

from notify.channels.email.message import Mail
from notify.channels.email.outcomes import Phase, of_failure
from notify.ports import Outcome, OutcomeKind

_OPTIONS = {
    False: (),
    True: (b"SMTPUTF8", b"BODY=8BITMIME"),  # RFC 6531, 3.1: never the one without the other
}
_GRANTED = (SMTPStatus.completed, SMTPStatus.will_forward)


class Transaction:
    """A mail transaction (RFC 5321, 3.3).

    The steps are taken one by one, not by `SMTP.sendmail`, which does not tell whether an answer was lost
    before or after the server had the mail.
    """

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self._phase = Phase.CONNECTION
        self._outcome: Outcome | None = None

    @property
    def outcome(self) -> Outcome:
        """What came of it so far: when time ran out before an answer, what that means."""
        return self._outcome or of_failure(TimeoutError(), self._phase)

    @property
    def unconnected(self) -> bool:
        """Whether there was no connection, or no login, to send anything through."""
        return self._phase is Phase.CONNECTION

    async def run(self, connection: SMTP) -> None:
        """Hand the mail over, and leave the connection ready for the next one, or closed."""
        usable = False
        try:
            await self._hand_over_again_if_hung_up(connection)
            self._outcome = Outcome(kind=OutcomeKind.ACCEPTED, provider_id=self._mail.message_id)
            usable = True
        except (SMTPException, OSError) as error:
            self._outcome = of_failure(error, self._phase)
            usable = isinstance(error, SMTPResponseException) and await _reset(connection)
        finally:
            if not usable:
                connection.close()

    async def _hand_over_again_if_hung_up(self, connection: SMTP) -> None:
        held_open = connection.is_connected
        try:
            await self._hand_over(connection)
        except SMTPServerDisconnected:
            if not held_open or self._phase is Phase.CONTENT:
                raise
            # The server had grown tired of an idle connection: nothing is lost, and a new one will do.
            await self._hand_over(connection)

    async def _hand_over(self, connection: SMTP) -> None:
        mail = self._mail
        self._phase = Phase.CONNECTION
        if not connection.is_connected:
            await connection.connect()
        if connection.is_ehlo_or_helo_needed:
            await connection.ehlo()
        self._phase = Phase.SENDER
        if mail.international and not connection.supports_extension("smtputf8"):
            raise SMTPNotSupported("SMTPUTF8")
        await _command(connection, b"MAIL", _path(b"FROM", mail.sender), *_OPTIONS[mail.international])
        self._phase = Phase.RECIPIENT
        await _command(connection, b"RCPT", _path(b"TO", mail.recipient))
        self._phase = Phase.CONTENT
        await connection.data(mail.content)


async def _command(connection: SMTP, *words: bytes) -> None:
    """Say something that is answered by 250 or 251 (RFC 5321, 4.3.2) where it is granted.

    Not by `SMTP.mail` and `SMTP.rcpt`: these parse addresses as if whole header lines were given, which took
    more time than the rest of a command. Ours are known to be bare ones.
    """
    response = await connection.execute_command(*words)
    if response.code not in _GRANTED:
        raise SMTPResponseException(response.code, response.message)


def _path(name: bytes, address: str) -> bytes:
    return b"%b:<%b>" % (name, address.encode())


async def _reset(connection: SMTP) -> bool:
    """Give up the refused mail, and say whether the connection is still good."""
    if not connection.is_connected:  # after a 421
        return False
    try:
        await connection.rset()
    except (SMTPException, OSError):
        return False
    return True
