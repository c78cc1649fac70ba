"""The mail sink: takes mail from anybody to anybody, as an RFC 5321 server with SMTPUTF8 and STARTTLS."""

import asyncio
import ssl

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from infra.sandbox.faults import Faults
from infra.sandbox.mail import message_id
from infra.sandbox.outbox import Outbox
from infra.sandbox.scripts import Fault, Refuse, Status

GREETING = "tindan.sandbox"

_REPLIES = {
    421: "421 4.3.2 Service not available, closing transmission channel",
    450: "450 4.2.1 Mailbox unavailable",
    451: "451 4.3.0 Local error in processing",
    452: "452 4.3.1 Insufficient system storage",
    530: "530 5.7.0 Authentication required",
    535: "535 5.7.8 Authentication credentials invalid",
    550: "550 5.1.1 No such user here",
    552: "552 5.2.2 Mailbox full",
    554: "554 5.7.1 Message refused",
}


class Sink:
    """What is done with the mail of all connections: aiosmtpd's handler."""

    def __init__(self, *, outbox: Outbox, faults: Faults) -> None:
        self._outbox = outbox
        self._faults = faults

    async def greet(self) -> str | None:
        """Return the line that turns a connection away, or None to let it in."""
        return _refusal(await self._faults.meet("email", at="connect"))

    async def handle_RCPT(  # noqa: N802  # the name is aiosmtpd's
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refusal = _refusal(await self._faults.meet("email", to=(address,), at="rcpt"))
        if refusal is not None:
            return _closing_if_told(server, refusal)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802  # likewise
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        to = tuple(envelope.rcpt_tos)
        fault = await self._faults.meet("email", to=to, at="data")
        refusal = _refusal(fault)
        if refusal is not None:
            return _closing_if_told(server, refusal)
        sequence = self._keep(to, envelope)
        await self._faults.linger(fault)
        return f"250 2.0.0 OK queued as {sequence}"

    def _keep(self, to: tuple[str, ...], envelope: Envelope) -> int:
        raw = envelope.original_content or b""
        identity = message_id(raw)
        return self._outbox.add(
            channel="email",
            to=to,
            source=envelope.mail_from or "",
            raw=raw,
            identity=None if identity is None else (to, identity),
        ).sequence


class Connection(SMTP):
    """One connection; turned away before the greeting if the script says so."""

    def __init__(self, sink: Sink, certificate: ssl.SSLContext) -> None:
        super().__init__(
            sink,
            loop=asyncio.get_running_loop(),
            hostname=GREETING,  # else each connection looks up our name
            ident="mail sink",
            enable_SMTPUTF8=True,
            tls_context=certificate,
            auth_require_tls=False,
            authenticator=_let_everybody_in,
        )
        self._sink = sink

    async def _handle_client(self) -> None:
        refusal = await self._sink.greet()
        if refusal is None:
            await super()._handle_client()
            return
        await self.push(refusal)
        self._writer.close()


def _let_everybody_in(*_arguments: object) -> AuthResult:
    return AuthResult(success=True)


def _refusal(fault: Fault | None) -> str | None:
    if isinstance(fault, Status):
        return _REPLIES.get(fault.code, f"{fault.code} {fault.code // 100}.0.0 Refused by the script")
    return fault.code if isinstance(fault, Refuse) else None


def _closing_if_told(server: SMTP, refusal: str) -> str:
    """Arrange that the connection ends after a 421, as RFC 5321, 3.8 has it."""
    if refusal.startswith("421") and server.transport is not None:
        asyncio.get_running_loop().call_soon(server.transport.close)
    return refusal
